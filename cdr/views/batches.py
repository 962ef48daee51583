"""Operators' pages about deliveries: the list, the upload page, and one delivery with its progress."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Door
from accounts.errors import Refusal
from accounts.web import failed, operator_view, saved
from cdr.batch_filters import BatchFilter
from cdr.batch_words import problem_words
from cdr.feed_forms import UploadForm
from cdr.models import Batch, Reject
from cdr.reject_words import words_of
from cdr.services import deliveries, live
from cdr.uploads import KeepOnDisk
from cdr.views.operating import SHOWN, OperatorRequest, crumbs_to, page_after, tabs
from portal.charts import progress_bar
from portal.lib import formats
from portal.lib.ui import Choice

REJECTS_SHOWN = 100
LATEST = 5


@require_safe
@operator_view
def batches(request: OperatorRequest) -> HttpResponse:
    """Deliveries, the newest first."""
    wanted = BatchFilter(request.GET, Batch.objects.select_related("source", "user").order_by("-pk"))
    found = wanted.qs
    after = page_after(request.GET.get("after", ""))
    if after is not None:
        found = found.filter(pk__lt=after)
    rows = list(found[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    context = {
        "rows": rows,
        "filter": wanted,
        "filtered": any(request.GET.get(name) for name in wanted.filters),
        "after": str(rows[-1].pk) if more else "",
        "crumbs": crumbs_to(Choice(_("Deliveries"))),
        "tabs": tabs("operate_batches"),
    }
    return render(request, "cdr/operate/batches.html", context)


# The handler that writes to the disk must stand before anybody reads the form, the guard against forged forms included.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def upload(request: OperatorRequest) -> HttpResponse:
    """Take files in; they are loaded by a worker, and the page may be closed."""
    request.upload_handlers = [KeepOnDisk(settings.MEDIA_ROOT, settings.CDR_UPLOAD_MAX_BYTES)]
    return _upload(request)


@csrf_protect
def _upload(request: OperatorRequest) -> HttpResponse:
    language = str(request.LANGUAGE_CODE)
    form = UploadForm(
        request.POST or None, request.FILES or None, language=language, initial={"source": request.GET.get("source")}
    )
    if request.method == "POST" and form.is_valid():
        made = [
            deliveries.deliver(source=form.cleaned_data["source"], upload=file, actor=request.actor)[0]
            for file in form.cleaned_data["uploads"]
        ]
        if len(made) == 1:
            return HttpResponseRedirect(reverse("cdr:operate_batch", args=[made[0].pk]))
        saved(request, _("%(count)d files wait to be loaded.") % {"count": len(made)})
        return HttpResponseRedirect(reverse("cdr:operate_batches"))
    context = {
        "form": form,
        "most": formats.data(settings.CDR_UPLOAD_MAX_BYTES, language),
        "crumbs": crumbs_to(Choice(_("Deliveries"), reverse("cdr:operate_batches")), Choice(_("Upload files"))),
    }
    return render(request, "cdr/operate/upload.html", context)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a delivery is, in words and as a bar."""

    done: int
    percent: int
    rate: str
    rest: str
    bar: SafeString


