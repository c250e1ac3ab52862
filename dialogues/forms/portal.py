"""What the huvudman types in the portal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from dialogues.forms.answering import AnswerByLinkForm
from dialogues.forms.figures import FigureField, offer_figures
from dialogues.forms.plain import LongText, PlainForm
from dialogues.forms.sub_goals import by_skolform
from quality_system.models import Area, SubGoal

WHAT_AND_WHY = _("Vad vill ni prata om, och vad tror ni att det beror på?")
LONGEST_QUESTION, LONGEST_EVIDENCE = 4000, 1000
NO_PUPILS = _("Skriv inte uppgifter om enskilda barn eller elever.")


class AnswerForm(AnswerByLinkForm):
    """The answer of someone who is signed in: we know who it is."""

    given_by = None  # type: ignore[assignment]


class OtherTimeForm(PlainForm):
    """Which times suit better."""

    wish = LongText(
        label=_("Vilka tider passar er bättre?"),
        longest=2000,
        rows=4,
        help_text=_(
            "Till exempel ”tisdagar och onsdagar i mars, helst förmiddagar” eller ”hellre digitalt”."
        ),
        error_messages={"required": _("Skriv vilka tider som passar er.")},
    )


class CancelForm(PlainForm):
    """Leave the dialogue, with a reason only if one wants to give it."""

    reason = LongText(
        label=_("Vill ni berätta varför?"),
        required=False,
        longest=2000,
        rows=3,
        help_text=NO_PUPILS,
    )


class QuestionDraftForm(PlainForm):
    """One prioritised question: the area, the question in one's own words, a sub-goal if one fits."""

    area = forms.ChoiceField(
        label=_("Vilket område hör frågan till?"),
        choices=Area.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ett område.")},
    )
    text = LongText(
        label=_("Er fråga"),
        required=False,
        longest=LONGEST_QUESTION,
        rows=6,
        help_text=format_lazy(
            "{} {}", _("Vad vill ni prata om, och vad tror ni att det beror på?"), NO_PUPILS
        ),
    )
    sub_goal = forms.ChoiceField(label=_("Delmål som frågan hör ihop med"), required=False)
    figure = FigureField(label=_("Vad bygger frågan på? En siffra i ert underlag"))
    evidence = LongText(
        label=_("Eller något annat som frågan bygger på"),
        required=False,
        longest=LONGEST_EVIDENCE,
        rows=2,
        help_text=_("Till exempel en egen uppföljning eller en enkät."),
    )

    def __init__(
        self, *args: Any, sub_goals: Iterable[SubGoal], figures: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.figures = offer_figures(self, "figure", figures)
        self.sub_goals = {str(goal.pk): goal for goal in sub_goals}
        self.fields["sub_goal"].choices = by_skolform(self.sub_goals.values())  # type: ignore[attr-defined]

    def clean_sub_goal(self) -> SubGoal | None:
        return self.sub_goals.get(self.cleaned_data["sub_goal"])

    def _figure(self) -> str:
        chosen = self["figure"].value() if "figure" in self.fields else ""
        return chosen if chosen in self.figures else ""

    def typed(self) -> dict[str, Any]:
        """What was typed, also where the area or the sub-goal is still missing or wrong."""
        area = self["area"].value()
        return {
            "area": area if area in Area.values else "",
            "text": (self["text"].value() or "").strip(),
            "sub_goal": self.sub_goals.get(self["sub_goal"].value() or ""),
            "figure": self._figure(),
            "evidence": (self["evidence"].value() or "").strip(),
        }


class SummaryAnswerForm(PlainForm):
    """What the huvudman says about a version of the summary."""

    answer = forms.ChoiceField(
        label=_("Vad säger ni om sammanfattningen?"),
        choices=[("agree", _("Vi godkänner den")), ("change", _("Vi vill ändra något"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ett av svaren.")},
    )
    comment = LongText(
        label=_("Vad vill ni ändra?"),
        required=False,
        longest=4000,
        rows=6,
        help_text=_("Skriv bara om ni vill ändra något, gärna med egna ord. Vi skickar då en ny version."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        words = data.get("comment", "").strip()
        if data.get("answer") == "change" and not words and not self.errors.get("comment"):
            self.add_error("comment", _("Skriv vad ni vill ändra."))
        if data.get("answer") == "agree" and words:
            self.add_error(
                "answer",
                _("Ska det ni har skrivit komma fram? Välj då ”Vi vill ändra något”. Ta annars bort det."),
            )
        return data
