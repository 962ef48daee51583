"""Tariffs, their versions, lists of rates and customers' own prices in the API."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.access import Door, system
from accounts.models import AuditEntry, Customer, User
from accounts.services import create_token
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import CustomerRate, CustomerTariff, RateImport, Tariff, TariffVersion
from cdr.tests.worlds import a_tariff

HEAD = "prefix;destination;call_type;setup;minute;first;step\n"
RATES = HEAD + "31;Nederland vast;nl_fixed;0,0450;0,0250;1;1\n316;Nederland mobiel;nl_mobile;0;0,0900;60;1\n"
pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


@pytest.fixture
def basis(acme: Customer, birch: Customer) -> Tariff:
    return a_tariff()


@pytest.fixture
def ask(client: Client, olga: User) -> Ask:
    """Ask as the operator; a file goes as a form does, everything else as JSON."""
    _, key = create_token(actor=system(door=Door.COMMAND), user=olga, name="test")

    def asked(path: str, method: str = "get", data: Any = None, rates: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        url = path if path.startswith("http") else f"/api/v1/{path}"
        if rates is None:
            return getattr(client, method)(url, data, content_type="application/json", headers=headers)
        return client.post(url, {**data, "rates": SimpleUploadedFile("list.csv", rates.encode())}, headers=headers)

    return asked


def coming(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def verbs() -> set[str]:
    with crossing(Crossing.OPERATE):
        return set(AuditEntry.objects.values_list("verb", flat=True))


# --- tariffs and who has them ---


def test_a_tariff_is_made_given_to_customers_and_renamed(basis: Tariff, acme: Customer, ask: Ask) -> None:
    made = ask("tariffs/", "post", {"name": "Zakelijk", "customers": [acme.reference]})
    assert made.status_code == 201
    assert made.json() | {"id": 0} == {
        "id": 0, "name": "Zakelijk", "is_default": False, "customers": [acme.reference],
    }  # fmt: skip
    place = f"tariffs/{made.json()['id']}/"
    assert ask(place, "patch", {"name": "Zakelijk 2027"}).json()["customers"] == [acme.reference]
    assert ask(place, "patch", {"customers": []}).json() == {**made.json(), "name": "Zakelijk 2027", "customers": []}
    assert not CustomerTariff.objects.exists()
    assert {one["name"] for one in ask("tariffs/").json()["results"]} == {basis.name, "Zakelijk 2027"}
    assert {"tariff.made", "tariff.changed", "customer.tariff"} <= verbs()


def test_only_one_tariff_is_the_default(basis: Tariff, ask: Ask) -> None:
    made = ask("tariffs/", "post", {"name": "Nieuw", "is_default": True}).json()
    assert [one["id"] for one in ask("tariffs/").json()["results"] if one["is_default"]] == [made["id"]]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Other", "customers": ["nobody"]}, "customers"),
        ({"name": "x" * 81}, "name"),
        ({}, "name"),
    ],
)
def test_what_is_wrong_with_a_tariff_stands_at_its_name(
    basis: Tariff, ask: Ask, given: dict[str, Any], field: str
) -> None:
    answer = ask("tariffs/", "post", given)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert answer.json()["type"] == "urn:centrale:problem:invalid"
    assert Tariff.objects.count() == 1


# --- versions and rates ---


def test_versions_say_from_and_until_when_they_hold_and_have_their_rates_by_prefix(basis: Tariff, ask: Ask) -> None:
    sent = ask("rate-imports/", "post", {"tariff": basis.pk, "valid_from": coming(30)}, rates=RATES).json()
    used = ask(f"rate-imports/{sent['id']}/use/", "post")
    assert used.status_code == 200
    versions = ask(f"tariff-versions/?tariff={basis.pk}").json()["results"]
    assert [(one["valid_from"], one["valid_to"]) for one in versions] == [
        (coming(30), None),
        ("2020-01-01", coming(30)),
    ]
    assert versions[0]["id"] == used.json()["tariff_version"]
    assert (versions[0]["rates"], versions[0]["peak_first_day"], versions[0]["peak_until"]) == (2, 1, "20:00:00")
    page = ask(f"tariff-versions/{versions[0]['id']}/rates/?page_size=1").json()
    assert page["results"] == [
        {
            "prefix": "31", "destination": "Nederland vast", "call_type": "nl_fixed", "setup": "0.045000",
            "minute": "0.025000", "offpeak_setup": None, "offpeak_minute": None, "first": 1, "step": 1,
        }
    ]  # fmt: skip
    assert [rate["prefix"] for rate in ask(page["next"]).json()["results"]] == ["316"]


def test_rates_that_do_not_hold_yet_are_moved_to_another_day(basis: Tariff, ask: Ask) -> None:
    sent = ask("rate-imports/", "post", {"tariff": basis.pk, "valid_from": coming(30)}, rates=RATES).json()
    place = f"tariff-versions/{ask(f'rate-imports/{sent["id"]}/use/', 'post').json()['tariff_version']}/"
    assert ask(place, "patch", {"valid_from": coming(40)}).json()["valid_from"] == coming(40)
    assert "tariff.version_moved" in verbs()
    assert ask(place, "patch", {"valid_from": "soon"}).json()["errors"].keys() == {"valid_from"}


def test_rates_are_not_moved_where_calls_are_rated_by_them(basis: Tariff, ask: Ask) -> None:
    first = basis.versions.get()
    later = [basis.versions.create(valid_from=timezone.localdate() + timedelta(days=days)) for days in (10, 20)]

    def refusal(version: TariffVersion, day: str) -> str:
        answer = ask(f"tariff-versions/{version.pk}/", "patch", {"valid_from": day})
        assert answer.status_code == 409
        return str(answer.json()["type"]).removeprefix("urn:centrale:problem:")

    assert refusal(first, coming(5)) == "version_holds"
    assert refusal(later[0], coming(0)) == "day_has_come"
    assert refusal(later[0], coming(20)) == "version_exists"
    assert TariffVersion.objects.filter(valid_from=coming(10)).exists()


def test_the_day_is_changed_on_the_page_of_the_version(basis: Tariff, client: Client, olga: User) -> None:
    client.force_login(olga)
    version = basis.versions.create(valid_from=timezone.localdate() + timedelta(days=10))
    page = f"/operate/tariffs/{basis.pk}/versions/{version.pk}/"
    assert "Gelden nog niet" in client.get(page).content.decode()
    assert "Kies een dag na vandaag" in client.post(page, {"valid_from": coming(0)}).content.decode()
    assert client.post(page, {"valid_from": coming(12)}).status_code == 302
    version.refresh_from_db()
    assert version.valid_from.isoformat() == coming(12)
    holding = f"/operate/tariffs/{basis.pk}/versions/{basis.versions.get(valid_from='2020-01-01').pk}/"
    assert "Gelden nog niet" not in client.get(holding).content.decode()
    assert "gelden al" in client.post(holding, {"valid_from": coming(12)}).content.decode()


# --- lists of rates ---


def test_a_list_says_what_it_changes_before_anything_is_stored(basis: Tariff, ask: Ask) -> None:
    sent = ask("rate-imports/", "post", {"tariff": basis.pk, "valid_from": coming(30)}, rates=RATES)
    assert sent.status_code == 201
    found = sent.json()
    assert (found["lines"], found["problems"], found["against"]) == (2, [], basis.versions.get().pk)
    changes = ask(f"rate-imports/{found['id']}/changes/?limit=500").json()["results"]
    told = [one["change"] for one in changes]
    assert {change: told.count(change) for change in set(told)} == {
        change: count for change, count in found["counts"].items() if count and change != "same"
    }
    assert [one["after"] for one in changes[: found["unpriced"]]] == [None] * found["unpriced"]
    dearer = next(one for one in changes if one["change"] == "dearer")
    assert (dearer["after"]["setup"], dearer["difference"][0]) == ("0.045000", "0")
    assert TariffVersion.objects.count() == 1


def test_a_page_of_changes_begins_where_the_one_before_ended(basis: Tariff, ask: Ask) -> None:
    sent = ask("rate-imports/", "post", {"tariff": basis.pk, "valid_from": coming(30)}, rates=RATES).json()
    everything = ask(f"rate-imports/{sent['id']}/changes/").json()["results"]
    page = ask(f"rate-imports/{sent['id']}/changes/?limit=2").json()
    assert page["count"] == len(everything)
    assert page["results"] + ask(page["next"]).json()["results"] == everything[:4]


def test_peak_hours_are_those_of_the_last_version_where_none_are_given(basis: Tariff, ask: Ask) -> None:
    TariffVersion.objects.update(peak_last_day=6, holidays_off_peak=True)
    given = {"tariff": basis.pk, "valid_from": coming(30)}
    found = ask("rate-imports/", "post", given, rates=RATES).json()
    assert (found["peak_last_day"], found["holidays_off_peak"], found["peak_from"]) == (6, True, "08:00:00")
    given |= {"peak_last_day": 5, "peak_from": "07:00", "holidays_off_peak": "false"}
    found = ask("rate-imports/", "post", given, rates=RATES).json()
    assert (found["peak_last_day"], found["holidays_off_peak"], found["peak_from"]) == (5, False, "07:00:00")


def test_a_list_with_a_wrong_line_tells_which_and_cannot_be_used(basis: Tariff, ask: Ask) -> None:
    sent = ask(
        "rate-imports/",
        "post",
        {"tariff": basis.pk, "valid_from": coming(30)},
        rates=RATES + "x;Wrong;abroad;0;0;1;1\n",
    )
    [wrong] = sent.json()["problems"]
    assert (wrong["line"], wrong["code"], wrong["text"]) == (4, "prefix", "x;Wrong;abroad;0;0;1;1")
    assert (sent.json()["counts"], sent.json()["problem_count"]) == (None, 1)
    answer = ask(f"rate-imports/{sent.json()['id']}/use/", "post")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:centrale:problem:lines_wrong")
    assert TariffVersion.objects.count() == 1


def test_a_list_is_thrown_away_or_used_once(basis: Tariff, ask: Ask) -> None:
    given = {"tariff": basis.pk, "valid_from": coming(30)}
    first, second = (ask("rate-imports/", "post", given, rates=RATES).json()["id"] for _ in range(2))
    assert [one["id"] for one in ask("rate-imports/").json()["results"]] == [second, first]
    assert ask(f"rate-imports/{first}/", "delete").status_code == 204
    assert ask(f"rate-imports/{second}/use/", "post").status_code == 200
    assert ask(f"rate-imports/{second}/use/", "post").status_code == 404
    assert not RateImport.objects.exists()


@pytest.mark.parametrize(
    ("given", "rates", "field"),
    [
        ({"valid_from": "2027-01-01"}, RATES, "tariff"),
        ({"customer": "acme", "tariff": "own"}, RATES, "tariff"),
        ({"customer": "nobody", "valid_from": "2027-01-01"}, RATES, "customer"),
        ({"tariff": "own"}, RATES, "valid_from"),
        ({"tariff": "own", "valid_from": "2020-01-01"}, RATES, "valid_from"),
        ({"tariff": "own", "valid_from": "2027-01-01", "peak_until": "06:00"}, RATES, "peak_until"),
        ({"tariff": "own", "valid_from": "2027-01-01"}, "what;ever\n1;2\n", "rates"),
        ({"customer": "acme", "valid_from": "2027-01-01", "valid_to": "2026-01-01"}, RATES, "valid_to"),
    ],
)
def test_a_list_that_cannot_be_for_this_is_a_problem_at_the_field(
    basis: Tariff, ask: Ask, given: dict[str, Any], rates: str, field: str
) -> None:
    about = {name: basis.pk if value == "own" else value for name, value in given.items()}
    answer = ask("rate-imports/", "post", about, rates=rates)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not RateImport.objects.exists()


def test_a_list_without_a_file_says_so(basis: Tariff, ask: Ask) -> None:
    answer = ask("rate-imports/", "post", {"tariff": basis.pk, "valid_from": coming(30), "rates": RATES})
    assert list(answer.json()["errors"]) == ["rates"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "tariffs/"), ("post", "rate-imports/"), ("post", "own-prices/"), ("post", "call-sources/")],
)
def test_a_body_that_names_nothing_is_no_fault_of_ours(basis: Tariff, ask: Ask, method: str, path: str) -> None:
    assert ask(path, method, ["x"]).status_code == 400


# --- a customer's own prices ---


def own(customer: Customer) -> list[tuple[str, int, date, date | None]]:
    with tenant(customer):
        found = CustomerRate.objects.order_by("pk")
        return list(found.values_list("prefix", "minute_micros", "valid_from", "valid_to"))


def test_a_price_is_agreed_listed_and_ended(basis: Tariff, acme: Customer, birch: Customer, ask: Ask) -> None:
    given = {"customer": acme.reference, "prefix": "+31 6", "setup": "0", "minute": "1.234", "valid_from": "2027-01-01"}
    made = ask("own-prices/", "post", given)
    assert made.status_code == 201
    assert own(acme) == [("316", 1_234_000, date(2027, 1, 1), None)]
    found = made.json()
    assert (found["prefix"], found["minute"], found["call_type"]) == ("316", "1.234000", None)
    assert found["destination"] == "Nederland mobiel"
    assert ask(f"own-prices/?customer={acme.reference}").json()["results"] == [found]
    assert ask(f"own-prices/{found['id']}/").json() == found
    assert ask(f"own-prices/?customer={birch.reference}").json()["results"] == []
    ended = ask(f"own-prices/{found['id']}/end/", "post", {"day": "2027-03-01"})
    assert ended.json() == {**found, "valid_to": "2027-03-01"}
    again = ask(f"own-prices/{found['id']}/end/", "post", {"day": "2027-04-01"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:centrale:problem:ended_already")
    assert {"customer.own_prices", "customer.own_price_ended"} <= verbs()


def test_many_own_prices_come_in_as_a_list_with_the_same_preview(basis: Tariff, acme: Customer, ask: Ask) -> None:
    given = {"customer": acme.reference, "valid_from": "2027-01-01", "valid_to": "2028-01-01"}
    sent = ask("rate-imports/", "post", given, rates="prefix;setup;minute\n316;0;0,04\n44;0;0,02\n").json()
    assert (sent["customer"], sent["tariff"], sent["counts"]["new"], sent["counts"]["gone"]) == ("acme", None, 2, 0)
    assert own(acme) == []
    assert ask(f"rate-imports/{sent['id']}/use/", "post").json() == {"tariff_version": None, "own_prices": 2}
    assert [one[0] for one in own(acme)] == ["316", "44"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"customer": "nobody"}, "customer"),
        ({"prefix": "abc"}, "prefix"),
        ({"minute": "1001"}, "minute"),
        ({"minute": "-1"}, "minute"),
        ({"minute": "NaN"}, "minute"),
        ({"step": 0}, "step"),
        ({"valid_from": "1999-01-01"}, "valid_from"),
    ],
)
def test_what_is_wrong_with_an_own_price_stands_at_its_name(
    basis: Tariff, acme: Customer, ask: Ask, wrong: dict[str, Any], field: str
) -> None:
    given = {"customer": acme.reference, "prefix": "316", "setup": "0", "minute": "0.05", "valid_from": "2027-01-01"}
    answer = ask("own-prices/", "post", given | wrong)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert own(acme) == []


def test_a_price_that_ends_before_it_begins_is_refused(basis: Tariff, acme: Customer, ask: Ask) -> None:
    given = {"customer": acme.reference, "prefix": "316", "setup": "0", "minute": "0.05"}
    answer = ask("own-prices/", "post", given | {"valid_from": "2027-01-02", "valid_to": "2027-01-01"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:centrale:problem:ends_before")
    assert list(answer.json()["errors"]) == ["valid_to"]


# --- who may ---


@pytest.mark.parametrize("who", ["alice", "bob", "dave"])
def test_nobody_but_an_operator_changes_prices(
    basis: Tariff, acme: Customer, client: Client, request: pytest.FixtureRequest, who: str
) -> None:
    _, key = create_token(actor=system(door=Door.COMMAND), user=request.getfixturevalue(who), name="test")
    headers = {"Authorization": f"Bearer {key}", "X-Customer": acme.reference}
    version = basis.versions.get()
    for method, path, data in (
        ("post", "tariffs/", {"name": "Mine"}),
        ("patch", f"tariffs/{basis.pk}/", {"name": "Mine"}),
        ("patch", f"tariff-versions/{version.pk}/", {"valid_from": coming(3)}),
        ("post", "rate-imports/", {"customer": acme.reference, "valid_from": coming(3)}),
        ("post", "own-prices/", {"customer": acme.reference, "prefix": "31", "setup": "0", "minute": "0"}),
    ):
        answer = getattr(client, method)(f"/api/v1/{path}", data, content_type="application/json", headers=headers)
        assert answer.status_code == 404, path
    assert (Tariff.objects.get().name, RateImport.objects.count(), own(acme)) == (basis.name, 0, [])
