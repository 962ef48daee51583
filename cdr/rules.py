"""What is refused, each with a stable code and a sentence that says what to do."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
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
