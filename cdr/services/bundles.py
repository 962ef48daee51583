"""Make bundles, end them, and say which numbers use them. Calls that are there already are shared out again."""

from collections.abc import Collection
from datetime import date

from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from accounts.access import Actor
from accounts.audit import changes, record, snapshot
from accounts.errors import Refusal
from cdr.models import Bundle, BundleNumber, MonthlyTotal
from cdr.selectors.feeds import closed_periods
from cdr.services.adjusting import adjust_bundles
from cdr.services.allocation import share_out
from cdr.services.periods import alone_with_the_ledger
from telephony.services import UnlimitedDays, keep_unlimited_calling

FIELDS = (
    "name",
    "kind",
    "included_minutes",
    "prefixes",
    "call_types",
    "covers_setup",
    "pro_rata",
    "valid_from",
    "valid_to",
)


def make_bundle(*, actor: Actor, bundle: Bundle, numbers: Collection[str]) -> Bundle:
    """Save a new bundle, which its form has validated, with the numbers that use it from its first day on."""
    with alone_with_the_ledger():
        if Bundle.objects.filter(customer=bundle.customer_id, name=bundle.name).exists():
            raise Refusal("bundle_name", _("This customer has a bundle with this name. Choose another."), field="name")
        bundle.save(force_insert=True)
        BundleNumber.objects.bulk_create(
            [
                BundleNumber(customer_id=bundle.customer_id, bundle=bundle, number=number, valid_from=bundle.valid_from)
                for number in sorted(set(numbers))
            ]
        )
        _tell_who_is_unlimited(bundle.customer_id)
        _share_out_since(bundle.customer_id, bundle.valid_from)
        record(
            actor=actor,
            verb="bundle.make",
            obj=bundle,
            changes=changes({}, snapshot(bundle, FIELDS) | {"numbers": sorted(set(numbers))}),
        )
    return bundle


def end_bundle(*, actor: Actor, bundle: Bundle, valid_to: date) -> Bundle:
    """Let a bundle end before a day. Calls from that day on are paid for; a closed billing period is adjusted."""
    with alone_with_the_ledger():
        now = Bundle.objects.get(pk=bundle.pk)
        if valid_to <= now.valid_from:
            raise Refusal(
                "bundle_end",
                _("The bundle must run for at least one day. Choose a day after its first one."),
                field="valid_to",
            )
        before = snapshot(now, FIELDS)
        since = min(valid_to, now.valid_to or valid_to)
        now.valid_to = valid_to
        now.save(update_fields=["valid_to"])
        _tell_who_is_unlimited(now.customer_id)
        _share_out_since(now.customer_id, since)
        record(actor=actor, verb="bundle.end", obj=now, changes=changes(before, snapshot(now, FIELDS)))
    return now


def set_bundle_numbers(*, actor: Actor, bundle: Bundle, numbers: Collection[str], since: date) -> Bundle:
    """Let exactly these numbers use a bundle from a day on; what was covered before that day stays."""
    with alone_with_the_ledger():
        since = max(since, bundle.valid_from)
        running = BundleNumber.objects.filter(Q(valid_to=None) | Q(valid_to__gt=since), bundle=bundle)
        before = {place.number: place for place in running}
        wanted = set(numbers)
        leaving = [place.pk for number, place in before.items() if number not in wanted]
        running.filter(pk__in=leaving).update(valid_to=Greatest(since, F("valid_from")))
        BundleNumber.objects.bulk_create(
            [
                BundleNumber(customer_id=bundle.customer_id, bundle=bundle, number=number, valid_from=since)
                for number in sorted(wanted - before.keys())
            ]
        )
        _tell_who_is_unlimited(bundle.customer_id)
        _share_out_since(bundle.customer_id, since)
        record(
            actor=actor,
            verb="bundle.numbers",
            obj=bundle,
            changes=changes({"numbers": sorted(before)}, {"numbers": sorted(wanted)}),
        )
    return bundle


def _tell_who_is_unlimited(customer: int) -> None:
    """Pages of lines show which numbers have unlimited calls to fixed numbers; their app knows nothing of bundles."""
    days = []
    for place in BundleNumber.objects.filter(customer=customer).select_related("bundle"):
        first = max(place.valid_from, place.bundle.valid_from)
        end = min((day for day in (place.valid_to, place.bundle.valid_to) if day is not None), default=None)
        if place.bundle.is_unlimited_to_fixed and (end is None or end > first):
            days.append(UnlimitedDays(place.number, first, end))
    keep_unlimited_calling(customer_id=customer, days=days)


def _share_out_since(customer: int, day: date) -> None:
    """Share out again over every billing period in which calls from a day on can lie; closed ones are adjusted."""
    closed = closed_periods()
    periods = MonthlyTotal.objects.filter(customer=customer, billing_period__gte=day.replace(day=1))
    for period in sorted(set(periods.values_list("billing_period", flat=True))):
        if period in closed:
            adjust_bundles(customer, period)
        else:
            share_out(customer, period)
