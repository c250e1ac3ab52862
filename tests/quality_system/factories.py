"""Editions, indicators and observed values for tests."""

from __future__ import annotations

import datetime

import factory

from accounts.actors import SYSTEM
from huvudman.models import Huvudman, SchoolUnit, SkolformOffer
from quality_system.domain.editions import seed_edition
from quality_system.models import Edition, Indicator, Level, Objective, ObservedValue, SubGoal


class EditionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Edition

    name = factory.Sequence(lambda n: f"Utgåva {n}")
    valid_from = datetime.date(2023, 5, 1)


class ObjectiveFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Objective

    edition = factory.SubFactory(EditionFactory)
    skolform = "GR"
    text = "Alla når målen."


class SubGoalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SubGoal

    objective = factory.SubFactory(ObjectiveFactory)
    number = factory.Sequence(lambda n: n + 1)
    area = "learning"
    text = factory.Sequence(lambda n: f"Delmål {n}")


class IndicatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Indicator

    edition = factory.SubFactory(EditionFactory)
    key = "gr-y9-merit"
    name = "Meritvärde"
    skolform = "GR"
    kind = "result"
    unit = "poäng"
    direction = "up"
    source = "skolverket-csv"


class ObservedValueFactory(factory.django.DjangoModelFactory):
    """A value of a huvudman unless `level` and its target say otherwise."""

    class Meta:
        model = ObservedValue

    indicator_key = "gr-y9-merit"
    level = Level.HUVUDMAN
    period = "2024/25"
    kind = "number"
    number = factory.Maybe(
        factory.LazyAttribute(lambda v: v.kind in {"number", "approximate"}), "230.5", None
    )
    source = "skolverket-csv"
    source_version = "2024/25"


def seeded_edition() -> Edition:
    return seed_edition(actor=SYSTEM)[0]


def offer(
    unit: SchoolUnit, skolform: str = "GR", groups: tuple[str, ...] = ("9",), pupils: int | None = None
) -> SkolformOffer:
    return SkolformOffer.objects.create(unit=unit, skolform=skolform, groups=list(groups), pupils=pupils)


def riket(number: str, **facts: object) -> ObservedValue:
    return ObservedValueFactory(level=Level.RIKET, huvudman=None, number=number, **facts)


def value_of(huvudman: Huvudman, number: str | None = "230.5", **facts: object) -> ObservedValue:
    return ObservedValueFactory(huvudman=huvudman, number=number, **facts)
