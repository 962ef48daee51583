"""Operators' pages about a list of rates that was uploaded: what it changes, and whether it is used or thrown away."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import Refusal
from accounts.web import operator_view, saved
from cdr import services
from cdr.asking import language
from cdr.models import RateImport
from cdr.rates_file import RateProblem, read_rates
from cdr.rating.bands import Band
from cdr.rating.compare import SHOWN_SECONDS, Change, Compared, charge_in, counts
from cdr.rating.lines import RateLine
from cdr.selectors.imports import comparison, waiting
from cdr.tariff_forms import problem_words
from cdr.views.operating import OperatorRequest, crumbs_to
from portal.lib import formats
from portal.lib.ui import Choice, Figure

CHANGES_SHOWN = 25
PROBLEMS_SHOWN = 100


def _kept(pk: int) -> RateImport:
    return get_object_or_404(waiting(timezone.now()), pk=pk)


def _back(kept: RateImport) -> str:
    if kept.customer_id is not None:
        return reverse("cdr:operate_own_prices", args=[kept.customer_id])
    return reverse("cdr:operate_tariff", args=[kept.tariff_id])


def _upload_again(kept: RateImport) -> str:
    if kept.customer_id is not None:
        return reverse("cdr:operate_own_prices_import", args=[kept.customer_id])
    return reverse("cdr:operate_version_add", args=[kept.tariff_id])


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def rate_import(request: OperatorRequest, pk: int) -> HttpResponse:
    """What the list changes, before anything is stored; a POST stores it."""
    kept = _kept(pk)
    refused = ""
    if request.method == "POST":
        try:
            services.use_import(kept=kept, actor=request.actor)
        except Refusal as refusal:
            refused = str(refusal)
        else:
            saved(request, _("The prices from %(file)s are stored.") % {"file": kept.file_name})
            return HttpResponseRedirect(_back(kept))
    lines, problems = read_rates(kept.text, own=kept.customer_id is not None)
    what = str(kept.tariff or kept.customer)
    context = {
        "kept": kept,
        "what": what,
        "refused": refused,
        "upload_again": _upload_again(kept),
        "crumbs": crumbs_to(
            Choice(_("Tariffs"), reverse("cdr:operate_tariffs")), Choice(what, _back(kept)), Choice(_("What changes"))
        ),
    }
    context |= _problem_context(kept, problems) if problems else _change_context(kept, lines)
    return render(request, "cdr/operate/import.html", context)


@require_POST
@operator_view
def rate_import_drop(request: OperatorRequest, pk: int) -> HttpResponse:
    """Throw the list away; nothing changes."""
    kept = _kept(pk)
    services.drop_import(kept=kept)
    saved(request, _("Thrown away; nothing was changed."))
    return HttpResponseRedirect(_back(kept))


def _problem_context(kept: RateImport, problems: list[RateProblem]) -> dict[str, object]:
    own = kept.customer_id is not None
    rows = [
        {"line": one.line, "reason": problem_words(one, own=own), "text": one.text_in(kept.text)}
        for one in problems[:PROBLEMS_SHOWN]
    ]
    return {"problems": rows, "problem_count": len(problems), "more": max(len(problems) - PROBLEMS_SHOWN, 0)}


def _change_context(kept: RateImport, lines: list[RateLine]) -> dict[str, object]:
    made = comparison(kept, lines)
    compared = made.compared
    found = counts(compared)
    unpriced = sum(one.after is None for one in compared)
    shown = [one for one in compared if one.change is not Change.SAME and (one.difference != 0 or one.before is None)]
    return {
        "figures": _figures(found, compared),
        "against": made.against,
        "following": made.following,
        "unpriced": unpriced,
        "rows": [_row(one) for one in shown[:CHANGES_SHOWN]],
        "row_count": len(shown),
        "hours": kept.hours,
        "count": len(lines),
    }


def _figures(found: dict[Change, int], compared: list[Compared]) -> list[Figure]:
    tongue = language()
    other = found[Change.OTHER]
    words = (
        ngettext("and %(count)s with another name or steps", "and %(count)s with another name or steps", other)
        % {"count": formats.number(other, tongue)}
        if other
        else ""
    )
    notes = {Change.SAME: words, Change.GONE: _gone_words(compared)}
    named = (
        (Change.NEW, _("New")),
        (Change.GONE, _("No longer listed")),
        (Change.DEARER, _("Dearer")),
        (Change.CHEAPER, _("Cheaper")),
        (Change.SAME, _("Unchanged")),
    )
    return [Figure(label, formats.number(found[change], tongue), notes.get(change, "")) for change, label in named]


def _gone_words(compared: list[Compared]) -> str:
    """What becomes of calls to prefixes that are no longer listed."""
    falling = sum(bool(one.falls_under) for one in compared)
    if not falling:
        return ""
    words = ngettext(
        "%(count)s goes by a shorter prefix that is listed", "%(count)s go by a shorter prefix that is listed", falling
    )
    return words % {"count": formats.number(falling, language())}


def _row(one: Compared) -> dict[str, object]:
    words = {
        Change.NEW: ("accent", _("New")),
        Change.GONE: ("warn", _("No longer listed")),
        Change.DEARER: ("warn", _("Dearer")),
        Change.CHEAPER: ("good", _("Cheaper")),
        Change.OTHER: ("off", _("Changed")),
        Change.SAME: ("off", _("Unchanged")),
    }
    kind, word = words[one.change]
    return {
        "prefix": one.prefix,
        "destination": one.destination,
        "then": _("goes by %(prefix)s then") % {"prefix": one.falls_under} if one.falls_under else "",
        "kind": kind,
        "word": word,
        "before": _three_minutes(one.before),
        "after": _three_minutes(one.after),
        "difference": one.difference,
    }


def _three_minutes(line: RateLine | None) -> str:
    """What a call of three minutes costs, in both bands where they differ."""
    if line is None:
        return _("no price")
    amounts = [formats.euro4(charge_in(line.price, band, SHOWN_SECONDS), language()) for band in Band]
    return amounts[0] if amounts[0] == amounts[1] else " / ".join(amounts)
