"""Notices: what the reader was told in these rooms, read and put away by each for themselves."""

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import notice_words, selectors, services
from accounts.models import Notice
from accounts.web import CustomerRequest, customer_view
from portal.lib import formats

MOST = 200
KINDS = {Notice.Level.INFO: "", Notice.Level.WARNING: "warn", Notice.Level.ALARM: "bad"}


@dataclass(frozen=True, slots=True)
class Row:
    """A notice as the list shows it."""

    notice: Notice
    said: notice_words.Said
    kind: str
    clock: str
    seen: bool


@require_GET
@customer_view()
def notices(request: CustomerRequest) -> HttpResponse:
    """Everything of the last three months, newest first; what is new is marked."""
    language, today = str(request.LANGUAGE_CODE), timezone.localdate()
    found = list(selectors.notices_for(request.actor)[:MOST])
    days = [
        (formats.long_day(day, language, today=today), [_row(notice) for notice in group])
        for day, group in groupby(found, key=lambda notice: timezone.localdate(notice.at))
    ]
    unread = any(not row.seen for _day, rows in days for row in rows)
    return render(request, "accounts/notices.html", {"days": days, "unread": unread, "most": MOST, "count": len(found)})


def _row(notice: Notice) -> Row:
    return Row(
        notice=notice,
        said=notice_words.say(notice),
        kind=KINDS[Notice.Level(notice.level)],
        clock=formats.clock(notice.at),
        seen=bool(getattr(notice, "seen", False)),
    )


@require_GET
@customer_view()
def notice(request: CustomerRequest, pk: int) -> HttpResponse:
    """Go where the notice points; who follows it has seen it."""
    found = get_object_or_404(selectors.notices_for(request.actor), pk=pk)
    services.read_notices(actor=request.actor, notices=[found])
    return HttpResponseRedirect(found.link) if found.link else redirect("accounts:notices")


@require_POST
@customer_view()
def notice_dismiss(request: CustomerRequest, pk: int) -> HttpResponse:
    """Put a notice away; others still have it."""
    found = get_object_or_404(selectors.notices_for(request.actor), pk=pk)
    services.read_notices(actor=request.actor, notices=[found], dismiss=True)
    return redirect("accounts:notices")


@require_POST
@customer_view()
def notices_read(request: CustomerRequest) -> HttpResponse:
    """Nothing is new any more."""
    services.read_all_notices(actor=request.actor)
    return redirect("accounts:notices")
