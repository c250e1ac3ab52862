"""A huvudman's school units beside its own figure: what may be shown of each of them. Plain Python.

The huvudman's figure is settled first, as if nothing were shown of any unit: it gives way only where it tells
of hidden units all by itself. Then as many units are shown as can be, beside just that figure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace

from quality_system.bounds import Sum
from quality_system.disclosure import (
    MINIMUM,
    SECRET,
    Figure,
    Rule,
    all_of,
    has_room,
    hide,
    protect_alone,
    protect_figures,
)
from quality_system.values import SUPPRESSED, Value, ValueKind

ALL, GIRLS, BOYS = "all", "girls", "boys"
OWN, SOME, OTHERS = "own", "some units", "other units"
NOBODYS = frozenset({ValueKind.MISSING, ValueKind.NOT_APPLICABLE})
"""The kinds that are about nobody: no figure there is."""
FEW_UNITS = 3
"""Of so few, which are hidden tells of them to whoever knows the rules: none is shown beside a hidden one."""
NOT_SHOWN = Figure(SUPPRESSED, None, "unit")

BySex = dict[str, Figure]
"""A place's figures before protection, by sex: of all, and of girls and boys where there are any."""


@dataclass(frozen=True, slots=True)
class UnitFigure:
    """A school unit's value, as it may be shown."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class UnitSpread:
    """A huvudman's units that an indicator is about.

    `total` is how many they are. `values` has each of them, by name, or none where there is but one (its
    figure is the huvudman's) and where the source has no values of units.
    """

    total: int
    values: tuple[UnitFigure, ...] = ()

    @property
    def shown(self) -> list[UnitFigure]:
        """The units with a number to show."""
        return [unit for unit in self.values if not unit.value.is_hidden]


def teaches(year_group: str, pupils: int | None, groups: Collection[str]) -> bool:
    """Whether a unit teaches the year group; one whose groups are unknown is taken to."""
    known = {re.sub(r"\D", "", group) for group in groups}
    return pupils != 0 and (not year_group or not groups or year_group in known)


def protect_own(own: BySex, units: Collection[BySex], rule: Rule) -> dict[str, Value]:
    """The huvudman's values by sex as they may be shown, while nothing is shown of its units.

    A figure of nobody or everybody would tell of every unit: it gives way where a unit's is secret. A single
    unit's figure is the huvudman's own, so it follows the huvudman's rules.
    """
    figures: dict[Hashable, Figure] = {(OWN, sex): figure for sex, figure in own.items()}
    sums = _of_sexes(OWN, own)
    for sex, figure in own.items():
        parts = [(place, sex) for place in _hidden_places(sex, units, rule)]
        if parts and figure.value.kind not in NOBODYS:
            figures |= dict.fromkeys(parts, NOT_SHOWN)
            sums.append(Sum((OWN, sex), tuple(parts)))
    shown = protect_figures(figures, sums, rule)
    values = {sex: shown[OWN, sex] for sex in own}
    if values[ALL].is_hidden:
        return {ALL: values[ALL]} | {sex: hide(value) for sex, value in values.items() if sex != ALL}
    return values


def may_tell_of_units(own: BySex, rule: Rule) -> bool:
    """Tell whether `protect_own` could hide more of `own` for some units than without any.

    Quick, so that only the units of few of all huvudmän need be read.
    """
    top, least = rule.top(own.values()), _smallest(rule)
    return any(
        not has_room(figure, all_of(figure), rule, top) or (sex != ALL and (figure.count or 0) < least)
        for sex, figure in own.items()
        if figure.value.number is not None
    )


def protect_units(
    own: BySex, shown: Mapping[str, Value], units: Mapping[str, BySex], rule: Rule
) -> dict[str, Value]:
    """Each unit's value (of all) as it may be shown, by code, beside the huvudman's `shown` values.

    `shown` is what `protect_own` answers. Where showing some would tell of others all the same, none is.
    """
    beside = {sex: replace(figure, value=shown[sex]) for sex, figure in own.items()}
    places: dict[str, BySex] = {OWN: beside} | _with_sexes(units, own, shown, rule)
    figures: dict[Hashable, Figure] = {
        (place, sex): figure for place, by_sex in places.items() for sex, figure in by_sex.items()
    }
    sexes = [each for place, by_sex in places.items() for each in _of_sexes(place, by_sex)]
    over = [_of_units(sex, units, figures) for sex in own if shown[sex].kind not in NOBODYS]
    over = [each for each in over if each.parts]
    found = protect_figures(_counted(figures, over, rule), [*sexes, *over], rule, by_heart=True)
    gives_away = any(found[OWN, sex] != shown[sex] for sex in own)
    if gives_away or (over and _is_hidden_among_few(units, found)):
        return {code: hide(protect_alone(by_sex[ALL], rule)) for code, by_sex in units.items()}
    return {code: found[code, ALL] for code in units}


def _is_hidden_among_few(units: Mapping[str, BySex], found: Mapping[Hashable, Value]) -> bool:
    values = [found[code, ALL] for code, by_sex in units.items() if by_sex[ALL].value.kind not in NOBODYS]
    return len(values) <= FEW_UNITS and any(value.is_hidden for value in values)


def _smallest(rule: Rule) -> int:
    """The smallest group that a unit's figure may rest on; two where no group is too small."""
    return max(MINIMUM.get((rule.based_on, "unit"), (2, ""))[0], rule.smallest)


def _of_sexes(place: str, by_sex: BySex) -> list[Sum]:
    if by_sex[ALL].value.kind in NOBODYS or not {GIRLS, BOYS} <= by_sex.keys():
        return []
    return [Sum((place, ALL), ((place, GIRLS), (place, BOYS)))]


def _of_units(sex: str, units: Iterable[str], figures: Mapping[Hashable, Figure]) -> Sum:
    """The huvudman's figure and its units', of those that are about anybody."""
    parts = [(code, sex) for code in units if (code, sex) in figures]
    return Sum((OWN, sex), tuple(part for part in parts if figures[part].value.kind not in NOBODYS))


def _counted(figures: Mapping[Hashable, Figure], sums: Iterable[Sum], rule: Rule) -> dict[Hashable, Figure]:
    """The figures, where hidden ones whose counts the source hides too share what is left of a whole's count.

    Others may know how many they are, and it is worst where one of them has nearly all that are left.
    """
    found = dict(figures)
    few = _smallest(rule) - 1
    for each in sums:
        parts = {key: found[key] for key in each.parts if found[key].value.kind not in NOBODYS}
        unknown = [key for key, figure in parts.items() if figure.count is None]
        left = (found[each.whole].count or 0) - sum(figure.count or 0 for figure in parts.values())
        if left >= len(unknown) > 0 and all(found[key].value.is_hidden for key in unknown):
            counts = _shared(left, len(unknown), few)
            found |= {
                key: replace(found[key], count=count) for key, count in zip(unknown, counts, strict=True)
            }
    return found


def _shared(left: int, among: int, few: int) -> list[int]:
    """`left` persons among so many places, with as many as can be (of a few) at the first of them."""
    first = max(min(few, left - among + 1), -(-left // among))
    others = [(left - first + place) // (among - 1) for place in range(among - 1)]
    return [first, *others]


def _hidden_places(sex: str, units: Collection[BySex], rule: Rule) -> tuple[str, ...]:
    """Stand-ins for the units' hidden figures of `sex`: none where no figure is secret, or one unit is all.

    Girls and boys of units that the source does not tell of are as hidden as the unit.
    """
    if len(_about(ALL, units)) < 2:
        return ()
    having = _about(sex, units)
    if all(protect_alone(figure, rule).kind not in SECRET for figure in having):
        return ()
    return (SOME, OTHERS) if len(having) > 1 else (SOME,)


def _about(sex: str, units: Iterable[BySex]) -> list[Figure]:
    """The units' figures of `sex` that are about anybody."""
    figures = (by_sex.get(sex, by_sex[ALL]) for by_sex in units)
    return [figure for figure in figures if figure.value.kind not in NOBODYS]


def _with_sexes(
    units: Mapping[str, BySex], own: BySex, shown: Mapping[str, Value], rule: Rule
) -> dict[str, BySex]:
    """The units' figures; with hidden girls and boys where the huvudman's are, and the source has no units'.

    A unit of nobody or everybody tells of its girls, and so of the huvudman's.
    """
    secret = any(protect_alone(figure, rule).kind in SECRET for sex, figure in own.items() if sex != ALL)
    if not secret or shown[ALL].is_hidden:
        return dict(units)
    sexes = {GIRLS: NOT_SHOWN, BOYS: NOT_SHOWN}
    return {code: by_sex if by_sex[ALL].value.is_hidden else sexes | by_sex for code, by_sex in units.items()}
