"""Operators' pages about bundles: whose they are, what they cover, which numbers use them and until when."""

from collections.abc import Sequence

from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refusal
from accounts.tenancy import Crossing, crossing
from accounts.web import operator_view, saved
from cdr import services
from cdr.bundle_forms import BundleForm, EndForm, PlacesForm
from cdr.filters import type_label
from cdr.models import Bundle, BundleNumber
from cdr.views.operating import SHOWN, OperatorRequest, crumbs_to, page_after, tabs
from portal.lib import numbers
from portal.lib.ui import Choice


@require_safe
@operator_view
def bundles(request: OperatorRequest) -> HttpResponse:
    """Every bundle, the newest first."""
    after = page_after(request.GET.get("after", ""))
    with crossing(Crossing.OPERATE):
        found = Bundle.objects.select_related("customer").prefetch_related("numbers").order_by("-pk")
        rows = list((found.filter(pk__lt=after) if after else found)[: SHOWN + 1])
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    today = timezone.localdate()
    context = {
        "rows": [(row, sum(_runs(place, today) for place in row.numbers.all())) for row in rows],
        "after": rows[-1].pk if more else None,
        "today": today,
        "crumbs": crumbs_to(Choice(_("Bundles"))),
        "tabs": tabs("operate_bundles"),
    }
    return render(request, "cdr/operate/bundles.html", context)


def _runs(place: BundleNumber, today: object) -> bool:
    return place.valid_to is None or place.valid_to > today  # type: ignore[operator]


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def bundle_new(request: OperatorRequest) -> HttpResponse:
    """Make a bundle for a customer."""
    asked = {"customer": request.GET.get("customer", ""), "valid_from": timezone.localdate().replace(day=1)}
    form = BundleForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.make_bundle(actor=request.actor, bundle=form.bundle(), numbers=form.cleaned_data["numbers"])
        except Refusal as refusal:
            _show(form, refusal)
        else:
            saved(
                request,
                _("Bundle %(name)s made. Calls that are there already are counted with it.") % {"name": made.name},
            )
            return HttpResponseRedirect(reverse("cdr:operate_bundle", args=[made.pk]))
    crumbs = crumbs_to(Choice(_("Bundles"), reverse("cdr:operate_bundles")), Choice(_("New bundle")))
    return render(request, "cdr/operate/bundle_new.html", {"form": form, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def bundle(request: OperatorRequest, pk: int) -> HttpResponse:
    """One bundle: what it covers, and forms to change its numbers or to end it."""
    with crossing(Crossing.OPERATE):
        found = Bundle.objects.select_related("customer").filter(pk=pk).first()
        places = list(BundleNumber.objects.filter(bundle=pk))
    if found is None:
        raise Http404
    running = [place.number for place in places if _runs(place, timezone.localdate())]
    ends = request.method == "POST" and "valid_to" in request.POST
    end = EndForm(request.POST if ends else None, initial={"valid_to": found.valid_to})
    form = PlacesForm(
        found.customer,
        request.POST if request.method == "POST" and not ends else None,
        initial={
            "numbers": "\n".join(numbers.display(number) for number in running),
            "since": timezone.localdate().replace(day=1),
        },
    )
    if request.method == "POST" and (done := _changed(request, found, end if ends else form)):
        saved(request, done)
        return HttpResponseRedirect(reverse("cdr:operate_bundle", args=[found.pk]))
    context = {
        "bundle": found,
        "places": places,
        "covers": _covers(found),
        "form": form,
        "end": end,
        "crumbs": crumbs_to(Choice(_("Bundles"), reverse("cdr:operate_bundles")), Choice(found.name)),
    }
    return render(request, "cdr/operate/bundle.html", context)


def _changed(request: OperatorRequest, found: Bundle, form: EndForm | PlacesForm) -> str:
    """Do what a form asks; the sentence that says so, empty when it was refused."""
    if not form.is_valid():
        return ""
    try:
        if isinstance(form, EndForm):
            services.end_bundle(actor=request.actor, bundle=found, valid_to=form.cleaned_data["valid_to"])
            return _("Bundle %(name)s ends.") % {"name": found.name}
        services.set_bundle_numbers(
            actor=request.actor,
            bundle=found,
            numbers=form.cleaned_data["numbers"],
            since=form.cleaned_data["since"],
        )
    except Refusal as refusal:
        _show(form, refusal)
        return ""
    return _("The numbers of %(name)s are saved.") % {"name": found.name}


def _show(form: Form | BundleForm, refusal: Refusal) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def _covers(found: Bundle) -> Sequence[str]:
    """What the bundle covers, in words."""
    words = [type_label(kind) for kind in found.call_types]
    if found.prefixes:
        words.append(_("numbers that begin with %(prefixes)s") % {"prefixes": ", ".join(found.prefixes)})
    return words
