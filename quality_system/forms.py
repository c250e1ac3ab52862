"""Forms of the statistics: files to read, and what to do with what could not be read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.plain_words import PlainWords
from huvudman.register.archive import MAX_FILE
from quality_system.sources import READERS
from quality_system.wording import SOURCES

MOST_FILES = 20


class SeveralFiles(forms.ClearableFileInput):
    """An input that takes one or several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files, each as a single one is checked."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class StatisticsForm(PlainWords, forms.Form):
    """Files with statistics to look at before anything is changed."""

    file = FilesField(
        label=_("Filer"),
        help_text=_(
            "CSV eller Excel (.xlsx) från Skolverket, eller svar från källornas gränssnitt (JSON), gärna "
            "packade (.gz). Flera filer går bra om de är från samma källa."
        ),
        error_messages={"required": _("Välj minst en fil.")},
        widget=SeveralFiles(attrs={"accept": ".csv,.xlsx,.json,.ndjson,.gz,.txt"}),
    )
    source = forms.ChoiceField(
        label=_("Källa"),
        required=False,
        choices=[("", _("Känn igen filerna")), *((key, SOURCES.get(key, key)) for key in READERS)],
    )

    def clean_file(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["file"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Välj högst %(most)d filer i taget.") % {"most": MOST_FILES})
        if sum(file.size for file in files) > MAX_FILE:
            raise forms.ValidationError(_("Filerna är för stora. De får vara högst 25 megabyte tillsammans."))
        return files


class LeaveOutForm(forms.Form):
    """Accepting a preview. The box is there only when something could not be read; it must then be ticked."""

    leave_out = forms.BooleanField(
        label=_("Lämna det som inte gick att läsa utanför"),
        error_messages={"required": _("Kryssa i rutan, eller avbryt och rätta filen.")},
    )
