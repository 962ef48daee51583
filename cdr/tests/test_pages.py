"""The pages about calls."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, User
from cdr.generate import Caller, Company, files
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from portal.lib.periods import Month

pytestmark = pytest.mark.django_db

PAGES = ("/calls/?month=2026-10", "/calls/?month=2026-10&view=type", "/calls/details/?month=2026-10")


@pytest.fixture
def october(acme: Customer, birch: Customer, tmp_path: Path) -> None:
    """A month of calls of Acme, and one call of Birch."""
    a_tariff()
    people = (Caller("Sanne", "101", "+31887654121"), Caller("Joost", "102", "+31887654123"))
    [made] = files([Company("acme", "+31887654000", people, 300, favourite="212537268")], [Month(2026, 10)])
    path = tmp_path / made.name
    path.write_bytes(made.content)
    source = a_source()
    load(path, source)
    load(write(tmp_path, [asterisk_row(account="birch", dst="0209999999", unique="9.9")], "birch.csv"), source)


@pytest.fixture
def page(client: Client) -> Callable[[User, str], str]:
    """The page that a user sees."""

    def read(user: User, url: str) -> str:
        client.force_login(user)
        response = client.get(url)
        assert response.status_code == 200, (url, response.status_code)
        return response.content.decode()

    return read


@pytest.mark.parametrize("url", PAGES)
def test_an_owner_sees_the_calls(october: None, alice: User, page: Callable[[User, str], str], url: str) -> None:
    assert "Gespreksdetails" in page(alice, url)


@pytest.mark.parametrize("url", [*PAGES, "/calls/export.csv"])
def test_a_colleague_without_the_right_is_refused(october: None, bob: User, client: Client, url: str) -> None:
    client.force_login(bob)
    assert client.get(url).status_code == 403


def test_another_customer_sees_only_its_own_call(october: None, carol: User, page: Callable[[User, str], str]) -> None:
    assert "020 999 99 99" in page(carol, "/calls/details/?month=2026-10")


@pytest.mark.parametrize("url", PAGES)
def test_a_page_of_calls_takes_no_more_queries_when_there_are_more(
    october: None,
    alice: User,
    client: Client,
    url: str,
    django_assert_max_num_queries: Callable[..., CaptureQueriesContext],
) -> None:
    client.force_login(alice)
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        client.get(url)
    print(url, len(seen))
    assert len(seen) < 60
