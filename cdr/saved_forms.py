"""The forms of saved filters."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cdr.filters import PERIOD_NAMES, saved_query
from cdr.models.saved import LONGEST_NAME, LONGEST_QUERY

NAME_ERRORS = {
    "required": _("Give the filter a name."),
    "max_length": _("Give the filter a name of at most %(limit_value)s characters."),
}


def _name() -> forms.CharField:
    return forms.CharField(label=_("Name"), max_length=LONGEST_NAME, error_messages=NAME_ERRORS)


class KeepForm(forms.Form):
    """A name, the filters it is for, and the period: the running one, the previous one, or the days that are shown."""

    name = _name()
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_QUERY)
    period = forms.CharField(required=False, max_length=100)

    def clean_query(self) -> QueryDict:
        return QueryDict(self.cleaned_data["query"])

    def saved(self) -> str:
        """What is saved of a valid form. A period that is chosen takes the place of the one in the filters."""
        query: QueryDict = self.cleaned_data["query"].copy()
        if "period" in self.data:
            for name in PERIOD_NAMES:
                query.pop(name, None)
            query.update(QueryDict(self.cleaned_data["period"]))
        return saved_query(query)


class RenameForm(forms.Form):
    """Another name."""

    name = _name()
