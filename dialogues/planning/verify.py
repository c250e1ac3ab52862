"""Checks a plan against its certificate, without a solver: short enough to read.

The counts may come from any method: here they are counted again and held against their bounds, and against
what a batch can take of a region. The draw is done again from the counts and the seed
(dialogues/planning/draw.py), for a plan made anew from the earlier plan too (moves.py). Then the swaps that
the certificate lists are made, one by one. What comes of it has to be this very plan.

Not checked, as they are words or a solver's: the causes of breaches, the reasons of swaps, the bounds
`pupils_variation_bound_solved` and `moved_bound`, other than that they are possible, and that no other counts
as even were chosen: for that the counts have to be made again with the solver (again.py).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from dialogues.planning.alike import Groups, group_units
from dialogues.planning.certificate import METHOD, REPLANNED, certify, rules_from_json
from dialogues.planning.draw import draw, drawn_blocks
from dialogues.planning.moves import move, plan_sha256, tie_to_sent
from dialogues.planning.pupils import apart_of
from dialogues.planning.units import Block, Rules, Unit, all_blocks

MOST_BLOCKS = 10_000
MADE_WITH = {"python", "numpy", "highspy"}


class Flaw(StrEnum):
    """What does not hold."""

    FORM = "form"
    MISSING = "missing"
    BLOCK = "block"
    COUNTS = "counts"
    GROUPS = "groups"
    PREVIOUS = "previous"
    NOT_REPLANNED = "not_replanned"
    MOVED = "moved"
    SWAP = "swap"
    DRAW = "draw"
    COMMITTED = "committed"
    AGAIN = "again"


class Wrong(Exception):
    """The plan or its certificate does not hold: what, and where."""

    def __init__(self, flaw: Flaw, where: str) -> None:
        super().__init__(f"{flaw}: {where}")
        self.flaw, self.where = flaw, where


def verify(
    units: Iterable[Unit],
    assignment: Mapping[str, Block],
    certificate: Mapping[str, Any],
    previous: Mapping[str, Block] | None = None,
) -> None:
    """Raise Wrong unless the certificate is of this plan, and the plan follows from it.

    `previous` is the earlier plan, for one that was made anew; where that was too, it is checked by itself.
    """
    everyone = list(units)
    placed = [unit for unit in everyone if not unit.closed]
    rules = _check_form(certificate)
    _check_places(placed, assignment, certificate)
    _check_counts(everyone, assignment, certificate, rules)
    drawn = _drawn_again(placed, certificate, rules, previous)
    after = _with_swaps(drawn, certificate)
    if others := [unit for unit, block in assignment.items() if after[unit] != block]:
        raise Wrong(Flaw.DRAW, min(others))


def _check_form(certificate: Mapping[str, Any]) -> Rules:
    """What the certificate says has to be even. Everything that is used here is of its kind."""
    kinds = {"years": int, "batches": int, "seed": str, "method": str, "versions": dict, "groups": dict}
    if "previous_sha256" in certificate:
        kinds |= {"previous_sha256": str, "sent": list, "moved": int, "moved_bound": int}
    if "swaps" in certificate:
        kinds["swaps"] = list
    for name, kind in kinds.items():
        if type(certificate.get(name)) is not kind:
            raise Wrong(Flaw.FORM, name)
    years, batches = certificate["years"], certificate["batches"]
    if years < 1 or batches < 1 or years * batches > MOST_BLOCKS:
        raise Wrong(Flaw.FORM, f"{years} × {batches}")
    if certificate["method"] != (REPLANNED if "previous_sha256" in certificate else METHOD):
        raise Wrong(Flaw.FORM, "method")
    if _cannot_be_written(certificate["seed"]):
        raise Wrong(Flaw.FORM, "seed")
    made_with = certificate["versions"]
    if made_with.keys() != MADE_WITH or not all(type(each) is str and each for each in made_with.values()):
        raise Wrong(Flaw.FORM, "versions")
    try:
        return rules_from_json(certificate["rules"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Wrong(Flaw.FORM, "rules") from error


def _cannot_be_written(text: str) -> bool:
    """Whether a text holds half a sign, which JSON lets through."""
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def _check_places(
    units: Iterable[Unit], assignment: Mapping[str, Block], certificate: Mapping[str, Any]
) -> None:
    """Everyone once, in a block that it may have."""
    known = {unit.id: unit for unit in units}
    if apart := known.keys() ^ assignment.keys():
        raise Wrong(Flaw.MISSING, min(apart))
    blocks = set(all_blocks(certificate["years"], certificate["batches"]))
    for unit, block in sorted(assignment.items()):
        if block not in blocks or not known[unit].may(block):
            raise Wrong(Flaw.BLOCK, unit)


def _check_counts(
    units: Iterable[Unit], assignment: Mapping[str, Block], certificate: Mapping[str, Any], rules: Rules
) -> None:
    """All that can be counted is what the certificate says."""
    years, batches = certificate["years"], certificate["batches"]
    try:
        counted = certify(units, assignment, years=years, batches=batches, rules=rules)
    except (TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise Wrong(Flaw.FORM, "rules") from error
    for name, value in counted.items():
        if _as_compared(certificate.get(name)) != _as_compared(value):
            raise Wrong(Flaw.COUNTS, name)
    solved = certificate.get("pupils_variation_bound_solved", counted["pupils_variation_bound"])
    if type(solved) not in (int, float) or not counted["pupils_variation_bound"] <= solved < math.inf:
        raise Wrong(Flaw.COUNTS, "pupils_variation_bound_solved")


def _as_compared(value: Any) -> Any:
    """Breaches in any order, as a database keeps no order of families, and without their causes: words."""
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        rows = [{key: row[key] for key in row if key != "cause"} for row in value]
        return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
    return value


def _drawn_again(
    units: Sequence[Unit],
    certificate: Mapping[str, Any],
    rules: Rules,
    previous: Mapping[str, Block] | None,
) -> dict[str, Block]:
    """The plan that the certificate's counts and seed give, and the earlier plan where there was one."""
    if "previous_sha256" in certificate:
        return _moved_again(units, certificate, rules, previous)
    if previous is not None:
        raise Wrong(Flaw.NOT_REPLANNED, "previous_sha256")
    seed, counts = certificate["seed"], certificate["groups"]
    blocks = drawn_blocks(certificate["years"], certificate["batches"], seed)
    groups = group_units(units, rules, blocks, apart_of(units, len(blocks), rules))
    _check_groups(groups, counts, len(blocks))
    return draw(groups, counts, blocks, seed)


