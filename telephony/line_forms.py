"""What people fill in about the features of a line; the same for an administrator and for whose line it is."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.numbers import BLOCK_LABELS, Block, split_numbers
from telephony import schedule_selectors, selectors
from telephony.callers import Pattern, read_pattern
from telephony.features import CASES, GREETINGS, TARGETS, Along, Features
from telephony.greeting_forms import GreetingChoice
from telephony.models import CallerFilter, Greeting, OutgoingBlocks, Schedule
from telephony.models.lines import FEWEST_RINGS, MOST_RINGS, Instead
from telephony.rules import MOST_ALONG
from telephony.schedule_words import week_in_words
from telephony.words import RING_SECONDS, destination_name

MORNING: Final = 8, 30
ALONG_TO_ADD: Final = 2


class TargetField(forms.CharField):
    """A number, or a colleague or group by extension; cleans to a Target, or to None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"list": "targets", "inputmode": "tel", "autocomplete": "off"}
        super().__init__(max_length=80, widget=forms.TextInput(attrs=attributes), **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        target = selectors.find_target(typed)
        if target is None:
            text = _("This is no number and no extension here. Type a number such as 06 12 34 56 78, or an extension.")
            raise ValidationError(text, code="no_target")
        return target


class MessagesField(forms.EmailField):
    """An address that is needed while messages are taken, so that its label does not say that it may be empty."""

    is_needed_elsewhere = True


class MomentField(forms.DateTimeField):
    """A moment on the clock of the Netherlands, chosen with the browser's own picker; empty: no end."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(required=False, widget=widget, input_formats=formats, **kwargs)


def _rings() -> list[tuple[int, str]]:
    words = _("%(rings)s× (%(seconds)s s)")
    return [(n, str(words) % {"rings": n, "seconds": n * RING_SECONDS}) for n in range(FEWEST_RINGS, MOST_RINGS + 1)]


class LineForm(forms.Form):
    """The call features of a line. ``own`` leaves out what only an administrator sets: what the line may not call."""

    do_not_disturb = forms.BooleanField(
        label=_("Do not disturb"), help_text=_("callers are treated as when busy"), required=False
    )
    do_not_disturb_until = MomentField(label=_("Do not disturb until"))
    forward_always = forms.BooleanField(label=_("Always"), help_text=_("the phone does not ring"), required=False)
    forward_to = TargetField(label=_("Forward to"), required=False)
    forward_until = MomentField(label=_("Forward until"))
    busy_does = forms.ChoiceField(label=_("When busy"))
    busy_to = TargetField(label=_("When busy forward to"), required=False)
    no_answer_does = forms.ChoiceField(label=_("Without an answer"))
    no_answer_to = TargetField(label=_("Without an answer forward to"), required=False)
    rings = forms.TypedChoiceField(label=_("Rings first"), coerce=int, choices=_rings)
    unreachable_does = forms.ChoiceField(label=_("When not reachable"))
    unreachable_to = TargetField(label=_("When not reachable forward to"), required=False)
    voicemail = forms.BooleanField(label=_("Voicemail"), required=False)
    voicemail_always = forms.BooleanField(
        label=_("All calls to voicemail"),
        help_text=_("the phone does not ring; always forward goes first"),
        required=False,
    )
    mail_to = MessagesField(
        label=_("Send messages to"),
        help_text=_("Needed to take messages. Every message comes as a WAV file."),
        required=False,
    )
    copy_to = forms.EmailField(label=_("Copy to"), required=False)
    announcement_only = forms.BooleanField(
        label=_("No message possible"), help_text=_("callers only hear the greeting"), required=False
    )
    then_to = TargetField(
        label=_("After the greeting forward to"),
        help_text=_("Only when no message is possible. Empty: the call ends."),
        required=False,
    )
    busy_greeting = GreetingChoice(label=_("Greeting when busy"))
    no_answer_greeting = GreetingChoice(label=_("Greeting without an answer"))
    announcement = GreetingChoice(
        label=_("What callers hear instead"), help_text=_("Only when no message is possible.")
    )
    also_ring = forms.BooleanField(
        label=_("Ring along"), help_text=_("these ring with this phone; who answers first has the call"), required=False
    )
    also_ring_in_call = forms.BooleanField(
        label=_("Also during a call"), help_text=_("otherwise not when busy"), required=False
    )
    block_anonymous = forms.BooleanField(
        label=_("Anonymous callers"), help_text=_("hear that they have to show their number"), required=False
    )
    block_all = forms.BooleanField(
        label=_("All callers"), help_text=_("the number is only for calling out"), required=False
    )
    call_waiting = forms.BooleanField(
        label=_("Call waiting"),
        help_text=_("take a second call; a FRITZ!Box has a setting of its own for this"),
        required=False,
    )
    hide_caller_id = forms.BooleanField(
        label=_("Hide number"), help_text=_("those you call see ‘anonymous’"), required=False
    )

    def __init__(self, data: Any = None, *, features: Features, own: bool = False) -> None:
        self.before, self.own = features, own
        initial = {name: getattr(features, name) for name in self.base_fields}
        initial |= {name: destination_name(initial[name]) for name in TARGETS}
        super().__init__(data, initial=initial)
        for case, nothing in zip(CASES, (_("Busy tone"), _("Keeps ringing"), _("Nothing")), strict=True):
            field = self.fields[f"{case}_does"]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [
                (Instead.NOTHING, nothing),
                (Instead.FORWARD, _("Forward to")),
                (Instead.VOICEMAIL, _("Voicemail")),
            ]
        for name in TARGETS:
            self.fields[name].widget.attrs["placeholder"] = _("Number or colleague")
        self.fields["forward_always"].widget.attrs["data-name"] = _("Always forward")
        self._offer_along()
        if not own:
            for block in Block:
                self.fields[f"bar_{block}"] = forms.BooleanField(
                    label=BLOCK_LABELS[block], required=False, initial=block in features.barred
                )

    def offer_greetings(self, greetings: "QuerySet[Greeting]") -> None:
        """Which greetings may be chosen."""
        for name in GREETINGS:
            field = self.fields[name]
            assert isinstance(field, GreetingChoice)  # noqa: S101 - declared above
            field.queryset = greetings

    def _offer_along(self) -> None:
        """A row for each that rings along, and a few to add."""
        there = self.before.also_rings
        rows = max(len(there) + ALONG_TO_ADD, sum(name.startswith("along_") for name in self.data) // 2)
        self.rows = [str(row) for row in range(min(rows, MOST_ALONG))]
        for row, along in zip_longest(self.rows, there):
            to = TargetField(label=_("Number or colleague"), required=False)
            to.initial = destination_name(along.to) if along else ""
            to.widget.attrs["placeholder"] = _("Number or colleague")
            self.fields[f"along_{row}"] = to
            self.fields[f"along_key_{row}"] = forms.BooleanField(
                label=_("Press a key to answer"), required=False, initial=along.confirm if along else True
            )

    def along(self) -> list[tuple[BoundField, BoundField]]:
        """Who rings along, and whether a key has to be pressed to answer."""
        return [(self[f"along_{row}"], self[f"along_key_{row}"]) for row in self.rows]

    def bars(self) -> Iterator[BoundField]:
        """What this line may not call, one switch a group."""
        return (self[f"bar_{block}"] for block in Block)

    def features(self) -> Features:
        """Everything as it is filled in. An end of what is off means nothing."""
        given = {name: self.cleaned_data[name] for name in self.base_fields}
        for switch, until in (("forward_always", "forward_until"), ("do_not_disturb", "do_not_disturb_until")):
            if not given[switch]:
                given[until] = None
        given["also_rings"] = tuple(
            Along(self.cleaned_data[f"along_{row}"], self.cleaned_data[f"along_key_{row}"])
            for row in self.rows
            if self.cleaned_data[f"along_{row}"]
        )
        barred = frozenset(block for block in Block if self.cleaned_data.get(f"bar_{block}"))
        return Features(**given, barred=self.before.barred if self.own else barred)


class ForwardForm(forms.Form):
    """Where an employee's own calls go."""

    forward_to = TargetField(label=_("Forward to"), required=True)


class EndForm(forms.Form):
    """When something that is switched on ends by itself, from a few choices that fit a thumb."""

    end = forms.ChoiceField(
        choices=[("30", _("30 min")), ("60", _("1 hour")), ("morning", _("Tomorrow")), ("never", _("No end"))]
    )

    def moment(self, now: datetime) -> datetime | None:
        """The end; None: until it is switched off."""
        chosen = self.cleaned_data["end"]
        if chosen == "never":
            return None
        if chosen == "morning":
            hour, minute = MORNING
            tomorrow = timezone.localtime(now) + timedelta(days=1)
            return tomorrow.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return now + timedelta(minutes=int(chosen))


class PatternsField(forms.CharField):
    """Numbers in any spelling, or the beginning of some with a star; cleans to a list of patterns."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4, "inputmode": "tel", "spellcheck": "false"}), **kwargs)

    def clean(self, value: Any) -> Any:
        """The patterns; typed loosely because Django's CharField promises text."""
        found: list[Pattern] = []
        for typed in split_numbers(super().clean(value)):
            pattern = read_pattern(typed)
            if pattern is None:
                text = _("%(typed)s is no phone number. Type 020 123 45 67, or +49* for all that begin with +49.")
                raise ValidationError(text, code="no_number", params={"typed": typed})
            found.append(pattern)
        return found


class ScheduleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A schedule by its name, with its hours beside it: not everybody who chooses one may open its page."""

    def label_from_instance(self, obj: Schedule) -> str:
        return f"{obj.name} · {week_in_words(row.row() for row in obj.periods.all())}"


class CallerFilterForm(forms.Form):
    """A list of callers that a line refuses."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("For example survey calls"))
    schedule = ScheduleChoice(
        label=_("When"), queryset=Schedule.objects.none(), required=False, empty_label=_("Always")
    )
    numbers = PatternsField(
        label=_("Numbers"),
        help_text=_("One a line or with commas between, in any spelling. +49* means all that begin with +49."),
    )

    def __init__(self, data: Any = None, *, caller_filter: CallerFilter | None = None) -> None:
        initial: dict[str, Any] = {}
        if caller_filter is not None:
            numbers = "\n".join(str(number.pattern()) for number in caller_filter.numbers.all())
            initial = {"name": caller_filter.name, "schedule": caller_filter.schedule, "numbers": numbers}
        super().__init__(data, initial=initial)
        field = self.fields["schedule"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = schedule_selectors.schedules()


class PinForm(forms.Form):
    """A PIN for listening to messages; it is shown to nobody."""

    pin = forms.CharField(
        label=_("New PIN"),
        help_text=_("4 to 8 digits, not easily guessed. Nobody can see it afterwards."),
        max_length=8,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "new-password"}),
    )


class BlocksForm(forms.Form):
    """What no line may call."""

    def __init__(self, *args: Any, blocks: OutgoingBlocks, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for block in Block:
            self.fields[block.value] = forms.BooleanField(
                label=BLOCK_LABELS[block], required=False, initial=block in blocks.blocked()
            )

    def blocked(self) -> frozenset[Block]:
        """The blocks that are ticked."""
        return frozenset(block for block in Block if self.cleaned_data[block.value])
