"""What an analysunderlag is made of, before it is frozen. Plain Python."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from quality_system.values import MISSING, Value


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from."""

    name: str
    version: str = ""
    retrieved_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """A comparison group's values: median, middle half (`low` to `high`), whole range, and how many."""

    median: Value = MISSING
    low: Value = MISSING
    high: Value = MISSING
    least: Value = MISSING
    most: Value = MISSING
    size: int = 0
    why_hidden: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator with the huvudman's own value and what it is seen against.

    `why_hidden` says in plain Swedish why the own value is not a number, where it is not.
    """

    key: str
    name: str
    skolform: str
    kind: str
    unit: str
    decimals: int
    definition: str
    period: str
    source: Source
    own: Value
    riket: Value = MISSING
    spread: Spread | None = None
    why_hidden: str = ""
    sub_goal: int | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """A sub-goal under a skolform's objective."""

    id: int
    number: int
    area: str
    skolform: str
    text: str
    is_example: bool


@dataclass(frozen=True, slots=True)
class Central:
    """An area identified as central. `kind` is strength or need, `area` one of the three areas."""

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
class Group:
    """The comparison group: in words, how many it is, and how it was made."""

    words: str
    size: int
    how: str


@dataclass(frozen=True, slots=True)
class Owner:
    """The huvudman, as the document names it. No orgnr: it can be a personnummer."""

    name: str
    type: str
    skolformer: tuple[tuple[str, str], ...]
    units: int
    children: int | None
    pupils: int | None
    kommuner: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """All that goes into one underlag."""

    owner: Owner
    edition: str
    edition_id: int
    is_example: bool
    made_on: datetime.date
    group: Group | None
    goals: tuple[Goal, ...] = ()
    figures: tuple[Figure, ...] = ()
    central: tuple[Central, ...] = ()
    factors: tuple[Factor, ...] = ()
    objectives: dict[str, str] = field(default_factory=dict)
