"""The question what a call would cost, as page and API ask it, and its answer in words. Inside the customer's door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from cdr.cost_words import CostStep, answer_words, reason_words, step_list
from cdr.models import TariffVersion
from cdr.rating.explain import Explanation
from cdr.selectors.rates import explain_call
from portal.lib.moments import MomentField
from portal.lib.numbers import Category, PhoneNumber, display, parse
from portal.lib.periods import TYPED_YEARS
from telephony.models import Dialable
from telephony.models import PhoneNumber as OwnNumber

LONGEST_SECONDS = 86_400
USUAL = "2:00"


@dataclass(frozen=True, slots=True)
class Question:
    """A call that is only imagined."""

    number: PhoneNumber
    internal: bool
    own: str
    seconds: int
    start: datetime

    @property
    def stored(self) -> str:
        return self.number.stored or ""


@dataclass(frozen=True, slots=True)
class CostAnswer:
    """The answer first, then why, then every step."""

    explained: Explanation
    version: TariffVersion | None
    answer: str
    reason: str
    steps: list[CostStep]


class CostQuery(forms.Form):
    """The question in its shortest form: for programs, with the length in seconds."""

    number = forms.CharField(label=_("Number called"), max_length=60)
    own = forms.CharField(required=False, max_length=60)
    seconds = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_SECONDS)
    at = MomentField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.owned = dict(OwnNumber.objects.order_by("e164").values_list("e164", "dialable__display_name"))
        extensions = Dialable.objects.exclude(extension=None).values_list("extension", flat=True)
        self.extensions = frozenset(filter(None, extensions))
        super().__init__(data, **kwargs)

    def clean_number(self) -> PhoneNumber:
        found = parse(self.cleaned_data["number"], extensions=self.extensions)
        if not found.valid:
            raise forms.ValidationError(
                _("This is no phone number. Type it as you would dial it, for example 020 123 4567 or +49 30 901820.")
            )
        return found

    def clean_own(self) -> str:
        typed = self.cleaned_data["own"]
        if not typed:
            return ""
        found = parse(typed).stored
        if found not in self.owned:
            raise forms.ValidationError(_("This is none of your numbers. Leave it empty, or choose one of yours."))
        return found

    def clean_at(self) -> datetime:
        moment: datetime = self.cleaned_data["at"] or timezone.now()
        if moment.year not in TYPED_YEARS:
            raise forms.ValidationError(_("Choose a moment between 2000 and 2100."))
        return moment

    @property
    def question(self) -> Question:
        """What is asked, of a form that is valid."""
        data = self.cleaned_data
        number: PhoneNumber = data["number"]
        seconds = data["seconds"]
        return Question(
            number=number,
            internal=number.category is Category.INTERNAL or number.stored in self.owned,
            own=data["own"],
            seconds=120 if seconds is None else seconds,
            start=data["at"],
        )


class CostForm(CostQuery):
    """The same for people, who write a length as minutes or as 2:30."""

    seconds = None  # type: ignore[assignment]  # a form leaves out a field so
    own = forms.ChoiceField(label=_("From number"), required=False)  # type: ignore[assignment]
    duration = forms.CharField(
        label=_("How long"), required=False, max_length=12, help_text=_("Minutes, or 2:30 with seconds")
    )
    field_order = ("number", "duration", "at", "own")

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = [(number, " ".join(filter(None, (name, display(number))))) for number, name in self.owned.items()]
        self.fields["own"].choices = [("", _t("any of your numbers")), *choices]  # type: ignore[attr-defined]
        self.fields["number"].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def clean_duration(self) -> str:
        typed: str = self.cleaned_data["duration"] or USUAL
        seconds = read_length(typed)
        if seconds is None:
            raise forms.ValidationError(_("Type the length as minutes, such as 2, or as 2:30. At most 24 hours."))
        self.cleaned_data["seconds"] = seconds
        return typed


def read_length(typed: str) -> int | None:
    """Seconds of `2` (minutes), `2:30` or `1:02:30`; None for anything else and for more than a day."""
    parts = typed.strip().split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() and len(part) <= 5 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if any(number > 59 for number in numbers[1:]):
        return None
    numbers += [0] if len(numbers) == 1 else []
    seconds = sum(number * weight for number, weight in zip(reversed(numbers), (1, 60, 3600), strict=False))
    return seconds if seconds <= LONGEST_SECONDS else None


def answer(customer: Customer, question: Question, tongue: str) -> CostAnswer:
    """What it costs and why."""
    explained, version = explain_call(
        customer,
        number=question.stored,
        seconds=question.seconds,
        start=question.start,
        internal=question.internal,
    )
    return CostAnswer(
        explained=explained,
        version=version,
        answer=answer_words(explained, tongue),
        reason=reason_words(explained, tongue),
        steps=step_list(
            explained,
            tariff=version.tariff.name if version else "",
            since=version.valid_from if version else None,
            tongue=tongue,
        ),
    )
