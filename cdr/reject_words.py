"""Why rows are rejected, in words: what the reason is called, and what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Words:
    """How people call a reason, and what to do about it."""

    title: str | Promise
    mend: str | Promise


_SOURCE = _(
    "Look into the rows. When the switch wrote them so, mend its settings; deliver its file again or dismiss them."
)
_HALF = _(
    "The other half mostly comes in the next file, and the row leaves this list by itself. Else look for a file that never came."
)
REASONS: Mapping[str, Words] = {
    "unknown_customer": Words(
        _("Unknown customer"),
        _(
            "Make the customer, give it the number, or add the account code to the source. Then load the rows again: they are billed to it."
        ),
    ),
    "time": Words(_("Unreadable start"), _SOURCE),
    "no_such_time": Words(
        _("An hour that was skipped"), _("Check the time zone of the source. When it is right, load the rows again.")
    ),
    "too_old": Words(
        _("Too long ago"), _("Nothing older than 36 months is billed. Dismiss the rows unless the clock was wrong.")
    ),
    "too_early": Words(
        _("Before the first day"),
        _("Calls of before the setting CALLS_SINCE are not billed here. Dismiss the rows unless the clock was wrong."),
    ),
    "future": Words(
        _("In the future"),
        _("Check the clock of the switch and the time zone of the source, then load the rows again."),
    ),
    "id": Words(_("No id"), _SOURCE),
    "seconds": Words(_("Unreadable duration"), _SOURCE),
    "too_long_call": Words(_("Longer than a day"), _SOURCE),
    "clock": Words(_("Times that contradict each other"), _SOURCE),
    "price": Words(_("Unreadable price"), _SOURCE),
    "nothing_to_take_back": Words(
        _("Nothing to take back"),
        _("Deliver the file with the call that these rows take back, then load the rows again. Else dismiss them."),
    ),
    "account_not_allowed": Words(
        _("Account that the source may not name"),
        _("Add the account code to the source when it is right, then load the rows again."),
    ),
    "choice": Words(_("Unknown word"), _SOURCE),
    "number": Words(
        _("Lost digits"),
        _("A spreadsheet changed the file. Deliver the file as the switch wrote it, then dismiss the rows."),
    ),
    "document": Words(
        _("No whole JSON document"), _("Deliver the file as the switch wrote it, then dismiss the rows.")
    ),
    "transaction": Words(_("Not of a call"), _("Let the switch keep rows of INVITE and BYE only, then dismiss these.")),
    "no_end": Words(_("A call without its end"), _HALF),
    "no_begin": Words(_("An end without its call"), _HALF),
    "columns": Words(
        _("Other number of columns"),
        _("Check the kind of file of the source. When it is right now, load the rows again."),
    ),
    "quotes": Words(_("Open quote"), _SOURCE),
    "characters": Words(_("Bytes that are no text"), _SOURCE),
    "too_long": Words(_("Too long"), _("Deliver the file as the switch wrote it, then dismiss the rows.")),
    "cut_off": Words(_("Cut off"), _("Deliver the whole file again; then dismiss the rows.")),
}


def words_of(reason: str) -> Words:
    """The words of a reason; one without any stands for itself."""
    return REASONS.get(reason, Words(reason.replace("_", " "), _SOURCE))
