"""Mobile subscriptions: a month with its bundles, one subscription, limits and SIM cards."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import Capability
from accounts.errors import Refusal
from accounts.web import CustomerRequest, customer_view, failed, saved
from mobile import selectors, services, words
from mobile.exports import usage_rows
from mobile.filters import SubscriptionFilter
from mobile.forms import LimitForm, typed_amount
from mobile.models import MobileSubscription
from portal.lib import formats, numbers
from portal.lib.csvsafe import CsvForm, stream
from portal.lib.periods import Month
from portal.lib.ui import Choice, PeriodPicker


def _language() -> str:
    return (get_language() or "nl")[:2]


def _month(request: CustomerRequest) -> Month:
    """The month of the address; without one, or with one that does not exist, the current."""
    try:
        return Month.parse(request.GET.get("month", ""))
    except ValueError:
        return Month.of(timezone.now())


@customer_view(Capability.VIEW_MOBILE)
def overview(request: CustomerRequest) -> HttpResponse:
    """A month: the group bundles, what falls outside, and every subscription with its bars."""
    language, month = _language(), _month(request)
    found = selectors.overview(month)
    filtered = SubscriptionFilter(request.GET, queryset=selectors.running_in(month))
    chosen = set(filtered.qs.values_list("pk", flat=True))
    shown = words.rows([one for one in found.rows if one.subscription.pk in chosen], language)
    now = Month.of(timezone.now())
    return render(
        request,
        "mobile/overview.html",
        {
            "picker": _picker(request, found, language),
            "found": found,
            "groups": words.groups(found, language),
            "costs": [(words.cost(one, language), one.micros) for one in found.costs[:5]],
            "filter": filtered,
            "rows": shown,
            "limit": found.limit or None,
            "percent": formats.share(found.outside, found.limit, language) if found.limit else "",
            "is_current": month == now,
            "last_day": month.last_day,
            "any": bool(found.rows) or selectors.subscriptions().exists(),
            "may_block": request.actor.can(Capability.BLOCK_SIM),
            "may_limit": request.actor.can(Capability.EDIT_MOBILE_LIMITS),
            "csv_query": request.GET.urlencode(),
        },
    )


def _picker(request: CustomerRequest, found: selectors.Overview, language: str) -> PeriodPicker:
    month, now = found.month, timezone.now()
    known = sorted({*selectors.months_with_usage(), Month.of(now), month}, reverse=True)

    def address(one: Month) -> str:
        query = request.GET.copy()
        query["month"] = str(one)
        return f"{request.path}?{query.urlencode()}"

    about = []
    if month == Month.of(now):
        days = (month.end_day - timezone.localdate()).days - 1
        about.append(_("%(days)s days left") % {"days": days} if days != 1 else _("1 day left"))
    if found.as_of:
        about.append(_("updated %(moment)s") % {"moment": formats.moment(found.as_of, language, now=now)})
    return PeriodPicker(
        label=formats.month(month, language),
        previous_url=address(month.previous()) if month.previous() >= known[-1] else "",
        next_url=address(month.next()) if month < Month.of(now) else "",
        choices=[Choice(formats.month(one, language), address(one), one == month) for one in known[:24]],
        about=" · ".join(about),
    )


@customer_view(Capability.VIEW_MOBILE)
def csv(request: CustomerRequest) -> HttpResponse:
    """The shown subscriptions of the month with their counters, for a spreadsheet."""
    month = _month(request)
    filtered = SubscriptionFilter(request.GET, queryset=selectors.running_in(month))
    header, rows = usage_rows(selectors.overview(month), set(filtered.qs.values_list("pk", flat=True)))
    content = b"".join(stream(header, rows, CsvForm.DUTCH))
    name = f"{request.customer.reference}-mobile-{month}.csv"
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@customer_view(Capability.VIEW_MOBILE)
def subscription(request: CustomerRequest, pk: int) -> HttpResponse:
    """One subscription: what it is, how full its bundles are, and earlier months."""
    return _subscription(request, pk)


def _subscription(request: CustomerRequest, pk: int, *, puk: str = "") -> HttpResponse:
    language, month = _language(), Month.of(timezone.now())
    found = get_object_or_404(MobileSubscription, pk=pk)
    month_of_all = selectors.overview(month)
    row = words.rows([one for one in month_of_all.rows if one.subscription.pk == pk], language)
    response = render(
        request,
        "mobile/subscription.html",
        {
            "subscription": found,
            "number": numbers.display(found.msisdn),
            "crumbs": [Choice(_("Mobile"), reverse("mobile:list")), Choice(found.name)],
            "row": row[0] if row else None,
            "costs": [
                (words.cost(one, language), one.micros) for one in month_of_all.costs if one.subscription.pk == pk
            ],
            "as_of": month_of_all.as_of,
            "history": selectors.history_of(found),
            "may_block": request.actor.can(Capability.BLOCK_SIM) and found.ended_on is None,
            "may_see_settings": request.actor.can(Capability.VIEW_MOBILE_SETTINGS),
            "puk": puk,
        },
    )
    if puk:
        response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@customer_view(Capability.VIEW_MOBILE_SETTINGS)
def puk(request: CustomerRequest, pk: int) -> HttpResponse:
    """Show the PUK once; the trail keeps that it was shown."""
    found = get_object_or_404(MobileSubscription, pk=pk)
    try:
        code = services.reveal_puk(actor=request.actor, subscription=found)
    except Refusal as refusal:
        failed(request, refusal.message)
        return redirect("mobile:subscription", pk=pk)
    return _subscription(request, pk, puk=code)


@require_POST
@customer_view(Capability.BLOCK_SIM)
def block(request: CustomerRequest, pk: int) -> HttpResponse:
    """Block a SIM, with a toast that can undo it."""
    return _set_sim(request, pk, blocked=True)


@require_POST
@customer_view(Capability.BLOCK_SIM)
def unblock(request: CustomerRequest, pk: int) -> HttpResponse:
    """Let a blocked SIM work again."""
    return _set_sim(request, pk, blocked=False)


def _set_sim(request: CustomerRequest, pk: int, *, blocked: bool) -> HttpResponse:
    found = get_object_or_404(MobileSubscription, pk=pk)
    try:
        changed = services.set_sim(actor=request.actor, subscription=found, blocked=blocked)
    except Refusal as refusal:
        failed(request, refusal.message)
        return _back(request)
    if changed and blocked:
        saved(
            request, _("SIM of %(name)s blocked.") % {"name": found.name}, undo_url=reverse("mobile:unblock", args=[pk])
        )
    elif changed:
        saved(
            request,
            _("SIM of %(name)s works again.") % {"name": found.name},
            undo_url=reverse("mobile:block", args=[pk]),
        )
    return _back(request)


def _back(request: CustomerRequest) -> HttpResponseRedirect:
    month = request.GET.get("month", "")
    return HttpResponseRedirect(reverse("mobile:list") + (f"?{urlencode({'month': month})}" if month else ""))


@customer_view(Capability.EDIT_MOBILE_LIMITS)
def limits(request: CustomerRequest) -> HttpResponse:
    """The warning limit of all subscriptions together."""
    if not request.actor.can(Capability.VIEW_MOBILE):
        raise Http404
    kept = selectors.account_limit()
    form = LimitForm(request.POST or None, initial={"account_limit": typed_amount(kept, _language())})
    if request.method == "POST" and form.is_valid():
        micros = form.cleaned_data["account_limit"]
        try:
            services.set_account_limit(actor=request.actor, customer=request.customer, micros=micros)
        except Refusal as refusal:
            form.add_error("account_limit", str(refusal))
        else:
            amount = formats.euro(micros or 0, _language())
            text = _("Limit set to %(amount)s a month.") % {"amount": amount} if micros else _("There is no limit now.")
            saved(request, text)
            return redirect("mobile:limits")
    return render(
        request,
        "mobile/limits.html",
        {"form": form, "kept": kept, "crumbs": [Choice(_("Mobile"), reverse("mobile:list")), Choice(_("Limits"))]},
    )
