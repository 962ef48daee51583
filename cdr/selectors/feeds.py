"""What loading a file needs to know. Read inside a crossing."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from accounts.models import Customer
from cdr.dialects import dialects
from cdr.ingest.again import HALVES
from cdr.ingest.attribute import Directory
from cdr.ingest.parse import Halves
from cdr.ingest.read import Reading
from cdr.models import BillingPeriod, CustomerRate, CustomerTariff, Rate, Source, SourceAccount, Tariff, TariffVersion
from cdr.rating.overrides import Override, OverrideBook
from cdr.rating.rates import PrefixRate, stored_prefix_key
from cdr.rating.tariffs import TariffBook, Version
from cdr.selectors.rates import holding, override_of
from cdr.selectors.rejects import open_rejects, parts
from portal.lib.periods import Month, day_bounds
from telephony.models import PhoneNumber

MOST_HALVES = 50_000


def reading(source: Source) -> Reading:
    """How the files of a source are read; KeyError when its dialect is gone."""
    dialect = dialects()[source.dialect]
    return Reading(
        dialect=dialect,
        zone=ZoneInfo(source.time_zone),
        number_format="international" if source.number_format == Source.NumberFormat.INTERNATIONAL else "national",
        trunks=source.trunk_names,
        prices_include_vat=source.prices_include_vat,
        accounts=frozenset(_own_accounts(source)) if source.only_listed_accounts else None,
        halves=_halves(source) if dialect.rows == "kamailio" else (),
    )


def _halves(source: Source) -> tuple[Halves, ...]:
    """Rows of earlier files that wait for the other half of their call, the newest of them."""
    waiting = open_rejects().filter(source=source, reason__in=HALVES).select_related("batch").order_by("-pk")
    found = parts(source, waiting[:MOST_HALVES])
    return tuple((part.header.encode("latin-1"), tuple(part.rows)) for part in found)


def _own_accounts(source: Source) -> dict[str, int]:
    return dict(SourceAccount.objects.filter(source=source).values_list("account", "customer_id"))


def directory(source: Source) -> Directory:
    """Customers by reference, by the source's own account codes and by number; numbers by extension.

    A source that may only name the listed accounts finds nobody else, by number neither.
    """
    own = _own_accounts(source)
    accounts = own if source.only_listed_accounts else dict(Customer.objects.values_list("reference", "pk")) | own
    owned = PhoneNumber.objects.exclude(dialable__extension=None).order_by("is_main", "-e164")
    extensions = {
        (customer, f"ext:{extension}"): e164  # the main number, which comes last, stays
        for customer, extension, e164 in owned.values_list("customer_id", "dialable__extension", "e164")
    }
    numbers = dict(PhoneNumber.objects.values_list("e164", "customer_id"))
    if source.only_listed_accounts:
        listed = set(own.values())
        numbers = {number: customer for number, customer in numbers.items() if customer in listed}
    return Directory(accounts=accounts, numbers=numbers, extensions=extensions)


def customer_tariffs() -> Mapping[int, int]:
    """The tariff of each customer; those without one, where there is no default either, are left out."""
    default = Tariff.objects.filter(is_default=True).values_list("pk", flat=True).first()
    found = {} if default is None else dict.fromkeys(Customer.objects.values_list("pk", flat=True), default)
    return found | dict(CustomerTariff.objects.values_list("customer_id", "tariff_id"))


def tariff_books() -> Mapping[int, TariffBook]:
    """Every tariff with its versions, ready to rate with."""
    rates: dict[int, list[PrefixRate]] = {}
    for rate in Rate.objects.order_by("pk").iterator():
        rates.setdefault(rate.version_id, []).append(
            PrefixRate(rate.pk, stored_prefix_key(rate.prefix), rate.call_type, rate.price)
        )
    books: dict[int, list[Version]] = {}
    for version in TariffVersion.objects.order_by("valid_from"):
        start = day_bounds(version.valid_from).start
        made = Version.of(start, rates.get(version.pk, []), version.hours)
        books.setdefault(version.tariff_id, []).append(made)
    return {tariff: TariffBook(tuple(versions)) for tariff, versions in books.items()}


def override_books() -> Mapping[int, OverrideBook]:
    """The prices of their own that customers have or had, by customer."""
    found: dict[int, list[Override]] = {}
    for own in holding(CustomerRate.objects.all()).iterator():
        found.setdefault(own.customer_id, []).append(override_of(own))
    return {customer: OverrideBook(tuple(overrides)) for customer, overrides in found.items()}


def closed_periods() -> frozenset[date]:
    """First days of the billing periods that take no more records."""
    return frozenset(BillingPeriod.objects.values_list("first_day", flat=True))


def open_period(month: Month, closed: frozenset[date]) -> Month:
    """The billing period of a call that starts in `month`: that month, or the first open one after it."""
    while month.first_day in closed:
        month = month.next()
    return month
