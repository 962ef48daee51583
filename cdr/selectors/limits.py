"""Reads of spending limits: what is chosen, what is spent, what was told. Inside a customer's door, but for `watched` and `following`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, Sum

from accounts.models import Customer, Partner
from accounts.tenancy import Crossing, crossing
from cdr import spending
from cdr.models import (
    BillingPeriod,
    CallRecord,
    DailyTotal,
    GuardEvent,
    LimitWarning,
    MonthlyTotal,
    NumberLimit,
    PartnerLimit,
    SpendSettings,
)
from cdr.selectors.calls import SHOWN
from cdr.vocabulary import BOOKED, CallType, Product
from portal.lib.periods import Month, local_day
from telephony.models import PhoneNumber, SpendGuardState
from telephony.selectors import spend_guard

WEEKS_BACK = 8
DEAR_TYPES = (CallType.ABROAD, CallType.SERVICE)


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit that holds; None and 0 are none. `own`: chosen by the customer, else it comes from the partner."""

    micros: int | None
    own: bool
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Spending:
    """What fixed calls of a billing period cost, by own number, after bundles; and how many have no price yet."""

    by_number: dict[str, int]
    unrated: int

    @property
    def micros(self) -> int:
        return sum(self.by_number.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """How the running period stands: what is spent of what, what it comes to, and how far the guard is closed."""

    month: Month
    limit: Limit
    spent: Spending
    expected: int | None
    guard: SpendGuardState | None

    @property
    def level(self) -> str:
        return self.guard.level_in(self.month) if self.guard else spending.OPEN


def standing(customer: Customer, settings: SpendSettings | None, now: datetime) -> Standing:
    """The running period of a customer."""
    month = Month.of(now)
    spent = spent_in(month)
    return Standing(
        month=month,
        limit=limit_of(customer, settings),
        spent=spent,
        expected=spending.forecast(spent.micros, month=month, now=now, week=week_before(local_day(now))),
        guard=spend_guard(customer),
    )


def settings_of(customer: Customer) -> SpendSettings | None:
    """What the customer chose; None when it never chose anything."""
    return SpendSettings.objects.filter(customer=customer).first()


def partner_limit(partner: int | None) -> PartnerLimit | None:
    """The limit of a partner's customers that have none of their own."""
    return PartnerLimit.objects.filter(partner=partner).first() if partner else None


def following(partner: Partner) -> int:
    """How many customers of a partner have no limit of their own."""
    with crossing(Crossing.PARTNER_OVERVIEW):
        own = SpendSettings.objects.filter(own_limit=True, customer__partner=partner).count()
    return Customer.objects.filter(partner=partner).count() - own


def limit_of(customer: Customer, settings: SpendSettings | None) -> Limit:
    """The customer's own limit, or that of its partner."""
    if settings is not None and settings.own_limit:
        return Limit(settings.amount_micros, own=True, since=settings.since)
    default = partner_limit(customer.partner_id)
    return Limit(default.amount_micros if default else None, own=False, since=default.since if default else None)


def number_limits() -> list[NumberLimit]:
    """Limits of single numbers."""
    return list(NumberLimit.objects.order_by("number"))


def spent_in(month: Month) -> Spending:
    """What the fixed calls of a billing period cost so far."""
    rows = (
        MonthlyTotal.objects.filter(billing_period=month.first_day, product=Product.FIXED, call_type__in=SHOWN)
        .values("number")
        .annotate(net=Sum(F("micros") - F("discount")), waiting=Sum("unrated"))
    )
    found = list(rows)
    return Spending({row["number"]: row["net"] for row in found}, sum(row["waiting"] for row in found))


def week_before(today: date) -> tuple[int, ...]:
    """What the days of the week cost lately, in whole weeks."""
    first = today - timedelta(weeks=WEEKS_BACK)
    rows = (
        DailyTotal.objects.filter(day__gte=first, day__lt=today, product=Product.FIXED, call_type__in=SHOWN)
        .values("day")
        .annotate(net=Sum(F("micros") - F("discount")))
    )
    return spending.week_of({row["day"]: row["net"] for row in rows})


def expected(month: Month, now: datetime) -> int | None:
    """What fixed calls of a billing period will have cost at its end; None while it is too early to tell."""
    return spending.forecast(spent_in(month).micros, month=month, now=now, week=week_before(local_day(now)))


def dear_calls(since: datetime, until: datetime) -> list[tuple[datetime, int]]:
    """Calls abroad and to service numbers in order of their start, with what they cost before bundles."""
    found = CallRecord.objects.filter(
        start__gte=since, start__lt=until, leg__in=BOOKED, call_type__in=DEAR_TYPES, product=Product.FIXED
    )
    return [(start, micros or 0) for start, micros in found.order_by("start", "id").values_list("start", "micros")]


def standing_warnings(month: Month) -> list[LimitWarning]:
    """What was told in a billing period and is not armed again."""
    return list(LimitWarning.objects.filter(period=month.first_day, rearmed_at=None))


def own_numbers() -> list[str]:
    """The customer's numbers, in order."""
    return list(PhoneNumber.objects.order_by("e164").values_list("e164", flat=True))


def told(most: int = 20) -> list[LimitWarning]:
    """Warnings that were sent, newest first."""
    return list(LimitWarning.objects.filter(covered=False)[:most])


def guard_events(most: int = 20) -> list[GuardEvent]:
    """What the guard did, newest first."""
    return list(GuardEvent.objects.all()[:most])


def last_unlock(month: Month) -> GuardEvent | None:
    """The latest time somebody unlocked the guard in a billing period."""
    found = GuardEvent.objects.filter(period=month.first_day, change=GuardEvent.Change.UNLOCKED)
    return found.order_by("-at", "-pk").first()


def is_closed(month: Month) -> bool:
    """Whether a billing period takes no more calls."""
    return BillingPeriod.objects.filter(first_day=month.first_day).exists()


def watched() -> set[int]:
    """Customers with a limit or a guard of any kind. Read inside a crossing."""
    chosen = Q(own_limit=True, amount_micros__gt=0) | Q(stop_micros__gt=0) | Q(velocity_micros__gt=0)
    found = set(SpendSettings.objects.filter(chosen).values_list("customer_id", flat=True))
    found |= set(NumberLimit.objects.values_list("customer_id", flat=True))
    follow = Customer.objects.filter(partner__call_limit__amount_micros__gt=0).values_list("pk", flat=True)
    return found | (
        set(follow) - set(SpendSettings.objects.filter(own_limit=True).values_list("customer_id", flat=True))
    )
