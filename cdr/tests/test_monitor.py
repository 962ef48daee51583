"""Feeds that are late, have gaps or many rejects: how they look, and that each incident is told once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.access import system
from accounts.models import Brand, Customer, User
from cdr.feed_tasks import mail_feed_alarm, watch_feeds
from cdr.models import Batch, FeedAlarm, KnownGap, Reject, Source
from cdr.selectors.monitor import feeds
from cdr.sequences import Gap, gaps, numbers_in
from cdr.services.monitor import watch
from cdr.tests.worlds import a_source, asterisk_row, load, write
from conftest import Mailbox, free_port

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Kind = FeedAlarm.Kind


@pytest.fixture
def source(provider: Brand) -> Source:
    source = a_source()
    Source.objects.update(created_at=NOW - timedelta(days=30))
    return source


def setting(**values: object) -> None:
    Source.objects.update(**values)


def came(source: Source, name: str = "cdr.csv", *, ago: int = 60, **counts: Any) -> Batch:
    """A file that was loaded some minutes ago."""
    at = NOW - timedelta(minutes=ago)
    values: dict[str, Any] = {"state": Batch.State.DONE, "size": 1, "sha256": "", "door": "task", **counts}
    return Batch.objects.create(source=source, file_name=name, started_at=at, finished_at=at, **values)


def look(now: datetime = NOW) -> list[str]:
    return [str(alarm.kind) for alarm in watch(now=now, actor=system())]


def open_alarms() -> list[tuple[str, int, int]]:
    found = FeedAlarm.objects.filter(closed_at=None).order_by("first")
    return [(alarm.kind, alarm.first, alarm.last) for alarm in found]


# --- late ---


def test_a_feed_whose_file_is_late_raises_one_alarm_however_often_one_looks(source: Source) -> None:
    setting(expected_minutes=60)
    came(source, ago=61)
    assert [look(), look(), look()] == [["late"], [], []]


def test_a_feed_on_time_or_without_an_interval_raises_none(source: Source) -> None:
    came(source, ago=59)
    assert look() == []
    setting(expected_minutes=60)
    assert look() == []


def test_an_alarm_closes_when_a_file_comes_and_the_next_delay_is_an_incident_of_its_own(source: Source) -> None:
    setting(expected_minutes=60)
    came(source, ago=61)
    look()
    came(source, ago=0)
    assert (look(), open_alarms()) == ([], [])
    assert look(NOW + timedelta(minutes=61)) == ["late"]


def test_a_feed_of_which_never_a_file_came_is_late_since_it_was_made(source: Source) -> None:
    setting(expected_minutes=60 * 24 * 31)
    assert look() == []
    setting(expected_minutes=60 * 24 * 29)
    assert look() == ["late"]


@pytest.mark.parametrize("values", [{"state": Batch.State.REFUSED}, {"state": Batch.State.RUNNING}, {"is_again": True}])
def test_what_was_not_loaded_or_only_loaded_again_is_no_sign_of_life(source: Source, values: dict[str, Any]) -> None:
    setting(expected_minutes=60)
    came(source, ago=1, **values)
    assert look() == ["late"]


# --- gaps ---


def test_a_number_that_was_left_out_is_an_alarm_that_closes_when_its_file_comes(source: Source) -> None:
    setting(sequence_pattern=r"cdr-(\d+)\.csv")
    for number in (8, 9, 11):
        came(source, f"cdr-{number:04}.csv")
    assert (look(), open_alarms()) == (["gap"], [("gap", 10, 10)])
    came(source, "cdr-0010.csv", ago=0)
    assert (look(), open_alarms()) == ([], [])


def test_a_gap_that_is_partly_filled_is_still_the_same_incident(source: Source) -> None:
    setting(sequence_pattern=r"(\d+)")
    came(source, "8")
    came(source, "12")
    look()
    came(source, "10", ago=0)
    assert (look(), open_alarms()) == ([], [("gap", 9, 11)])


def test_a_file_that_overtook_another_one_is_no_gap_yet(source: Source) -> None:
    setting(sequence_pattern=r"(\d+)")
    came(source, "8")
    came(source, "10", ago=5)
    assert look() == []


def test_a_gap_that_is_marked_as_known_leaves_the_page_and_its_alarm_closes(
    source: Source, client: Client, olga: User
) -> None:
    setting(sequence_pattern=r"(\d+)")
    now = timezone.now()
    for name in ("8", "12"):
        batch = came(source, name)
        Batch.objects.filter(pk=batch.pk).update(started_at=now - timedelta(hours=1))
    watch_feeds()
    client.force_login(olga)
    assert "9 t/m 11" in client.get("/operate/sources/").content.decode()
    client.post(f"/operate/sources/{source.pk}/gap/", {"first": "9", "last": "11"})
    assert KnownGap.objects.get().user == olga
    assert "9 t/m 11" not in client.get("/operate/sources/").content.decode()
    assert (watch_feeds(), open_alarms()) == (0, [])


@pytest.mark.parametrize("posted", [{}, {"first": "x", "last": "9"}, {"first": "9", "last": "3"}])
def test_what_is_no_gap_cannot_be_marked(source: Source, client: Client, olga: User, posted: dict[str, str]) -> None:
    client.force_login(olga)
    client.post(f"/operate/sources/{source.pk}/gap/", posted)
    assert not KnownGap.objects.exists()


@given(
    st.sets(st.integers(0, 200)),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda pair: (min(pair), max(pair))), max_size=5),
)
def test_gaps_are_exactly_the_numbers_between_that_are_neither_there_nor_known(
    numbers: set[int], known: list[Gap]
) -> None:
    found = gaps(numbers, known)
    missing = {number for first, last in found for number in range(first, last + 1)}
    between = set(range(min(numbers), max(numbers) + 1)) if numbers else set()
    assert missing == between - numbers - {one for first, last in known for one in range(first, last + 1)}
    assert all(first <= last for first, last in found)


def test_a_switch_that_counts_anew_has_no_gap() -> None:
    assert gaps({9_998, 9_999, 1, 2}) == []


def test_names_without_a_number_or_with_an_endless_one_are_passed_over() -> None:
    assert numbers_in(["cdr-7.csv", "readme", "cdr-" + "9" * 5000 + ".csv", "cdr-\u0667.csv"], r"cdr-(\d+)\.csv") == {7}


# --- rejects ---


def test_more_rejects_than_allowed_over_seven_days_are_an_alarm(source: Source) -> None:
    setting(most_rejects=5)
    came(source, read=100, loaded=95, rejected=5)
    assert look() == []
    came(source, read=10, loaded=0, rejected=10)
    assert look() == ["rejects"]


def test_a_few_rows_and_old_ones_say_nothing_about_the_rejects(source: Source) -> None:
    setting(most_rejects=5)
    came(source, read=10, loaded=0, rejected=10)
    came(source, ago=8 * 24 * 60, read=100, loaded=0, rejected=100)
    assert look() == []


# --- telling ---


@pytest.fixture
def told(mailbox: Mailbox) -> Callable[[], list[EmailMessage]]:
    """What operators got by mail after one more look."""

    def after() -> list[EmailMessage]:
        for alarm in watch(now=timezone.now(), actor=system()):
            for reader in User.objects.order_by("pk"):
                mail_feed_alarm(alarm.pk, reader.pk)
        return mailbox.messages

    return after


def test_operators_and_nobody_else_get_one_mail_that_says_what_is_wrong(
    source: Source, olga: User, alice: User, told: Callable[[], list[EmailMessage]]
) -> None:
    setting(expected_minutes=60)
    came(source)
    Batch.objects.update(started_at=timezone.now() - timedelta(hours=3, minutes=5))
    told()
    [message] = told()
    assert message["To"] == olga.email
    assert message["Subject"] == "Centrale: Gesprekken van asterisk: te laat"
    text = message.get_content()
    assert "3 uur geleden" in text
    assert "/operate/sources/" in text


def test_an_alarm_that_is_over_is_mailed_to_nobody(source: Source, olga: User, mailbox: Mailbox) -> None:
    alarm = FeedAlarm.objects.create(source=source, kind=Kind.LATE, opened_at=NOW, closed_at=NOW)
    assert not mail_feed_alarm(alarm.pk, olga.pk)
    assert mailbox.messages == []


def test_a_mail_server_that_is_away_fails_the_task_so_that_it_is_tried_again(
    source: Source, olga: User, settings: Settings
) -> None:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    away = {"host": "127.0.0.1", "port": free_port(), "timeout": 5}
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": away}}
    setting(expected_minutes=60)
    alarm = FeedAlarm.objects.create(source=source, kind=Kind.LATE, opened_at=NOW)
    with pytest.raises(ConnectionRefusedError):
        mail_feed_alarm(alarm.pk, olga.pk)


def test_two_workers_that_look_at_the_same_time_raise_one_alarm(source: Source) -> None:
    setting(expected_minutes=60)
    look()
    with pytest.raises(Exception, match="one_open_alarm_per_incident"), transaction.atomic():
        FeedAlarm.objects.create(source=source, kind=Kind.LATE, opened_at=NOW)


# --- the page ---


@pytest.fixture
def page(client: Client, olga: User) -> Callable[[], str]:
    client.force_login(olga)

    def ask() -> str:
        return client.get("/operate/sources/").content.decode()

    return ask


def test_the_page_says_how_each_feed_is(source: Source, page: Callable[[], str]) -> None:
    assert "Nog niets" in page()
    setting(expected_minutes=60)
    batch = came(source, "cdr-1.csv", read=200, loaded=150, rejected=50)
    Batch.objects.filter(pk=batch.pk).update(started_at=timezone.now() - timedelta(minutes=5))
    Reject.objects.create(source=source, batch=batch, line=1, raw="", fingerprint="x", reason="time", created_at=NOW)
    text = page()
    assert "Op tijd" in text
    assert "5 minuten geleden" in text
    assert "elke 60 minuten" in text
    assert "25\xa0%" in text
    assert "150 rijen in 14 dagen" in text
    Batch.objects.update(started_at=timezone.now() - timedelta(minutes=61))
    watch_feeds()
    text = page()
    assert "Te laat" in text
    assert "Het laatste bestand van asterisk kwam 61 minuten geleden" in text
    assert "Kijk naar de centrale" in text


def test_feeds_stand_in_the_order_of_their_names(source: Source) -> None:
    for name in ("zulu", "alpha", "mike"):
        a_source(name=name)
    assert [feed.source.name for feed in feeds(NOW)] == ["alpha", "asterisk", "mike", "zulu"]


def test_of_a_feed_that_never_came_no_last_file_is_told(source: Source, page: Callable[[], str]) -> None:
    Source.objects.update(created_at=timezone.now() - timedelta(minutes=90))
    setting(expected_minutes=60)
    watch_feeds()
    assert "Van asterisk is in 90 minuten geen bestand gekomen; verwacht is er een elke 60 minuten." in page()


def test_the_newest_call_is_told_without_looking_through_the_ledger(
    acme: Customer, source: Source, tmp_path: Path
) -> None:
    rows = [asterisk_row(start="2026-11-20 10:00:00"), asterisk_row(start="2026-11-20 11:00:00", sequence=2)]
    load(write(tmp_path, rows), source)
    load(write(tmp_path, [asterisk_row(start="2026-11-23 10:00:00", sequence=3)], "ahead.csv"), source)
    with CaptureQueriesContext(connection) as asked:
        [feed] = feeds(NOW)
    assert feed.newest_call == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert not any("cdr_callrecord" in query["sql"] for query in asked)


def test_the_page_asks_as_many_questions_for_many_feeds_as_for_one(
    source: Source, page: Callable[[], str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page()
    for number in range(12):
        other = a_source(name=f"feed-{number}")
        came(other, "7")
        came(other, "9")
    setting(expected_minutes=1, sequence_pattern=r"(\d+)")
    with django_assert_num_queries(QUERIES):
        page()


QUERIES = 12


def test_alarms_are_set_on_the_page_of_the_source_and_a_pattern_must_find_one_number(
    source: Source, client: Client, olga: User
) -> None:
    client.force_login(olga)
    given = {
        "name": "asterisk",
        "dialect": "asterisk",
        "time_zone": "Europe/Amsterdam",
        "number_format": "national",
        "expected_minutes": "15",
        "most_rejects": "3",
    }
    for pattern in ("cdr", "cdr-(", "(a)(b)"):
        answer = client.post(f"/operate/sources/{source.pk}/", {**given, "sequence_pattern": pattern})
        assert "reguliere expressie" in answer.content.decode()
    client.post(f"/operate/sources/{source.pk}/", {**given, "sequence_pattern": r"cdr-(\d+)\.csv"})
    source.refresh_from_db()
    assert (source.expected_minutes, source.most_rejects, source.sequence_pattern) == (15, 3, r"cdr-(\d+)\.csv")
