"""Operators' pages: numbers given to customers, and their lines. A list looks across customers, a form works inside
one.
"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from accounts.web import failed, operator_view, saved
from portal.lib.ui import Choice
from telephony import selectors, services
from telephony.filters import OperateLineFilter
from telephony.forms import OperateLineForm, RangeForm, show_refusal
from telephony.models import Line, NumberRange

SHOWN: Final = 200  # of every customer's lines together; the search finds the others


class OperatorRequest(HttpRequest):
    """What an operator_view receives."""

    actor: Actor


def _crumbs(*more: Choice) -> list[Choice]:
    return [Choice(_("Operations"), reverse("accounts:operate")), *more]


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def ranges(request: OperatorRequest) -> HttpResponse:
    """Every range of every customer, and a form for a new one."""
    form = RangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        customer, first = form.cleaned_data["customer"], form.cleaned_data["first"]
        try:
            with tenant(customer):
                services.add_number_range(
                    actor=request.actor, customer=customer, first=first, last=form.cleaned_data["last"] or first
                )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("Numbers given to %(customer)s.") % {"customer": customer.name})
            return HttpResponseRedirect(reverse("telephony:operate_ranges"))
    with crossing(Crossing.OPERATE):
        rows = list(selectors.number_ranges())
    facts = ngettext("%(count)d range", "%(count)d ranges", len(rows)) % {"count": len(rows)}
    context = {"rows": rows, "form": form, "facts": facts, "crumbs": _crumbs(Choice(_("Number ranges")))}
    return render(request, "telephony/operate_ranges.html", context)


@require_POST
@operator_view
def range_remove(request: OperatorRequest, customer: int, pk: int) -> HttpResponse:
    """Take a range back whose numbers reach nobody."""
    with tenant(get_object_or_404(Customer, pk=customer)):
        found = get_object_or_404(NumberRange, pk=pk)
        try:
            services.remove_number_range(actor=request.actor, number_range=found)
        except Refusal as refusal:
            failed(request, str(refusal))
        else:
            saved(request, _("Numbers taken back."))
    return HttpResponseRedirect(reverse("telephony:operate_ranges"))


@require_GET
@operator_view
def lines(request: OperatorRequest) -> HttpResponse:
    """Lines of every customer."""
    with crossing(Crossing.OPERATE):
        everything = (
            selectors.lines().select_related("customer").order_by("customer__name", "dialable__extension", "pk")
        )
        found = OperateLineFilter(request.GET, everything)
        count = found.qs.count()
        rows = [{"line": line, "number": selectors.main_number(line.dialable)} for line in found.qs[:SHOWN]]
        facts = ngettext("%(count)d line", "%(count)d lines", count) % {"count": count}
        if count > SHOWN:
            facts += " · " + _("the first %(shown)d are shown") % {"shown": SHOWN}
        context = {
            "filter": found,
            "rows": rows,
            "facts": facts,
            "customers": Customer.objects.order_by("name"),
            "crumbs": _crumbs(Choice(_("Lines"))),
        }
        return render(request, "telephony/operate_lines.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def line_new(request: OperatorRequest, customer: int) -> HttpResponse:
    """Make a line for a customer."""
    where = get_object_or_404(Customer, pk=customer)
    with tenant(where):
        form = OperateLineForm(request.POST or None, customer=where)
        if request.method == "POST" and form.is_valid():
            try:
                line = services.create_line(actor=request.actor, customer=where, **_filled(form))
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                saved(request, _("%(line)s made.") % {"line": line})
                return HttpResponseRedirect(reverse("telephony:operate_lines"))
        return _form(request, form, where, _("New line"))


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def line_edit(request: OperatorRequest, customer: int, pk: int) -> HttpResponse:
    """Change what a line is called, how it is reached and whose it is."""
    where = get_object_or_404(Customer, pk=customer)
    with tenant(where):
        line = get_object_or_404(selectors.lines(), pk=pk)
        form = OperateLineForm(request.POST or None, customer=where, line=line)
        if request.method == "POST" and form.is_valid():
            try:
                _edit(request.actor, line, form)
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                saved(request, _("%(line)s changed.") % {"line": Line.objects.get(pk=line.pk)})
                return HttpResponseRedirect(reverse("telephony:operate_lines"))
        return _form(request, form, where, line.dialable.display_name)


def _edit(actor: Actor, line: Line, form: OperateLineForm) -> None:
    values = _filled(form)
    user = values.pop("user")
    if user != line.user:  # first: who changes a line takes it before its phones
        services.link_employee(actor=actor, line=line, user=user)
    services.change_dialable(actor=actor, dialable=line.dialable, **values)


def _filled(form: OperateLineForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "display_name": data["display_name"],
        "extension": data["extension"] or None,
        "number": data["number"],
        "user": data["user"],
    }


def _form(request: OperatorRequest, form: OperateLineForm, where: Customer, title: str) -> HttpResponse:
    crumbs = _crumbs(Choice(_("Lines"), reverse("telephony:operate_lines")), Choice(title))
    context = {"form": form, "customer_of_line": where, "title": title, "crumbs": crumbs}
    return render(request, "telephony/operate_line.html", context)
