"""An attacker that knows the rules by heart: every truth that would look the same."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from quality_system.disclosure import FEW_LEFT, MINIMUM, Figure, protect_sexes
from quality_system.values import number
from tests.quality_system.attacker.registers import SHARE
from tests.quality_system.attacker.tables import WIDTH

Reach = tuple[int, int]
"""How many girls and how many boys reach the measure."""


def told_by_heart(girls: int, boys: int, level: str) -> list[tuple[str, int, int]]:
    """Whose figures such an attacker knows too well, with the least and the most they can be.

    `girls` and `boys` are how many there are at the place, which everybody knows.
    """
    alike: dict[tuple, list[Reach]] = defaultdict(list)
    for reach in [(g, b) for g in range(girls + 1) for b in range(boys + 1)]:
        alike[_look(reach, (girls, boys), level)].append(reach)
    return [found for reaches in alike.values() for found in _told(reaches, (girls, boys), level)]


def _look(reach: Reach, pupils: Reach, level: str) -> tuple:
    (g, b), (girls, boys) = reach, pupils
    total, *sexes = (_figure(*pair, level) for pair in ((g + b, girls + boys), (g, girls), (b, boys)))
    return protect_sexes(total, *sexes, rule=SHARE)


def _figure(reach: int, count: int, level: str) -> Figure:
    return Figure(number(round(Decimal(100 * reach) / count, 1)), count, level)


def _told(reaches: list[Reach], pupils: Reach, level: str) -> list[tuple[str, int, int]]:
    girls, boys = pupils
    smallest, _reason = MINIMUM[SHARE.based_on, level]
    found = []
    for name, count, rest, numbers in (
        ("girls", girls, boys, {g for g, _b in reaches}),
        ("boys", boys, girls, {b for _g, b in reaches}),
        ("all", girls + boys, WIDTH, {g + b for g, b in reaches}),
    ):
        secret = count < smallest or any(count - number in FEW_LEFT for number in numbers)
        if secret and max(numbers) - min(numbers) < min(WIDTH, count, rest):
            found.append((name, min(numbers), max(numbers)))
    return found
