"""What people fill in about greetings: a name, and a file that is chosen or recorded."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from telephony.audio.convert import ACCEPT
from telephony.models import Greeting


class SoundField(forms.FileField):
    """A file with sound, or what the page recorded; what is in it is for `telephony.audio` to tell."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Sound file"),
            help_text=_("WAV, MP3, WMA, M4A or OGG, up to 10 MB and 5 minutes"),
            allow_empty_file=True,  # refused with a reason
            widget=forms.FileInput(attrs={"accept": ACCEPT}),
        )


class GreetingNameForm(forms.Form):
    """What a greeting is called."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("For example Closed on holidays"))


class SoundForm(forms.Form):
    """Another version of a greeting."""

    file = SoundField()

    def sound(self) -> "UploadedFile[Any]":
        """What was given, not looked at."""
        found: UploadedFile[Any] = self.cleaned_data["file"]
        return found


class GreetingForm(GreetingNameForm, SoundForm):
    """A new greeting."""

    field_order = ("name", "file")


class GreetingChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Which greeting plays; none is the standard one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Greeting.objects.none(), required=False, empty_label=_("Standard greeting"), **kwargs)
