"""Calls in the API: the selection and the rights of the pages."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.models import Customer, Membership, User
from cdr.api import CallViewSet
from cdr.models import Source
from cdr.selectors.calls import reach
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from cdr.totals_api import CallTotalsViewSet

pytestmark = pytest.mark.django_db


def ask(user: User, view: Any, query: str = "", **key: Any) -> Any:
    """The answer to a user."""
    request = APIRequestFactory().get(f"/api/v1/calls/{query}")
    force_authenticate(request, user=user)
    return view.as_view({"get": "retrieve" if key else "list"}, detail=bool(key))(request, **key)


@pytest.fixture
def called(acme: Customer, birch: Customer, tmp_path: Path) -> None:
    """Seven calls of Acme in October, two of them hidden, and one of Birch."""
    a_tariff()
    rows = [
        asterisk_row(dst=dst, unique=f"{n}.{n}", start=f"2026-10-{n + 1:02} 10:00:00", billsec=60)
        for n, dst in enumerate(
            ("0201234567", "0612345678", "09001234", "112", "08000410", "0021253726", "004930901820")
        )
    ]
    load(write(tmp_path, [*rows, asterisk_row(account="birch", unique="9.9")]), a_source())


def test_calls_come_in_pages_newest_first_without_hidden_numbers(called: None, alice: User) -> None:
    first = ask(alice, CallViewSet, "?month=2026-10&page_size=3").data
    assert [call["other"] for call in first["results"]] == ["+4930901820", "+21253726", "+319001234"]
    assert first["previous"] is None
    second = ask(alice, CallViewSet, "?" + first["next"].partition("?")[2]).data
    assert [call["other"] for call in second["results"]] == ["+31612345678", "+31201234567"]
    assert second["next"] is None


def test_amounts_are_exact_and_unrated_ones_are_null(called: None, alice: User) -> None:
    calls = ask(alice, CallViewSet, "?month=2026-10").data["results"]
    assert [call["amount"] for call in calls] == [None, "0.375000", "0.500000", "0.090000", "0.060000"]


def test_totals_are_the_sums_of_the_calls(called: None, alice: User) -> None:
    calls = ask(alice, CallViewSet, "?month=2026-10").data["results"]
    totals = ask(alice, CallTotalsViewSet, "?month=2026-10").data
    assert (totals["calls"], totals["unrated"]) == (5, 1)
    assert Decimal(totals["amount"]) == sum(Decimal(call["amount"] or 0) for call in calls)
    assert sum(row["calls"] for row in totals["results"]) == totals["calls"]


def test_one_call_is_found_by_its_id_and_only_by_its_customer(called: None, alice: User, carol: User) -> None:
    call = ask(alice, CallViewSet, "?month=2026-10").data["results"][0]
    found = ask(alice, CallViewSet, pk=call["id"]).data
    assert {name: found[name] for name in call} == call
    assert ask(carol, CallViewSet, pk=call["id"]).status_code == 404
    assert ask(alice, CallViewSet, pk="nonsense").status_code == 404


def test_masked_digits_are_masked_here_too(called: None, acme: Customer, bob: User) -> None:
    Membership.objects.filter(user=bob).update(views_invoices=True)
    calls = ask(bob, CallViewSet, "?month=2026-10").data["results"]
    assert calls[3]["other"] == "+3161234xxxx"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?type=99", ["type"]),
        ("?page_size=9999", ["page_size"]),
        ("?after=x", ["after"]),
        ("?cost_min=veel", ["cost_min"]),
        ("?cost_min=0,50&cost_max=veel", ["cost_max"]),
        ("?seconds_min=1:99&seconds_max=x", ["seconds_max", "seconds_min"]),
    ],
)
def test_a_filter_that_cannot_be_read_is_a_problem_at_its_name(
    called: None, alice: User, query: str, names: list[str]
) -> None:
    answer = ask(alice, CallViewSet, query)
    assert answer.status_code == 400
    assert sorted(answer.data["errors"]) == names


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("?page_size=" + "9" * 5000, "page_size"),
        ("?page_size=0", "page_size"),
        ("?from=0001-01-01&to=0001-01-02", "from"),
        ("?from=9999-12-30&to=9999-12-31", "from"),
        ("?from=2026-10-02&to=2026-10-01", "from"),
        ("?from=2026-10-02", "from"),
        ("?month=1900-01", "month"),
        ("?month=9000-12", "month"),
        ("?month=" + "9" * 5000, "month"),
    ],
    ids=lambda text: text[:24],
)
def test_a_size_or_period_beyond_all_bounds_is_a_problem_at_its_name(
    called: None, alice: User, query: str, name: str
) -> None:
    answer = ask(alice, CallViewSet, query)
    assert answer.status_code == 400
    assert list(answer.data["errors"]) == [name]


@pytest.mark.parametrize("query", ["?page_size=0003", "?page_size=500", "?from=2026-10-01&to=2026-10-31&page_size=3"])
def test_a_size_and_period_within_the_bounds_are_taken(called: None, alice: User, query: str) -> None:
    assert ask(alice, CallViewSet, query).status_code == 200


@pytest.mark.parametrize("view", [CallViewSet, CallTotalsViewSet])
def test_a_colleague_without_the_right_is_told_no(called: None, bob: User, view: Any) -> None:
    assert ask(bob, view).status_code == 403


@pytest.mark.parametrize(
    ("named", "numbered"),
    [
        ("type=abroad", "type=3"),
        ("type=nl_fixed&type=nl_mobile", "type=1&type=2"),
        ("direction=outgoing", "direction=1"),
    ],
)
@pytest.mark.parametrize("view", [CallViewSet, CallTotalsViewSet])
def test_kinds_are_asked_for_by_the_names_that_answers_have(
    called: None, alice: User, view: Any, named: str, numbered: str
) -> None:
    found = ask(alice, view, f"?month=2026-10&{named}").data
    assert found["results"]
    assert found["results"] == ask(alice, view, f"?month=2026-10&{numbered}").data["results"]


@pytest.mark.parametrize("query", ["type=emergency", "type=free", "type=elsewhere", "product=both", "direction=up"])
def test_a_name_of_no_kind_that_is_shown_is_a_problem(called: None, alice: User, query: str) -> None:
    answer = ask(alice, CallViewSet, f"?month=2026-10&{query}")
    assert (answer.status_code, list(answer.data["errors"])) == (400, [query.partition("=")[0]])


def test_calls_of_which_the_own_number_is_unknown_are_found(called: None, alice: User, tmp_path: Path) -> None:
    row = asterisk_row(src="anonymous", unique="8.8", start="2026-10-09 10:00:00")
    load(write(tmp_path, [row], name="unknown.csv"), Source.objects.get())
    document = ask(alice, CallViewSet, "?month=2026-10&number=unknown").data
    assert [(call["number"], call["start"][:10]) for call in document["results"]] == [("", "2026-10-09")]


def test_the_dearest_are_those_of_all_calls_however_many_there_are(
    called: None, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "REACH", 1)
    request = APIRequestFactory().get("/api/v1/call-totals/dearest/?month=2026-10&seconds_min=1")
    force_authenticate(request, user=alice)
    found = CallTotalsViewSet.as_view({"get": "dearest"})(request).data
    assert [call["amount"] for call in found] == ["0.500000", "0.375000", "0.090000", "0.060000"]
