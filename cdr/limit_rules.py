"""What is refused about limits, each with a stable code and a sentence that says what to do."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from accounts.access import Actor, Capability
from accounts.errors import Refusal
from accounts.models import Membership, Partner
from cdr import spending
from portal.lib.periods import Month
from telephony.models import PhoneNumber, SpendGuardState


def may_edit_limits(actor: Actor) -> None:
    if not actor.can(Capability.EDIT_SETTINGS):
        raise PermissionDenied


def may_unlock(actor: Actor) -> None:
    if not actor.can(Capability.UNLOCK_SPENDING):
        raise PermissionDenied


def may_set_default(actor: Actor, partner: Partner) -> None:
    """Who belongs to the partner and may change settings there."""
    place = Membership.objects.filter(user=actor.user, partner=partner, is_blocked=False, edits_settings=True)
    if actor.user is None or not place.exists():
        raise PermissionDenied


def amount_is_not_negative(micros: int | None, field: str) -> None:
    if micros is not None and micros < 0:
        raise Refusal("limit_negative", _("A limit is 0 or more. Leave it empty for no limit."), field=field)


def number_is_own(number: str) -> None:
    """Inside the customer's door, where only own numbers are seen."""
    if not PhoneNumber.objects.filter(e164=number).exists():
        raise Refusal("number_unknown", _("This is no number of yours. Choose one of the list."), field="number")


def number_limit_is_an_amount(micros: int) -> None:
    if micros <= 0:
        raise Refusal(
            "limit_missing", _("Type an amount above 0. Remove the limit if there should be none."), field="amount"
        )


def reason_is_given(reason: str) -> None:
    if not reason.strip():
        raise Refusal("reason_missing", _("Say why. It stays in the log book."), field="reason")


def change_lets_nothing_out(actor: Actor, before: str, after: str) -> None:
    """Another hard limit must not do what takes the right to unlock."""
    if spending.SEVERITY[after] < spending.SEVERITY[before] and not actor.can(Capability.UNLOCK_SPENDING):
        raise Refusal(
            "guard_needs_unlock",
            _(
                "Paid calls are stopped, and this would let them out again. That takes the right to unlock the spend guard."
            ),
            field="stop",
        )


def guard_is_closed(state: SpendGuardState | None, month: Month) -> None:
    if state is None or state.level_in(month) == spending.OPEN:
        raise Refusal("guard_open", _("Nothing is stopped: calls go out already."))
