"""What is refused, each with a stable code and a sentence that says what to do."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from accounts.access import Actor, Capability
from accounts.errors import Refusal
from cdr.fraud.kinds import SignKind
from cdr.fraud.thresholds import FLOORS, Threshold
from cdr.models import Batch

State = Batch.State


def same_file(batch: Batch, sha256: str) -> None:
    """A key names one file for ever."""
    if batch.sha256 != sha256:
        raise Refusal(
            "idempotency_key_used",
            _("This Idempotency-Key was used for another file. Send this file with a key of its own."),
        )


def can_be_cancelled(batch: Batch) -> None:
    """Only what is not at its end can be stopped."""
    if batch.state not in (State.QUEUED, State.RUNNING, State.INTERRUPTED):
        raise Refusal("batch_ended", _("This delivery has ended already. What it loaded stays loaded."))


def can_be_resumed(batch: Batch, *, kept: bool) -> None:
    """Only what ended without being loaded whole is loaded again, and only while its file is there."""
    if batch.state not in (State.CANCELLED, State.INTERRUPTED, State.REFUSED):
        raise Refusal("nothing_to_resume", _("There is nothing to resume: this delivery waits, runs or is loaded."))
    if not kept:
        raise Refusal("file_not_kept", _("The file is not kept here. Deliver it again: nothing is loaded twice."))


def may_judge(actor: Actor) -> None:
    if not (actor.can(Capability.EDIT_SETTINGS) or actor.can(Capability.OPERATE)):
        raise PermissionDenied


def not_below_the_floor(kind: SignKind, wanted: Threshold) -> None:
    """What is smaller than the floor is not kept, so a lower threshold would promise what it cannot do."""
    floor = FLOORS[kind]
    for name in ("calls", "micros", "factor", "alike"):
        least, value = getattr(floor, name), getattr(wanted, name)
        if value is not None and least is not None and value < least:
            raise Refusal(
                "below_floor", _("This is lower than what is measured. Choose a higher value."), field=f"{kind}_{name}"
            )
    if wanted.calls is None and wanted.micros is None:
        raise Refusal("no_size", _("Give a number of calls or an amount."), field=f"{kind}_calls")
