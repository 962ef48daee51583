"""Lines for those who look after them: the list, what all lines may not call, and the features of one line."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from portal.lib.ui import Choice
from telephony import selectors, services, words
from telephony.filters import LineFilter
from telephony.forms import BlocksForm, LineForm, show_refusal
from telephony.models import Line
from telephony.views.undo import recall, remember


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
            "target": words.destination_name(line.forward_to),
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


def _line(pk: int) -> Line:
    return get_object_or_404(selectors.lines(), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.EDIT_SETTINGS)
def phone(request: CustomerRequest, pk: int) -> HttpResponse:
    """The features of one line."""
    line = _line(pk)
    form = LineForm(request.POST or None, line=line)
    if request.method == "POST" and form.is_valid():
        before = remember(line)
        try:
            change = services.change_line(
                actor=request.actor,
                line=line,
                hide_caller_id=form.cleaned_data["hide_caller_id"],
                call_waiting=form.cleaned_data["call_waiting"],
                forward_always=form.cleaned_data["forward_always"],
                forward_to=form.target(),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            text = words.saved_words(
                _("%(name)s: saved.") % {"name": line.dialable.display_name}, change.phones_to_follow
            )
            saved(request, text, undo_url=reverse("telephony:phone_undo", args=[line.pk, before]))
            return HttpResponseRedirect(reverse("telephony:phone", args=[line.pk]))
    return render(request, "telephony/phone.html", _context(line, form))


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def phone_undo(request: CustomerRequest, pk: int, token: str) -> HttpResponse:
    """Put a line back as it was before the last save."""
    line = _line(pk)
    put_back(request, line, token)
    return HttpResponseRedirect(reverse("telephony:phone", args=[line.pk]))


def put_back(request: CustomerRequest, line: Line, token: str) -> None:
    """Undo for administrators and for the employee whose line it is; says so when it is too late."""
    before = recall(token, line)
    if before is None:
        failed(request, _("This can no longer be put back. Change it by hand."))
        return
    try:
        services.change_line(actor=request.actor, line=line, **before)
    except Refusal as refusal:
        failed(request, str(refusal))
    else:
        saved(request, _("Put back as it was."))


def _context(line: Line, form: LineForm) -> dict[str, object]:
    devices = [key.device for key in line.device_lines.all()]
    last = selectors.last_events(devices)
    return {
        "line": line,
        "form": form,
        "facts": words.facts(line),
        "now": words.now(line),
        "ask": _("What happens now when somebody calls %(name)s") % {"name": line.dialable.display_name},
        "numbers": sorted(line.dialable.numbers.all(), key=lambda number: (not number.is_main, number.e164)),
        "devices": [{"device": device, "last": last.get(device.pk)} for device in devices],
        "targets": targets(line),
        "crumbs": [Choice(_("Phones"), reverse("telephony:phones")), Choice(line.dialable.display_name)],
    }


def targets(line: Line) -> list[str]:
    """What a destination field proposes: everything with an extension but the line itself."""
    others = selectors.dialables().exclude(pk=line.dialable_id).filter(extension__isnull=False)
    return [words.dialable_name(dialable) for dialable in others]
