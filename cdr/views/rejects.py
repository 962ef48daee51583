"""Operators' pages about rows that could not be loaded: what is wrong, what mends it, and loading them again."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import Refusal
from accounts.web import failed, operator_view, saved
from cdr.ingest.again import NEVER
from cdr.models import Reject, Source
from cdr.reject_files import rows_file
from cdr.reject_words import words_of
from cdr.selectors import rejects as waiting
from cdr.services import rejects as services
from cdr.views.operating import SHOWN, OperatorRequest, crumbs_to, page_after, tabs
from portal.lib.ui import Choice

# Control characters would do things to the page or the reader's terminal; their pictures only look like it.
PICTURES = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421}
LONGEST = 500


def _shown(raw: str) -> str:
    text = raw.translate(PICTURES)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


@require_safe
@operator_view
def rejects(request: OperatorRequest) -> HttpResponse:
    """Open rows by source and reason, with an example and what to do."""
    rows = [
        {"group": group, "words": words_of(group.reason), "example": _shown(group.example.raw)}
        for group in waiting.groups()
    ]
    context = {"rows": rows, "crumbs": crumbs_to(Choice(_("Rejects"))), "tabs": tabs("operate_rejects")}
    return render(request, "cdr/operate/rejects.html", context)


@require_safe
@operator_view
def group(request: OperatorRequest, pk: int, reason: str) -> HttpResponse:
    """The open rows of one source and reason, oldest first."""
    source = get_object_or_404(Source, pk=pk)
    found = waiting.groups(source=source, reason=reason)
    after = page_after(request.GET.get("after", ""))
    page = waiting.open_rejects().filter(source=source, reason=reason).select_related("batch", "again").order_by("pk")
    rows = list((page if after is None else page.filter(pk__gt=after))[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    words = words_of(reason)
    context = {
        "source": source,
        "reason": reason,
        "words": words,
        "group": found[0] if found else None,
        "rows": [{"reject": row, "shown": _shown(row.raw), "loading": _loading(row)} for row in rows],
        "again": reason not in NEVER,
        "after": str(rows[-1].pk) if more else "",
        "crumbs": crumbs_to(Choice(_("Rejects"), reverse("cdr:operate_rejects")), Choice(f"{words.title}, {source}")),
    }
    return render(request, "cdr/operate/reject_group.html", context)


def _loading(reject: Reject) -> bool:
    return reject.again is not None and reject.again.state in reject.again.LIVE


@require_safe
@operator_view
def download(request: OperatorRequest, pk: int, reason: str) -> HttpResponse:
    """The rows as they were delivered, byte for byte, below the line that names their columns."""
    source = get_object_or_404(Source, pk=pk)
    file = rows_file(source, reason)
    if file is None:
        failed(request, _("There is no row to download here."))
        return HttpResponseRedirect(reverse("cdr:operate_reject_group", args=[pk, reason]))
    return file


@require_POST
@operator_view
def again(request: OperatorRequest, pk: int, reason: str) -> HttpResponse:
    """Load the rows again, once their cause is mended."""
    source = get_object_or_404(Source, pk=pk)
    try:
        batches = services.load_again(source=source, reason=reason, actor=request.actor)
    except Refusal as refusal:
        failed(request, str(refusal))
        return HttpResponseRedirect(reverse("cdr:operate_reject_group", args=[pk, reason]))
    if len(batches) == 1:
        return HttpResponseRedirect(reverse("cdr:operate_batch", args=[batches[0].pk]))
    saved(request, _("%(count)d files wait to be loaded.") % {"count": len(batches)})
    return HttpResponseRedirect(reverse("cdr:operate_batches"))


@require_POST
@operator_view
def dismiss(request: OperatorRequest, pk: int, reason: str) -> HttpResponse:
    """Say that the rows that were seen need nobody's attention."""
    source = get_object_or_404(Source, pk=pk)
    upto = page_after(request.POST.get("upto", "")) or 0
    try:
        count = services.dismiss(
            source=source, reason=reason, upto=upto, why=request.POST.get("why", ""), actor=request.actor
        )
    except Refusal as refusal:
        failed(request, str(refusal))
        return HttpResponseRedirect(reverse("cdr:operate_reject_group", args=[pk, reason]))
    saved(request, ngettext("%(count)d row dismissed.", "%(count)d rows dismissed.", count) % {"count": count})
    return HttpResponseRedirect(reverse("cdr:operate_rejects"))
