"""The step in which staff write down the questions that a huvudman has told them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.templatetags.look import moment
from dialogues.domain.questions import MOST, Row, questions_version, send_questions
from dialogues.forms.calls import CallFields
from dialogues.forms.figures import FigureField, offer_figures
from dialogues.forms.plain import LongText
from dialogues.forms.portal import LONGEST_EVIDENCE, LONGEST_QUESTION
from dialogues.forms.steps import StepForm, answer_in
from dialogues.forms.sub_goals import SubGoalField
from dialogues.models import Channel, PriorityQuestion, QuestionForm
from dialogues.queries import questions_that_stand, sub_goals_for
from dialogues.underlag.evidence import figure_lines
from quality_system.models import Area, SubGoal

RANKS = range(1, MOST + 1)


class QuestionsForm(CallFields):
    """Prioritised questions told by phone: an area is enough. It opens with the questions that stand."""

    title = gettext_lazy("Skriv in prioriterade frågor")
    button = gettext_lazy("Spara frågorna")
    done = gettext_lazy("Frågorna är sparade. Huvudmannen får en kopia att rätta.")
    is_written = True
    permission = "dialogues.send_questions"
    intro = gettext_lazy("Området räcker. Skriv frågan med huvudmannens egna ord om ni hann prata om den.")

    def prepare(self) -> None:
        version = questions_version(self.dialogue)
        self.seen = answer_in(self.data) if self.is_bound else version
        form = questions_that_stand(self.dialogue)
        rows = list(form.rows.all()) if form else []
        goals = list(sub_goals_for(self.dialogue, *(row.sub_goal_id for row in rows)))
        offered = figure_lines(self.dialogue)
        figures = list(dict.fromkeys([*offered, *(row.figure for row in rows if row.figure)]))
        for rank in RANKS:
            self._add_question(rank, goals, figures)
        for row in rows:
            values = {name: getattr(row, name) for name in ("area", "text", "figure", "evidence")}
            values["sub_goal"] = row.sub_goal_id
            self.initial.update({f"{name}_{row.rank}": value for name, value in values.items()})
        if form:
            self.intro = format_lazy("{} {}", _will_be_replaced(form), self.intro)

    def _add_question(self, rank: int, goals: Iterable[SubGoal], figures: list[str]) -> None:
        self.fields[f"area_{rank}"] = forms.ChoiceField(
            label=_("Fråga %(rank)s: område") % {"rank": rank},
            choices=[("", _("Välj område")), *Area.choices],
            required=False,
        )
        if rank == 1:  # some question is needed
            setattr(self.fields["area_1"], "is_conditional", True)  # noqa: B010  (fields have no such attribute)
        self.fields[f"text_{rank}"] = LongText(
            label=_("Fråga %(rank)s: med egna ord") % {"rank": rank},
            longest=LONGEST_QUESTION,
            rows=2,
            required=False,
        )
        label = _("Fråga %(rank)s: delmål") % {"rank": rank}
        self.fields[f"sub_goal_{rank}"] = SubGoalField(label=label, sub_goals=goals)
        self.fields[f"figure_{rank}"] = FigureField(label=_("Fråga %(rank)s: bygger på") % {"rank": rank})
        offer_figures(self, f"figure_{rank}", figures)
        self.fields[f"evidence_{rank}"] = LongText(
            label=_("Fråga %(rank)s: bygger på något annat") % {"rank": rank},
            longest=LONGEST_EVIDENCE,
            rows=1,
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for rank in RANKS:
            area = f"area_{rank}"
            is_told = any(data.get(f"{name}_{rank}") for name in ("text", "sub_goal", "figure", "evidence"))
            if is_told and not data.get(area) and area not in self.errors:
                self.add_error(area, _("Välj område för frågan."))
        areas = {f"area_{rank}" for rank in RANKS}
        if not any(data.get(area) for area in areas) and not areas & self.errors.keys():
            self.add_error("area_1", _("Välj område för minst en fråga."))
        return data

    def rows(self) -> list[Row]:
        """The questions in order of priority."""
        data = self.cleaned_data
        return [
            Row(
                area=Area(data[f"area_{n}"]),
                text=data[f"text_{n}"],
                sub_goal=data[f"sub_goal_{n}"],
                figure=data.get(f"figure_{n}", ""),
                evidence=data[f"evidence_{n}"],
            )
            for n in RANKS
            if data.get(f"area_{n}")
        ]

    def perform(self, actor: Actor) -> None:
        data = self.cleaned_data
        send_questions(
            dialogue=self.dialogue,
            rows=self.rows(),
            told_by=data["told_by"],
            channel=Channel(data["channel"]),
            actor=actor,
            seen=answer_in(self.data),
            call=self.call(),
        )

    def instead(self) -> StepForm:
        self.seen = questions_version(self.dialogue)
        form = questions_that_stand(self.dialogue)
        if form:
            self.stands = [
                (_("Lämnade av"), _who_told(form)),
                *((_("Fråga %(rank)s") % {"rank": row.rank}, _in_words(row)) for row in form.rows.all()),
            ]
        return self


def _will_be_replaced(form: QuestionForm) -> str:
    text = _(
        "Huvudmannen har redan lämnat frågor: %(who)s. Det du sparar här ersätter dem. Ska en fråga bort "
        "tömmer du dess fält."
    )
    return text % {"who": _who_told(form)}


def _who_told(form: QuestionForm) -> str:
    return f"{form.told_by}, {form.get_channel_display()}, {moment(form.sent_at)}"


def _in_words(row: PriorityQuestion) -> str:
    goal = row.sub_goal.marked_text if row.sub_goal else ""
    words = [row.get_area_display().capitalize(), row.text, goal, row.figure, row.evidence]
    return "\n\n".join(filter(None, words))
