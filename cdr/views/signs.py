"""Signs of fraud: the customer's list, one with its story, and what people say about it."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Capability
from accounts.web import CustomerRequest, customer_view, saved
from cdr import sign_words
from cdr.asking import ask
from cdr.fraud.kinds import Judgement, Severity
from cdr.models import FraudSign
from cdr.selectors import names
from cdr.selectors import signs as selectors
from cdr.services import fraud
from cdr.sign_forms import JudgeForm
from cdr.views.details import line_of
from cdr.views.operating import OperatorRequest
from cdr.views.periods import tabs
from portal.lib.ui import Choice

SHOWN = 50
CALLS_SHOWN = 50
SEVERITY_LOOKS = {Severity.LOW: ("off", "info"), Severity.MEDIUM: ("warn", "alert"), Severity.HIGH: ("bad", "alert")}
JUDGEMENT_LOOKS = {
    Judgement.OPEN: ("accent", "clock"),
    Judgement.RIGHT: ("bad", "check"),
    Judgement.FALSE: ("good", "x"),
}


@dataclass(frozen=True, slots=True)
class SignRow:
    """A sign as lists and its page show it: `severity` and `judgement` are kind, word and icon of a status."""

    sign: FraudSign
    kind: str
    sentence: str
    severity: tuple[str, str, str]
    judgement: tuple[str, str, str]


def row_of(sign: FraudSign) -> SignRow:
    """The words of a sign."""
    looks, icon = SEVERITY_LOOKS[Severity(sign.severity)]
    judged, judged_icon = JUDGEMENT_LOOKS[Judgement(sign.judgement)]
    return SignRow(
        sign,
        str(sign.get_kind_display()),
        sign_words.sentence(sign),
        (looks, str(sign.get_severity_display()), icon),
        (judged, str(sign.get_judgement_display()), judged_icon),
    )


def judgement_choices(request: HttpRequest) -> list[Choice]:
    """All signs, or those judged one way."""
    chosen = request.GET.get("judgement", "")
    options = [("", _("All")), *Judgement.choices]
    return [
        Choice(str(label), f"{request.path}?judgement={value}" if value else request.path, value == chosen)
        for value, label in options
    ]


@require_safe
@customer_view(Capability.VIEW_CALLS)
def signs(request: CustomerRequest) -> HttpResponse:
    """What looks like fraud, newest first."""
    found = selectors.signs()
    if request.GET.get("judgement") in Judgement.values:
        found = found.filter(judgement=request.GET["judgement"])
    rows, after = selectors.page_of(found, after=request.GET.get("after", ""), size=SHOWN)
    context = {
        "rows": [row_of(sign) for sign in rows],
        "after": after,
        "choices": judgement_choices(request),
        "tabs": tabs(request, "signs"),
    }
    return render(request, "cdr/signs.html", context)


@require_safe
@customer_view(Capability.VIEW_CALLS)
def sign(request: CustomerRequest, pk: int) -> HttpResponse:
    """One sign: what happened, what to do, the calls behind it."""
    return _page(request, get_object_or_404(selectors.signs(), pk=pk))


@require_POST
@customer_view(Capability.EDIT_SETTINGS)
def judge(request: CustomerRequest, pk: int) -> HttpResponse:
    """Say whether a sign was right."""
    found = get_object_or_404(selectors.signs(), pk=pk)
    form = JudgeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    keep_judgement(request, found, form)
    return HttpResponseRedirect(reverse("cdr:signs"))


def keep_judgement(request: CustomerRequest | OperatorRequest, found: FraudSign, form: JudgeForm) -> None:
    """Keep what a valid form says of a sign, and say so."""
    fraud.judge(
        actor=request.actor,
        sign=found,
        judgement=Judgement(form.cleaned_data["judgement"]),
        note=form.cleaned_data["note"],
    )
    saved(request, _("Judgement saved. It helps to raise better signs."))


def _page(request: CustomerRequest, found: FraudSign, form: JudgeForm | None = None) -> HttpResponse:
    row = row_of(found)
    asked = ask(QueryDict(), request.actor, today=timezone.localdate())
    calls = list(selectors.calls_of(found)[:CALLS_SHOWN])
    where = names.destinations(calls)
    context = {
        "lines": [line_of(call, asked, where) for call in calls],
        "more": max(found.calls - len(calls), 0),
        "row": row,
        "sign": found,
        "advice": sign_words.advice(found),
        "calls_url": sign_words.calls_address(found),
        "form": form or JudgeForm(initial={"judgement": found.judgement, "note": found.note}),
        "may_judge": request.actor.can(Capability.EDIT_SETTINGS),
        "judge_url": reverse("cdr:sign_judge", args=[found.pk]),
        "crumbs": [
            Choice(_("Call details"), reverse("cdr:totals")),
            Choice(_("Signs of fraud"), reverse("cdr:signs")),
            Choice(row.kind),
        ],
    }
    return render(request, "cdr/sign.html", context)
