"""Lines for those who look after them: the list, what all lines may not call, and the features of one line."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, customer_view, saved
from portal.lib.ui import Choice
from telephony import selectors, services, words
from telephony.filters import LineFilter
from telephony.line_forms import BlocksForm, LineForm
from telephony.models import Line
from telephony.views import line_page


@require_GET
@customer_view(Capability.EDIT_SETTINGS)
def phones(request: CustomerRequest) -> HttpResponse:
    """Every line of the customer, and what none of them may call."""
    return _phones(request, BlocksForm(blocks=selectors.outgoing_blocks(request.customer)))


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def blocks(request: CustomerRequest) -> HttpResponse:
    """Change what no line may call."""
    form = BlocksForm(request.POST, blocks=selectors.outgoing_blocks(request.customer))
    if not form.is_valid():
        return _phones(request, form)
    try:
        services.change_outgoing_blocks(actor=request.actor, customer=request.customer, blocked=form.blocked())
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _phones(request, form)
    saved(request, _("What lines may not call has been changed."))
    return HttpResponseRedirect(reverse("telephony:phones"))


def _phones(request: CustomerRequest, form: BlocksForm) -> HttpResponse:
    everything = selectors.lines()
    found = LineFilter(request.GET, everything)
    rows = [
        {
            "line": line,
            "number": selectors.main_number(line.dialable),
            "now": words.short_now(line),
        }
        for line in found.qs
    ]
    count = everything.count()
    facts = [ngettext("%(count)d line", "%(count)d lines", count) % {"count": count}]
    free = selectors.free_numbers().count()
    if free:
        facts.append(ngettext("%(count)d number free", "%(count)d numbers free", free) % {"count": free})
    context = {"filter": found, "rows": rows, "any": count, "facts": " · ".join(facts), "form": form}
    return render(request, "telephony/phones.html", context)


@require_GET
@customer_view(Capability.EDIT_SETTINGS)
def unlimited(request: CustomerRequest) -> HttpResponse:
    """The numbers that have unlimited calls to Dutch fixed numbers."""
    numbers = list(selectors.unlimited_numbers())
    count = len(numbers)
    context = {
        "numbers": numbers,
        "facts": ngettext("%(count)d number", "%(count)d numbers", count) % {"count": count},
        "crumbs": [*_crumbs(), Choice(_("Unlimited calling"))],
    }
    return render(request, "telephony/unlimited.html", context)


def _line(pk: int) -> Line:
    return get_object_or_404(selectors.lines(), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def phone(request: CustomerRequest, pk: int) -> HttpResponse:
    """The features of one line."""
    line = _line(pk)
    form = line_page.form_of(request, line)
    if request.method == "POST" and line_page.save(request, line, form, line_page.to_phone(line)):
        return HttpResponseRedirect(reverse("telephony:phone", args=[line.pk]))
    return render(request, "telephony/phone.html", _context(line, form))


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def phone_undo(request: CustomerRequest, pk: int, token: str) -> HttpResponse:
    """Put a line back as it was before the last save."""
    line = _line(pk)
    line_page.put_back(request, line, token)
    return HttpResponseRedirect(reverse("telephony:phone", args=[line.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def phone_pin(request: CustomerRequest, pk: int) -> HttpResponse:
    """Give the voicemail of a line another PIN."""
    line = _line(pk)
    back = reverse("telephony:phone", args=[line.pk])
    return line_page.pin(request, line, back, [*_crumbs(), Choice(line.dialable.display_name, back)])


def _crumbs() -> list[Choice]:
    return [Choice(_("Phones"), reverse("telephony:phones"))]


def _context(line: Line, form: LineForm) -> dict[str, object]:
    devices = [key.device for key in line.device_lines.all()]
    last = selectors.last_events(devices)
    return {
        **line_page.parts(line, form),
        "facts": words.facts(line),
        "now": words.now(line),
        "ask": _("What happens now when somebody calls %(name)s") % {"name": line.dialable.display_name},
        "devices": [{"device": device, "last": last.get(device.pk)} for device in devices],
        "pin_url": reverse("telephony:phone_pin", args=[line.pk]),
        "crumbs": [*_crumbs(), Choice(line.dialable.display_name)],
    }
