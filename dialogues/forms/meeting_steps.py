"""Steps about meetings: propose, accept, wish another time, feedback, cancel."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from dialogues.consequences import of_cancelling, of_moving, of_noting_wish
from dialogues.domain import meetings
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.conflicts import already_fixed
from dialogues.domain.introductions import place
from dialogues.domain.wishes import wish_other_time, wishes_digital
from dialogues.forms.plain import LongText
from dialogues.forms.steps import StaffFields, StepForm, ToldForm, WhenForm, people_of
from dialogues.models import Channel, DialogueState, Meeting, MeetingForm, MeetingKind, MeetingState
from dialogues.queries import current_meeting, open_introductions
from dialogues.timeline import when

NOT_TOLD_YET = _("Huvudmannen har inte fått förslaget än. Det skickas tillsammans med analysunderlaget.")

NO_GROUP = _("Det finns inget annat kommande möte med lediga platser. Boka ett i omgången först.")


class MeetingStep(StepForm):
    """A step about a meeting that there is already: the dialogue's, or another phase's."""

    kind: ClassVar[MeetingKind] = MeetingKind.DIALOGUE

    def meeting(self) -> Meeting:
        """The meeting that the step is about. Raises NotPossible when there is none."""
        meeting = current_meeting(self.dialogue, self.kind)
        if meeting is None:
            raise NotPossible(_("Det finns inget förslag på tid."))
        return meeting


class GroupField(forms.ModelChoiceField):
    """Introductions, shown by time, batch and free seats."""

    def label_from_instance(self, obj: Any) -> str:
        free = (obj.seats or 0) - obj.taken
        return f"{when(obj)} ({obj.batch}, {_('lediga platser')}: {free})"


class PlaceForm(StepForm):
    """Give the huvudman a seat in an introduction, or another than it has."""

    title = _("Välj introduktionsmöte")
    button = _("Ge plats")
    done = _("Huvudmannen har fått plats och ett brev om mötet.")
    is_written = True
    permission = "dialogues.run_introduction"

    meeting = GroupField(
        label=_("Möte"), queryset=Meeting.objects.none(), empty_label=None, widget=forms.RadioSelect
    )

    def prepare(self) -> None:
        groups = self.groups()
        self.fields["meeting"].queryset = groups  # type: ignore[attr-defined]
        if not groups:
            self.intro = NO_GROUP

    def groups(self) -> QuerySet[Meeting]:
        """What the huvudman may choose among itself."""
        return open_introductions(self.dialogue)

    def perform(self, actor: Actor) -> None:
        place(dialogue=self.dialogue, meeting=self.cleaned_data["meeting"], actor=actor)


class PlaceAndTimeForm(WhenForm):
    """When, where and how to meet for the dialogue."""

    form = forms.ChoiceField(label=_("Hur ska ni mötas?"), choices=MeetingForm.choices)
    place = forms.CharField(
        label=_("Plats"), max_length=300, required=False, help_text=_("Om mötet är på plats.")
    )
    link = forms.URLField(
        label=_("Möteslänk"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Om mötet är digitalt."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("place", "link"):  # one of them is needed
            setattr(self.fields[name], "is_conditional", True)  # noqa: B010  (fields have no such attribute)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        needed = "place" if data.get("form") == MeetingForm.IN_PERSON else "link"
        if not data.get(needed) and needed not in self.errors:
            self.add_error(needed, _("Fyll i var ni ska mötas."))
        return data

    def arrangement(self) -> Arrangement:
        """When, where and with whom."""
        where = {name: self.cleaned_data[name] for name in ("form", "place", "link")}
        return Arrangement(**self.span(), **where, staff=self.people())


class FeedbackDetailsForm(WhenForm):
    """When to meet for the feedback, and by which link."""

    usual = 60

    link = forms.URLField(label=_("Möteslänk"), max_length=500, assume_scheme="https")

    def arrangement(self) -> Arrangement:
        """When, where and with whom; a feedback meeting is digital."""
        return Arrangement(**self.span(), link=self.cleaned_data["link"], staff=self.people())


def wished(meeting: Meeting) -> str | Promise:
    """What the huvudman has wished about the time, to be read while another is chosen."""
    return format_lazy(_("Huvudmannen har önskat: ”{wish}”"), wish=meeting.wish) if meeting.wish else ""


class ProposeForm(PlaceAndTimeForm):
    """Propose a first time."""

    title = _("Föreslå tid för dialogen")
    button = _("Spara förslaget")
    done = _("Förslaget är sparat. Det skickas tillsammans med analysunderlaget.")
    is_written = True
    permission = "dialogues.propose_time"

    def prepare(self) -> None:
        if wishes_digital(self.dialogue):
            self.initial["form"] = MeetingForm.DIGITAL
            self.intro = _("Huvudmannen önskar en digital dialog.")

    def perform(self, actor: Actor) -> None:
        meetings.propose_time(dialogue=self.dialogue, arrangement=self.arrangement(), actor=actor)


class ProposeAgainForm(PlaceAndTimeForm, MeetingStep):
    """Propose another time than the one before; opens with what was proposed."""

    title = _("Föreslå en ny tid")
    button = _("Skicka det nya förslaget")
    done = _("Huvudmannen får ett brev med den nya tiden.")
    is_written = True
    permission = "dialogues.propose_time"

    def prepare(self) -> None:
        meeting = current_meeting(self.dialogue, self.kind)
        if meeting:
            with_time = meeting.state == MeetingState.PROPOSED
            self.fill_in(meeting, "form", "place", "link", with_time=with_time)
            self.intro = wished(meeting)
        self.consequences = of_moving(self.dialogue, meeting)
        if self.dialogue.state == DialogueState.INTRODUCED:
            self.button, self.done, self.intro = ProposeForm.button, ProposeForm.done, NOT_TOLD_YET

    def perform(self, actor: Actor) -> None:
        meetings.propose_again(meeting=self.meeting(), arrangement=self.arrangement(), actor=actor)


class FeedbackAgainForm(FeedbackDetailsForm, MeetingStep):
    """Propose another time for the feedback meeting."""

    title = _("Föreslå en ny tid för återkopplingsmötet")
    button = _("Skicka det nya förslaget")
    done = _("Huvudmannen får ett brev med den nya tiden.")
    is_written = True
    permission = "dialogues.propose_time"
    kind = MeetingKind.FEEDBACK

    def prepare(self) -> None:
        meeting = current_meeting(self.dialogue, self.kind)
        if meeting:
            self.fill_in(meeting, "link", with_time=meeting.state == MeetingState.PROPOSED)
            self.intro = wished(meeting)
        self.consequences = of_moving(self.dialogue, meeting)

    def perform(self, actor: Actor) -> None:
        meetings.propose_again(meeting=self.meeting(), arrangement=self.arrangement(), actor=actor)


class StaffForm(StaffFields, MeetingStep):
    """Change who comes from the agencies; the time stands."""

    title = _("Ändra vilka som kommer från myndigheterna")
    button = _("Spara")
    done = _("Ändringen är sparad. De som berörs får ett brev om tiden är bestämd och inte har varit.")
    permission = "dialogues.propose_time"
    intro = _("Tiden ändras inte.")

    def prepare(self) -> None:
        meeting = current_meeting(self.dialogue, self.kind)
        if meeting:
            self.initial.update(people_of(meeting))

    def perform(self, actor: Actor) -> None:
        meetings.change_staff(meeting=self.meeting(), staff=self.people(), actor=actor)


class FeedbackStaffForm(StaffForm):
    """Change who comes from the agencies to the feedback meeting."""

    title = _("Ändra vilka som kommer till återkopplingsmötet")
    kind = MeetingKind.FEEDBACK


class AboutTimeForm(ToldForm, MeetingStep):
    """What the huvudman says by phone about the very time that the page shows."""

    permission = "dialogues.settle_time"

    def prepare(self) -> None:
        meeting = current_meeting(self.dialogue, self.kind)
        if meeting:
            self.seen = meeting.sequence
            self.intro = format_lazy(_("Det gäller tiden {time}."), time=when(meeting))

    def told(self) -> dict[str, Any]:
        """Who told, how, and about which version of the meeting."""
        data = self.cleaned_data
        channel = Channel(data["channel"])
        return {"given_by": data["told_by"], "channel": channel, "seen": self.seen_then()}


class AcceptForm(AboutTimeForm):
    """The huvudman accepts the time by phone."""

    title = _("Huvudmannen godtar tiden")
    button = _("Bestäm tiden")
    done: str | Promise = _("Tiden är bestämd. Alla får en bekräftelse med kalenderfil.")
    is_written = True
    afterwards: ClassVar[bool] = False

    def perform(self, actor: Actor) -> None:
        meeting = self.meeting()
        if meeting.state == MeetingState.FIXED:  # the same answer again writes no letters
            self.done, self.is_written = already_fixed(meeting), False
        meetings.accept_time(meeting=meeting, actor=actor, afterwards=self.afterwards, **self.told())


class FeedbackAcceptForm(AcceptForm):
    """The huvudman accepts the feedback meeting's new time by phone."""

    title = _("Huvudmannen godtar tiden för återkopplingsmötet")
    kind = MeetingKind.FEEDBACK


