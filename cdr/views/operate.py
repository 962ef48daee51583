"""Operators' pages: feeds, deliveries with what was rejected, and tariffs."""

from django.db.models import Count, Max, Q
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Actor
from accounts.errors import Refusal
from accounts.web import operator_view, saved
from cdr import services
from cdr.dialects import dialects
from cdr.forms import SourceForm, TariffForm, VersionForm
from cdr.models import Batch, Reject, Source, Tariff, TariffVersion
from portal.lib.ui import Choice

SHOWN = 50
REJECTS_SHOWN = 100


class OperatorRequest(HttpRequest):
    """What an `operator_view` receives."""

    actor: Actor


def _crumbs(*more: Choice) -> list[Choice]:
    return [Choice(_("Operations"), reverse("accounts:operate")), *more]


def _tabs(active: str) -> list[Choice]:
    pages = (("operate_sources", _("Sources")), ("operate_batches", _("Deliveries")), ("operate_tariffs", _("Tariffs")))
    return [Choice(label, reverse(f"cdr:{name}"), name == active) for name, label in pages]


@require_safe
@operator_view
def sources(request: OperatorRequest) -> HttpResponse:
    """Every feed with its last delivery and what still waits for somebody."""
    found = Source.objects.annotate(
        last=Max("batches__started_at"),
        waiting=Count("rejects", filter=Q(rejects__resolved_at=None), distinct=True),
    )
    titles = {name: dialect.title for name, dialect in dialects().items()}
    rows = [{"source": source, "kind": titles.get(source.dialect, source.dialect)} for source in found]
    context = {"rows": rows, "crumbs": _crumbs(Choice(_("Call sources"))), "tabs": _tabs("operate_sources")}
    return render(request, "cdr/operate/sources.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def source_edit(request: OperatorRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a feed."""
    source = get_object_or_404(Source, pk=pk) if pk is not None else Source()
    name = source.name
    form = SourceForm(request.POST or None, instance=source)
    if request.method == "POST" and form.is_valid():
        services.save_source(
            source=form.save(commit=False), actor=request.actor, accounts=form.cleaned_data["account_codes"]
        )
        saved(request, _("Source %(name)s saved.") % {"name": source.name})
        return HttpResponseRedirect(reverse("cdr:operate_sources"))
    crumbs = _crumbs(Choice(_("Call sources"), reverse("cdr:operate_sources")), Choice(name or _("New source")))
    return render(request, "cdr/operate/source.html", {"form": form, "name": name, "crumbs": crumbs})


@require_safe
@operator_view
def batches(request: OperatorRequest) -> HttpResponse:
    """Deliveries, the newest first."""
    after = request.GET.get("after", "")
    found = Batch.objects.select_related("source", "user").order_by("-pk")
    if after.isascii() and after.isdigit() and len(after) < 15:
        found = found.filter(pk__lt=int(after))
    rows = list(found[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    context = {
        "rows": rows,
        "after": str(rows[-1].pk) if more else "",
        "crumbs": _crumbs(Choice(_("Deliveries"))),
        "tabs": _tabs("operate_batches"),
    }
    return render(request, "cdr/operate/batches.html", context)


@require_safe
@operator_view
def batch(request: OperatorRequest, pk: int) -> HttpResponse:
    """One delivery: its counts, and the rows that could not be loaded with their reasons."""
    found = get_object_or_404(Batch.objects.select_related("source", "user"), pk=pk)
    rejects = Reject.objects.filter(batch=found).order_by("line")
    crumbs = _crumbs(Choice(_("Deliveries"), reverse("cdr:operate_batches")), Choice(found.file_name))
    context = {
        "batch": found,
        "rejects": list(rejects[:REJECTS_SHOWN]),
        "reasons": sorted(found.reasons.items(), key=lambda item: -item[1]),
        "more": max(rejects.count() - REJECTS_SHOWN, 0),
        "crumbs": crumbs,
    }
    return render(request, "cdr/operate/batch.html", context)


@require_safe
@operator_view
def tariffs(request: OperatorRequest) -> HttpResponse:
    """Every tariff, since when its rates hold and who has it."""
    found = Tariff.objects.annotate(
        since=Max("versions__valid_from"),
        versions_count=Count("versions", distinct=True),
        users=Count("customers", distinct=True),
    )
    context = {"rows": found, "crumbs": _crumbs(Choice(_("Tariffs"))), "tabs": _tabs("operate_tariffs")}
    return render(request, "cdr/operate/tariffs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def tariff_edit(request: OperatorRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a tariff, and see its versions."""
    tariff = get_object_or_404(Tariff, pk=pk) if pk is not None else Tariff()
    name = tariff.name
    form = TariffForm(request.POST or None, instance=tariff)
    if request.method == "POST" and form.is_valid():
        made = services.save_tariff(
            tariff=form.save(commit=False), actor=request.actor, customers=form.cleaned_data["customers_with_it"]
        )
        saved(request, _("Tariff %(name)s saved.") % {"name": made.name})
        return HttpResponseRedirect(reverse("cdr:operate_tariff", args=[made.pk]))
    versions = tariff.versions.annotate(rates_count=Count("rates")) if pk is not None else []
    return render(
        request,
        "cdr/operate/tariff.html",
        {"form": form, "tariff": tariff, "versions": versions, "name": name, "crumbs": _tariff_crumbs(tariff, name)},
    )


def _tariff_crumbs(tariff: Tariff, name: str, *more: Choice) -> list[Choice]:
    own = Choice(name or _("New tariff"), reverse("cdr:operate_tariff", args=[tariff.pk]) if more else "")
    return _crumbs(Choice(_("Tariffs"), reverse("cdr:operate_tariffs")), own, *more)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def version_add(request: OperatorRequest, pk: int) -> HttpResponse:
    """Add rates to a tariff from a CSV file; nothing is added when a line is wrong."""
    tariff = get_object_or_404(Tariff, pk=pk)
    form = VersionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        rates = form.cleaned_data["rates"]
        try:
            made = services.add_version(
                tariff=tariff, valid_from=form.cleaned_data["valid_from"], rates=rates, actor=request.actor
            )
        except Refusal as refusal:
            _show(form, refusal)
        else:
            saved(request, _("%(count)d rates added.") % {"count": len(rates)})
            return HttpResponseRedirect(reverse("cdr:operate_version", args=[tariff.pk, made.pk]))
    crumbs = _tariff_crumbs(tariff, tariff.name, Choice(_("New rates")))
    return render(request, "cdr/operate/version_add.html", {"form": form, "tariff": tariff, "crumbs": crumbs})


def _show(form: Form, refusal: Refusal) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@require_safe
@operator_view
def version(request: OperatorRequest, pk: int, version: int) -> HttpResponse:
    """The rates of a version, in pages by prefix."""
    found = get_object_or_404(TariffVersion.objects.select_related("tariff"), pk=version)
    if found.tariff_id != pk:
        raise Http404
    rates = found.rates.order_by("prefix")
    count = rates.count()
    after = request.GET.get("after", "")
    rows = list((rates.filter(prefix__gt=after) if after else rates)[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    context = {
        "version": found,
        "rows": rows,
        "count": count,
        "after": rows[-1].prefix if more else "",
        "crumbs": _tariff_crumbs(found.tariff, found.tariff.name, Choice(str(found.valid_from))),
    }
    return render(request, "cdr/operate/version.html", context)
