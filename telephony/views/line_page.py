"""What the page of a line does, for an administrator and for the employee whose line it is."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Refusal
from accounts.forms.refused import show_refusal
from accounts.web import CustomerRequest, failed, saved
from portal.lib.numbers import BLOCK_LABELS, Block
from portal.lib.ui import Choice
from telephony import greeting_selectors, part_words, selectors, services, words
from telephony.features import GREETINGS, features_of
from telephony.line_forms import LineForm, PinForm
from telephony.models import Greeting, Line
from telephony.views.undo import recall, remember


def form_of(request: CustomerRequest, line: Line, *, own: bool = False) -> LineForm:
    """The features of a line to fill in, as they are now or as they were sent."""
    form = LineForm(request.POST or None, features=features_of(line, timezone.now()), own=own)
    form.offer_greetings(greeting_selectors.for_line(line))
    return form


def save(request: CustomerRequest, line: Line, form: LineForm, undo: Callable[[str], str]) -> bool:
    """Set what was filled in and say so; False when something has to be filled in otherwise."""
    if not form.is_valid():
        return False
    try:
        change = services.change_line(actor=request.actor, line=line, features=form.features())
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    text = words.saved_words(_("%(name)s: saved.") % {"name": line.dialable.display_name}, change.phones_to_follow)
    saved(request, text, undo_url=undo(remember(change)) if change.before else "")
    return True


def put_back(request: CustomerRequest, line: Line, token: str) -> None:
    """Undo for administrators and for the employee whose line it is; says so when it is too late."""
    before = recall(token, line)
    if before is None:
        failed(request, _("This can no longer be put back. Change it by hand."))
        return
    try:
        services.set_features(actor=request.actor, line=line, **before)
    except Refusal as refusal:
        failed(request, str(refusal))
    else:
        saved(request, _("Put back as it was."))


def pin(request: CustomerRequest, line: Line, back: str, crumbs: list[Choice]) -> HttpResponse:
    """Another PIN for the voicemail of a line; the old one is shown nowhere and not asked for."""
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_pin(actor=request.actor, line=line, pin=form.cleaned_data["pin"])
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("The PIN of the voicemail has been changed."))
            return HttpResponseRedirect(back)
    context = {"form": form, "line": line, "back": back, "crumbs": [*crumbs, Choice(_("PIN"))]}
    return render(request, "telephony/pin.html", context)


def parts(line: Line, form: LineForm) -> dict[str, object]:
    """What the parts of the page show besides the form."""
    blocked = selectors.blocked(line.customer)
    barred = [BLOCK_LABELS[block] for block in Block if block in blocked | form.before.barred]
    lists = selectors.caller_filters(line)
    one, new = (
        ("telephony:my_callers", "telephony:my_callers_new")
        if form.own
        else ("telephony:callers", "telephony:callers_new")
    )
    key = [] if form.own else [line.pk]
    return {
        "line": line,
        "form": form,
        "states": part_words.states(form.before, lists=len(lists), barred=map(str, barred)),
        "wrong": part_words.wrong(form.errors),
        "numbers": sorted(line.dialable.numbers.all(), key=lambda number: (not number.is_main, number.e164)),
        "blocked": [BLOCK_LABELS[block] for block in Block if block in blocked],
        "callers": [(reverse(one, args=[*key, found.pk]), found, words.callers(found)) for found in lists],
        "callers_new_url": reverse(new, args=key),
        "targets": targets(line),
        "heard": heard(form),
    }


def heard(form: LineForm) -> list[tuple[str, Greeting]]:
    """Which greetings the voicemail plays, to listen to beside where they are chosen."""
    chosen = [(name, getattr(form.before, name)) for name in GREETINGS]
    keys = {greeting.pk for _name, greeting in chosen if greeting}
    found = greeting_selectors.greetings().in_bulk(keys) if keys else {}
    return [(str(form[name].label), found[greeting.pk]) for name, greeting in chosen if greeting]


def targets(line: Line) -> list[str]:
    """What a destination field proposes: everything with an extension but the line itself."""
    others = selectors.dialables().exclude(pk=line.dialable_id).filter(extension__isnull=False)
    return [words.dialable_name(dialable) for dialable in others]


def to_phone(line: Line) -> Callable[[str], str]:
    """Where an administrator puts the line back."""
    return lambda token: reverse("telephony:phone_undo", args=[line.pk, token])


def to_my_phone(token: str) -> str:
    """Where an employee puts the own line back."""
    return reverse("telephony:my_phone_undo", args=[token])