class TookPlaceForm(AcceptForm):
    """A meeting whose time nobody accepted here took place all the same."""

    title = _("Mötet blev av: huvudmannen godtog tiden på annat sätt")
    button = _("Spara")
    done = _("Det är antecknat att tiden godtogs. Inga brev skickas. Nu går mötet att dokumentera.")
    permission = "dialogues.propose_time"
    is_written = False
    afterwards = True


class FeedbackTookPlaceForm(TookPlaceForm):
    """A feedback meeting whose time nobody accepted here took place all the same."""

    title = _("Återkopplingsmötet blev av: huvudmannen godtog tiden på annat sätt")
    kind = MeetingKind.FEEDBACK


class OtherTimeForm(AboutTimeForm):
    """The huvudman wishes another time, told by phone."""

    title = _("Huvudmannen önskar en annan tid")
    button = _("Spara önskemålet")
    done = _("Önskemålet är sparat. Föreslå en ny tid när ni vet vad som går.")

    wish = LongText(label=_("Vilka tider passar?"), rows=3)

    def prepare(self) -> None:
        super().prepare()
        self.consequences = of_noting_wish(current_meeting(self.dialogue, self.kind))

    def perform(self, actor: Actor) -> None:
        wish = self.cleaned_data["wish"]
        wish_other_time(meeting=self.meeting(), wish=wish, actor=actor, **self.told())


