"""Steps about rest: pause the dialogue, and take it up again."""

from __future__ import annotations

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.templatetags.look import day
from dialogues.domain.pausing import PAUSE, pause_dialogue, resume_dialogue
from dialogues.forms.plain import LongText
from dialogues.forms.steps import StepForm
from dialogues.models import Meeting, MeetingState
from dialogues.timeline import current_meetings, when


class PauseForm(StepForm):
    """Let the dialogue rest: why, and when somebody looks at it again."""

    title = _("Pausa dialogen")
    button = _("Pausa dialogen")
    done = _("Dialogen är pausad, och huvudmannen får veta det. Allt finns kvar.")
    is_written = True
    permission = PAUSE
    intro = _(
        "Allt stannar som det är: läget, platser, möten och utkast. Brev som inte är skickade väntar, och "
        "ingen kan ändra något förrän dialogen tas upp igen. Huvudmannen får ett brev med skälet, och kan "
        "avboka när den vill."
    )

    reason = LongText(
        label=_("Varför?"),
        longest=2000,
        rows=3,
        help_text=_("Huvudmannen läser texten. Skriv vänligt, och inget om enskilda personer."),
    )
    look_again_on = forms.DateField(
        label=_("När vill ni se över pausen?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Dagen ser bara myndigheterna. Då kommer dialogen upp på planerarnas lista."),
    )

    def prepare(self) -> None:
        """Say which meetings stand, since a pause calls nobody off."""
        booked = [meeting for meeting in current_meetings(self.dialogue).values() if _is_to_come(meeting)]
        if booked:
            self.recalled = [(_("Bokat möte som ligger kvar, om det inte flyttas först"), when(booked[0]))]

    def perform(self, actor: Actor) -> None:
        data = self.cleaned_data
        pause_dialogue(
            dialogue=self.dialogue, reason=data["reason"], look_again_on=data["look_again_on"], actor=actor
        )


class ResumeForm(StepForm):
    """Take the dialogue up again, as it was."""

    title = _("Återuppta dialogen")
    button = _("Återuppta dialogen")
    done = _("Dialogen fortsätter där den var, och huvudmannen får veta det.")
    is_written = True
    permission = PAUSE

    def prepare(self) -> None:
        """Say what comes back."""
        text = _(
            "Dialogen har varit pausad sedan {day}. Den fortsätter i läget ”{state}”. Brev som har väntat "
            "skickas nu, om de fortfarande stämmer."
        )
        state = self.dialogue.get_state_display()
        self.intro = format_lazy(text, day=day(self.dialogue.paused_at), state=state)

    def perform(self, actor: Actor) -> None:
        resume_dialogue(dialogue=self.dialogue, actor=actor)


def _is_to_come(meeting: Meeting) -> bool:
    return meeting.state == MeetingState.FIXED and not meeting.is_over
