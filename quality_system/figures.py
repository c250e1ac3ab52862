"""An indicator's figures for one huvudman, as they may be shown. Plain Python, and storable as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from quality_system.comparison import Place, Spread
from quality_system.units import UnitFigure, UnitSpread
from quality_system.values import MISSING, Value, ValueKind
from quality_system.weighting import NotComputable


@dataclass(frozen=True, slots=True)
class PeriodValue:
    """The huvudman's value in one period; the count behind one that is shown, where the source tells it."""

    period: str
    value: Value
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """Why the law keeps figures from being used: the basis, and its first or last day (ISO)."""

    basis: str
    begins: str = ""
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The group a huvudman is compared with. `rule` is what its members have in common (`grouping.Rule`).

    Without a rule they are of the same type and size class.
    """

    type: str
    size_class: str
    spread: Spread
    rule: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class IndicatorFigures:
    """What can be said of one indicator for one huvudman.

    `own` is a missing value where there is none; `not_computable` says why the units' figures do not give it.
    `girls` and `boys` are None where the indicator is not by sex.
    `group` is None where too few can be compared; `place` then too. `series` is at most five, oldest first.
    `count` is how many the own value rests on, where it is shown and the source says so. `may_be_chance`: the
    difference from the group's median is. `trend` is up or down where the years since `trend_since` change
    more than chance gives, else empty (`uncertainty.py`).
    With a `bar` there are no values at all: the figures may not be used. `units` is None where the indicator
    is about none of the huvudman's units, or what is stored is of before they were shown.
    """

    indicator_id: int
    key: str
    name: str
    definition: str
    skolform: str
    kind: str
    area: str
    sub_goal: str
    unit: str
    decimals: int
    direction: str
    based_on: str
    period: str
    own: Value = MISSING
    is_computed: bool = False
    not_computable: NotComputable | None = None
    source: str = ""
    source_version: str = ""
    girls: Value | None = None
    boys: Value | None = None
    riket: Value = MISSING
    group: Group | None = None
    place: Place | None = None
    series: tuple[PeriodValue, ...] = ()
    count: int | None = None
    may_be_chance: bool = False
    trend: str = ""
    trend_since: str = ""
    bar: Bar | None = None
    units: UnitSpread | None = None

    def as_json(self) -> dict[str, Any]:
        """The figures as JSON values; numbers as text, so that nothing is rounded."""
        return _plain(asdict(self))

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> IndicatorFigures:
        """The figures as they were stored by `as_json`."""
        group, bar = stored["group"], stored.get("bar")
        return cls(
            **stored
            | {name: _value(stored[name]) for name in ("own", "girls", "boys", "riket")}
            | {
                "not_computable": stored["not_computable"] and NotComputable(stored["not_computable"]),
                "place": stored["place"] and Place(stored["place"]),
                "group": group and _group(group),
                "series": tuple(
                    PeriodValue(p["period"], _value(p["value"]), p.get("count")) for p in stored["series"]
                ),
                "bar": bar and Bar(**bar),
                "units": _units(stored.get("units")),
            }
        )


def _plain(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _plain(inner) for name, inner in part.items()}
    if isinstance(part, list | tuple):
        return [_plain(inner) for inner in part]
    if isinstance(part, Decimal):
        return format(part, "f")
    return str(part) if isinstance(part, str) else part


def _value(stored: dict[str, Any] | None) -> Any:
    if stored is None:
        return None
    number = stored["number"]
    return Value(ValueKind(stored["kind"]), None if number is None else Decimal(number), stored["reason"])


def _units(stored: dict[str, Any] | None) -> UnitSpread | None:
    if stored is None:
        return None
    each = (UnitFigure(unit["name"], _value(unit["value"])) for unit in stored["values"])
    return UnitSpread(stored["total"], tuple(each))


def _group(stored: dict[str, Any]) -> Group:
    return Group(stored["type"], stored["size_class"], _spread(stored["spread"]), stored.get("rule"))


def _spread(stored: dict[str, Any]) -> Spread:
    numbers = {
        name: None if stored[name] is None else Decimal(stored[name])
        for name in ("q1", "median", "q3", "p5", "p95")
    }
    return Spread(members=stored["members"], **numbers)  # type: ignore[arg-type]
