"""Steps about meetings: propose, accept, wish another time, feedback, cancel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dialogues.domain import meetings
from dialogues.domain.introductions import place
from dialogues.forms.steps import StepForm, ToldForm, WhenForm
from dialogues.models import Channel, Meeting, MeetingForm, MeetingKind, MeetingState
from dialogues.queries import current_meeting


def proposed_meeting(form: StepForm) -> Meeting:
    """The dialogue meeting that a step is about. Raises NotPossible when there is none."""
    meeting = current_meeting(form.dialogue, MeetingKind.DIALOGUE)
    if meeting is None:
        raise meetings.NotPossible(_("Det finns inget förslag på tid."))
    return meeting


class PlaceForm(StepForm):
    """Give the huvudman a seat in an introduction."""

    title = _("Välj introduktionsmöte")
    button = _("Ge plats")
    done = _("Huvudmannen har fått plats och ett brev om mötet.")
    permission = "dialogues.run_introduction"

    meeting = forms.ModelChoiceField(label=_("Möte"), queryset=Meeting.objects.none(), empty_label=None)

    def prepare(self) -> None:
        self.fields["meeting"].queryset = Meeting.objects.filter(  # type: ignore[attr-defined]
            kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED, batch__cycle=self.dialogue.cycle_id
        )

    def perform(self, actor: Actor) -> None:
        place(dialogue=self.dialogue, meeting=self.cleaned_data["meeting"], actor=actor)


class PlaceAndTimeForm(WhenForm):
    """When, where and how to meet for the dialogue."""

    form = forms.ChoiceField(label=_("Hur ska ni mötas?"), choices=MeetingForm.choices)
    place = forms.CharField(label=_("Plats"), max_length=300, required=False)
    link = forms.URLField(
        label=_("Möteslänk"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Om mötet är digitalt."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        needed = "place" if data.get("form") == MeetingForm.IN_PERSON else "link"
        if not data.get(needed) and needed not in self.errors:
            self.add_error(needed, _("Fyll i var ni ska mötas."))
        return data

    def details(self) -> dict[str, Any]:
        """All that the verb wants to know about the meeting."""
        where = {name: self.cleaned_data[name] for name in ("form", "place", "link")}
        return {**self.span(), **where, "staff": self.people()}


class ProposeForm(PlaceAndTimeForm):
    """Propose a first time."""

    title = _("Föreslå tid för dialogen")
    button = _("Spara förslaget")
    done = _("Förslaget är sparat. Det skickas tillsammans med analysunderlaget.")
    permission = "dialogues.propose_time"

    def perform(self, actor: Actor) -> None:
        meetings.propose_time(dialogue=self.dialogue, actor=actor, **self.details())


class ProposeAgainForm(PlaceAndTimeForm):
    """Propose another time than the one before."""

    title = _("Föreslå en ny tid")
    button = _("Skicka det nya förslaget")
    done = _("Huvudmannen får ett brev med den nya tiden.")
    permission = "dialogues.propose_time"

    def perform(self, actor: Actor) -> None:
        meetings.propose_again(meeting=proposed_meeting(self), actor=actor, **self.details())


class AcceptForm(ToldForm):
    """The huvudman accepts the time by phone."""

    title = _("Huvudmannen godtar tiden")
    button = _("Bestäm tiden")
    done = _("Tiden är bestämd. Alla får en bekräftelse med kalenderfil.")
    permission = "dialogues.settle_time"

    def perform(self, actor: Actor) -> None:
        data = self.cleaned_data
        meetings.accept_time(
            meeting=proposed_meeting(self),
            given_by=data["told_by"],
            channel=Channel(data["channel"]),
            actor=actor,
        )


class OtherTimeForm(ToldForm):
    """The huvudman wishes another time, told by phone."""

    title = _("Huvudmannen önskar en annan tid")
    button = _("Spara önskemålet")
    done = _("Önskemålet är sparat. Föreslå en ny tid när ni vet vad som går.")
    permission = "dialogues.settle_time"

    wish = forms.CharField(label=_("Vilka tider passar?"), widget=forms.Textarea(attrs={"rows": 3}))

    def perform(self, actor: Actor) -> None:
        data = self.cleaned_data
        meetings.wish_other_time(
            meeting=proposed_meeting(self),
            wish=data["wish"],
            given_by=data["told_by"],
            channel=Channel(data["channel"]),
            actor=actor,
        )


class FeedbackTimeForm(WhenForm):
    """Set the feedback meeting."""

    title = _("Boka återkopplingsmöte")
    button = _("Boka och skicka kallelse")
    done = _("Återkopplingsmötet är bokat och kallelsen är på väg.")
    permission = "dialogues.propose_time"
    usual = 60

    link = forms.URLField(label=_("Möteslänk"), max_length=500, assume_scheme="https")

    def perform(self, actor: Actor) -> None:
        meetings.set_up_feedback(
            dialogue=self.dialogue,
            link=self.cleaned_data["link"],
            staff=self.people(),
            actor=actor,
            **self.span(),
        )


class CancelForm(StepForm):
    """Cancel the whole dialogue."""

    title = _("Avboka dialogen")
    button = _("Avboka dialogen")
    done = _("Dialogen är avbokad och alla berörda får veta det.")
    permission = "dialogues.cancel_dialogue"
    intro = _(
        "Kommande möten avbokas och huvudmannen får ett brev. Huvudmannen erbjuds en ny dialog i nästa cykel."
    )

    reason = forms.CharField(
        label=_("Varför?"), widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Huvudmannen ser texten.")
    )

    def perform(self, actor: Actor) -> None:
        meetings.cancel_dialogue(dialogue=self.dialogue, reason=self.cleaned_data["reason"], actor=actor)
