"""Forms of the pages about signs of fraud: what people say about one, and from which size they are raised."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cdr.filters import AmountField
from cdr.fraud.kinds import Judgement, SignKind
from cdr.fraud.thresholds import DEFAULTS, Threshold
from portal.lib.formats import number
from portal.lib.money import euros


class JudgeForm(forms.Form):
    """Right, false, or not judged yet."""

    judgement = forms.ChoiceField(label=_("What was it?"), choices=Judgement.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Your note"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3})
    )  # fmt: skip


MEASURES = {
    "calls": (_("Calls"), forms.IntegerField),
    "micros": (_("Amount in euros"), AmountField),
    "factor": (_("Times the usual"), forms.IntegerField),
    "alike": (_("Equal duration, in percent"), forms.IntegerField),
}


class ThresholdForm(forms.Form):
    """A box for each measure that a kind looks at, named `<kind>_<measure>`, and `<kind>_on`."""

    def __init__(self, data: Any = None, *, now: Mapping[SignKind, Threshold], language: str = "nl") -> None:
        super().__init__(data)
        for kind, default in DEFAULTS.items():
            self.fields[f"{kind}_on"] = forms.BooleanField(label=_("Raise these signs"), required=False)
            self.initial[f"{kind}_on"] = now[kind].on
            for name in self.measures(default):
                label, box = MEASURES[name]
                bounds = (
                    {} if name == "micros" else {"min_value": 0, "max_value": 100 if name == "alike" else 1_000_000}
                )
                self.fields[f"{kind}_{name}"] = box(label=label, required=False, **bounds)
                value = getattr(now[kind], name)
                if name == "micros" and value is not None:
                    value = number(euros(value), language, decimals=2)
                self.initial[f"{kind}_{name}"] = value

    @staticmethod
    def measures(threshold: Threshold) -> list[str]:
        """What a kind looks at: the measures of its default."""
        return [name for name in MEASURES if getattr(threshold, name) is not None]

    def wanted(self) -> dict[SignKind, Threshold]:
        """The thresholds as typed; only of a valid form."""
        clean = self.cleaned_data
        return {
            kind: Threshold(clean[f"{kind}_on"], **{name: clean[f"{kind}_{name}"] for name in self.measures(default)})
            for kind, default in DEFAULTS.items()
        }
