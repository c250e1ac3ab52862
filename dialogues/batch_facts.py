"""What each huvudman of a batch answers to: read at once, so that lists, counts and deeds never disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.translation import gettext as _

from dialogues.batch_deeds import DEEDS
from dialogues.batch_queries import (
    YES,
    BatchTally,
    cancelled_after,
    counts_as,
    postable,
    reachable,
    to_ring,
    unsure,
)
from dialogues.batch_stuck import REASONS
from dialogues.models import Answer, Dialogue, DialogueState, InvitationBatch
from huvudman.models import HuvudmanType, RegionalOffice, SizeClass

OFFICE = "huvudman__main_kommun__lan__office"
NO_OFFICE = "0"
"""The choice of office for huvudmän whose region is not known."""


@dataclass(frozen=True)
class Fact:
    """A huvudman's dialogue as the choices see it: `state` is the one it is counted in (`counts_as`),
    `values` are what it answers to in each field of a choice, `deeds` what may be done with it now.
    """

    pk: int
    state: str
    values: dict[str, frozenset[str]]
    deeds: frozenset[str]

    def matches(self, chosen: dict[str, str], *, but: str = "") -> bool:
        """Tell whether it is among the chosen; a field that is empty, or named by `but`, chooses all."""
        asked = ((name, value) for name, value in chosen.items() if value and name != but)
        return all(value in self.values[name] for name, value in asked)


def facts_of(batch: InvitationBatch) -> list[Fact]:
    """The facts of a batch's huvudmän. One query."""
    return read_facts(batch.dialogues.all())


def read_facts(rows: QuerySet[Dialogue]) -> list[Fact]:
    """The facts of dialogues, by id. One query."""
    groups = {"visa": views(), "fast": stuck(), "deed": deeds()}
    flags = {f"{group}_{key}": q for group, found in groups.items() for key, q in found.items()}
    held = {_column(name): ExpressionWrapper(q, BooleanField()) for name, q in flags.items()}
    rows = rows.annotate(**held, counts_as=counts_as()).order_by("pk")
    plain = ("pk", "counts_as", "huvudman__type", "huvudman__size_class", OFFICE)
    return [_fact(row, groups) for row in rows.values(*plain, *held)]


def answers_by(facts: Iterable[Fact], field: str) -> list[tuple[str, BatchTally]]:
    """How those of each value of a field (type, size or region) have answered, in the usual order."""
    found: dict[str, Counter[str]] = {}
    for fact in facts:
        (value,) = fact.values[field]
        found.setdefault(value, Counter())[fact.state] += 1
    return [(label, BatchTally(found[value])) for value, label in labels(field) if value in found]


def labels(field: str) -> list[tuple[str, str]]:
    """The values of a field and their words, in the usual order."""
    choices: dict[str, Callable[[], Iterable[tuple[Any, Any]]]] = {
        "typ": lambda: HuvudmanType.choices,
        "storlek": lambda: [*SizeClass.choices[1:], SizeClass.choices[0]],
        "region": lambda: [*RegionalOffice.objects.values_list("pk", "name"), (NO_OFFICE, _("Okänd region"))],
        "fast": lambda: [(reason.key, reason.label) for reason in REASONS],
    }
    return [(str(value), _capital(str(label))) for value, label in choices[field]()]


def views() -> dict[str, Q]:
    """The views of a batch's huvudmän, by their names in an address."""
    by_mail = reachable()
    return {
        "inte-inbjudna": Q(state=DialogueState.PLANNED),
        "inget-svar": Q(state=DialogueState.INVITED),
        "ja": Q(state__in=YES) | cancelled_after(Answer.YES),
        "senare": Q(state=DialogueState.POSTPONED) | cancelled_after(Answer.LATER),
        "nej": Q(state=DialogueState.DECLINED) | cancelled_after(Answer.NO),
        "avbokade": Q(state=DialogueState.CANCELLED),
        "utan-epost": ~by_mail,
        "papper": ~by_mail & postable(),
        "bara-telefon": ~by_mail & ~postable(),
        "obekraftade": unsure(),
        "ring": to_ring(),
    }


def stuck() -> dict[str, Q]:
    """The reasons for being stuck, by their names in an address."""
    return {reason.key: reason.holds() for reason in REASONS}


def deeds() -> dict[str, Q]:
    """Whom each deed is for, by its name in an address."""
    return {name: deed.whom() for name, deed in DEEDS.items()}


def _fact(row: dict[str, Any], groups: dict[str, dict[str, Q]]) -> Fact:
    held = {
        group: frozenset(key for key in found if row[_column(f"{group}_{key}")])
        for group, found in groups.items()
    }
    office = row[OFFICE]
    values = {
        "visa": held["visa"],
        "fast": held["fast"] | ({"alla"} if held["fast"] else set()),
        "typ": frozenset({row["huvudman__type"]}),
        "storlek": frozenset({row["huvudman__size_class"]}),
        "region": frozenset({NO_OFFICE if office is None else str(office)}),
    }
    return Fact(row["pk"], row["counts_as"], values, held["deed"])


def _column(name: str) -> str:
    return "is_" + name.replace("-", "_")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
