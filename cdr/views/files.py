"""Choosing a kind of file for the selected calls: at once, by mail, or every month."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Refusal
from accounts.web import CustomerRequest
from cdr.adding import By
from cdr.asking import Asked, problem_lines
from cdr.exporting.limits import MOST_WORKBOOK_ROWS
from cdr.models import ExportForm, MonthlyReport
from cdr.models.exports import LAST_DAY
from cdr.selectors import calls
from cdr.views.periods import address
from portal.lib.csvsafe import CsvForm
from portal.lib.ui import Choice

USUAL_DAY = 3  # by then late calls of the month have mostly come in


class MakeForm(forms.Form):
    """Which kind of file is made."""

    form = forms.ChoiceField(label=gettext_lazy("Kind of file"), choices=ExportForm.choices, initial=ExportForm.DUTCH)


class ReportForm(forms.ModelForm[MonthlyReport]):
    """What comes every month."""

    day = forms.IntegerField(label=gettext_lazy("Day of the month"), min_value=1, max_value=LAST_DAY, initial=USUAL_DAY)

    class Meta:
        model = MonthlyReport
        fields = ("name", "form", "day")


def kinds(request: HttpRequest) -> list[Choice]:
    """The kinds of file with the filters of this page, each with its address."""
    here = address(request, reverse("cdr:export"), view=None, sort=None, by=None, form=None)
    iso = address(request, reverse("cdr:export"), view=None, sort=None, by=None, form=ExportForm.ISO)
    book = address(request, reverse("cdr:export_workbook"), view=None, sort=None, by=None, form=None)
    return [
        Choice(str(ExportForm.DUTCH.label), here),
        Choice(str(ExportForm.ISO.label), iso),
        Choice(str(ExportForm.XLSX.label), book),
    ]


def totals(request: HttpRequest, by: By) -> list[Choice]:
    """The table of totals as a file, in both forms."""
    path = reverse("cdr:export_totals")
    labels = {CsvForm.DUTCH: _("These totals for Excel"), CsvForm.ISO: _("These totals for programs")}
    return [
        Choice(label, address(request, path, view=None, sort=None, by=by, form=form)) for form, label in labels.items()
    ]


def menu(request: HttpRequest, *, by: By | None = None) -> list[Choice]:
    """What the button Download of a page offers; on that of the totals also these, added up as they are there."""
    return [
        *kinds(request),
        *(totals(request, by) if by else []),
        Choice(
            _("By e-mail or every month"),
            address(request, reverse("cdr:download"), view=None, sort=None, by=None, form=None),
        ),
        Choice(_("My downloads"), reverse("cdr:downloads")),
    ]


def choosing(
    request: CustomerRequest,
    asked: Asked,
    *,
    form: MakeForm | None = None,
    report: ReportForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page on which a kind is chosen, with what is wrong about the question."""
    unread = problem_lines(request.GET, asked)
    sums = None if unread else calls.total(asked.selection)
    direct = kinds(request) if sums and sums.calls <= settings.EXPORT_DIRECT_ROWS else []
    if sums and sums.calls > MOST_WORKBOOK_ROWS:
        direct = [kind for kind in direct if kind.url != kinds(request)[-1].url]
    context = {
        "asked": asked,
        "unread": unread,
        "refusal": refusal,
        "sums": sums,
        "form": form or MakeForm(),
        "report": report or ReportForm(initial={"name": _("Calls")}),
        "at_once": direct,
        "most": settings.EXPORT_DIRECT_ROWS,
        "days": settings.EXPORT_DAYS,
        "query": request.GET.urlencode(),
        "back": address(request, reverse("cdr:details"), by=None, form=None),
        "crumbs": [
            Choice(_("Call details"), address(request, reverse("cdr:totals"), by=None, form=None)),
            Choice(_("Details"), address(request, reverse("cdr:details"), by=None, form=None)),
            Choice(_("Download calls")),
        ],
    }
    return render(request, "cdr/download.html", context, status=status)
