"""Forms of the register."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.domain.machine import NotPossible
from accounts.plain_words import PlainWords
from huvudman.domain.imports import require_year
from huvudman.models import Contact, ContactRole, ImportKind
from huvudman.register.archive import MAX_FILE


class UploadForm(PlainWords, forms.Form):
    """A register file to look at before anything is changed."""

    kind = forms.ChoiceField(
        label=_("Vad är det för fil?"),
        choices=ImportKind.choices,
        widget=forms.RadioSelect,
        initial="workbook",
    )
    file = forms.FileField(
        label=_("Fil"),
        help_text=_("Skolenhetsregistrets arbetsbok (.xlsx) eller en lista över förskolor (.csv)."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    year = forms.IntegerField(
        label=_("Uppgifterna gäller år"),
        required=False,
        help_text=_("Lämna tomt om året står i filens namn, eller om det är i år."),
    )

    def clean_year(self) -> int | None:
        year: int | None = self.cleaned_data["year"]
        if year is not None:
            try:
                require_year(year)
            except NotPossible as error:
                raise forms.ValidationError(str(error)) from error
        return year

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE:
            raise forms.ValidationError(_("Filen är för stor. Den får vara högst 25 megabyte."))
        return file


class ApproveForm(forms.Form):
    """Accepting a preview. The box is there only when rows could not be read, and must then be ticked."""

    leave_out = forms.BooleanField(
        label=_("Lämna raderna som inte gick att läsa utanför"),
        error_messages={"required": _("Kryssa i rutan, eller avbryt och rätta filen.")},
    )


class ContactForm(PlainWords, forms.ModelForm):
    """A person, or a functional mailbox, that represents a huvudman."""

    class Meta:
        model = Contact
        fields = ("role", "access", "name", "title", "email", "telephone", "valid_from", "valid_to")
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "valid_to": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("Välj roll")), *ContactRole.choices]  # type: ignore[attr-defined]
        self.fields["access"].required = False
        if not self.instance.valid_from:
            self.initial["valid_from"] = timezone.localdate()

    def clean_access(self) -> str:
        """Unsaid, it stays as it is: a new contact writes."""
        return self.cleaned_data["access"] or self.instance.access

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not any(found.get(field) or field in self.errors for field in ("name", "email")):
            raise forms.ValidationError(_("Ange ett namn eller en e-postadress."))
        begins, ends = found.get("valid_from"), found.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", _("Sista dagen kan inte komma före den första."))
        if found.get("email"):
            self._check_address(found, found["email"])
        return found

    def _check_address(self, found: dict[str, Any], email: str) -> None:
        same = Contact.objects.filter(
            huvudman=self.instance.huvudman,
            email__iexact=email,
            role=found.get("role"),
            valid_to__isnull=True,
        )
        if not found.get("valid_to") and same.exclude(pk=self.instance.pk).exists():
            self.add_error("email", _("Adressen finns redan bland kontakterna i den rollen."))
