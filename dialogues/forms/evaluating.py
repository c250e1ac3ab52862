"""The questions about a part of the dialogue, as the huvudman answers them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialogues.evaluation.results import ENDS, STEPS
from dialogues.forms.plain import LongText, PlainForm
from dialogues.models import EvaluationQuestion, Questionnaire


class EvaluationForm(PlainForm):
    """One choice of five for each question, and a text; only the first question must be answered."""

    text = LongText(
        label=_("Något mer ni vill säga?"),
        required=False,
        longest=2000,
        rows=4,
        help_text=_(
            "Skriv inga namn och inga uppgifter om enskilda barn eller elever, och inget som visar vilka ni "
            "är."
        ),
    )

    field_order: Any = ()

    def __init__(self, *args: Any, questionnaire: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = {f"question_{q.number}": q for q in questionnaire.questions.all()}
        for name, question in self.questions.items():
            self.fields[name] = StepField(question)
        self.order_fields([*self.questions, "text"])

    def answers(self) -> dict[EvaluationQuestion, int]:
        """The steps that were chosen, by question."""
        chosen = {question: self.cleaned_data[name] for name, question in self.questions.items()}
        return {question: int(step) for question, step in chosen.items() if step}

    def typed(self) -> str:
        """The text, also where it could not be taken."""
        return (self["text"].value() or "").strip()


class StepField(forms.ChoiceField):
    """One of the five steps of a question's scale; the ends say what they mean."""

    def __init__(self, question: EvaluationQuestion) -> None:
        first, last = ENDS[question.scale]
        words = {1: f"1 – {first}", 5: f"5 – {last}"}
        super().__init__(
            label=str(question),
            choices=[(str(step), words.get(step, str(step))) for step in STEPS],
            widget=forms.RadioSelect,
            required=question.is_required,
            error_messages={"required": _("Välj ett av svaren.")},
        )