class FeedbackOtherTimeForm(OtherTimeForm):
    """The huvudman wishes another time for the feedback meeting."""

    title = _("Huvudmannen önskar en annan tid för återkopplingsmötet")
    kind = MeetingKind.FEEDBACK


class FeedbackTimeForm(FeedbackDetailsForm):
    """Set the feedback meeting."""

    title = _("Boka återkopplingsmöte")
    button = _("Boka och skicka kallelse")
    done = _("Återkopplingsmötet är bokat och kallelsen är på väg.")
    is_written = True
    permission = "dialogues.propose_time"

    def prepare(self) -> None:
        """Open with those who held the dialogue, but for who has a conflict of interest since."""
        held = current_meeting(self.dialogue, MeetingKind.DIALOGUE)
        if held and held.state == MeetingState.HELD:
            said = self.dialogue.conflict_declarations.filter(has_conflict=True)
            barred = set(said.values_list("user", flat=True))
            self.initial["staff"] = [pk for pk in people_of(held)["staff"] if pk not in barred]

    def perform(self, actor: Actor) -> None:
        meetings.set_up_feedback(dialogue=self.dialogue, arrangement=self.arrangement(), actor=actor)


class CancelForm(StepForm):
    """Cancel the whole dialogue."""

    title = _("Avboka dialogen")
    button = _("Avboka dialogen")
    done = _("Dialogen är avbokad och alla berörda får veta det.")
    is_written = True
    permission = "dialogues.cancel_dialogue"

    reason = LongText(label=_("Varför?"), rows=3, help_text=_("Huvudmannen ser texten."))

    def prepare(self) -> None:
        self.consequences = of_cancelling(self.dialogue)
        if not meetings.has_heard_of(self.dialogue):
            self.is_written, self.done = False, _("Dialogen är avbokad.")
            self.fields["reason"].help_text = ""

    def perform(self, actor: Actor) -> None:
        meetings.cancel_dialogue(dialogue=self.dialogue, reason=self.cleaned_data["reason"], actor=actor)
