"""Those who represent a huvudman, as the huvudman itself writes of them."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.names import LONGEST_NAME, only_seen_signs
from dialogues.forms.plain import PlainForm
from huvudman.models import Access, Contact, ContactRole

WHAT_ONE_MAY = [
    (Access.WRITE, _("Läser och skriver: kan också svara och skicka")),
    (Access.READ, _("Läser: ser allt, men skickar inget. Passar till exempel nämnd eller styrelse")),
]


class PersonForm(PlainForm):
    """What is known of somebody, and what it may do in the portal."""

    name = forms.CharField(
        label=_("Namn"),
        max_length=LONGEST_NAME,
        validators=[only_seen_signs],
        error_messages={"required": _("Skriv personens namn.")},
    )
    title = forms.CharField(
        label=_("Titel"),
        max_length=100,
        required=False,
        validators=[only_seen_signs],
        help_text=_("Till exempel rektor eller kvalitetsstrateg."),
    )
    role = forms.ChoiceField(
        label=_("Roll"),
        choices=[("", _("Välj roll")), *ContactRole.choices],
        error_messages={"required": _("Välj roll.")},
    )
    access = forms.ChoiceField(
        label=_("Vad får personen göra här?"),
        choices=WHAT_ONE_MAY,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad personen får göra.")},
    )
    valid_to = forms.DateField(
        label=_("Till och med"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Lämna tomt om det gäller tills vidare."),
    )

    def clean_valid_to(self) -> datetime.date | None:
        last: datetime.date | None = self.cleaned_data["valid_to"]
        if last and last < timezone.localdate():
            raise ValidationError(_("Välj i dag eller en senare dag."))
        return last


class ColleagueForm(PersonForm):
    """A colleague to invite."""

    email = forms.EmailField(
        label=_("E-post i arbetet"),
        help_text=_("Dit går koden för att logga in, och de brev som er huvudman får."),
        error_messages={"required": _("Skriv personens e-postadress.")},
    )
    field_order = ("name", "title", "role", "email", "access", "valid_to")


class ChangedPersonForm(PersonForm):
    """Somebody who represents the huvudman already: its address stays, since that is how it signs in."""

    telephone = forms.CharField(label=_("Telefon"), max_length=40, required=False)
    field_order = ("name", "title", "role", "telephone", "access", "valid_to")

    @classmethod
    def about(cls, contact: Contact, data: Any = None) -> ChangedPersonForm:
        """The form as the contact stands, or as it was sent."""
        names = ("name", "title", "role", "telephone", "access", "valid_to")
        return cls(data, initial={name: getattr(contact, name) for name in names})
