"""Signs of fraud: what they are found in, and the lists of those that were raised."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncDate, TruncHour
from django.utils import timezone

from accounts.models import AuditEntry
from cdr.fraud.detect import SHORT_SECONDS
from cdr.fraud.facts import BASELINE_DAYS, Call, Forward, History, Hour, Measures, Reached
from cdr.fraud.kinds import Judgement, SignKind
from cdr.fraud.thresholds import DEFAULTS, Threshold, fires
from cdr.models import CallRecord, DailyTotal, FraudSign, FraudThreshold
from cdr.vocabulary import BOOKED, HIDDEN_TYPES, Direction, Leg
from portal.lib.periods import AMSTERDAM, days_bounds
from telephony import selectors as telephony
from telephony.features import SWITCHES, features_of
from telephony.models import Line

OUT = (Direction.OUTGOING, Direction.FORWARDED)
LINE = "telephony.line"
TRIAL_DAYS = 30

_ONE = Case(When(leg=Leg.REVERSAL, then=Value(-1)), default=Value(1), output_field=IntegerField())
# Numbers abroad and at special rates; everything else is of no interest to thieves.
_FAR = (Q(other__startswith="+") & ~Q(other__startswith="+31")) | Q(other__startswith="+3190") | Q(
    other__startswith="short:18"
)  # fmt: skip


def _booked(first: date, end: date) -> QuerySet[CallRecord]:
    bounds = days_bounds(first, end)
    return CallRecord.objects.filter(start__gte=bounds.start, start__lt=bounds.end, leg__in=BOOKED).exclude(
        call_type__in=HIDDEN_TYPES
    )


def history(first: date, end: date) -> History:
    """What the detectors read about the days `[first, end)`, inside a customer's door; the baseline lies before them."""
    since = first - timedelta(days=BASELINE_DAYS)
    out = _booked(since, end).filter(direction__in=OUT)
    days = TruncDate("start", tzinfo=AMSTERDAM)
    reached = out.filter(_FAR).order_by().values("other", day=days).annotate(n=Sum(_ONE)).filter(n__gt=0)
    paid = out.exclude(micros=0).exclude(micros=None).order_by().values(hour=TruncHour("start"))
    active = DailyTotal.objects.filter(day__gte=since, day__lt=end, calls__gt=0).values_list("day", flat=True)
    missed = _booked(first, end).filter(_FAR, direction=Direction.INCOMING, seconds=0)
    return History(
        calls=_net(_booked(first, end).filter(direction__in=OUT)),
        missed=_net(missed),
        reached=tuple(Reached(row["day"], row["other"], row["n"]) for row in reached),
        hours=tuple(
            Hour(row["hour"], row["n"], row["m"]) for row in paid.annotate(n=Sum(_ONE), m=Sum("micros")).filter(n__gt=0)
        ),
        forwards=tuple(_forwards(first, end)),
        active=frozenset(active),
    )


def _net(found: QuerySet[CallRecord]) -> tuple[Call, ...]:
    """The calls that stand: one that was booked back is left out with what books it back."""
    names = ("start", "seconds", "micros", "number", "other", "direction", "leg", "source_id", "record_id", "revision")
    rows = list(found.order_by("start", "id").values_list(*names))
    undone = {(source, name, revision - 1) for *_rest, leg, source, name, revision in rows if leg == Leg.REVERSAL}
    return tuple(
        Call(start, seconds, micros, number, other, direction == Direction.FORWARDED)
        for start, seconds, micros, number, other, direction, leg, source, name, revision in rows
        if leg == Leg.CALL and (source, name, revision) not in undone
    )


def _forwards(first: date, end: date) -> Iterable[Forward]:
    """Settings that were changed so that calls go to a number outside the Netherlands."""
    bounds = days_bounds(first, end)
    entries = AuditEntry.objects.filter(
        Q(object_type__startswith="telephony.") | Q(object_type__startswith="pbx."),
        customer__isnull=False,
        at__gte=bounds.start,
        at__lt=bounds.end,
    ).exclude(changes={})
    found = [entry for entry in entries if entry.object_type == LINE or _abroad(entry)]
    lines = _lines([entry.object_id for entry in found if entry.object_type == LINE and entry.object_id])
    for entry in found:
        line = lines.get(entry.object_id or 0) if entry.object_type == LINE else None
        target = _sends_abroad(entry, line) if line else _abroad(entry)
        if target:
            owned = frozenset(number.e164 for number in line.dialable.numbers.all()) if line else frozenset()
            yield Forward(entry.pk, entry.at, entry.user_name, entry.object_name, target, owned)


def _abroad(entry: AuditEntry) -> str:
    """The number abroad that a change names as it is shown (`+53 5 123 45 67`), E.164; empty where none is."""
    for _before, after in entry.changes.values():
        if isinstance(after, str) and re.fullmatch(r"\+(?!31)[\d ]{7,24}", after):
            return "+" + re.sub(r"\D", "", after)
    return ""


