"""Tariffs: lists of rates and who has which."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import Crossing, crossing
from cdr.models import CallRecord, Rate, Source, Tariff, TariffVersion
from cdr.rates_file import RateProblem, read_rates, standard_rates
from cdr.rating.prices import Price
from cdr.services import add_version, save_tariff, set_customer_tariff
from cdr.services.tariffs import RateLine
from cdr.tests.worlds import RATES, a_source, a_tariff, asterisk_row, load, write
from cdr.vocabulary import CallType

PEAK = {"peak_first_day": "1", "peak_last_day": "5", "peak_from": "08:00", "peak_until": "20:00"}
HEAD = "prefix;destination;call_type;setup;minute;first;step\n"


def test_a_list_of_rates_is_read_with_comma_or_dot() -> None:
    rates, problems = read_rates(HEAD + "31;Nederland;nl_fixed;0,0450;0.0150;60;1\n")
    assert problems == []
    assert rates == [RateLine("31", "Nederland", CallType.NL_FIXED, Price(45_000, 15_000, 60, 1))]


def test_off_peak_columns_may_stand_in_the_list_and_be_empty() -> None:
    head = HEAD.strip() + ";offpeak_setup;offpeak_minute\n"
    rates, problems = read_rates(head + "31;N;nl_fixed;0,04;0,02;1;1;;0,01\n32;B;abroad;0;0,10;1;1;;\n")
    assert problems == []
    assert [line.price for line in rates] == [
        Price(40_000, 20_000, offpeak_minute_micros=10_000),
        Price(0, 100_000),
    ]


def test_own_prices_need_no_more_than_prefix_and_price() -> None:
    rates, problems = read_rates("prefix,setup,minute\n316,0,0.05\n", own=True)
    assert (rates, problems) == ([RateLine("316", "", 0, Price(0, 50_000))], [])
    assert read_rates("prefix,minute\n316,0.05\n", own=True)[1] == [RateProblem(1, "header")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("x;N;nl_fixed;0;0;1;1", "prefix"),
        ("31;N;cheap;0;0;1;1", "call_type"),
        ("31;N;nl_fixed;veel;0;1;1", "price"),
        ("31;N;nl_fixed;0;0;0;0", "price"),
        ("31;;nl_fixed;0;0;1;1", "destination"),
        ("31;N", "columns"),
        ("short:1234567;N;service;0;0;1;1", "prefix"),
        ("31;N;nl_fixed;1001;0;1;1", "price"),
    ],
)
def test_a_wrong_line_is_named_with_its_reason(line: str, code: str) -> None:
    if code == "price" and line.endswith("0;0"):
        line = line.replace("0;0;0;0", "0;0;-1;1")
    assert read_rates(HEAD + line + "\n")[1] == [RateProblem(2, code)]


def test_a_wrong_line_behind_a_cell_of_several_lines_is_told_by_its_own_number() -> None:
    text = HEAD + '31;"Nederland\nvast";nl_fixed;0;0;1;1\nabc;X;abroad;0;0;1;1\n32;"België;abroad;0;0;1;1\n'
    assert read_rates(text)[1] == [RateProblem(4, "prefix"), RateProblem(5, "columns")]


def test_the_standard_list_rates_every_country_and_no_prefix_twice() -> None:
    rates = standard_rates()
    prefixes = {line.prefix for line in rates}
    assert len(prefixes) == len(rates) > 200
    assert {"311", "3161", "31900", "32", "49", "212", "short:18"} <= prefixes


@pytest.mark.django_db
def test_a_new_default_takes_the_place_of_the_one_before(acme: Customer) -> None:
    first = a_tariff()
    second = save_tariff(tariff=Tariff(name="Nieuw", is_default=True), actor=system())
    first.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)


@pytest.mark.django_db
def test_a_second_list_from_the_same_day_is_refused(acme: Customer) -> None:
    with pytest.raises(Refusal) as refusal:
        add_version(tariff=a_tariff(), valid_from=date(2020, 1, 1), rates=RATES, actor=system())
    assert refusal.value.code == "version_exists"


@pytest.mark.django_db
def test_a_customer_with_a_tariff_of_its_own_pays_that(acme: Customer, birch: Customer, tmp_path: Path) -> None:
    a_tariff()
    cheap = save_tariff(tariff=Tariff(name="Goedkoop"), actor=system())
    add_version(
        tariff=cheap,
        valid_from=date(2020, 1, 1),
        rates=[RateLine("31", "Nederland", CallType.NL_FIXED, Price(0, 10_000))],
        actor=system(),
    )
    set_customer_tariff(customer=birch, tariff=cheap, actor=system())
    rows = [asterisk_row(unique="1.1"), asterisk_row(unique="1.2", account="birch")]
    load(write(tmp_path, rows), a_source())
    with crossing(Crossing.OPERATE):
        assert dict(CallRecord.objects.values_list("customer__reference", "micros")) == {
            "acme": 60_250,
            "birch": 10_167,
        }


@pytest.mark.django_db
def test_an_operator_makes_a_source_a_tariff_and_its_rates_on_pages(olga: User, client: Client) -> None:
    client.force_login(olga)
    made = {"name": "pbx", "dialect": "asterisk", "time_zone": "UTC", "number_format": "national"}
    assert client.post("/operate/sources/new/", made).status_code == 302
    source = Source.objects.get(name="pbx")
    assert client.post(f"/operate/sources/{source.pk}/", {**made, "time_zone": "Mars"}).status_code == 200
    assert client.post("/operate/tariffs/new/", {"name": "Zakelijk"}).status_code == 302
    tariff = Tariff.objects.get(name="Zakelijk")
    wrong = SimpleUploadedFile("rates.csv", b"prefix;price\n31;1\n")
    url = f"/operate/tariffs/{tariff.pk}/version/"
    assert client.post(url, {"valid_from": "2026-01-01", "rates": wrong, **PEAK}).status_code == 200
    right = SimpleUploadedFile("rates.csv", (HEAD + "31;Nederland;nl_fixed;0,0450;0,0150;1;1\n").encode())
    uploaded = client.post(url, {"valid_from": "2026-01-01", "rates": right, **PEAK})
    assert not Rate.objects.exists()
    assert client.post(uploaded["Location"]).status_code == 302
    assert Rate.objects.get().minute_micros == 15_000
    version = TariffVersion.objects.get()
    pages = ("sources/", "batches/", "tariffs/", f"tariffs/{tariff.pk}/", f"tariffs/{tariff.pk}/versions/{version.pk}/")
    assert {client.get(f"/operate/{page}").status_code for page in pages} == {200}
    with crossing(Crossing.OPERATE):
        assert {"source.made", "tariff.made", "tariff.version_added"} <= set(
            AuditEntry.objects.values_list("verb", flat=True)
        )


@pytest.mark.django_db
def test_an_operator_reads_why_rows_were_rejected(olga: User, acme: Customer, client: Client, tmp_path: Path) -> None:
    batch = load(write(tmp_path, ["broken", asterisk_row()]), a_source())
    client.force_login(olga)
    assert "een ander aantal kolommen" in client.get(f"/operate/batches/{batch.pk}/").content.decode()
    assert "Master.csv" in client.get("/operate/batches/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url", ["/operate/sources/", "/operate/batches/", "/operate/tariffs/", "/operate/sources/new/"]
)
def test_operators_pages_are_unknown_to_customers(alice: User, client: Client, url: str) -> None:
    client.force_login(alice)
    assert client.get(url).status_code == 404


@pytest.mark.django_db
def test_an_operator_ties_account_codes_and_tariffs_to_customers(
    olga: User, acme: Customer, birch: Customer, client: Client, tmp_path: Path
) -> None:
    a_tariff()
    source = a_source()
    client.force_login(olga)
    form = {"name": "asterisk", "dialect": "asterisk", "time_zone": "Europe/Amsterdam", "number_format": "national"}
    url = f"/operate/sources/{source.pk}/"
    assert "nobody" in client.post(url, {**form, "account_codes": "K-77 = nobody"}).content.decode()
    assert client.post(url, {**form, "account_codes": "K-77 = birch\nK-78 = acme"}).status_code == 302
    assert "K-77 = birch" in client.get(url).content.decode()
    load(write(tmp_path, [asterisk_row(account="K-77")]), source)
    with crossing(Crossing.OPERATE):
        assert CallRecord.objects.get().customer_id == birch.pk
    assert client.post("/operate/tariffs/new/", {"name": "Eigen", "customers_with_it": "acme birch"}).status_code == 302
    tariff = Tariff.objects.get(name="Eigen")
    assert tariff.customers.count() == 2
    client.post(f"/operate/tariffs/{tariff.pk}/", {"name": "Eigen", "customers_with_it": "birch"})
    assert [own.customer_id for own in tariff.customers.all()] == [birch.pk]


def test_another_tariff_becomes_the_default_on_its_page(olga: User, client: Client) -> None:
    first = a_tariff()
    client.force_login(olga)
    assert client.post("/operate/tariffs/new/", {"name": "Nieuw", "is_default": "on"}).status_code == 302
    first.refresh_from_db()
    assert (first.is_default, Tariff.objects.get(name="Nieuw").is_default) == (False, True)
