"""What an analysunderlag is made of, before it is frozen. Plain Python."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from quality_system.figures import IndicatorFigures


@dataclass(frozen=True, slots=True)
class Goal:
    """A sub-goal under a skolform's objective."""

    number: int
    area: str
    skolform: str
    text: str
    is_example: bool


@dataclass(frozen=True, slots=True)
class Central:
    """An area identified as central, in words. `kind` is strength or need, `area` one of the three areas."""

    kind: str
    area: str
    text: str
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """A success factor to rate oneself against."""

    number: int
    text: str
    is_example: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """The huvudman, as the document names it. No orgnr: it can be a personnummer.

    `skolformer` are (code, name) pairs in the order of the document.
    """

    name: str
    type: str
    skolformer: tuple[tuple[str, str], ...]
    units: int
    children: int | None
    pupils: int | None
    kommuner: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """All that goes into one underlag. `figures_as_of` is the moment at which its figures stood."""

    owner: Owner
    edition: str
    edition_id: int
    is_example: bool
    made_on: datetime.date
    goals: tuple[Goal, ...] = ()
    figures: tuple[IndicatorFigures, ...] = ()
    central: tuple[Central, ...] = ()
    factors: tuple[Factor, ...] = ()
    figures_as_of: datetime.datetime | None = None