def _sends_abroad(entry: AuditEntry, line: Line) -> str:
    """The number abroad to which a change lets a line send calls, and to which it still does."""
    for field, target in features_of(line, timezone.now()).live():
        touched = {field, SWITCHES[field]}
        if target is not None and re.fullmatch(r"\+(?!31)\d+", target.external) and touched & set(entry.changes):
            return target.external
    return ""


def _lines(keys: Collection[int]) -> dict[int, Line]:
    found = telephony.line_targets().filter(pk__in=keys).prefetch_related("dialable__numbers") if keys else ()
    return {line.pk: line for line in found}


# --- thresholds ---


def thresholds() -> dict[SignKind, Threshold]:
    """From which size each kind is raised now."""
    return {**DEFAULTS, **{SignKind(row.kind): row.value() for row in FraudThreshold.objects.all()}}


@dataclass(frozen=True, slots=True)
class Trial:
    """What a threshold would have raised, and what people said of those that were judged."""

    fired: int = 0
    right: int = 0
    false: int = 0

    @property
    def open(self) -> int:
        return self.fired - self.right - self.false

    @property
    def precision(self) -> int | None:
        """Percent of the judged that were right; None while none is judged."""
        judged = self.right + self.false
        return 100 * self.right // judged if judged else None


def trials(wanted: Mapping[SignKind, Threshold], now: datetime) -> dict[SignKind, Trial]:
    """What these thresholds would have raised in the last TRIAL_DAYS among all customers; needs a crossing."""
    rows = FraudSign.objects.filter(start__gte=now - timedelta(days=TRIAL_DAYS)).values_list(
        "kind", "calls", "micros", "factor", "alike", "judgement"
    )
    counted = {kind: {"fired": 0, "right": 0, "false": 0} for kind in wanted}
    for kind, calls, micros, factor, alike, judgement in rows.iterator():
        known = SignKind(kind)
        if known in wanted and fires(wanted[known], Measures(calls, micros, factor, alike)):
            counted[known]["fired"] += 1
            if judgement != Judgement.OPEN:
                counted[known][judgement] += 1
    return {kind: Trial(**counts) for kind, counts in counted.items()}


# --- lists ---


def signs() -> QuerySet[FraudSign]:
    """The signs that were raised, newest first; of all customers in a crossing."""
    return FraudSign.objects.filter(fired_at__isnull=False).select_related("judged_by").order_by("-fired_at", "-pk")


def calls_of(sign: FraudSign) -> QuerySet[CallRecord]:
    """The calls behind a sign, the first ones first, inside the customer's door."""
    found = CallRecord.objects.filter(start__gte=sign.start, start__lte=sign.end, leg=Leg.CALL).exclude(
        call_type__in=HIDDEN_TYPES
    )
    if sign.kind == SignKind.CALL_BACK_BAIT:
        found = found.filter(direction=Direction.INCOMING, seconds=0)
    elif sign.kind == SignKind.FORWARD:
        found = found.filter(_FAR, direction=Direction.FORWARDED)
        if numbers := sign.facts.get("numbers"):
            found = found.filter(number__in=numbers)
    else:
        found = found.filter(direction__in=OUT)
    if sign.kind == SignKind.OFF_HOURS:
        found = found.exclude(micros=0).exclude(micros=None)
    if sign.kind == SignKind.PARALLEL:
        found = found.filter(seconds__gt=0, seconds__lte=SHORT_SECONDS).exclude(micros=0)
    if prefix := str(sign.facts.get("prefix") or ""):
        found = found.filter(other__startswith=prefix)
    return found.order_by("start", "id")


def page_of(found: QuerySet[FraudSign], *, after: str, size: int) -> tuple[list[FraudSign], str]:
    """A page from a sign's id on, and the id to go on from; an id that is none gives the first page."""
    if after.isascii() and after.isdigit() and len(after) < 15:
        last = FraudSign.objects.filter(pk=int(after)).values("fired_at", "pk").first()
        if last and last["fired_at"]:
            found = found.filter(Q(fired_at__lt=last["fired_at"]) | Q(fired_at=last["fired_at"], pk__lt=last["pk"]))
    rows = list(found[: size + 1])
    return rows[:size], str(rows[size - 1].pk) if len(rows) > size else ""


def open_count() -> int:
    """How many raised signs nobody has judged."""
    return signs().filter(judgement=Judgement.OPEN).count()


def customers_with_calls(since: date) -> list[int]:
    """Customers with calls since a day; needs a crossing."""
    found = DailyTotal.objects.filter(day__gte=since).values_list("customer_id", flat=True).distinct()
    return sorted(found)
