"""Who is compared with whom: huvudmän of one type parted into groups of those most alike. Python and numpy.

A group is a few plain conditions (so many children and pupils, with gymnasieskola, in a kommun of some
size), and everybody who meets them is in it: no two groups share a member, so nothing can be told from two
underlag laid side by side. The conditions are chosen as in a clustering tree (Blockeel, De Raedt and Ramon
1998; De'ath 2002): time and again the split that brings the members closest together, as long as both sides
have enough owners. Distance is Gower's (1971): differences over the range, weighted.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEWEST_OWNERS = 45
"""In a group when it is made: of them ten must have a value that is shown, or 41 for the ends to be."""
WEIGHTS = {"size": 6.0, "skolformer": 2.0, "shares": 2.0, "units": 1.0, "place": 1.0}
"""How much each kind of likeness weighs."""
FORMS = ("FSK", "FKLASS", "FTH", "GR", "GRAN", "SAM", "SP", "GY", "GYAN", "VUX")
SPLITTING_FORMS = ("FSK", "GR", "GY", "VUX")
"""The skolformer that a group may be told by."""
ROUND = (10, 15, 20, 30, 40, 50, 70)
"""Limits are these, or ten, a hundred or more times as much, so that they can be said."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a huvudman is compared by. `shares` are its children and pupils by skolform, adding up to one.

    `kind` is type and form of ownership: groups never mix kinds. `size` is None where it is not known.
    `place` is how many pupils the kommun has, all huvudmän together; None for those who are a kommun or more.
    """

    id: int
    owner: Hashable
    kind: str
    size: int | None
    units: int
    place: int | None
    skolformer: frozenset[str]
    shares: dict[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a group's members have in common: limits as [from, below), skolformer that all or none run."""

    kind: str
    size_known: bool = True
    size_from: int | None = None
    size_below: int | None = None
    place_from: int | None = None
    place_below: int | None = None
    all_run: tuple[str, ...] = ()
    none_run: tuple[str, ...] = ()

    def holds(self, profile: Profile) -> bool:
        """Tell whether a huvudman belongs to the group."""
        return (
            profile.kind == self.kind
            and (profile.size is not None) == self.size_known
            and _within(profile.size, self.size_from, self.size_below)
            and _within(profile.place, self.place_from, self.place_below)
            and profile.skolformer.issuperset(self.all_run)
            and profile.skolformer.isdisjoint(self.none_run)
        )

    def as_json(self) -> dict[str, Any]:
        """The rule as JSON values, without what it does not say."""
        said = {name: value for name, value in asdict(self).items() if value not in (None, ())}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Rule:
        """The rule as it was stored by `as_json`."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
        }
        return cls(**values)


def _within(number: int | None, least: int | None, below: int | None) -> bool:
    if number is None:
        return True
    return (least is None or number >= least) and (below is None or number < below)


def make_groups(profiles: Iterable[Profile], fewest: int = FEWEST_OWNERS) -> list[Rule]:
    """The rules of all groups: each profile meets exactly one. The same profiles give the same rules."""
    ordered = sorted(profiles, key=lambda profile: profile.id)
    rules = []
    for kind, known in sorted({(p.kind, p.size is not None) for p in ordered}):
        rule = Rule(kind, size_known=known)
        members = [profile for profile in ordered if rule.holds(profile)]
        rules += _parted(rule, members, _features(members), fewest)
    return rules


def _parted(rule: Rule, members: list[Profile], features: NDArray, fewest: int) -> list[Rule]:
    best, gain = None, 0.0
    for pair in _splits(rule, members):
        inside = np.array([pair[0].holds(profile) for profile in members])
        found = _gain(features, inside) if _enough(members, inside, fewest) else 0.0
        if found > gain * (1 + 1e-9):
            best, gain = (pair, inside), found
    if best is None:
        return [rule]
    (left, right), inside = best
    sides = ((left, inside), (right, ~inside))
    return [
        part
        for side, chosen in sides
        for part in _parted(
            side, [m for m, yes in zip(members, chosen, strict=True) if yes], features[chosen], fewest
        )
    ]


def _splits(rule: Rule, members: Sequence[Profile]) -> Iterable[tuple[Rule, Rule]]:
    """The ways to part a group in two by one plain condition."""
    for limit in _limits(p.size for p in members if p.size is not None):
        yield replace(rule, size_below=limit), replace(rule, size_from=limit)
    for limit in _limits(p.place for p in members if p.place is not None):
        yield replace(rule, place_below=limit), replace(rule, place_from=limit)
    for form in SPLITTING_FORMS:
        if form not in rule.all_run + rule.none_run:
            yield (
                replace(rule, all_run=(*rule.all_run, form)),
                replace(rule, none_run=(*rule.none_run, form)),
            )


def _limits(numbers: Iterable[int]) -> list[int]:
    """The round numbers between the least and the most."""
    known = set(numbers)
    if not known:
        return []
    every = (n * 10**zeros for zeros in range(len(str(max(known)))) for n in ROUND)
    return [limit for limit in every if min(known) < limit <= max(known)]


def _enough(members: Sequence[Profile], inside: NDArray, fewest: int) -> bool:
    pairs = list(zip(members, inside, strict=True))
    return all(len({p.owner for p, yes in pairs if yes == side}) >= fewest for side in (True, False))


def _gain(features: NDArray, inside: NDArray) -> float:
    """How much closer to their middle the members come, in squared distance."""
    return _scatter(features) - _scatter(features[inside]) - _scatter(features[~inside])


def _scatter(features: NDArray) -> float:
    return float(((features - features.mean(axis=0)) ** 2).sum())


def _features(members: Sequence[Profile]) -> NDArray:
    """A row for each member: squared differences between rows add up to a weighted, squared distance."""
    columns = [
        *_spread("size", [[math.log(1 + (p.size or 0))] for p in members]),
        *_spread("units", [[math.log(1 + p.units)] for p in members]),
        *_spread("place", [[math.log(1 + (p.place or 0))] for p in members]),
        *_even("skolformer", [[float(form in p.skolformer) for form in FORMS] for p in members]),
        *_even("shares", [[p.shares.get(form, 0.0) for form in FORMS] for p in members]),
    ]
    return np.array(columns).T


def _spread(name: str, rows: list[list[float]]) -> list[NDArray]:
    """One column over its range, from the 5th to the 95th percentile."""
    column = np.array(rows)[:, 0]
    low, high = np.percentile(column, [5, 95])
    return [math.sqrt(WEIGHTS[name]) * np.clip((column - low) / ((high - low) or 1), 0, 1)]


def _even(name: str, rows: list[list[float]]) -> list[NDArray]:
    """Columns that share one weight."""
    return list(math.sqrt(WEIGHTS[name] / 2) * np.array(rows).T)
