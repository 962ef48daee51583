"""Feeds in the API: how each is, and gaps that are known."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access import Door, system
from accounts.models import Brand, User
from accounts.services import create_token
from cdr.feed_tasks import watch_feeds
from cdr.models import Batch, KnownGap, Source
from cdr.tests.test_monitor import came
from cdr.tests.worlds import a_source

URL = "/api/v1/call-feeds/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def source(provider: Brand) -> Source:
    """A feed with a file at least every half hour; the last came an hour ago, and numbers 9 to 11 are missing."""
    source = a_source()
    Source.objects.update(sequence_pattern=r"(\d+)", expected_minutes=30)
    for name in ("8", "12"):
        batch = came(source, name, read=40, loaded=30, rejected=10)
        Batch.objects.filter(pk=batch.pk).update(started_at=timezone.now() - timedelta(hours=1))
    watch_feeds()
    return source


def ask(client: Client, user: User, method: str = "get", path: str = "", data: Any = None) -> Any:
    _, key = create_token(actor=system(door=Door.COMMAND), user=user, name="test")
    headers = {"Authorization": f"Bearer {key}"}
    return getattr(client, method)(URL + path, data, content_type="application/json", headers=headers)


def test_operators_read_how_each_feed_is(source: Source, client: Client, olga: User) -> None:
    [feed] = ask(client, olga).json()
    assert (feed["name"], feed["dialect"], feed["expected_minutes"]) == ("asterisk", "asterisk", 30)
    assert (feed["late"], feed["read"], feed["rejected"], feed["open_rejects"]) == (True, 80, 20, 0)
    assert feed["last_file"] in {"8", "12"}
    assert feed["gaps"] == [{"first": 9, "last": 11}]
    assert [alarm["kind"] for alarm in feed["alarms"]] == ["gap", "late"]


def test_a_gap_is_marked_as_known(source: Source, client: Client, olga: User) -> None:
    assert ask(client, olga, "post", "asterisk/gap-known/", {"first": 9, "last": 11}).status_code == 204
    [feed] = ask(client, olga).json()
    assert (feed["gaps"], [alarm["kind"] for alarm in feed["alarms"]]) == ([], ["late"])
    assert KnownGap.objects.get().user == olga


def test_what_is_no_gap_is_refused(source: Source, client: Client, olga: User) -> None:
    answer = ask(client, olga, "post", "asterisk/gap-known/", {"first": 9, "last": 3})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:centrale:problem:no_gap")
    assert ask(client, olga, "post", "asterisk/gap-known/", {"first": "x"}).status_code == 400
    assert ask(client, olga, "post", "nobody/gap-known/", {"first": 9, "last": 9}).status_code == 404
    assert not KnownGap.objects.exists()


def test_a_customer_finds_no_feeds(source: Source, client: Client, alice: User) -> None:
    assert ask(client, alice).status_code == 404
    assert ask(client, alice, "post", "asterisk/gap-known/", {"first": 9, "last": 11}).status_code == 404
