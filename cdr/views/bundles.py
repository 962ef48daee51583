"""How full the customer's bundles are in a billing period."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import Capability
from accounts.web import CustomerRequest, customer_view
from cdr.asking import Asked, ask, language
from cdr.models import Adjustment, Bundle
from cdr.selectors import bundles as selectors
from cdr.views.periods import MONTHS_SHOWN, address, tabs
from portal.lib import formats
from portal.lib.periods import Month
from portal.lib.ui import Choice, PeriodPicker

NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A bundle as the page shows it. `limit` is None where nothing ends it; seconds and micro-euros."""

    name: str
    about: str
    users: str
    used: int
    limit: int | None
    words: str
    note: str
    is_full: bool
    saved_micros: int


@require_safe
@customer_view(Capability.VIEW_CALLS)
def bundles(request: CustomerRequest) -> HttpResponse:
    """The bundles of a billing period, how much of them is used and what they saved."""
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    month = asked.filter.month or Month.of_day(asked.selection.first)
    rows = [_row(fill, asked) for fill in selectors.fills(month)]
    context = {
        "tabs": tabs(request, "bundles"),
        "picker": _picker(request, month, Month.of_day(asked.today)),
        "month": month,
        "rows": rows,
        "saved": sum(row.saved_micros for row in rows),
        "adjustments": [
            (Adjustment.Reason(one.reason).label, formats.month(Month.of_day(one.into_period), language()), one.micros)
            for one in selectors.adjustments(month.first_day, month.end_day)
        ],
    }
    return render(request, "cdr/bundles.html", context)


def _row(fill: selectors.Fill, asked: Asked) -> Row:
    tongue = language()
    kind = str(fill.bundle.get_kind_display())
    used = formats.duration(max(fill.used, 0), tongue)
    if fill.included is None:
        words, note = used, _("without an end")
    else:
        words = _("%(used)s of %(included)s") % {"used": used, "included": formats.duration(fill.included, tongue)}
        note = _note(fill.bundle, max(fill.included - fill.used, 0), tongue)
    return Row(
        name=fill.bundle.name,
        about="" if kind.casefold() == fill.bundle.name.casefold() else kind,
        users=_users([name or number for name, number in map(asked.own, fill.numbers)]),
        used=max(fill.used, 0),
        limit=fill.included,
        words=words,
        note=note,
        is_full=fill.included is not None and fill.used >= fill.included,
        saved_micros=fill.saved_micros,
    )


def _note(bundle: Bundle, left: int, tongue: str) -> str:
    """What the rest of a bundle means. One without a limit has one after all: that of fair use."""
    fair = bundle.kind == Bundle.Kind.UNLIMITED
    if not left:
        return _("above fair use: further calls are paid") if fair else _("full: further calls are paid")
    words = _("%(left)s left of fair use") if fair else _("%(left)s left")
    return words % {"left": formats.duration(left, tongue)}


def _users(names: list[str]) -> str:
    """Who uses it: all of few names, else the first two and how many more."""
    if len(names) <= NAMES_SHOWN:
        return ", ".join(names)
    first = names[: NAMES_SHOWN - 1]
    return _("%(names)s and %(count)s more") % {"names": ", ".join(first), "count": len(names) - len(first)}


def _picker(request: CustomerRequest, month: Month, running: Month) -> PeriodPicker:
    tongue = language()
    months = [running.shifted(-back) for back in range(MONTHS_SHOWN)]

    def to(one: Month) -> str:
        return address(request, month=str(one), from_=None, to=None)

    return PeriodPicker(
        label=formats.month(month, tongue),
        previous_url=to(month.previous()),
        next_url=to(month.next()) if month < running else "",
        choices=[Choice(formats.month(one, tongue), to(one), one == month) for one in months],
    )
