"""Open and close disputes; while one is open, what it is about is not masked."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer
from cdr import rules
from cdr.models import CallRecord, Dispute
from cdr.services.retention import alone_with


@transaction.atomic
def open_dispute(
    *, actor: Actor, customer: Customer, reason: str, period: date | None = None, call: CallRecord | None = None
) -> Dispute:
    """Contest a billing period or one call, inside the customer's door. Raises Refusal."""
    rules.may_dispute(actor)
    rules.dispute_says_why(reason)
    if (period is None) == (call is None):
        raise ValueError("a dispute is about a period or about a call")
    with alone_with(customer):
        about = {
            "billing_period": call.billing_period if call is not None else period,
            "call_start": call.start if call is not None else None,
            "call_id": call.id if call is not None else None,
        }
        rules.not_disputed_already(Dispute.objects.filter(closed_at=None, **about).exists())
        dispute = Dispute.objects.create(customer=customer, reason=reason.strip(), opened_by=actor.user, **about)
        audit.record(actor=actor, verb="dispute.open", obj=dispute, note=dispute.reason)
    return dispute


@transaction.atomic
def close_dispute(*, actor: Actor, dispute: Dispute, outcome: str) -> Dispute:
    """End a dispute, by an operator inside a crossing; closing it again changes nothing."""
    rules.may_close_disputes(actor)
    dispute = Dispute.objects.select_for_update().get(pk=dispute.pk)
    if dispute.closed_at is None:
        dispute.closed_at, dispute.outcome = timezone.now(), outcome.strip()
        dispute.save(update_fields=["closed_at", "outcome"])
        audit.record(actor=actor, verb="dispute.close", obj=dispute, note=dispute.outcome)
    return dispute
