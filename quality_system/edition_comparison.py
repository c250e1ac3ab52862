"""Two editions laid side by side: what is added, taken away and worded anew. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Identity: TypeAlias = tuple[str, str, str]
"""What a part is known by in every edition: its kind, its skolform (if any) and its key or number."""


@dataclass(frozen=True, slots=True)
class PartText:
    """One part as people read it. `fields` are its texts by what they are called, in the form's order;
    `text` is its wording, for parts that are worded.
    """

    identity: Identity
    name: str
    fields: Mapping[str, str]
    text: str = ""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose text is another one."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part that is in both, with the fields that differ."""

    part: PartText
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs from one edition to the next. `unchanged` counts parts; `reordered` are the groups
    (kind, skolform) whose common parts come in another order.
    """

    added: tuple[PartText, ...]
    removed: tuple[PartText, ...]
    changed: tuple[PartChange, ...]
    unchanged: int
    reordered: tuple[tuple[str, str], ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.changed or self.reordered)


def compare(before: Iterable[PartText], after: Iterable[PartText]) -> Comparison:
    """What happened from `before` to `after`, in the order of `after` (of `before` for what is removed).

    Parts are the same when their identities are. No identity may be twice in either.
    """
    old, new = ({part.identity: part for part in parts} for parts in (before, after))
    kept = [identity for identity in new if identity in old]
    changes = [(new[identity], _fields(old[identity], new[identity])) for identity in kept]
    return Comparison(
        added=tuple(part for identity, part in new.items() if identity not in old),
        removed=tuple(part for identity, part in old.items() if identity not in new),
        changed=tuple(PartChange(part, fields) for part, fields in changes if fields),
        unchanged=sum(not fields for _part, fields in changes),
        reordered=_reordered([identity for identity in old if identity in new], kept),
    )


def _fields(old: PartText, new: PartText) -> tuple[FieldChange, ...]:
    labels = dict.fromkeys([*new.fields, *old.fields])
    pairs = ((label, old.fields.get(label, ""), new.fields.get(label, "")) for label in labels)
    return tuple(FieldChange(*pair) for pair in pairs if pair[1] != pair[2])


def _reordered(was: list[Identity], now: list[Identity]) -> tuple[tuple[str, str], ...]:
    groups = dict.fromkeys(identity[:2] for identity in now)
    return tuple(group for group in groups if _within(group, was) != _within(group, now))


def _within(group: tuple[str, str], identities: list[Identity]) -> list[Identity]:
    return [identity for identity in identities if identity[:2] == group]
