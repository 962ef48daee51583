"""Invoices in the API: the same rows, rights and documents as on the pages."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.access import Door, system
from accounts.models import Customer, User
from invoices.api import Invoices
from invoices.models import Invoice, Subscription
from invoices.services import bill
from portal.lib.periods import Month


@pytest.fixture
def issued(acme: Customer, subscribed: Callable[..., Subscription]) -> Invoice:
    subscribed(acme)
    with time_machine.travel("2026-11-02T10:00:00+01:00", tick=False):
        made = bill(actor=system(acme, Door.COMMAND), customer=acme, month=Month(2026, 10)).invoice
    assert made is not None
    return made


def ask(user: User, action: str, query: str = "", **key: Any) -> Any:
    request = APIRequestFactory().get(f"/api/v1/invoices/{query}")
    force_authenticate(request, user=user)
    return Invoices.as_view({"get": action}, detail=bool(key))(request, **key)


def test_the_list_holds_the_amounts_as_decimals(alice: User, issued: Invoice) -> None:
    (row,) = ask(alice, "list").data["results"]
    assert row == {
        "id": issued.pk,
        "number": "2026-000001",
        "month": "2026-10-01",
        "issued_on": "2026-11-02",
        "due_on": "2026-12-02",
        "sent_at": None,
        "net": "139.30",
        "vat": "29.25",
        "total": "168.55",
    }


def test_the_filters_are_those_of_the_page(alice: User, issued: Invoice) -> None:
    assert ask(alice, "list", "?last=2026-09-30").data["results"] == []
    assert len(ask(alice, "list", "?first=2026-10-01&number=0001").data["results"]) == 1


def test_one_invoice_has_its_lines_and_parties(alice: User, issued: Invoice) -> None:
    document = ask(alice, "retrieve", pk=issued.pk).data
    assert document["buyer"]["city"] == "Tilburg"
    assert [(line["key"], line["amount"]) for line in document["lines"]] == [("product:user", "139.30")]


def test_the_pdf_is_the_one_that_was_issued(alice: User, issued: Invoice) -> None:
    answer = ask(alice, "pdf", pk=issued.pk)
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("action", ["retrieve", "pdf"])
def test_another_customers_invoice_is_not_there(carol: User, issued: Invoice, action: str) -> None:
    assert ask(carol, action, pk=issued.pk).status_code == 404
    assert ask(carol, "list").data["results"] == []


def test_a_colleague_without_the_role_is_told_no(bob: User, issued: Invoice) -> None:
    assert ask(bob, "list").status_code == 403
