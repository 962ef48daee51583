"""Limits: what calls cost against what they may cost, what was told and stopped, and who decides."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.selectors import registered_for
from accounts.web import CustomerRequest, customer_view, failed, saved
from cdr import limit_words, services, spending
from cdr.asking import language
from cdr.limit_forms import LimitForm, NumberLimitForm, UnlockForm
from cdr.models import NumberLimit, SpendSettings
from cdr.selectors import limits as selectors
from cdr.selectors import names
from cdr.services.limits import MAIL_KIND
from cdr.views.periods import tabs
from portal.lib import formats, numbers
from portal.lib.periods import local_day


@customer_view(Capability.VIEW_CALLS)
def limits(request: CustomerRequest) -> HttpResponse:
    """The running period against its limit, and the form that changes it for who may change settings."""
    if request.method != "POST":
        return _page(request)
    _may_edit(request)
    form = _limit_form(request, selectors.settings_of(request.customer), bound=True)
    if form.is_valid():
        try:
            services.save_limits(
                actor=request.actor, customer=request.customer, choice=form.choice(), now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            saved(request, _("The limits are saved."))
            return redirect("cdr:limits")
    return _page(request, form=form)


@require_POST
@customer_view(Capability.VIEW_CALLS)
def number_limit(request: CustomerRequest) -> HttpResponse:
    """Give a number a limit of its own."""
    _may_edit(request)
    form = _number_form(request)
    if form.is_valid():
        number, micros = form.cleaned_data["number"], form.cleaned_data["number_amount"] or 0
        try:
            services.set_number_limit(
                actor=request.actor, customer=request.customer, number=number, micros=micros, now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error("number" if refusal.field == "number" else "number_amount", str(refusal))
        else:
            saved(request, _("The limit of %(number)s is saved.") % {"number": numbers.display(number)})
            return redirect("cdr:limits")
    return _page(request, number_form=form)


@require_POST
@customer_view(Capability.VIEW_CALLS)
def number_limit_remove(request: CustomerRequest, pk: int) -> HttpResponse:
    """Take the limit of a number away."""
    _may_edit(request)
    found = get_object_or_404(NumberLimit, pk=pk)
    services.remove_number_limit(actor=request.actor, limit=found)
    saved(request, _("%(number)s has no limit of its own any more.") % {"number": numbers.display(found.number)})
    return redirect("cdr:limits")


@require_POST
@customer_view(Capability.VIEW_CALLS)
def unlock(request: CustomerRequest) -> HttpResponse:
    """Let paid calls out again, with a reason."""
    if not request.actor.can(Capability.UNLOCK_SPENDING):
        raise PermissionDenied
    form = UnlockForm(request.POST)
    if not form.is_valid():
        return _page(request, unlock_form=form)
    try:
        services.unlock(
            actor=request.actor,
            customer=request.customer,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
    except Refusal as refusal:
        failed(request, refusal.message)
    else:
        saved(request, _("Paid calls go out again."))
    return redirect("cdr:limits")


def _may_edit(request: CustomerRequest) -> None:
    if not request.actor.can(Capability.EDIT_SETTINGS):
        raise PermissionDenied


def _limit_form(request: CustomerRequest, settings: SpendSettings | None, *, bound: bool = False) -> LimitForm:
    partner = request.customer.partner
    default = None
    if partner is not None:
        kept = selectors.partner_limit(partner.pk)
        micros = kept.amount_micros if kept else None
        words = formats.euro(micros, language()) if micros else _("no limit")
        default = _("Default of %(partner)s: %(limit)s") % {"partner": partner.name, "limit": words}
    initial = LimitForm.initial_of(services.chosen(settings), language())
    return LimitForm(request.POST if bound else None, initial=initial, default=default)


def _number_form(request: CustomerRequest | None = None) -> NumberLimitForm:
    known = names.own_names()
    choices = [
        (e164, " · ".join(part for part in (numbers.display(e164), known.get(e164, "")) if part))
        for e164 in selectors.own_numbers()
    ]
    return NumberLimitForm(request.POST if request else None, numbers=choices)


def _page(
    request: CustomerRequest,
    *,
    form: LimitForm | None = None,
    number_form: NumberLimitForm | None = None,
    unlock_form: UnlockForm | None = None,
) -> HttpResponse:
    now, words = timezone.now(), language()
    settings = selectors.settings_of(request.customer)
    found = selectors.standing(request.customer, settings, now)
    may_edit = request.actor.can(Capability.EDIT_SETTINGS)
    context: dict[str, Any] = {
        "tabs": tabs(request, "limits"),
        "found": found,
        "is_closed": found.level != spending.OPEN,
        "level": limit_words.level_name(found.level),
        "level_kind": limit_words.LEVELS[found.level][0],
        "answer": limit_words.answer(found, words),
        "figures": limit_words.figures(found, words),
        "track": limit_words.track(found, words),
        "numbers": limit_words.number_rows(selectors.number_limits(), found.spent, names.own_names(), words),
        "history": limit_words.history(selectors.told(), selectors.guard_events(), words, local_day(now)),
        "readers": registered_for(request.customer, MAIL_KIND),
        "may_see_readers": request.actor.can(Capability.MANAGE_USERS),
        "may_edit": may_edit,
        "may_unlock": request.actor.can(Capability.UNLOCK_SPENDING),
        "unlock_form": unlock_form or UnlockForm(),
    }
    if may_edit:
        context |= {
            "form": form or _limit_form(request, settings),
            "number_form": number_form or _number_form(),
        }
    return render(request, "cdr/limits.html", context)
