"""The keys of one phone beside those of its lines."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from portal.lib.ui import Choice
from telephony import selectors, services, words
from telephony.key_forms import keys_formset


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def device_keys(request: CustomerRequest, pk: int) -> HttpResponse:
    """Say what each key does; a row that is emptied is a key that goes."""
    found = get_object_or_404(selectors.devices(), pk=pk)
    rows = keys_formset(found, request.POST or None)
    if request.method == "POST" and rows.is_valid():
        keys = [key for key in (row.key() for row in rows) if key is not None]
        try:
            services.change_device_keys(actor=request.actor, device=found, keys=keys)
        except Refusal as refusal:
            failed(request, str(refusal))
        else:
            saved(request, _("Keys saved. The phone shows them when it has fetched its settings."))
            return HttpResponseRedirect(reverse("telephony:device", args=[pk]))
    name = found.shown_mac or found.model.title
    crumbs = [
        Choice(_("Devices"), reverse("telephony:devices")),
        Choice(name, reverse("telephony:device", args=[pk])),
        Choice(_("Keys")),
    ]
    targets = [words.dialable_name(one) for one in selectors.dialables().filter(extension__isnull=False)]
    first = len(found.device_lines.all()) + 1
    context = {"device": found, "rows": rows, "targets": targets, "first": first, "crumbs": crumbs}
    return render(request, "telephony/device_keys.html", context)
