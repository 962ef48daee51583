"""Forms of the operators' pages about deliveries and rejects."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cdr.models import Source
from cdr.uploads import Received, Trouble
from portal.lib.formats import data

TROUBLES = {
    Trouble.TOO_LARGE: _("%(name)s is larger than %(most)s. Divide it, or put it into the drop folder."),
    Trouble.DISK_FULL: _("The disk is full, so nothing was kept. Make room below MEDIA_ROOT, then upload again."),
}


def trouble_words(upload: Received, language: str) -> str:
    """Why a file could not be kept; empty when it could."""
    if upload.trouble is not None:
        most = data(settings.CDR_UPLOAD_MAX_BYTES, language)
        return str(TROUBLES[upload.trouble]) % {"name": upload.name, "most": most}
    return "" if upload.size else _t("%(name)s is empty: there is nothing to load.") % {"name": upload.name}


class Files(forms.ClearableFileInput):
    """A field that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files that the portal's own handler received."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=Files(), allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Received]:
        files = [super(FilesField, self).clean(one, initial) for one in data or [None]]
        return [file for file in files if isinstance(file, Received)]


class UploadForm(forms.Form):
    """Files of one source."""

    source = forms.ModelChoiceField(Source.objects.all(), label=_("Source"), empty_label=_("Choose a source"))
    uploads = FilesField(label=_("Files"))

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        sources = list(Source.objects.all()[:2])
        if len(sources) == 1:
            self.initial["source"] = sources[0].pk

    def clean_uploads(self) -> list[Received]:
        files: list[Received] = self.cleaned_data["uploads"]
        words = [trouble_words(file, self.language) for file in files]
        if any(words):
            raise forms.ValidationError(list(dict.fromkeys(filter(None, words))))
        return files
