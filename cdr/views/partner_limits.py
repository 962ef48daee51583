"""A partner's default: the limit of those of its customers that chose none of their own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Partner
from accounts.web import partner_view, presence, saved
from cdr import services
from cdr.asking import language
from cdr.limit_forms import PartnerLimitForm, typed_amount
from cdr.selectors import limits as selectors


@partner_view
def partner_limits(request: HttpRequest) -> HttpResponse:
    """One form a partner, for nearly everybody one; read only without the right to change settings."""
    here = presence(request)
    places = {place.partner_id: place for place in here.memberships if place.partner is not None}
    chosen = request.POST.get("partner", "")
    bound: PartnerLimitForm | None = None
    if request.method == "POST":
        place = next((place for key, place in places.items() if str(key) == chosen), None)
        if place is None or place.partner is None:
            raise Http404
        bound = _form(place.partner, request)
        if bound.is_valid():
            micros = bound.cleaned_data["amount"]
            services.set_partner_limit(actor=here.actor, partner=place.partner, micros=micros, now=timezone.now())
            saved(request, _("The default limit is saved."))
            return redirect("cdr:partner_limits")
    rows = [
        {
            "partner": place.partner,
            "kept": selectors.partner_limit(key),
            "follow": selectors.following(place.partner),
            "form": bound if bound is not None and str(key) == chosen else _form(place.partner),
            "may_edit": place.edits_settings,
        }
        for key, place in places.items()
        if place.partner is not None
    ]
    return render(request, "cdr/partner_limits.html", {"rows": rows})


def _form(partner: Partner, request: HttpRequest | None = None) -> PartnerLimitForm:
    kept = selectors.partner_limit(partner.pk)
    initial = {"amount": typed_amount(kept.amount_micros if kept else None, language())}
    # A name of its own for each field on the page, for who works for two partners.
    return PartnerLimitForm(request.POST if request else None, initial=initial, auto_id=f"id_{partner.pk}_%s")
