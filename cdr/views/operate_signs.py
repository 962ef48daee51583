"""Operators' pages about signs of fraud: those of all customers, and from which size they are raised."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refusal
from accounts.tenancy import Crossing, crossing
from accounts.web import operator_view, saved
from cdr.asking import language
from cdr.fraud.kinds import Judgement
from cdr.fraud.thresholds import DEFAULTS
from cdr.selectors import signs as selectors
from cdr.services import fraud
from cdr.sign_forms import JudgeForm, ThresholdForm
from cdr.views.operating import SHOWN, OperatorRequest, crumbs_to
from cdr.views.signs import judgement_choices, keep_judgement, row_of
from portal.lib import formats
from portal.lib.ui import Choice


def _tabs(active: str) -> list[Choice]:
    pages = (("operate_signs", _("Signs of fraud")), ("operate_thresholds", _("Thresholds")))
    return [Choice(label, reverse(f"cdr:{name}"), name == active) for name, label in pages]


@require_safe
@operator_view
def signs(request: OperatorRequest) -> HttpResponse:
    """The signs of all customers, newest first."""
    with crossing(Crossing.OPERATE):
        found = selectors.signs().select_related("customer", "judged_by")
        if request.GET.get("judgement") in Judgement.values:
            found = found.filter(judgement=request.GET["judgement"])
        rows, after = selectors.page_of(found, after=request.GET.get("after", ""), size=SHOWN)
    context = {
        "rows": [row_of(sign) for sign in rows],
        "after": after,
        "choices": judgement_choices(request),
        "tabs": _tabs("operate_signs"),
        "crumbs": crumbs_to(Choice(_("Signs of fraud"))),
    }
    return render(request, "cdr/operate/signs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def sign(request: OperatorRequest, pk: int) -> HttpResponse:
    """One sign of a customer, and what is said about it."""
    with crossing(Crossing.OPERATE):
        found = get_object_or_404(selectors.signs().select_related("customer", "judged_by"), pk=pk)
    row = row_of(found)
    form = JudgeForm(request.POST or None, initial={"judgement": found.judgement, "note": found.note})
    if request.method == "POST" and form.is_valid():
        with crossing(Crossing.OPERATE):
            keep_judgement(request, found, form)
        return HttpResponseRedirect(reverse("cdr:operate_signs"))
    context = {
        "row": row,
        "sign": found,
        "customer_name": str(found.customer),
        "form": form,
        "may_judge": True,
        "judge_url": request.path,
        "crumbs": crumbs_to(Choice(_("Signs of fraud"), reverse("cdr:operate_signs")), Choice(row.kind)),
    }
    return render(request, "cdr/operate/sign.html", context)


def _said(trial: selectors.Trial) -> str:
    """What a threshold would have raised, in words."""
    raised = ngettext("%(count)s sign", "%(count)s signs", trial.fired) % {
        "count": formats.number(trial.fired, language())
    }
    if trial.precision is None:
        return _("%(signs)s, none judged") % {"signs": raised}
    return _(
        "%(signs)s: %(right)s right, %(false)s false alarm, %(open)s not judged; %(share)s of the judged were right"
    ) % {
        "signs": raised,
        "right": formats.number(trial.right, language()),
        "false": formats.number(trial.false, language()),
        "open": formats.number(trial.open, language()),
        "share": formats.percent(trial.precision, language()),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def thresholds(request: OperatorRequest) -> HttpResponse:
    """From which size signs are raised; `try` shows what the typed values would have raised, before they are saved."""
    now = selectors.thresholds()
    form = ThresholdForm(request.POST or None, now=now, language=language())
    tried = now
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted()
        try:
            if "try" not in request.POST:
                fraud.set_thresholds(actor=request.actor, wanted=wanted)
                saved(request, _("Thresholds saved. They count from the next look on."))
                return HttpResponseRedirect(reverse("cdr:operate_thresholds"))
            fraud.check_thresholds(wanted)
            tried = wanted
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
    with crossing(Crossing.OPERATE):
        results = selectors.trials(tried, timezone.now())
        current = results if tried is now else selectors.trials(now, timezone.now())
    cards = [
        {
            "kind": kind.label,
            "on": form[f"{kind}_on"],
            "boxes": [form[f"{kind}_{name}"] for name in form.measures(default)],
            "now": _said(current[kind]),
            "tried": _said(results[kind]) if tried is not now else "",
        }
        for kind, default in DEFAULTS.items()
    ]
    context = {
        "form": form,
        "cards": cards,
        "tabs": _tabs("operate_thresholds"),
        "crumbs": crumbs_to(Choice(_("Signs of fraud"), reverse("cdr:operate_signs")), Choice(_("Thresholds"))),
        "days": selectors.TRIAL_DAYS,
    }
    return render(request, "cdr/operate/thresholds.html", context)
