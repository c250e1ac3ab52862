"""Forms for introduction meetings of a batch."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dialogues.domain.introductions import hold_introduction, set_up_introduction
from dialogues.forms.steps import WhenFields
from dialogues.models import InvitationBatch, Meeting, Seat


class IntroductionForm(WhenFields):
    """Set up an introduction meeting for a batch."""

    usual = 60

    link = forms.URLField(label=_("Möteslänk"), max_length=500, assume_scheme="https")
    seats = forms.IntegerField(
        label=_("Platser"), min_value=1, max_value=500, initial=25, help_text=_("Antal huvudmän i gruppen.")
    )

    def __init__(self, *args: Any, batch: InvitationBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch

    def perform(self, actor: Actor) -> Meeting:
        """Make the meeting and place those who wait."""
        return set_up_introduction(
            batch=self.batch,
            link=self.cleaned_data["link"],
            seats=self.cleaned_data["seats"],
            staff=self.people(),
            actor=actor,
            **self.span(),
        )


class SeatField(forms.ModelMultipleChoiceField):
    """Seats, shown by their huvudman."""

    def label_from_instance(self, obj: Seat) -> str:
        return str(obj.dialogue.huvudman)


class AttendanceForm(forms.Form):
    """Who came to an introduction meeting."""

    came = SeatField(
        label=_("Vilka deltog?"),
        queryset=Seat.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("De som inte kunde komma erbjuds ett annat möte och får ändå sitt analysunderlag."),
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        seats = meeting.taken_seats.filter(is_current=True).select_related("dialogue__huvudman")
        field = self.fields["came"]
        field.queryset = seats.order_by("dialogue__huvudman__name")  # type: ignore[attr-defined]
        field.initial = list(seats)

    def perform(self, actor: Actor) -> None:
        """Note that the meeting was held."""
        attended = {seat.dialogue_id for seat in self.cleaned_data["came"]}
        hold_introduction(meeting=self.meeting, attended=attended, actor=actor)
