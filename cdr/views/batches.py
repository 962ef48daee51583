"""Operators' pages about deliveries and what was rejected of them."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.web import operator_view
from cdr.models import Batch, Reject
from cdr.views.operating import SHOWN, OperatorRequest, crumbs_to, page_after, tabs
from portal.lib.ui import Choice

REJECTS_SHOWN = 100


@require_safe
@operator_view
def batches(request: OperatorRequest) -> HttpResponse:
    """Deliveries, the newest first."""
    found = Batch.objects.select_related("source", "user").order_by("-pk")
    after = page_after(request.GET.get("after", ""))
    if after is not None:
        found = found.filter(pk__lt=after)
    rows = list(found[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    context = {
        "rows": rows,
        "after": str(rows[-1].pk) if more else "",
        "crumbs": crumbs_to(Choice(_("Deliveries"))),
        "tabs": tabs("operate_batches"),
    }
    return render(request, "cdr/operate/batches.html", context)


@require_safe
@operator_view
def batch(request: OperatorRequest, pk: int) -> HttpResponse:
    """One delivery: its counts, and the rows that could not be loaded with their reasons."""
    found = get_object_or_404(Batch.objects.select_related("source", "user"), pk=pk)
    rejects = Reject.objects.filter(batch=found).order_by("line")
    crumbs = crumbs_to(Choice(_("Deliveries"), reverse("cdr:operate_batches")), Choice(found.file_name))
    context = {
        "batch": found,
        "rejects": list(rejects[:REJECTS_SHOWN]),
        "reasons": sorted(found.reasons.items(), key=lambda item: -item[1]),
        "more": max(rejects.count() - REJECTS_SHOWN, 0),
        "crumbs": crumbs,
    }
    return render(request, "cdr/operate/batch.html", context)
