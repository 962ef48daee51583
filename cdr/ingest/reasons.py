"""Why a row is not loaded, in words: one sentence that says what to do. The codes are stable."""

from cdr.ingest.marked import marked as _

SENTENCES = {
    "id": _("This row has no id, so it could be loaded twice."),
    "time": _("A time of the call cannot be read. Expected is 2026-10-15 09:12:00."),
    "no_such_time": _("The clock skipped this hour: the start of the call does not exist."),
    "too_old": _("The call is longer ago than 36 months."),
    "too_early": _("The call is of before the day from which calls are loaded."),
    "future": _("The call is more than 2 days ahead. Check the clock of the source."),
    "seconds": _("The duration is not a whole number of seconds."),
    "too_long_call": _("The call lasts longer than 24 hours. Check whether its end was missed."),
    "clock": _("The start, answer, end and duration of the call contradict each other. Check the clock of the source."),
    "choice": _("The direction or product of the call is not one of the known words."),
    "number": _("Digits of the called number were lost, as a spreadsheet does."),
    "price": _("The price cannot be read. Expected is 0,1234."),
    "nothing_to_take_back": _(
        "This row takes back a call that is not loaded. Load the call, then load this row again."
    ),
    "account_not_allowed": _("This source may not name this account code. Add the code to the source, or correct it."),
    "unknown_customer": _("No customer has this account code or number. Make the customer, then load the row again."),
}

DOCUMENT = ("document", _("This is not a whole JSON document."))
TRANSACTION = ("transaction", _("The method or the answer code of this row is not one of a call."))
NO_END = (
    "no_end",
    _("The call was answered, but its end has not come yet. It is loaded when the end comes in a later file."),
)
NO_BEGIN = (
    "no_begin",
    _("The call ended, but its answer has not come yet. It is loaded when the answer comes in a later file."),
)
