"""Operators' pages about tariffs and their rates."""

from django.db.models import Count, Max
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refusal
from accounts.web import operator_view, saved
from cdr import services
from cdr.asking import language
from cdr.models import Tariff, TariffVersion
from cdr.tariff_forms import DayForm, TariffForm, VersionForm, refused_in
from cdr.views.operating import SHOWN, OperatorRequest, crumbs_to, tabs
from portal.lib import formats
from portal.lib.ui import Choice


@require_safe
@operator_view
def tariffs(request: OperatorRequest) -> HttpResponse:
    """Every tariff, since when its rates hold and who has it."""
    found = Tariff.objects.annotate(
        since=Max("versions__valid_from"),
        versions_count=Count("versions", distinct=True),
        users=Count("customers", distinct=True),
    )
    context = {"rows": found, "crumbs": crumbs_to(Choice(_("Tariffs"))), "tabs": tabs("operate_tariffs")}
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
        {"form": form, "tariff": tariff, "versions": versions, "name": name, "crumbs": tariff_crumbs(tariff, name)},
    )


def tariff_crumbs(tariff: Tariff, name: str, *more: Choice) -> list[Choice]:
    """The way to a tariff, or to a page below it."""
    own = Choice(name or _("New tariff"), reverse("cdr:operate_tariff", args=[tariff.pk]) if more else "")
    return crumbs_to(Choice(_("Tariffs"), reverse("cdr:operate_tariffs")), own, *more)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def version_add(request: OperatorRequest, pk: int) -> HttpResponse:
    """Upload rates for a tariff; the page that follows shows what they change before anything is stored."""
    tariff = get_object_or_404(Tariff, pk=pk)
    latest = tariff.versions.first()
    form = VersionForm(
        request.POST or None,
        request.FILES or None,
        tariff=tariff,
        initial={name: getattr(latest, name) for name in VersionForm.Meta.fields} if latest else None,
    )
    if request.method == "POST" and form.is_valid():
        kept = services.keep_import(
            what=tariff,
            file_name=form.cleaned_data["rates_name"],
            text=form.cleaned_data["rates"],
            valid_from=form.cleaned_data["valid_from"],
            hours=form.hours,
            actor=request.actor,
        )
        return HttpResponseRedirect(reverse("cdr:operate_import", args=[kept.pk]))
    crumbs = tariff_crumbs(tariff, tariff.name, Choice(_("New rates")))
    return render(request, "cdr/operate/version_add.html", {"form": form, "tariff": tariff, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def version(request: OperatorRequest, pk: int, version: int) -> HttpResponse:
    """The rates of a version, in pages by prefix; one that does not hold yet can be moved to another day."""
    found = get_object_or_404(TariffVersion.objects.select_related("tariff"), pk=version)
    if found.tariff_id != pk:
        raise Http404
    today = timezone.localdate()
    form = DayForm(request.POST or None, initial={"valid_from": found.valid_from})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["valid_from"]
        try:
            services.move_version(version=found, valid_from=day, actor=request.actor, today=today)
        except Refusal as refusal:
            refused_in(form, refusal)
        else:
            saved(request, _("These rates hold from %(day)s on.") % {"day": formats.full_date(day, language())})
            return HttpResponseRedirect(request.path)
    rates = found.rates.order_by("prefix")
    count = rates.count()
    after = request.GET.get("after", "")
    rows = list((rates.filter(prefix__gt=after) if after else rates)[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    context = {
        "version": found,
        "form": form if found.valid_from > today or form.is_bound else None,
        "rows": rows,
        "count": count,
        "after": rows[-1].prefix if more else "",
        "crumbs": tariff_crumbs(
            found.tariff, found.tariff.name, Choice(formats.full_date(found.valid_from, language()))
        ),
    }
    return render(request, "cdr/operate/version.html", context)
