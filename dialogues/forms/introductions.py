"""Forms for introduction meetings of a batch."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.attendance import attendance_version
from dialogues.domain.introductions import (
    change_attendance,
    change_introduction,
    hold_introduction,
    set_up_introduction,
)
from dialogues.forms.held import HeldFields
from dialogues.forms.steps import WhenFields, answer_in
from dialogues.models import InvitationBatch, Meeting, MeetingState, Seat

WHO_CAME = _("Kryssa i vilka som deltog, eller att alla deltog, eller att ingen kunde komma.")
NOT_BOTH = _("Du har kryssat i både att någon deltog och att ingen kunde komma. Ta bort det ena.")


class IntroductionFields(WhenFields):
    """When an introduction is, by which link, for how many, and who comes from the agencies."""

    usual = 60

    link = forms.URLField(label=_("Möteslänk"), max_length=500, assume_scheme="https")
    seats = forms.IntegerField(
        label=_("Platser"), min_value=1, max_value=500, initial=25, help_text=_("Antal huvudmän i gruppen.")
    )

    def details(self) -> dict[str, Any]:
        """All that the verbs want to know about the meeting."""
        return {"arrangement": self.arranged(self.span()), "seats": self.cleaned_data["seats"]}

    def arranged(self, span: dict[str, Any]) -> Arrangement:
        """A meeting at a time, with the link and the people of the form."""
        return Arrangement(**span, link=self.cleaned_data["link"], staff=self.people())


class IntroductionForm(IntroductionFields):
    """Set up an introduction meeting for a batch."""

    def __init__(self, *args: Any, batch: InvitationBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch

    def perform(self, actor: Actor) -> Meeting:
        """Make the meeting and place those who wait."""
        return set_up_introduction(batch=self.batch, actor=actor, **self.details())


class IntroductionChangeForm(IntroductionFields):
    """Change an introduction meeting; opens with how it is now."""

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        self.fill_in(meeting, "link", "seats", with_time=True)

    def perform(self, actor: Actor) -> Meeting:
        """Change the meeting and tell whom it concerns."""
        return change_introduction(meeting=self.meeting, actor=actor, **self.details())


class SeatField(forms.ModelMultipleChoiceField):
    """Seats, shown by their huvudman."""

    def label_from_instance(self, obj: Seat) -> str:
        return str(obj.dialogue.huvudman)


class AttendanceForm(HeldFields):
    """Who came to an introduction meeting; asks when it was, while its time has not come."""

    everybody = forms.BooleanField(label=_("Alla deltog"), required=False)
    came = SeatField(
        label=_("Vilka deltog?"),
        queryset=Seat.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": WHO_CAME},
        help_text=_("De som inte kunde komma erbjuds ett annat möte och får ändå sitt analysunderlag."),
    )
    nobody = forms.BooleanField(label=_("Ingen kunde komma"), required=False)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        is_held = meeting.state == MeetingState.HELD
        noted = {"attended__isnull": False} if is_held else {"is_current": True}
        seats = meeting.taken_seats.filter(**noted).select_related("dialogue__huvudman")
        self.fields["came"].required = not (self.data.get("nobody") or self.data.get("everybody"))
        self.fields["came"].queryset = seats.order_by("dialogue__huvudman__name")  # type: ignore[attr-defined]
        self.ask_when(meeting)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("nobody") and (data.get("came") or data.get("everybody")):
            self.add_error("nobody", NOT_BOTH)
        return data

    def perform(self, actor: Actor) -> Meeting:
        """Note that the meeting was held."""
        return hold_introduction(
            meeting=self.meeting, attended=self.attended(), held_at=self.held_at(), actor=actor
        )

    def attended(self) -> set[int]:
        """The dialogues of those who came."""
        everybody = self.cleaned_data["everybody"]
        seats = self.fields["came"].queryset if everybody else self.cleaned_data["came"]  # type: ignore[attr-defined]
        return {seat.dialogue_id for seat in seats}


class AttendanceChangeForm(AttendanceForm):
    """Correct who came to an introduction that is held; opens with what is noted."""

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, meeting=meeting, **kwargs)
        came = list(meeting.taken_seats.filter(attended=True).values_list("pk", flat=True))
        self.initial.update(came=came, nobody=not came)
        self.seen = answer_in(self.data) if self.is_bound else attendance_version(meeting)

    def ask_when(self, meeting: Meeting | None) -> None:
        """When it was is noted already."""
        self.keep_when(meeting)

    def perform(self, actor: Actor) -> Meeting:
        """Note who came after all."""
        return change_attendance(
            meeting=self.meeting, attended=self.attended(), seen=answer_in(self.data), actor=actor
        )
