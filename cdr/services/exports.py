"""Files of calls: who took which calls away."""

from django.db import transaction

from accounts.access import Actor
from accounts.audit import record
from accounts.models import Customer


@transaction.atomic
def record_download(*, actor: Actor, customer: Customer, query: str, form: str, rows: int) -> None:
    """Write down that somebody takes these calls away; part of the request, so that no file goes out without it."""
    record(
        actor=actor,
        verb="calls.export",
        obj=customer,
        changes={"filter": (None, query or "–"), "form": (None, form), "rows": (None, rows)},
    )
