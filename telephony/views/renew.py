"""New passwords of devices and SIP secrets of lines: asked for, and shown once."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, saved
from portal.lib.ui import Choice
from telephony import selectors, services
from telephony.renew_forms import OverlapForm, PasswordForm
from telephony.views.devices import crumbs_of, device_or_404, shown_once


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def device_password(request: CustomerRequest, pk: int) -> HttpResponse:
    """Give a phone a new password, shown on this answer only."""
    found = device_or_404(pk)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.make_new_password(
                actor=request.actor, device=found, typed=form.cleaned_data["password"], overlap=form.lasts()
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return shown_once(request, made, _("New password"), typed=bool(form.cleaned_data["password"]))
    back = reverse("telephony:device", args=[pk])
    crumbs = [*crumbs_of(found)[:1], Choice(found.shown_mac or found.model.title, back), Choice(_("New password"))]
    context = {"form": form, "title": _("New password"), "verb": _("Make new password"), "back": back}
    context |= {"facts": str(found), "crumbs": crumbs, "says": _("The phone gets it with its settings.")}
    return render(request, "telephony/renew.html", context)


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def device_password_close(request: CustomerRequest, pk: int) -> HttpResponse:
    """Let the password before the present one open nothing any more."""
    services.close_previous_password(actor=request.actor, device=device_or_404(pk))
    saved(request, _("The old password opens nothing any more."))
    return HttpResponseRedirect(reverse("telephony:device", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def line_secret(request: CustomerRequest, pk: int) -> HttpResponse:
    """Give a line a new SIP secret, shown on this answer only, for phones that are set by hand."""
    line = get_object_or_404(selectors.lines(), pk=pk)
    form = OverlapForm(request.POST or None)
    back = reverse("telephony:phone", args=[pk])
    crumbs = [Choice(_("Phones"), reverse("telephony:phones")), Choice(line.dialable.display_name, back)]
    crumbs.append(Choice(_("New SIP password")))
    if request.method == "POST" and form.is_valid():
        made = services.make_new_secret(actor=request.actor, line=line, overlap=form.lasts())
        context = {"made": made, "crumbs": crumbs, "back": back, "server": settings.SIP_SERVER}
        context |= {"port": settings.SIP_PORT, "transport": settings.SIP_TRANSPORT.upper()}
        response = render(request, "telephony/line_secret.html", context)
        response["Cache-Control"] = "no-store"
        return response
    context = {"form": form, "title": _("New SIP password"), "verb": _("Make new SIP password"), "back": back}
    context |= {"facts": str(line), "crumbs": crumbs, "until": selectors.previous_secret_until(line)}
    context["says"] = _("With it the phones of this line log in at the exchange. They get it with their settings.")
    return render(request, "telephony/renew.html", context)
