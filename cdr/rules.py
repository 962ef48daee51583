"""What is refused, each with a stable code and a sentence that says what to do."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.access import Actor, Capability
from accounts.errors import Refusal
from accounts.models import User
from cdr.fraud.kinds import SignKind
from cdr.fraud.thresholds import FLOORS, Threshold
from cdr.ingest.again import NEVER
from cdr.models import Batch, SavedFilter
from cdr.models.retention import LEAST_MONTHS, MOST_MONTHS

State = Batch.State
MOST_SAVED = 20


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


def can_be_loaded_again(reason: str) -> None:
    """A row of which a part is missing would pass for another row."""
    if reason in NEVER:
        raise Refusal(
            "row_not_whole", _("A part of these rows is missing. Deliver the whole file again, then dismiss them here.")
        )


def rows_can_be_had(files: int, *, loading: bool) -> None:
    """There must be rows that are not on their way already."""
    if not files:
        raise Refusal(
            "nothing_to_load_again",
            _("These rows are being loaded again already.")
            if loading
            else _("The line with the names of the columns was not kept with these rows. Deliver their file again."),
        )


def disk_is_full() -> Refusal:
    """What a service raises that could not write a file."""
    return Refusal("disk_full", _("The disk is full. Make room below MEDIA_ROOT, then try again."))


def says_why(why: str) -> None:
    """Whoever comes later wants to know."""
    if not why.strip():
        raise Refusal("why_is_missing", _("Say why these rows need nobody's attention."), field="why")


def may_dispute(actor: Actor) -> None:
    if not actor.can(Capability.VIEW_INVOICES):
        raise PermissionDenied


def may_close_disputes(actor: Actor) -> None:
    if not actor.can(Capability.OPERATE):
        raise PermissionDenied


def dispute_says_why(reason: str) -> None:
    if not reason.strip():
        raise Refusal("no_reason", _("Say what is wrong, so that we can look into it."), field="reason")


def not_disputed_already(disputed: bool) -> None:
    if disputed:
        raise Refusal("disputed_already", _("There is an open dispute about this already."), field="reason")


def keeping_time_is_sensible(months: int) -> None:
    if not LEAST_MONTHS <= months <= MOST_MONTHS:
        raise Refusal("keeping_time", _("Choose 1 to 84 months."), field="months")


def version_can_move(day: date, wanted: date, today: date) -> None:
    """Calls may have been rated by what holds, and those of a day that came by what held then."""
    if day <= today:
        raise Refusal(
            "version_holds", _("These rates hold already. Add rates that hold from another day on."), field="valid_from"
        )
    if wanted <= today:
        raise Refusal("day_has_come", _("Choose a day after today."), field="valid_from")


def is_a_gap(first: int, last: int) -> None:
    """A gap has a beginning and an end."""
    if not 0 <= first <= last < 10**18:
        raise Refusal("no_gap", _("This is no row of numbers. Take one of the gaps that the page shows."))


def person(actor: Actor) -> User:
    """Filters are saved by people, for themselves."""
    if actor.user is None:
        raise PermissionDenied
    return actor.user


def filters_are_set(query: str) -> None:
    """The running period without filters is the page itself."""
    if not query:
        raise Refusal("no_filters", _("Set a filter or choose another period first, then save it."), field="query")


def room_for_a_filter(count: int) -> None:
    if count >= MOST_SAVED:
        raise Refusal(
            "too_many_filters",
            _("You have saved %(most)s filters, and more do not fit. Remove one first.") % {"most": MOST_SAVED},
        )


def filter_name_is_free(others: QuerySet[SavedFilter], name: str) -> None:
    if others.filter(name__iexact=name).exists():
        raise Refusal(
            "filter_name_taken",
            _("You have saved a filter as %(name)s already. Choose another name.") % {"name": name},
            field="name",
        )


def calls_wait_for_a_price(waiting: bool) -> None:
    if not waiting:
        raise Refusal("nothing_to_rate", _("Every call has a price already."))
