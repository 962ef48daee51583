"""The mobile pages: a month with its bundles, one subscription, limits, SIM cards, for those who may."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Membership, User
from accounts.tenancy import tenant
from mobile.models import MobileSubscription
from mobile.selectors import account_limit
from mobile.tests.conftest import PUK

type Fleet = dict[str, MobileSubscription]
NBSP = "\u00a0"


@pytest.fixture
def at_acme(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode().replace(NBSP, " ")


def test_a_month_shows_the_group_the_cost_and_every_subscription(at_acme: Client, fleet: Fleet) -> None:
    shown = page(at_acme, "/mobile/")
    for words in (
        "november 2026",
        "nog 10 dagen · bijgewerkt vandaag 13:00",
        "Groepsbundel data",
        "Op dit tempo is de bundel",
        "Mehmet gebruikt 52 % van de groep.",
        "€ 39,30",
        "Data in Zwitserland, Mehmet",
        "€ 31,20",
        "6,1 van 5 GB",
        "122 %",
        "boven eigen deel, groep vangt op",
        "600 MB buiten bundel, geen groep",
        "205 min",
        "06 12 34 56 01",
        "SIM van Joost blokkeren?",
    ):
        assert words in shown, words


def test_those_who_need_attention_come_first(at_acme: Client, fleet: Fleet) -> None:
    shown = page(at_acme, "/mobile/")
    rows = shown[shown.index(">Medewerker<") :]
    assert rows.index("Werkbus") < rows.index("Mehmet") < rows.index("Joost") < rows.index("Sanne")


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=0612345603", "Sanne"), ("q=werk", "Werkbus"), ("q=%2B31612345602", "Joost"), ("sim=blocked", "")],
)
def test_the_list_is_filtered_by_number_name_and_sim(at_acme: Client, fleet: Fleet, query: str, found: str) -> None:
    shown = page(at_acme, f"/mobile/?{query}")
    rows = shown[shown.index("Abonnementen") :]
    for name in ("Mehmet", "Joost", "Sanne", "Werkbus"):
        assert (f">{name}</a>" in rows) == (name == found), name
    if not found:
        assert "Geen abonnement past bij deze filters" in shown


def test_a_month_without_counters_says_so_and_another_month_that_does_not_exist_is_the_current(
    at_acme: Client, fleet: Fleet
) -> None:
    assert "bijgewerkt" not in page(at_acme, "/mobile/?month=2026-10")
    for typed in ("oktober", "1900-01", "9000-12", "9" * 5000):
        assert "november 2026" in page(at_acme, f"/mobile/?month={typed}")


def test_a_filter_that_cannot_be_read_restricts_nothing(at_acme: Client, fleet: Fleet) -> None:
    assert "Sanne" in page(at_acme, "/mobile/?sim=lost&type=7&ended=perhaps")


def test_ended_subscriptions_are_shown_when_asked_for(at_acme: Client, fleet: Fleet) -> None:
    with tenant(fleet["Sanne"].customer_id):
        MobileSubscription.objects.filter(pk=fleet["Sanne"].pk).update(ended_on="2026-11-19")
    assert ">Sanne</a>" not in page(at_acme, "/mobile/")
    shown = page(at_acme, "/mobile/?ended=on")
    assert ">Sanne</a>" in shown
    assert "Beëindigd" in shown


def test_before_the_first_subscription_the_page_says_what_will_be_here(at_acme: Client) -> None:
    assert "Nog geen mobiele abonnementen" in page(at_acme, "/mobile/")


def test_one_subscription_shows_its_bundles_and_its_months(at_acme: Client, fleet: Fleet) -> None:
    shown = page(at_acme, f"/mobile/{fleet['Sanne'].pk}/")
    for words in ("06 12 34 56 03", "205 van 250 min", "november 2026", "1 januari 2026", "8931081700000000003"):
        assert words in shown, words


def test_the_csv_holds_the_rows_that_are_shown(at_acme: Client, fleet: Fleet) -> None:
    response = at_acme.get("/mobile/csv/?q=sanne")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert response.headers["Content-Disposition"] == 'attachment; filename="acme-mobile-2026-11.csv"'
    assert len(lines) == 2
    assert (
        lines[1].replace(NBSP, " ")
        == '2026-11;Sanne;;06 12 34 56 03;Zakelijk;400;5000;"205,0";"250,0";"0,000000";Actief'
    )


def test_blocking_a_sim_answers_with_a_toast_that_undoes_it(at_acme: Client, fleet: Fleet) -> None:
    pk = fleet["Joost"].pk
    shown = at_acme.post(f"/mobile/{pk}/block/", follow=True).content.decode()
    assert "SIM van Joost geblokkeerd." in shown
    assert f"/mobile/{pk}/unblock/" in shown
    assert "SIM van Joost werkt weer." in at_acme.post(f"/mobile/{pk}/unblock/", follow=True).content.decode()


def test_looking_at_a_puk_shows_it_once_and_stays_in_the_trail(at_acme: Client, alice: User, fleet: Fleet) -> None:
    address = f"/mobile/{fleet['Joost'].pk}/"
    assert PUK not in page(at_acme, address)
    shown = at_acme.post(f"{address}puk/")
    assert PUK in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    assert PUK not in page(at_acme, address)
    with tenant(fleet["Joost"].customer_id):
        entry = AuditEntry.objects.get(verb="mobile.puk")
    assert entry.user == alice
    assert PUK not in str(entry.changes) + entry.note


@pytest.mark.parametrize(
    ("typed", "kept", "words"),
    [
        ("100", 100_000_000, "€ 100,00 per maand"),
        ("1.234,56", 1_234_560_000, "€ 1.234,56 per maand"),
        ("0", 0, "0 betekent geen"),
        ("", None, "het veld is leeg"),
    ],
)
def test_a_limit_is_kept_as_typed_and_said_on_screen(
    at_acme: Client, fleet: Fleet, typed: str, kept: int | None, words: str
) -> None:
    shown = at_acme.post("/mobile/limits/", {"account_limit": typed}, follow=True).content.decode()
    assert words in shown.replace(NBSP, " ")
    with tenant(fleet["Joost"].customer_id):
        assert account_limit() == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1.234", "Dit bedrag kan twee dingen betekenen"),
        ("veel", "Dit is geen bedrag"),
        ("-5", "Een limiet is 0 of meer"),
    ],
)
def test_an_amount_that_is_none_is_answered_at_the_field(at_acme: Client, typed: str, words: str) -> None:
    assert words in at_acme.post("/mobile/limits/", {"account_limit": typed}).content.decode()


def test_the_limit_stands_beside_what_is_used(at_acme: Client, fleet: Fleet) -> None:
    at_acme.post("/mobile/limits/", {"account_limit": "100"})
    shown = page(at_acme, "/mobile/")
    assert "van € 100,00 limiet" in shown
    assert "39 % van de limiet" in shown


PAGES = ["/mobile/{}/", "/mobile/csv/", "/mobile/limits/", "/mobile/"]
ACTS = ["/mobile/{}/block/", "/mobile/{}/unblock/", "/mobile/{}/puk/"]


@pytest.mark.parametrize("address", ["/mobile/{}/", *ACTS])
def test_another_customers_subscription_is_not_there(client: Client, carol: User, fleet: Fleet, address: str) -> None:
    client.force_login(carol)
    where = address.format(fleet["Joost"].pk)
    assert (client.post(where) if address in ACTS else client.get(where)).status_code == 404
    assert "Joost" not in page(client, "/mobile/")


@pytest.mark.parametrize("address", [*PAGES, *ACTS])
def test_a_colleague_without_access_to_mobile_is_told_no(client: Client, bob: User, fleet: Fleet, address: str) -> None:
    client.force_login(bob)
    where = address.format(fleet["Joost"].pk)
    assert (client.post(where) if address in ACTS else client.get(where)).status_code == 403


def test_who_only_looks_sees_no_buttons_and_cannot_press_them(client: Client, bob: User, fleet: Fleet) -> None:
    Membership.objects.filter(user=bob).update(mobile_access=True)
    client.force_login(bob)
    shown = page(client, f"/mobile/{fleet['Joost'].pk}/") + page(client, "/mobile/")
    for words in ("SIM blokkeren", "Limieten", "8931081700000000002", "Pukcode"):
        assert words not in shown, words
    for address in [*ACTS, "/mobile/limits/"]:
        assert client.post(address.format(fleet["Joost"].pk)).status_code == 403


def test_reading_never_changes_anything(at_acme: Client, fleet: Fleet) -> None:
    for address in ACTS:
        assert at_acme.get(address.format(fleet["Joost"].pk)).status_code == 405


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(
    at_acme: Client, fleet: Fleet, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page(at_acme, "/mobile/")
    with django_assert_num_queries(14):
        page(at_acme, "/mobile/")
    with django_assert_num_queries(14):
        page(at_acme, f"/mobile/{fleet['Joost'].pk}/")
