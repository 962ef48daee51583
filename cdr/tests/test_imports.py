"""A list of rates is seen before it is stored; and a customer's own prices."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import CallRecord, CustomerRate, Rate, RateImport, Tariff, TariffVersion
from cdr.rating.bands import PeakHours
from cdr.rating.compare import Change, Compared, compare, counts
from cdr.rating.lines import RateLine
from cdr.rating.prices import Price
from cdr.services import add_own_prices, end_own_price, keep_import, use_import
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import CallType

HEAD = "prefix;destination;call_type;setup;minute;first;step\n"
PEAK = {"peak_first_day": "1", "peak_last_day": "6", "peak_from": "07:00", "peak_until": "19:00"}
DAY = date(2026, 12, 1)


def line(prefix: str, minute: int = 60_000, *, name: str = "N", step: int = 1, off: int | None = None) -> RateLine:
    return RateLine(prefix, name, CallType.ABROAD, Price(0, minute, 1, step, None, off))


def changes(compared: list[Compared]) -> dict[str, Change]:
    return {one.prefix: one.change for one in compared}


# --- what a list changes, without a database ---


def test_each_prefix_is_new_gone_dearer_cheaper_or_the_same() -> None:
    old = [line("31"), line("32"), line("33"), line("34"), line("35")]
    new = [line("31"), line("32", 70_000), line("33", 50_000), line("34", name="M"), line("36")]
    found = compare(old, new)
    assert changes(found) == {
        "31": Change.SAME, "32": Change.DEARER, "33": Change.CHEAPER, "34": Change.OTHER, "35": Change.GONE, "36": Change.NEW,
    }  # fmt: skip
    assert sum(counts(found).values()) == 6


@pytest.mark.parametrize(
    ("new", "change"),
    [
        (line("31", step=60), Change.DEARER),
        (line("31", off=30_000), Change.CHEAPER),
        (RateLine("31", "N", CallType.ABROAD, Price(10_000, 60_000)), Change.DEARER),
    ],
)
def test_steps_set_up_fee_and_off_peak_make_a_price_dearer_or_cheaper_too(new: RateLine, change: Change) -> None:
    assert changes(compare([line("31")], [new])) == {"31": change}


def test_a_new_prefix_is_compared_with_the_shorter_one_that_its_calls_took() -> None:
    (found,) = [one for one in compare([line("31")], [line("31"), line("316", 90_000)]) if one.change is Change.NEW]
    assert (found.before, found.difference) == (line("31"), 90_000)


def test_what_will_have_no_price_comes_first_and_then_the_greatest_difference() -> None:
    old = [line("31"), line("32"), line("33"), line("331")]
    new = [line("31", 61_000), line("33", 160_000)]
    found = compare(old, new)
    assert [one.prefix for one in found] == ["32", "33", "331", "31"]
    assert (found[0].after, found[2].after) == (None, line("33", 160_000))


def test_own_prices_are_put_beside_those_that_a_customer_has() -> None:
    found = compare([line("32")], [line("31", 10_000)], around=[line("31")], replaces=False)
    assert [(one.prefix, one.change, one.difference) for one in found] == [("31", Change.NEW, -150_000)]


# --- a tariff's list, on pages ---


@pytest.fixture
def basis(acme: Customer, birch: Customer) -> Tariff:
    return a_tariff()


def upload(client: Client, url: str, text: str, **data: str) -> Any:
    return client.post(url, {"rates": SimpleUploadedFile("list.csv", text.encode()), **data})


def test_a_list_is_shown_before_it_is_stored_and_stored_when_confirmed(
    basis: Tariff, olga: User, client: Client
) -> None:
    client.force_login(olga)
    text = HEAD + "31;Nederland vast;nl_fixed;0,0450;0,0250;1;1\n316;Nederland mobiel;nl_mobile;0;0,0900;60;1\n"
    answer = upload(client, f"/operate/tariffs/{basis.pk}/version/", text, valid_from=DAY.isoformat(), **PEAK)
    page = client.get(answer["Location"]).content.decode()
    assert "Duurder" in page
    assert "2 prefixen krijgen geen prijs meer" in page  # Morocco and 18xx; 0900 falls back to the fixed price
    assert "1 valt dan onder een kortere prefix uit de lijst" in page
    assert "valt dan onder 31<" in page
    assert "zoals het op die dag geldt (prijzen vanaf 1 januari 2020)" in page
    assert TariffVersion.objects.count() == 1
    assert client.post(answer["Location"]).status_code == 302
    made = TariffVersion.objects.get(valid_from=DAY)
    assert (made.rates.count(), made.peak_last_day, made.peak_from.hour) == (2, 6, 7)
    assert not RateImport.objects.exists()
    assert client.post(answer["Location"]).status_code == 404


def test_a_list_that_is_thrown_away_changes_nothing(basis: Tariff, olga: User, client: Client) -> None:
    client.force_login(olga)
    text = HEAD + "31;Nederland vast;nl_fixed;0;0;1;1\n"
    answer = upload(client, f"/operate/tariffs/{basis.pk}/version/", text, valid_from=DAY.isoformat(), **PEAK)
    assert client.post(answer["Location"] + "drop/").status_code == 302
    assert (TariffVersion.objects.count(), RateImport.objects.count()) == (1, 0)


def test_each_wrong_line_is_shown_with_its_reason_and_nothing_can_be_stored(
    basis: Tariff, olga: User, client: Client
) -> None:
    client.force_login(olga)
    text = HEAD + "31;Nederland vast;nl_fixed;0;0;1;1\nx;Wrong;abroad;0;0;1;1\n32;Duur;abroad;0;veel;1;1\n"
    answer = upload(client, f"/operate/tariffs/{basis.pk}/version/", text, valid_from=DAY.isoformat(), **PEAK)
    page = client.get(answer["Location"]).content.decode()
    assert "2 regels zijn niet te lezen" in page
    assert "x;Wrong;abroad" in page
    assert "De prijs is niet te lezen" in page
    assert client.post(answer["Location"]).status_code == 200
    assert TariffVersion.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"valid_from": "2020-01-01"}, {"valid_from": "0001-01-01"}, {"peak_last_day": "0"}, {"peak_until": "06:00"}],
)
def test_a_day_that_has_rates_and_hours_that_cannot_be_are_refused_at_once(
    basis: Tariff, olga: User, client: Client, wrong: dict[str, str]
) -> None:
    client.force_login(olga)
    text = HEAD + "31;Nederland vast;nl_fixed;0;0;1;1\n"
    data = {"valid_from": DAY.isoformat(), **PEAK, **wrong}
    assert upload(client, f"/operate/tariffs/{basis.pk}/version/", text, **data).status_code == 200
    assert not RateImport.objects.exists()


def test_a_list_that_waited_a_day_is_gone(basis: Tariff, olga: User, client: Client) -> None:
    kept = keep_import(
        what=basis, file_name="x.csv", text=HEAD + "31;N;nl_fixed;0;0;1;1\n", valid_from=DAY, actor=system()
    )
    RateImport.objects.update(made_at=timezone.now() - timedelta(days=1, minutes=1))
    client.force_login(olga)
    assert client.get(f"/operate/tariffs/imports/{kept.pk}/").status_code == 404
    kept.refresh_from_db()
    with pytest.raises(Refusal) as refusal:
        use_import(kept=kept, actor=system())
    assert refusal.value.code == "import_gone"
    keep_import(what=basis, file_name="y.csv", text="", valid_from=DAY, actor=system())
    assert list(RateImport.objects.values_list("file_name", flat=True)) == ["y.csv"]


# --- a customer's own prices ---


def prices(customer: Customer) -> list[tuple[str, int, date, date | None]]:
    with tenant(customer):
        found = CustomerRate.objects.order_by("pk")
        return list(found.values_list("prefix", "minute_micros", "valid_from", "valid_to"))


@pytest.mark.django_db(transaction=True)
def test_a_call_is_rated_by_the_customers_own_price_and_says_so(
    basis: Tariff, acme: Customer, alice: User, client: Client, tmp_path: Path
) -> None:
    add_own_prices(
        customer=acme, lines=[RateLine("3120", "", 0, Price(0, 10_000))], valid_from=date(2020, 1, 1), actor=system()
    )
    load(write(tmp_path, [asterisk_row(unique="1.1"), asterisk_row(unique="1.2", account="birch")]), a_source())
    with crossing(Crossing.OPERATE):
        own = CustomerRate.objects.get()
        rated = {call.customer_id: call for call in CallRecord.objects.all()}
    mine = rated.pop(acme.pk)
    assert (mine.micros, mine.rate_id, mine.call_type) == (10_167, -own.pk, CallType.NL_FIXED)
    assert [call.micros for call in rated.values()] == [60_250]
    client.force_login(alice)
    assert "Nederland vast" in client.get("/calls/details/?month=2026-10").content.decode()
    export = b"".join(client.get("/calls/export.csv?month=2026-10")).decode()
    assert "Nederland vast" in export


def test_another_price_from_a_later_day_ends_the_one_before(basis: Tariff, acme: Customer) -> None:
    first, second = line("31", 10_000), line("31", 20_000)
    add_own_prices(customer=acme, lines=[first], valid_from=date(2026, 1, 1), actor=system())
    add_own_prices(customer=acme, lines=[second], valid_from=DAY, actor=system())
    assert prices(acme) == [("31", 10_000, date(2026, 1, 1), DAY), ("31", 20_000, DAY, None)]


def test_a_price_for_the_same_day_takes_the_place_of_the_one_before(basis: Tariff, acme: Customer) -> None:
    for minute in (10_000, 20_000):
        add_own_prices(customer=acme, lines=[line("31", minute)], valid_from=DAY, actor=system())
    assert prices(acme) == [("31", 10_000, DAY, DAY), ("31", 20_000, DAY, None)]


def test_an_own_price_keeps_the_peak_hours_and_the_name_of_the_tariff(basis: Tariff, acme: Customer) -> None:
    TariffVersion.objects.update(peak_last_day=6, holidays_off_peak=True)
    add_own_prices(customer=acme, lines=[RateLine("3120", "", 0, Price(0, 1))], valid_from=DAY, actor=system())
    with tenant(acme):
        own = CustomerRate.objects.get()
    assert (own.hours, own.destination) == (PeakHours(last_weekday=6, holidays_off_peak=True), "Nederland vast")


def test_an_ended_price_holds_until_before_that_day_and_cannot_last_longer_again(basis: Tariff, acme: Customer) -> None:
    add_own_prices(customer=acme, lines=[line("31")], valid_from=date(2026, 1, 1), actor=system())
    with tenant(acme):
        own = CustomerRate.objects.get()
    end_own_price(price=own, day=DAY, actor=system())
    assert prices(acme)[0][3] == DAY
    with pytest.raises(Refusal) as refusal:
        end_own_price(price=own, day=DAY + timedelta(days=1), actor=system())
    assert refusal.value.code == "ended_already"


def test_an_operator_agrees_a_price_uploads_more_and_ends_one(
    basis: Tariff, acme: Customer, olga: User, client: Client
) -> None:
    client.force_login(olga)
    url = f"/operate/own-prices/{acme.pk}/"
    typed = {"begins": "+316", "setup": "0", "minute": "0,05", "first": "1", "step": "1", "valid_from": "2026-12-01"}
    assert client.post(url, {**typed, "minute": "veel"}).status_code == 200
    assert client.post(url, typed).status_code == 302
    answer = upload(client, url + "import/", "prefix;setup;minute\n316;0;0,04\n44;0;0,02\n", valid_from="2026-12-01")
    page = client.get(answer["Location"]).content.decode()
    assert "Goedkoper" in page
    assert "Nieuw" in page
    assert client.post(answer["Location"]).status_code == 302
    assert [one[:2] for one in prices(acme) if one[3] is None] == [("316", 40_000), ("44", 20_000)]
    assert acme.name in client.get("/operate/own-prices/").content.decode()
    with tenant(acme):
        british = CustomerRate.objects.get(prefix="44")
    assert client.post(f"{url}{british.pk}/end/", {"day": "2026-12-24"}).status_code == 302
    assert "Geldt" not in client.get(url).content.decode()  # both begin later
    with crossing(Crossing.OPERATE):
        verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"customer.own_prices", "customer.own_price_ended"} <= verbs


def test_a_price_is_ended_only_under_its_own_customer(
    basis: Tariff, acme: Customer, birch: Customer, olga: User, client: Client
) -> None:
    add_own_prices(customer=acme, lines=[line("31")], valid_from=DAY, actor=system())
    with tenant(acme):
        own = CustomerRate.objects.get()
    client.force_login(olga)
    assert client.get(f"/operate/own-prices/{birch.pk}/{own.pk}/end/").status_code == 404


def test_no_customer_reads_the_own_prices_of_another(basis: Tariff, acme: Customer, birch: Customer) -> None:
    add_own_prices(customer=acme, lines=[line("31")], valid_from=DAY, actor=system())
    assert prices(birch) == []


def test_the_list_of_own_prices_takes_few_queries(
    basis: Tariff, acme: Customer, olga: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    add_own_prices(customer=acme, lines=[line(f"3{n}") for n in range(40)], valid_from=DAY, actor=system())
    client.force_login(olga)
    with django_assert_max_num_queries(25):
        client.get(f"/operate/own-prices/{acme.pk}/")
    with django_assert_max_num_queries(25):
        client.get("/operate/own-prices/")


def test_rates_of_a_version_keep_their_off_peak_price(basis: Tariff) -> None:
    kept = keep_import(
        what=basis,
        file_name="x.csv",
        text=HEAD.strip() + ";offpeak_setup;offpeak_minute\n31;N;nl_fixed;0;0,02;1;1;;0,01\n",
        valid_from=DAY,
        actor=system(),
    )
    use_import(kept=kept, actor=system())
    assert Rate.objects.get(version__valid_from=DAY).price == Price(0, 20_000, offpeak_minute_micros=10_000)
