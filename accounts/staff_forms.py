"""Taking in and changing staff: forms that hand over to the verbs, and show what a verb refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from accounts.domain.staff import add_staff, change_staff
from accounts.free_text import NoPersonnummer
from accounts.models import Agency, StaffMember, StaffRole


class RolesField(forms.TypedMultipleChoiceField):
    """One or more of the staff's roles."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Roller"),
            choices=StaffRole.choices,
            coerce=StaffRole,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Välj minst en roll.")},
            **kwargs,
        )

    def has_changed(self, initial: Iterable[str] | None, data: Iterable[str] | None) -> bool:
        return set(initial or ()) != set(data or ())


class StaffForm(NoPersonnummer, forms.ModelForm):
    """What new and known members of staff have in common. `actor` is set by whoever shows the form."""

    actor: ClassVar[Actor]

    name = forms.CharField(
        label=_("Namn"), max_length=200, error_messages={"required": _("Skriv personens namn.")}
    )
    roles = RolesField()

    def clean(self) -> dict[str, Any] | None:
        """Let the verb do it once nothing else is wrong: a refusal is shown beside what was typed."""
        fields = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.instance = self.perform(fields)
            except NotPossible as reason:
                raise ValidationError(str(reason)) from reason
        return fields

    def perform(self, fields: dict[str, Any]) -> StaffMember:
        """Call the verb. Raises NotPossible."""
        raise TypeError("say what the form does")

    def save(self, commit: bool = True) -> StaffMember:
        """The verb has saved already."""
        return self.instance

    def save_m2m(self) -> None:
        """Nothing: a member of staff has no such fields."""


class NewStaffForm(StaffForm):
    """A new member of staff, who chooses a password by a link in the mail."""

    email = forms.EmailField(
        label=_("E-postadress"),
        help_text=_("Hit skickas en länk för att välja lösenord."),
        error_messages={
            "required": _("Skriv personens e-postadress."),
            "invalid": _("Skriv en e-postadress, till exempel namn@skolverket.se."),
        },
    )

    agency = forms.ModelChoiceField(
        label=_("Myndighet"),
        queryset=Agency.objects.all(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Välj myndighet.")},
    )

    class Meta:
        model = StaffMember
        fields = ("name", "email", "agency", "roles", "title", "telephone")

    def perform(self, fields: dict[str, Any]) -> StaffMember:
        return add_staff(actor=self.actor, **fields)


class KnownStaffForm(StaffForm):
    """A known member of staff. The address and the agency stay: they are what the log is about."""

    is_active = forms.BooleanField(
        label=_("Får logga in"),
        required=False,
        help_text=_("Ta bort krysset för den som har slutat. Pågående inloggningar avslutas direkt."),
    )

    class Meta:
        model = StaffMember
        fields = ("name", "roles", "title", "telephone", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            user = self.instance.user
            self.initial.update(name=user.name, is_active=user.is_active)

    def perform(self, fields: dict[str, Any]) -> StaffMember:
        return change_staff(member=self.instance, actor=self.actor, **fields)
