"""What an edition holds, read in the order people read it: four queries however much there is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Model, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.templatetags.look import day, yes_or_no
from huvudman.models import Skolform
from quality_system.edition_comparison import PartText
from quality_system.models import Area, Edition, Indicator, Objective, SubGoal, SuccessFactor
from quality_system.wording import source_name

Worded = Objective | SubGoal | SuccessFactor
"""The parts whose text can be an example."""
Part = Objective | SubGoal | Indicator | SuccessFactor

INDICATOR_FIELDS = (
    "name", "sub_goal", "kind", "year_group", "definition", "unit", "decimals", "direction", "by_sex",
    "source", "source_key", "period_type", "level", "based_on", "publication", "smallest_group",
    "fewest_short", "legal_basis", "usable_from", "usable_to",
)  # fmt: skip
WRITTEN: Mapping[type[Model], tuple[str, ...]] = {
    Edition: ("name", "valid_from"),
    Objective: ("text", "is_example_text"),
    SubGoal: ("area", "text", "is_example_text"),
    Indicator: INDICATOR_FIELDS,
    SuccessFactor: ("text", "is_example_text"),
}
"""What people write of each part. What it is known by (skolform, key, number) is set when it is made."""

FORMS = {form.value: place for place, form in enumerate(Skolform)}
AREAS = {area.value: place for place, area in enumerate(Area)}


@dataclass(frozen=True, slots=True)
class Goal:
    """A sub-goal with the indicators that measure it."""

    row: SubGoal
    indicators: list[Indicator]


@dataclass(frozen=True, slots=True)
class Section:
    """A skolform: its objective (None: none is written), sub-goals by area, indicators without a sub-goal."""

    skolform: Skolform
    objective: Objective | None
    areas: list[tuple[Area, list[Goal]]]
    loose: list[Indicator]

    @property
    def goals(self) -> int:
        """How many sub-goals it has."""
        return sum(len(goals) for _area, goals in self.areas)

    @property
    def indicators(self) -> int:
        """How many indicators it has, under sub-goals or not."""
        return len(self.loose) + sum(len(goal.indicators) for _area, goals in self.areas for goal in goals)

    @property
    def examples(self) -> int:
        """How many of its texts are examples."""
        goals = [goal.row for _area, goals in self.areas for goal in goals]
        return sum(row.is_example_text for row in goals) + bool(
            self.objective and self.objective.is_example_text
        )


class Content:
    """An edition's parts, read once."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.objectives = sorted(edition.objectives.all(), key=lambda row: FORMS[row.skolform])
        goals = SubGoal.objects.filter(objective__edition=edition).select_related("objective__edition")
        self.sub_goals = sorted(goals, key=_place_of_goal)
        rows = edition.indicators.select_related("sub_goal").order_by("position", "key")
        self.indicators = sorted(rows, key=lambda row: FORMS[row.skolform])
        self.factors = list(edition.success_factors.order_by("number"))

    @property
    def parts(self) -> list[Part]:
        """Every part, by kind and in order."""
        return [*self.objectives, *self.sub_goals, *self.indicators, *self.factors]

    @property
    def examples(self) -> list[Worded]:
        """The parts whose text is an example."""
        worded: list[Worded] = [*self.objectives, *self.sub_goals, *self.factors]
        return [row for row in worded if row.is_example_text]

    @property
    def sections(self) -> list[Section]:
        """The skolformer that the edition says something of, in order."""
        objectives = {row.skolform: row for row in self.objectives}
        used = {*objectives, *(row.skolform for row in self.indicators)}
        return [self._section(form, objectives.get(form)) for form in Skolform if form in used]

    def _section(self, form: Skolform, objective: Objective | None) -> Section:
        own = [row for row in self.indicators if row.skolform == form]
        goals = [
            Goal(goal, [row for row in own if row.sub_goal_id == goal.pk])
            for goal in self.sub_goals
            if goal.objective.skolform == form
        ]
        areas = [(area, [goal for goal in goals if goal.row.area == area]) for area in Area]
        loose = [row for row in own if row.sub_goal_id is None]
        return Section(form, objective, [(area, found) for area, found in areas if found], loose)


def edition_of(part: Part) -> Edition:
    """The edition that a part belongs to."""
    return part.objective.edition if isinstance(part, SubGoal) else part.edition


