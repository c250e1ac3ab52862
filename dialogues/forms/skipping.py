"""Steps about a dialogue or feedback meeting that did not take place."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dialogues.domain.skipping import note_missed, skip_part
from dialogues.forms.meeting_steps import MeetingStep
from dialogues.forms.plain import LongText
from dialogues.forms.steps import StepForm
from dialogues.models import MeetingKind, SkippedPart
from dialogues.queries import current_meeting
from dialogues.timeline import when


class MissedForm(MeetingStep):
    """The meeting did not take place."""

    title: ClassVar[str | Promise] = _("Dialogen blev inte av")
    button = _("Anteckna att mötet inte blev av")
    done = _("Det är antecknat. Föreslå en ny tid, eller hoppa över delen med ett skäl.")
    permission = "dialogues.propose_time"

    def prepare(self) -> None:
        meeting = current_meeting(self.dialogue, self.kind)
        if meeting:
            self.intro = format_lazy(
                _("Det gäller tiden {time}. Inget brev skickas nu."),
                time=when(meeting),
            )

    def perform(self, actor: Actor) -> None:
        note_missed(meeting=self.meeting(), actor=actor)


class FeedbackMissedForm(MissedForm):
    """The feedback meeting did not take place."""

    title = _("Återkopplingsmötet blev inte av")
    kind = MeetingKind.FEEDBACK


class SkipForm(StepForm):
    """Leave the dialogue out."""

    title: ClassVar[str | Promise] = _("Hoppa över dialogen")
    button: str | Promise = _("Hoppa över dialogen")
    done = _("Delen hoppas över. Huvudmannen läser skälet i portalen och i brevet när dialogen avslutas.")
    permission = "dialogues.close_dialogue"
    intro: str | Promise = _(
        "De tre delarna hör ihop, så erbjud helst en ny tid. Utan dialog blir det heller ingen återkoppling. "
        "Föreslår ni en tid senare gäller den i stället."
    )
    part: ClassVar[SkippedPart] = SkippedPart.DIALOGUE

    reason = LongText(
        label=_("Varför hoppas den över?"),
        rows=4,
        help_text=_(
            "Huvudmannen läser skälet. Att delta är frivilligt: skriv utan att lägga skuld på någon."
        ),
        error_messages={"required": _("Skriv varför delen hoppas över. Huvudmannen läser det.")},
    )

    def perform(self, actor: Actor) -> None:
        skip_part(dialogue=self.dialogue, part=self.part, reason=self.cleaned_data["reason"], actor=actor)


class SkipFeedbackForm(SkipForm):
    """Leave the feedback out."""

    title = _("Hoppa över återkopplingen")
    button = _("Hoppa över återkopplingen")
    intro = _(
        "De tre delarna hör ihop, så erbjud helst en ny tid. Bokar ni ett återkopplingsmöte senare gäller "
        "det i stället."
    )
    part = SkippedPart.FEEDBACK
