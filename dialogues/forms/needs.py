"""What the huvudman needs at the dialogue, and who comes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.names import only_seen_signs
from dialogues.domain.needs import Needs
from dialogues.forms.plain import LongText, PlainForm
from dialogues.forms.steps import TOLD_CHANNELS
from dialogues.models import Channel, Meeting, MeetingForm, MeetingNeeds


class NeedsForm(PlainForm):
    """What is needed; what a digital meeting can't use is not asked."""

    interpreter = forms.CharField(
        label=_("Tolk, till vilket språk?"),
        max_length=100,
        required=False,
        help_text=_("Till exempel ”arabiska” eller ”svenskt teckenspråk”. Lämna tomt om ingen tolk behövs."),
    )
    hearing_loop = forms.BooleanField(label=_("Hörslinga"), required=False)
    premises = forms.BooleanField(
        label=_("Lokal som går att nå och röra sig i, till exempel med rullstol"), required=False
    )
    other = LongText(
        label=_("Något annat som vi behöver ordna?"),
        required=False,
        longest=500,
        rows=3,
        help_text=_("Skriv vad som behövs, inte vem det gäller."),
    )

    def __init__(self, *args: Any, meeting: Meeting | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if meeting and meeting.form == MeetingForm.DIGITAL:
            del self.fields["hearing_loop"], self.fields["premises"]

    def needs(self) -> Needs:
        """What was told, as the verb wants it."""
        names = ("interpreter", "hearing_loop", "premises", "other")
        return Needs(**{name: self.cleaned_data[name] for name in names if name in self.cleaned_data})


class NeedsToldForm(NeedsForm):
    """What the huvudman told us that it needs: who told, and how."""

    told_by = forms.CharField(
        label=_("Vem hos huvudmannen berättade?"),
        max_length=200,
        validators=[only_seen_signs],
        help_text=_("Namn och roll"),
    )
    channel = forms.ChoiceField(label=_("Hur?"), choices=TOLD_CHANNELS, initial=Channel.PHONE)


def in_fields(told: MeetingNeeds | None) -> dict[str, Any]:
    """What has been told, by the names of the fields."""
    if told is None:
        return {}
    return {name: getattr(told, name) for name in ("interpreter", "hearing_loop", "premises", "other")}


class ParticipantForm(PlainForm):
    """Somebody who comes."""

    name = forms.CharField(
        label=_("Namn"),
        max_length=150,
        validators=[only_seen_signs],
        error_messages={"required": _("Skriv namnet.")},
    )
    role = forms.CharField(
        label=_("Roll"),
        max_length=150,
        validators=[only_seen_signs],
        help_text=_("Till exempel rektor, kvalitetsstrateg eller ledamot i nämnden."),
        error_messages={"required": _("Skriv rollen.")},
    )
    email = forms.EmailField(
        label=_("E-post"),
        required=False,
        help_text=_("Bara om ni vill ha adressen ifylld i ert eget brev. Vi skickar ingenting dit."),
    )