def edition_list() -> QuerySet[Edition]:
    """Every edition, drafts first and then the latest, with how much each holds and how many examples."""
    goals = SubGoal.objects.filter(objective__edition=OuterRef("pk"))
    own = {"edition": OuterRef("pk")}
    examples = (
        _how_many(Objective.objects.filter(is_example_text=True, **own), "edition")
        + _how_many(goals.filter(is_example_text=True), "objective__edition")
        + _how_many(SuccessFactor.objects.filter(is_example_text=True, **own), "edition")
    )
    by_state = Case(
        When(state=Edition.State.DRAFT, then=0), When(state=Edition.State.IN_FORCE, then=1), default=2
    )
    return Edition.objects.annotate(
        indicator_count=_how_many(Indicator.objects.filter(**own), "edition"),
        sub_goal_count=_how_many(goals, "objective__edition"),
        example_count=examples,
    ).order_by(by_state, "-valid_from", "-pk")


def _how_many(rows: QuerySet[Any], field: str) -> Coalesce:
    counted = rows.order_by().values(field).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def texts_of(edition: Edition) -> list[PartText]:
    """Every part as people read it, to compare with another edition's."""
    return [
        PartText(_identity(part), name_of(part), fields_of(part), getattr(part, "text", ""))
        for part in Content(edition).parts
    ]


def name_of(part: Part) -> str:
    """What a part is called: `Delmål 5, grundskola`, `Meritvärde (grundskola)`."""
    if isinstance(part, Objective):
        return _("Målsättning, %(skolform)s") % {"skolform": part.get_skolform_display()}
    if isinstance(part, SubGoal):
        told = {"number": part.number, "skolform": part.objective.get_skolform_display()}
        return _("Delmål %(number)s, %(skolform)s") % told
    if isinstance(part, SuccessFactor):
        return _("Framgångsfaktor %(number)s") % {"number": part.number}
    return str(part)


def fields_of(part: Part) -> Mapping[str, str]:
    """What people have written of a part, in words: texts by label, in the form's order."""
    fields: Iterator[Any] = (part._meta.get_field(name) for name in WRITTEN[type(part)])
    return {capfirst(str(field.verbose_name)): _in_words(part, field.name) for field in fields}


def content_version(edition: Edition) -> str:
    """A text that is another one when anything in the edition is: four queries."""
    rows: tuple[QuerySet[Any], ...] = (
        edition.objectives.order_by("skolform"),
        SubGoal.objects.filter(objective__edition=edition).order_by("objective", "number"),
        edition.indicators.order_by("position", "key"),
        edition.success_factors.order_by("number"),
    )
    told = repr([edition.name, edition.valid_from, *(list(found.values_list()) for found in rows)])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def version_of(row: Edition | Part) -> str:
    """A text that is another one when anything that people write of the row is."""
    written = repr([str(getattr(row, _column(row, name))) for name in WRITTEN[type(row)]])
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def _column(row: Model, name: str) -> str:
    return str(getattr(row._meta.get_field(name), "attname", name))


def _place_of_goal(goal: SubGoal) -> tuple[int, int, int]:
    return FORMS[goal.objective.skolform], AREAS[goal.area], goal.number


def _identity(part: Part) -> tuple[str, str, str]:
    kind = str(part._meta.model_name)
    if isinstance(part, Objective):
        return kind, part.skolform, ""
    if isinstance(part, SubGoal):
        return kind, part.objective.skolform, str(part.number)
    if isinstance(part, Indicator):
        return kind, part.skolform, part.key
    return kind, "", str(part.number)


def _in_words(part: Any, name: str) -> str:
    value = getattr(part, name)
    if isinstance(value, SubGoal):
        return _("Delmål %(number)s") % {"number": value.number}
    if isinstance(value, bool):
        return str(yes_or_no(value))
    if isinstance(value, date):
        return str(day(value))
    if name == "source":
        return source_name(value)
    if hasattr(part, f"get_{name}_display"):
        return str(getattr(part, f"get_{name}_display")())
    return "" if value is None else str(value)


def skolformer_without_objective(content: Content) -> Iterator[Skolform]:
    """The skolformer that an objective can still be written for."""
    written = {row.skolform for row in content.objectives}
    return (form for form in Skolform if form not in written)
