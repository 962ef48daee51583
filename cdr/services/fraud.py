"""Find signs of fraud in a customer's calls, raise and judge them, and set from which size they are raised."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from celery import signature
from django.core.cache import cache
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.access import Actor, Door, system
from accounts.models import Customer, Notice
from accounts.selectors import registered_for
from accounts.services.notices import notify
from accounts.tenancy import Crossing, crossing, tenant
from accounts.work import queue
from cdr import rules
from cdr.fraud.detect import detect
from cdr.fraud.facts import Found
from cdr.fraud.kinds import Judgement, SignKind
from cdr.fraud.risk import risk_book
from cdr.fraud.thresholds import DEFAULTS, Threshold, fires, severity
from cdr.models import FraudSign, FraudThreshold
from cdr.selectors import signs
from portal.lib.periods import days, local_day

# Files of the last days arrive late; what began before is not looked at again.
LOOKS_BACK_DAYS = 3
WAITS_AT_MOST = 600
# Signs that were never raised serve the trial of other thresholds, which looks back thirty days.
KEEPS_SILENT_DAYS = 40

_LOOK = signature("cdr.tasks.look_for_fraud")
_FIND = signature("cdr.tasks.find_fraud")
_MAIL = signature("cdr.tasks.mail_signs")


def after_records(customers: Iterable[int]) -> None:
    """Call this when records were added: a worker then looks at these customers. One message, however many they are."""
    if found := sorted(set(customers)):
        queue(_LOOK, found, actor=system(door=Door.TASK))


def queue_looks(customers: Iterable[int]) -> None:
    """One task a customer; while one waits for its turn, no second is queued."""
    for customer in customers:
        if cache.add(_waiting(customer), 1, WAITS_AT_MOST):
            queue(_FIND, customer, actor=system(door=Door.TASK))


def taken_up(customer: int) -> None:
    """A worker begins to look: calls that come from now on need another look."""
    cache.delete(_waiting(customer))


def _waiting(customer: int) -> str:
    return f"cdr-fraud-waits:{customer}"


def find_signs(*, customer: Customer, now: datetime | None = None) -> list[FraudSign]:
    """Look at the customer's last days; returns the signs that were raised by this look and by none before."""
    now = now or timezone.now()
    last = local_day(now)
    first = last - timedelta(days=LOOKS_BACK_DAYS - 1)
    with tenant(customer):
        _one_look_at_a_time(customer)
        history = signs.history(first, last + timedelta(days=1))
        found = detect(history, risk_book(), frozenset(days(first, last + timedelta(days=1))))
        limits = signs.thresholds()
        raised = [sign for one in found if (sign := _keep(customer, one, limits[one.kind], now))]
        FraudSign.objects.filter(fired_at=None, start__lt=now - timedelta(days=KEEPS_SILENT_DAYS)).delete()
        if raised:
            keys = [sign.pk for sign in raised]
            for reader in registered_for(customer, "mails_voip_usage"):
                queue(_MAIL, customer.pk, keys, reader.pk, actor=system(customer, Door.TASK))
                notify(
                    customer=customer,
                    kind="fraud.signs",
                    values={"count": len(keys)},
                    user=reader,
                    level=Notice.Level.WARNING,
                    link=reverse("cdr:signs"),
                    key=f"fraud.signs {keys[0]} {reader.pk}",
                )
    return raised


def _one_look_at_a_time(customer: Customer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('centrale_fraud'), %s)", [customer.pk])


def _keep(customer: Customer, found: Found, threshold: Threshold, now: datetime) -> FraudSign | None:
    """Write down what was found; the sign where it reaches its threshold for the first time. A judged one stays as it was."""
    sign = FraudSign.objects.filter(kind=found.kind, key=found.key).first()
    if sign is None:
        sign = FraudSign(customer=customer, kind=found.kind, key=found.key, found_at=now)
    elif sign.judgement != Judgement.OPEN:
        return None
    sign.start, sign.end = found.start, found.end
    sign.calls, sign.micros = found.measures.calls, found.measures.micros
    sign.factor, sign.alike = found.measures.factor, found.measures.alike
    sign.severity = severity(found.measures, risky=found.risky)
    sign.facts = dict(found.details)
    raise_now = sign.fired_at is None and fires(threshold, found.measures)
    if raise_now:
        sign.fired_at = now
    sign.save()
    return sign if raise_now else None


@transaction.atomic
def judge(*, actor: Actor, sign: FraudSign, judgement: Judgement, note: str = "") -> FraudSign:
    """Say whether a sign was right; by the customer, inside its door, or by an operator. Raises Refusal."""
    rules.may_judge(actor)
    sign = FraudSign.objects.select_for_update().get(pk=sign.pk)
    before = audit.snapshot(sign, ("judgement", "note"))
    sign.judgement, sign.note = judgement, note.strip()
    judged = judgement != Judgement.OPEN
    sign.judged_at, sign.judged_by = (timezone.now(), actor.user) if judged else (None, None)
    changed = audit.changes(before, audit.snapshot(sign, ("judgement", "note")))
    if changed:
        sign.save(update_fields=["judgement", "note", "judged_at", "judged_by"])
        audit.record(actor=actor, verb="fraud_sign.judge", obj=sign, changes=changed)
    return sign


def check_thresholds(wanted: Mapping[SignKind, Threshold]) -> None:
    """Refusal for a threshold that could not do what it says."""
    for kind, threshold in wanted.items():
        rules.not_below_the_floor(kind, threshold)


def set_thresholds(*, actor: Actor, wanted: Mapping[SignKind, Threshold]) -> None:
    """Set from which size signs are raised from now on; what was raised stays."""
    check_thresholds(wanted)
    with crossing(Crossing.OPERATE):
        for kind, threshold in wanted.items():
            row = FraudThreshold.objects.filter(kind=kind).first() or FraudThreshold(kind=kind)
            fields = ("on", "calls", "micros", "factor", "alike")
            before = {name: getattr(DEFAULTS[kind], name) for name in fields}
            if row.pk:
                before = audit.snapshot(row, fields)
            for name in fields:
                setattr(row, name, getattr(threshold, name))
            changed = audit.changes(before, audit.snapshot(row, fields))
            if changed:
                row.save()
                audit.record(actor=actor, verb="fraud_threshold.change", obj=row, changes=changed)
