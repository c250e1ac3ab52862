"""The huvudman's own questions to the agencies: as it asks them, and as they are answered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dialogues.domain.own_questions import ANSWERED_WHEN, ask_agencies
from dialogues.forms.plain import LongText, PlainForm
from dialogues.forms.portal import LONGEST_QUESTION, NO_PUPILS
from dialogues.forms.steps import ToldForm
from dialogues.models import AnsweredHow, Channel, Dialogue


class OwnQuestionForm(PlainForm):
    """One question to the agencies, in the huvudman's own words."""

    text = LongText(
        label=_("Er fråga"),
        longest=LONGEST_QUESTION,
        rows=5,
        help_text=NO_PUPILS,
        error_messages={"required": _("Skriv er fråga.")},
    )


class NoteOwnQuestionForm(ToldForm):
    """A question that the huvudman asked by phone, mail or letter."""

    title = _("Skriv in en fråga till oss")
    button = _("Spara frågan")
    done = _("Frågan är sparad. Huvudmannen får ett kvitto.")
    is_written = True
    permission = "dialogues.ask_agencies"
    intro = _("Huvudmannens egen fråga till myndigheterna. Den får svar på dialogen eller efter den.")

    text = LongText(label=_("Frågan"), longest=LONGEST_QUESTION, rows=5, help_text=NO_PUPILS)

    field_order = ("text", "told_by", "channel")

    def perform(self, actor: Actor) -> None:
        data = self.cleaned_data
        ask_agencies(
            dialogue=self.dialogue,
            text=data["text"],
            asked_by=data["told_by"],
            channel=Channel(data["channel"]),
            actor=actor,
        )


MOVED_ON = _("Dialogen har kommit vidare sedan sidan öppnades. Välj på nytt när svaret gavs.")
OVER = _(
    "Dialogen har avslutats eller avbokats sedan sidan öppnades, så svaret går inte att spara. Det du skrev "
    "står kvar här, så att du kan kopiera det."
)


class OwnAnswerForm(PlainForm):
    """The agencies' answer, and when it was given."""

    answer = LongText(
        label=_("Svar"),
        rows=6,
        help_text=_("Huvudmannen läser det här. Skriv så att det går att förstå också om ett år."),
        error_messages={"required": _("Skriv svaret.")},
    )
    how = forms.ChoiceField(
        label=_("När gavs svaret?"),
        widget=forms.RadioSelect,
        help_text=_("Ett svar före eller efter dialogen skickas till huvudmannen i ett brev."),
        error_messages={"required": _("Välj när svaret gavs.")},
    )

    def __init__(self, *args: Any, dialogue: Dialogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, possible = (
            self.fields["how"],
            [how for how in AnsweredHow if dialogue.state in ANSWERED_WHEN[how]],
        )
        field.choices = [(how.value, how.label.capitalize()) for how in possible]  # type: ignore[attr-defined]
        field.error_messages["invalid_choice"] = MOVED_ON if possible else OVER
        if not possible:
            field.error_messages["required"] = OVER


class LeaveForm(PlainForm):
    """Why a question gets no answer."""

    reason = LongText(
        label=_("Varför får frågan inte svar?"),
        rows=3,
        help_text=_("Huvudmannen får skälet i ett brev och läser det i portalen."),
        error_messages={"required": _("Skriv varför frågan inte får svar. Huvudmannen läser det.")},
    )
