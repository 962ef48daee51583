"""Operators' page of calls without a price: why, what mends it, and rating them again."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import Refusal
from accounts.tenancy import Crossing, crossing
from accounts.web import failed, operator_view, saved
from cdr.asking import language, shown
from cdr.selectors.unrated import Waiting, queue
from cdr.services.rerating import rate_again
from cdr.unrated_words import destination, words_of
from cdr.views.operating import OperatorRequest, crumbs_to, page_after, tabs
from portal.lib import formats
from portal.lib.ui import Choice


@require_safe
@operator_view
def unrated(request: OperatorRequest) -> HttpResponse:
    """What waits by customer and month, most calls first, with an example of each reason and destination."""
    with crossing(Crossing.OPERATE):
        found = queue(page_after(request.GET.get("after", "")) or 0)
    context = {
        "calls": found.calls,
        "cards": [_card(one) for one in found.waiting],
        "after": "" if found.after is None else str(found.after),
        "crumbs": crumbs_to(Choice(_("Calls without a price"))),
        "tabs": tabs("operate_unrated"),
    }
    return render(request, "cdr/operate/unrated.html", context)


def _card(waiting: Waiting) -> dict[str, object]:
    tongue = language()
    return {
        "waiting": waiting,
        "month": formats.month(waiting.month.month, tongue),
        "rows": [
            {
                "group": group,
                "words": words_of(group),
                "destination": destination(group, tongue),
                "other": shown(group.example.other),
            }
            for group in waiting.groups
        ],
    }


@require_POST
@operator_view
def again(request: OperatorRequest) -> HttpResponse:
    """Let a worker rate all of them again."""
    try:
        rate_again(actor=request.actor)
    except Refusal as refusal:
        failed(request, refusal.message)
    else:
        saved(request, _("The calls are being rated again. What has a price by now leaves this list within minutes."))
    return HttpResponseRedirect(reverse("cdr:operate_unrated"))
