"""Operators' pages about feeds: how they are, and how they are read."""

from collections.abc import Mapping
from datetime import timedelta

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import Refusal
from accounts.web import failed, operator_view, saved
from cdr import feed_words, services
from cdr.dialects import dialects
from cdr.forms import SourceForm
from cdr.models import Source
from cdr.selectors import monitor
from cdr.selectors.monitor import Feed
from cdr.services.monitor import know_gap
from cdr.views.operating import OperatorRequest, crumbs_to, page_after, tabs
from portal.charts import mini_bars
from portal.lib import formats
from portal.lib.ui import Choice

GAPS_SHOWN = 20


@require_safe
@operator_view
def sources(request: OperatorRequest) -> HttpResponse:
    """Every feed: its last file, its delay, what is missing, how much is rejected, and what is wrong now."""
    language = str(request.LANGUAGE_CODE)
    found = monitor.feeds(timezone.now())
    titles = {name: dialect.title for name, dialect in dialects().items()}
    alarms = [(alarm, feed) for feed in found for alarm in feed.alarms]
    context = {
        "rows": [_row(feed, titles, language) for feed in found],
        "alarms": [
            (feed_words.sentence(alarm, feed, language), feed_words.advice(alarm.kind)) for alarm, feed in alarms
        ],
        "gaps": [(feed.source, gap, feed_words.gap_words(gap)) for feed in found for gap in feed.gaps[:GAPS_SHOWN]],
        "crumbs": crumbs_to(Choice(_("Call sources"))),
        "tabs": tabs("operate_sources"),
    }
    return render(request, "cdr/operate/sources.html", context)


def _row(feed: Feed, titles: Mapping[str, str], language: str) -> dict[str, object]:
    source = feed.source
    words = []
    if feed.is_late:
        words.append(("bad", _("Late"), "clock"))
    if feed.gaps:
        words.append(("bad", _("Gap"), "alert"))
    if feed.has_many_rejects:
        words.append(("bad", _("Many rejects"), "alert"))
    if not words:
        words.append(_calm(feed))
    expected = source.expected_minutes
    total = sum(feed.days)
    return {
        "feed": feed,
        "kind": titles.get(source.dialect, source.dialect),
        "words": words,
        "delay": feed_words.lasting(feed.silent) if feed.last else "",
        "expected": feed_words.lasting(timedelta(minutes=expected)) if expected else "",
        "rate": feed_words.rate(feed, language),
        "bars": mini_bars(
            feed.days,
            label=ngettext("%(rows)s row in 14 days", "%(rows)s rows in 14 days", total)
            % {"rows": formats.number(total, language)},
        ),
    }


def _calm(feed: Feed) -> tuple[str, str, str]:
    if feed.last is None:
        return "off", _("Nothing yet"), "minus"
    if feed.source.expected_minutes is None:
        return "off", _("No alarm set"), "minus"
    return "good", _("On time"), "check"


@require_POST
@operator_view
def gap_known(request: OperatorRequest, pk: int) -> HttpResponse:
    """Say that the missing files will never come."""
    source = get_object_or_404(Source, pk=pk)
    first, last = (page_after(request.POST.get(name, "")) for name in ("first", "last"))
    try:
        know_gap(
            source=source,
            first=-1 if first is None else first,
            last=-1 if last is None else last,
            actor=request.actor,
        )
    except Refusal as refusal:
        failed(request, str(refusal))
    else:
        saved(request, _("The gap is marked as known."))
    return HttpResponseRedirect(reverse("cdr:operate_sources"))


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def source_edit(request: OperatorRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a feed."""
    source = get_object_or_404(Source, pk=pk) if pk is not None else Source()
    name = source.name
    form = SourceForm(request.POST or None, instance=source)
    if request.method == "POST" and form.is_valid():
        services.save_source(
            source=form.save(commit=False), actor=request.actor, accounts=form.cleaned_data["account_codes"]
        )
        saved(request, _("Source %(name)s saved.") % {"name": source.name})
        return HttpResponseRedirect(reverse("cdr:operate_sources"))
    crumbs = crumbs_to(Choice(_("Call sources"), reverse("cdr:operate_sources")), Choice(name or _("New source")))
    return render(request, "cdr/operate/source.html", {"form": form, "name": name, "crumbs": crumbs})
