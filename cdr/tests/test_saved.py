"""Filters that people save: what is kept of an address, what it means later, whose it is, and what is refused."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.access import Actor, Door, system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, Membership, User
from accounts.services import create_token
from accounts.tenancy import tenant
from accounts.web import SESSION_KEY
from cdr.filters import saved_query
from cdr.models import SavedFilter
from cdr.rules import MOST_SAVED
from cdr.services import keep_filter, remove_filter, rename_filter
from cdr.tests.worlds import NOW

KEEP, LIST = "/calls/filters/new/", "/calls/filters/"
API = "/api/v1/saved-filters/"
ABROAD = "type=3"

type Ask = Callable[..., Any]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def actor(user: User, customer: Customer) -> Actor:
    return Actor(user=user, customer=customer, roles=frozenset(), door=Door.PAGE)


def keep(user: User, customer: Customer, name: str = "Abroad", query: str = ABROAD) -> SavedFilter:
    with tenant(customer):
        return keep_filter(actor=actor(user, customer), customer=customer, name=name, query=query)


def kept(customer: Customer) -> list[tuple[str, str]]:
    with tenant(customer):
        return list(SavedFilter.objects.values_list("name", "query"))


def link(client: Client, path: str, name: str) -> tuple[str, bool]:
    """Where a saved filter leads from a page, and whether the page shows it already."""
    [choice] = [one for one in client.get(path).context["saved"].choices if one.label == name]
    return choice.url, choice.active


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


# --- what is kept of an address ---


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("view=type&sort=-cost&after=x&type=3", "type=3"),
        ("type=4&q=&type=3&type=4", "type=3&type=4"),
        ("month=previous&type=3", "month=previous&type=3"),
        ("type=3&month=2026-10", "month=2026-10&type=3"),
        ("to=2026-10-05&from=2026-10-01", "from=2026-10-01&to=2026-10-05"),
        ("month=2026-10&from=2026-10-01&to=2026-10-05", "month=2026-10"),
        ("month=2026-11&invoice=2026-10", "invoice=2026-10"),
        ("cost_min=0%2C50&caller=%2B31+20", "caller=%2B31+20&cost_min=0%2C50"),
        ("view=type", ""),
    ],
)
def test_the_period_and_the_filters_are_kept_in_one_order_and_nothing_else(address: str, query: str) -> None:
    assert saved_query(QueryDict(address)) == query


# --- on the pages ---


@pytest.mark.parametrize("page", ["/calls/", "/calls/details/"])
def test_a_filter_is_saved_from_a_page_and_used_there_with_one_click(
    as_alice: Client, acme: Customer, page: str
) -> None:
    answer = as_alice.post(KEEP, {"name": "Abroad", "query": ABROAD, "period": "", "back": f"{page}?{ABROAD}"})
    assert answer.headers["Location"] == f"{page}?{ABROAD}"
    assert kept(acme) == [("Abroad", ABROAD)]
    assert link(as_alice, page, "Abroad") == (f"{page}?{ABROAD}", False)
    assert link(as_alice, f"{page}?{ABROAD}", "Abroad") == (f"{page}?{ABROAD}", True)


def test_opening_a_filter_leaves_the_view_of_the_page_and_takes_the_rest_away(
    as_alice: Client, alice: User, acme: Customer
) -> None:
    keep(alice, acme)
    url, _ = link(as_alice, "/calls/?month=2026-09&type=4&view=number", "Abroad")
    assert url == f"/calls/?{ABROAD}&view=number"


def test_the_previous_period_stays_the_previous_one(as_alice: Client, acme: Customer) -> None:
    as_alice.post(KEEP, {"name": "Last", "query": "month=2026-10&type=3", "period": "month=previous"})
    assert kept(acme) == [("Last", "month=previous&type=3")]
    url, _ = link(as_alice, "/calls/details/", "Last")
    with time_machine.travel("2026-12-05T12:00:00Z", tick=False):
        selection = as_alice.get(url).context["asked"].selection
    assert (selection.first.isoformat(), selection.end.isoformat()) == ("2026-11-01", "2026-12-01")


def test_the_running_period_stays_the_running_one(as_alice: Client, acme: Customer) -> None:
    as_alice.post(KEEP, {"name": "Now", "query": "month=2026-11&type=3", "period": ""})
    url, _ = link(as_alice, "/calls/details/", "Now")
    with time_machine.travel("2026-12-05T12:00:00Z", tick=False):
        assert as_alice.get(url).context["asked"].selection.first.isoformat() == "2026-12-01"


@pytest.mark.parametrize(
    ("address", "chosen"),
    [
        ("type=3", ""),
        ("type=3&month=2026-11", ""),
        ("type=3&month=2026-10", "month=previous"),
        ("type=3&month=previous", "month=previous"),
        ("type=3&month=2026-08", "month=2026-08"),
        ("type=3&from=2026-10-03&to=2026-10-05", "from=2026-10-03&to=2026-10-05"),
    ],
)
def test_the_form_proposes_the_period_that_is_shown_as_people_mean_it(
    as_alice: Client, address: str, chosen: str
) -> None:
    periods = as_alice.get(f"/calls/details/?{address}").context["saved"].periods
    assert [value for value, _label, is_chosen in periods if is_chosen] == [chosen]


def test_a_filter_of_the_previous_period_is_marked_on_the_month_by_its_name(
    as_alice: Client, alice: User, acme: Customer
) -> None:
    keep(alice, acme, query="month=previous&type=3")
    assert link(as_alice, "/calls/?type=3&month=2026-10", "Abroad")[1]
    assert not link(as_alice, "/calls/?type=3&month=2026-09", "Abroad")[1]


def test_there_is_nothing_to_save_without_filters_in_the_running_period(as_alice: Client) -> None:
    assert not as_alice.get("/calls/").context["saved"].is_shown


def test_filters_that_cannot_be_read_are_not_offered_to_save_and_not_saved(as_alice: Client, acme: Customer) -> None:
    assert not as_alice.get("/calls/?cost_min=much").context["saved"].can_keep
    as_alice.post(KEEP, {"name": "Much", "query": "cost_min=much"})
    assert kept(acme) == []


def test_saving_leads_nowhere_but_to_the_pages_of_calls(as_alice: Client) -> None:
    answer = as_alice.post(KEEP, {"name": "Abroad", "query": ABROAD, "back": "https://elsewhere.example/calls/"})
    assert answer.headers["Location"] == LIST


@pytest.mark.parametrize("name", ["", " ", "x" * 41])
def test_a_name_has_1_to_40_characters(as_alice: Client, acme: Customer, name: str) -> None:
    answer = as_alice.post(KEEP, {"name": name, "query": ABROAD})
    assert "Geef het filter een naam" in said(answer)
    assert kept(acme) == []


def test_the_list_says_what_each_filter_holds(as_alice: Client, alice: User, acme: Customer) -> None:
    keep(alice, acme, query="month=previous&q=0341&type=3&cost_min=0.50")
    keep(alice, acme, name="Own days", query="from=2026-10-03&to=2026-10-05")
    page = as_alice.get(LIST)
    about = {row["kept"].name: row["about"] for row in page.context["rows"]}
    assert about["Abroad"].startswith("de vorige periode · 0341 · ")
    assert "Bedrag: vanaf 0.50" in about["Abroad"]
    assert about["Own days"] == "3 t/m 5 oktober"


def test_an_empty_list_says_how_to_fill_it(as_alice: Client) -> None:
    assert "kies Filter opslaan" in as_alice.get(LIST).content.decode()


def test_a_filter_gets_another_name(as_alice: Client, alice: User, acme: Customer) -> None:
    found = keep(alice, acme)
    as_alice.post(reverse("cdr:filter_rename", args=[found.pk]), {"name": "Far away"})
    assert kept(acme) == [("Far away", ABROAD)]


def test_a_removed_filter_comes_back_with_what_the_message_offers(
    as_alice: Client, alice: User, acme: Customer
) -> None:
    found = keep(alice, acme, query="month=previous&type=3&caller=%2B31+20")
    answer = as_alice.post(reverse("cdr:filter_remove", args=[found.pk]))
    assert kept(acme) == []
    [message] = get_messages(answer.wsgi_request)
    as_alice.post(message.extra_tags.removeprefix("undo:"))
    assert kept(acme) == [("Abroad", "month=previous&type=3&caller=%2B31+20")]


def test_the_list_asks_the_same_few_questions_for_many_filters(as_alice: Client, alice: User, acme: Customer) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            as_alice.get(LIST)
        return len(asked)

    keep(alice, acme, name="1")
    queries()  # what is asked once and remembered
    one = queries()
    for number in range(2, 9):
        keep(alice, acme, name=str(number))
    assert queries() == one


# --- what is refused ---


def test_each_name_is_there_once_in_whatever_case(alice: User, acme: Customer) -> None:
    keep(alice, acme)
    with pytest.raises(Refusal) as refused:
        keep(alice, acme, name="ABROAD", query="type=4")
    assert (refused.value.code, refused.value.field) == ("filter_name_taken", "name")


def test_the_page_says_that_a_name_is_taken(as_alice: Client, alice: User, acme: Customer) -> None:
    keep(alice, acme)
    answer = as_alice.post(KEEP, {"name": "Abroad", "query": "type=4"})
    assert said(answer) == "Je hebt al een filter opgeslagen als Abroad. Kies een andere naam."


def test_a_filter_is_not_renamed_to_another_ones_name_but_to_its_own_in_other_case(alice: User, acme: Customer) -> None:
    keep(alice, acme)
    other = keep(alice, acme, name="Mobile")
    with tenant(acme):
        with pytest.raises(Refusal) as refused:
            rename_filter(actor=actor(alice, acme), kept=other, name="abroad")
        assert refused.value.code == "filter_name_taken"
        assert rename_filter(actor=actor(alice, acme), kept=other, name="mobile").name == "mobile"


def test_the_database_has_each_name_once(alice: User, acme: Customer) -> None:
    with tenant(acme):
        SavedFilter.objects.create(customer=acme, user=alice, name="Abroad", query=ABROAD)
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedFilter.objects.create(customer=acme, user=alice, name="Abroad", query="")


def test_one_more_than_fits_is_refused(alice: User, acme: Customer) -> None:
    for number in range(MOST_SAVED):
        keep(alice, acme, name=str(number))
    with pytest.raises(Refusal) as refused:
        keep(alice, acme, name="more")
    assert refused.value.code == "too_many_filters"


def test_no_filter_at_all_is_not_saved(alice: User, acme: Customer) -> None:
    with pytest.raises(Refusal) as refused:
        keep(alice, acme, query="")
    assert refused.value.code == "no_filters"


# --- whose they are ---


@pytest.fixture
def colleague(acme: Customer, bob: User) -> User:
    """Bob, who may see calls."""
    Membership.objects.filter(customer=acme, user=bob).update(views_invoices=True)
    return bob


def test_a_colleague_neither_sees_nor_changes_mine(
    client: Client, alice: User, colleague: User, acme: Customer
) -> None:
    found = keep(alice, acme)
    client.force_login(colleague)
    assert client.get("/calls/").context["saved"].choices == []
    assert client.post(reverse("cdr:filter_rename", args=[found.pk]), {"name": "x"}).status_code == 404
    assert client.post(reverse("cdr:filter_remove", args=[found.pk])).status_code == 404
    assert kept(acme) == [("Abroad", ABROAD)]


def test_a_colleague_may_use_the_same_name(alice: User, colleague: User, acme: Customer) -> None:
    keep(alice, acme)
    keep(colleague, acme)
    assert len(kept(acme)) == 2


def test_a_filter_stays_with_the_customer_it_was_saved_at(
    client: Client, dave: User, acme: Customer, birch: Customer
) -> None:
    keep(dave, acme)
    client.force_login(dave)
    shown = {}
    for customer in (acme, birch):
        session = client.session
        session[SESSION_KEY] = customer.pk
        session.save()
        shown[customer.reference] = len(client.get("/calls/").context["saved"].choices)
    assert shown == {"acme": 1, "birch": 0}


def test_what_is_no_person_saves_nothing(acme: Customer) -> None:
    with tenant(acme), pytest.raises(PermissionDenied):
        keep_filter(actor=system(), customer=acme, name="x", query=ABROAD)


def test_the_log_book_says_who_saved_renamed_and_removed_but_not_what_was_searched(alice: User, acme: Customer) -> None:
    found = keep(alice, acme, query="q=0341274999")
    with tenant(acme):
        rename_filter(actor=actor(alice, acme), kept=found, name="Mine")
        remove_filter(actor=actor(alice, acme), kept=found)
        entries = AuditEntry.objects.filter(verb__startswith="saved_filter.").order_by("pk")
        assert [(entry.verb, entry.changes) for entry in entries] == [
            ("saved_filter.keep", {"name": [None, "Abroad"]}),
            ("saved_filter.rename", {"name": ["Abroad", "Mine"]}),
            ("saved_filter.remove", {"name": ["Mine", None]}),
        ]


# --- the API ---


@pytest.fixture
def ask(client: Client, alice: User) -> Ask:
    """Asks the API with a key, as alice where nobody is named."""

    def send(method: str, path: str, data: dict[str, str] | None = None, *, user: User = alice) -> Any:
        _, key = create_token(actor=system(), user=user, name="test")
        headers = {"Authorization": f"Bearer {key}"}
        if data is None:
            return getattr(client, method)(path, headers=headers)
        return getattr(client, method)(path, data, content_type="application/json", headers=headers)

    return send


def test_the_api_saves_lists_renames_and_removes(ask: Ask, acme: Customer) -> None:
    made = ask("post", API, {"name": "Last", "query": "type=3&month=previous"})
    assert (made.status_code, made.json()["query"]) == (201, "month=previous&type=3")
    one = f"{API}{made.json()['id']}/"
    assert ask("get", API).json()["results"] == [made.json()]
    assert ask("patch", one, {"name": "Then"}).json()["name"] == "Then"
    assert ask("delete", one).status_code == 204
    assert kept(acme) == []


@pytest.mark.parametrize(
    ("query", "field"), [("cost_min=much", "cost_min"), ("month=2026-13", "month"), ("from=2026-10-01", "from")]
)
def test_the_api_refuses_what_it_could_not_read_later(ask: Ask, query: str, field: str) -> None:
    answer = ask("post", API, {"name": "x", "query": query})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_kinds_that_are_saved_by_name_are_those_of_the_pages(ask: Ask, as_alice: Client) -> None:
    made = ask("post", API, {"name": "Named", "query": "direction=outgoing&type=abroad&product=fixed"}).json()
    assert made["query"] == "product=1&direction=1&type=3"
    page = " ".join(re.sub(r"<[^>]+>", " ", as_alice.get("/calls/filters/").content.decode()).split())
    assert "Product: vast · Richting: uitgaand · Gesprekstype: Buitenland" in page
    bar = as_alice.get("/calls/?type=abroad&direction=1&product=fixed").context["saved"]
    assert [choice.active for choice in bar.choices] == [True]


def test_the_api_refuses_with_the_codes_of_the_pages(ask: Ask, alice: User, acme: Customer) -> None:
    keep(alice, acme)
    answer = ask("post", API, {"name": "Abroad", "query": ABROAD})
    assert (answer.status_code, answer.json()["title"]) == (409, "filter name taken")


def test_the_api_shows_nobody_elses(ask: Ask, alice: User, colleague: User, acme: Customer) -> None:
    found = keep(alice, acme)
    assert ask("get", API, user=colleague).json()["results"] == []
    assert ask("get", f"{API}{found.pk}/", user=colleague).status_code == 404