def _moved_again(
    units: Sequence[Unit],
    certificate: Mapping[str, Any],
    rules: Rules,
    previous: Mapping[str, Block] | None,
) -> dict[str, Block]:
    if previous is None or plan_sha256(previous) != certificate["previous_sha256"]:
        raise Wrong(Flaw.PREVIOUS, "previous_sha256")
    blocks = all_blocks(certificate["years"], certificate["batches"])
    sent = [block for block in blocks if str(block) in certificate["sent"]]
    if [str(block) for block in sent] != certificate["sent"]:
        raise Wrong(Flaw.FORM, "sent")
    groups = group_units(tie_to_sent(units, previous, sent), rules, blocks)
    _check_groups(groups, certificate["groups"], len(blocks))
    found = move(groups, certificate["groups"], previous, blocks, certificate["seed"])
    moved = sum(previous[unit] != block for unit, block in found.items() if unit in previous)
    if moved != certificate["moved"] or not 0 <= certificate["moved_bound"] <= moved:
        raise Wrong(Flaw.MOVED, str(moved))
    return found


def _check_groups(groups: Groups, counts: Mapping[str, Sequence[int]], places: int) -> None:
    """The counts are of these groups, and give each of their units one place."""
    for name in sorted(groups.keys() | counts.keys()):
        row = counts.get(name)
        if not isinstance(row, list) or len(row) != places or any(type(n) is not int or n < 0 for n in row):
            raise Wrong(Flaw.GROUPS, name)
        if name not in groups or sum(row) != len(groups[name]):
            raise Wrong(Flaw.GROUPS, name)


def _with_swaps(drawn: Mapping[str, Block], certificate: Mapping[str, Any]) -> dict[str, Block]:
    """Where everyone is after the certificate's swaps, made one by one.

    `first` goes from `first_block` to `second_block`, and `second` the other way; where that is None, nobody
    goes back. Raises Wrong for a swap whose huvudmän did not stand where it says.
    """
    place = dict(drawn)
    blocks = {str(block): block for block in all_blocks(certificate["years"], certificate["batches"])}
    for number, swap in enumerate(certificate.get("swaps", ()), 1):
        try:
            first, second = swap["first"], swap["second"]
            here, there = blocks[swap["first_block"]], blocks[swap["second_block"]]
            stood = place[first] == here != there and (second is None or place[second] == there)
        except (KeyError, TypeError) as error:
            raise Wrong(Flaw.SWAP, str(number)) from error
        if not stood:
            raise Wrong(Flaw.SWAP, str(number))
        place[first] = there
        if second is not None:
            place[second] = here
    return place