def _progress(batch: Batch, language: str) -> Progress:
    done = min(live.read_of(batch) if batch.state == Batch.State.RUNNING else batch.done_bytes, batch.size)
    seconds = ((batch.finished_at or timezone.now()) - batch.started_at).total_seconds()
    rate, rest = "", ""
    if batch.state != Batch.State.QUEUED and batch.read and seconds >= 1:
        each = formats.number(round(batch.read / seconds), language)
        rate = _("%(rows)s rows per second") % {"rows": each}
    if batch.state == Batch.State.RUNNING and done == batch.size:
        rest = _("what is read is being stored")
    elif batch.state == Batch.State.RUNNING and done and seconds >= 2:
        rest = _rest(seconds * (batch.size - done) / done)
    bar = progress_bar(done=done, total=batch.size, bad=batch.rejected * done // max(batch.read, 1))
    return Progress(done, done * 100 // max(batch.size, 1), rate, rest, bar)


def _rest(seconds: float) -> str:
    if seconds >= 90:
        minutes = round(seconds / 60)
        return ngettext("about %(count)d minute left", "about %(count)d minutes left", minutes) % {"count": minutes}
    whole = max(round(seconds), 1)
    return ngettext("about %(count)d second left", "about %(count)d seconds left", whole) % {"count": whole}


def _live(request: HttpRequest, batch: Batch) -> dict[str, object]:
    rejects = Reject.objects.filter(batch=batch).order_by("-line")
    return {
        "batch": batch,
        "live": batch.state in Batch.LIVE,
        "stopping": live.is_asked_to_stop(batch),
        "progress": _progress(batch, str(request.LANGUAGE_CODE)),
        "latest": list(rejects[:LATEST]) if batch.state in Batch.LIVE and batch.rejected else [],
        "before": Batch.objects.filter(state=Batch.State.QUEUED, source=batch.source_id, pk__lt=batch.pk).count()
        if batch.state == Batch.State.QUEUED
        else 0,
    }


@require_safe
@operator_view
def batch(request: OperatorRequest, pk: int) -> HttpResponse:
    """One delivery: its counts, its progress while it is loaded, and the rows that were not, with their reasons."""
    found = get_object_or_404(Batch.objects.select_related("source", "user"), pk=pk)
    rejects = Reject.objects.filter(batch=found).order_by("line")
    earlier = Batch.objects.filter(source=found.source_id, sha256=found.sha256, pk__lt=found.pk).exclude(sha256="")
    context = {
        **_live(request, found),
        "problem": problem_words(found.problem),
        "rejects": [] if found.state in Batch.LIVE else list(rejects[:REJECTS_SHOWN]),
        "reasons": [
            (words_of(reason).title, reverse("cdr:operate_reject_group", args=[found.source_id, reason]), count)
            for reason, count in sorted(found.reasons.items(), key=lambda item: -item[1])
        ],
        "more": max(rejects.count() - REJECTS_SHOWN, 0),
        "seconds": round((found.finished_at - found.started_at).total_seconds()) if found.finished_at else None,
        "earlier": earlier.order_by("-pk").first(),
        "door": _door(found),
        "taken_up": deliveries.is_taken_up(found),
        "kept": deliveries.path_of(found) is not None,
        "crumbs": crumbs_to(Choice(_("Deliveries"), reverse("cdr:operate_batches")), Choice(found.file_name)),
    }
    return render(request, "cdr/operate/batch.html", context)


def _door(batch: Batch) -> str:
    """How the file came here, in words."""
    if batch.is_again:
        return _("rejected rows, loaded again")
    words = {Door.PAGE: _("upload page"), Door.API: _("API"), Door.TASK: _("drop folder"), Door.COMMAND: _("command")}
    return words.get(Door(batch.door), batch.door)


@require_safe
@operator_view
def progress(request: OperatorRequest, pk: int) -> HttpResponse:
    """The part of the page that changes; asks for the whole page once the delivery is at its end."""
    found = get_object_or_404(Batch.objects.select_related("source", "user"), pk=pk)
    response = render(request, "cdr/operate/_progress.html", {**_live(request, found), "swapped": True})
    if found.state not in Batch.LIVE:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@operator_view
def cancel(request: OperatorRequest, pk: int) -> HttpResponse:
    """Stop a delivery."""
    found = get_object_or_404(Batch, pk=pk)
    try:
        found = deliveries.cancel_batch(batch=found, actor=request.actor)
    except Refusal as refusal:
        failed(request, str(refusal))
    else:
        stopped = found.state == Batch.State.CANCELLED
        saved(request, _("Delivery stopped.") if stopped else _("The delivery stops after the rows it is at."))
    return HttpResponseRedirect(reverse("cdr:operate_batch", args=[pk]))


@require_POST
@operator_view
def resume(request: OperatorRequest, pk: int) -> HttpResponse:
    """Load a delivery again that did not come to its end."""
    found = get_object_or_404(Batch, pk=pk)
    try:
        deliveries.resume_batch(batch=found, actor=request.actor)
    except Refusal as refusal:
        failed(request, str(refusal))
    else:
        saved(request, _("The file is loaded again; what is loaded already is not doubled."))
    return HttpResponseRedirect(reverse("cdr:operate_batch", args=[pk]))
