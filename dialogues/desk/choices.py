"""The choices that a person has saved, as filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.http import QueryDict

from accounts.models import User
from dialogues.desk.filters import DeskFilter
from dialogues.desk.todo import Kind


class Saved(NamedTuple):
    """A saved choice, its name, and whether the list shows it at first."""

    choice: DeskFilter
    name: str
    is_usual: bool


def saved_choices(user: User, kinds: Iterable[Kind]) -> list[Saved]:
    """The user's saved choices by name; not those of a kind that the user no longer has. One query."""
    keys = {"", *(kind.key for kind in kinds)}
    rows = [
        Saved(DeskFilter.from_query(QueryDict(row.query)), row.name, row.is_usual)
        for row in user.saved_choices.all()
    ]
    return [row for row in rows if row.choice.kind in keys]


def usual_choice(saved: Iterable[Saved]) -> DeskFilter | None:
    """What the list shows at first, when the user has chosen that."""
    return next((row.choice for row in saved if row.is_usual), None)
