"""The company's number and voicemail, and its night mode."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, saved
from pbx import services
from pbx.forms.company import CompanyForm, NightForm, VoicemailForm
from pbx.forms.targets import destinations, typed_target
from pbx.models import VoicemailBox
from pbx.selectors import company_voicemail
from pbx.views.common import sections, settings_or_404
from telephony.models.dialables import SYSTEM_VOICEMAIL


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def company(request: CustomerRequest) -> HttpResponse:
    settings, box = settings_or_404(request.customer), company_voicemail()
    data = request.POST or None
    form, voicemail = CompanyForm(data, settings=settings), VoicemailForm(data, box=box)
    if request.method == "POST" and form.is_valid() and voicemail.is_valid():
        try:
            with transaction.atomic():  # both or neither
                services.change_company(actor=request.actor, settings=settings, **form.cleaned_data)
                _save_voicemail(request, box, voicemail)
        except Refusal as refusal:
            show_refusal(voicemail if refusal.field in voicemail.fields else form, refusal)
        else:
            saved(request, _("Company settings saved"))
            return redirect("pbx:overview")
    return render(request, "pbx/company.html", {"form": form, "voicemail": voicemail, "sections": sections("company")})


def _save_voicemail(request: CustomerRequest, box: VoicemailBox | None, form: VoicemailForm) -> None:
    """The box is made with the first address; before that there is nothing to keep."""
    if box is not None:
        services.change_voicemail(actor=request.actor, box=box, **form.cleaned_data)
    elif form.has_changed():
        name = _("Company voicemail")
        services.create_voicemail(
            actor=request.actor,
            customer=request.customer,
            name=name,
            extension=SYSTEM_VOICEMAIL,
            **form.cleaned_data,
        )


@customer_view(Capability.EDIT_SETTINGS)
@require_http_methods(["GET", "POST"])
def night(request: CustomerRequest) -> HttpResponse:
    settings = settings_or_404(request.customer)
    form = NightForm(request.POST or None, settings=settings)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.change_night(
                actor=request.actor,
                settings=settings,
                mode=given["night_mode"],
                target=typed_target(given["night_target"]),
                schedule=given["night_schedule"],
                holidays=given["night_holidays"],
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("Night mode saved"))
            return redirect("pbx:overview")
    return render(
        request, "pbx/night.html", {"form": form, "destinations": destinations(), "sections": sections("night")}
    )
