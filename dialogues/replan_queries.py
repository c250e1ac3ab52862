"""A replan as rows to read: what has changed since the plan was laid, who moves from where to where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dialogues.domain.engine import count_draw, units_of
from dialogues.domain.plan_writing import blocks_from, blocks_of
from dialogues.domain.since_planned import EVENED, SincePlanned
from dialogues.domain.swaps import current_places, family_costs
from dialogues.models import Draw
from dialogues.plan_heat import block_name
from dialogues.plan_queries import families_of, family_name, level_namer
from dialogues.planning import Block, Unit
from dialogues.planning.replan import changes
from dialogues.planning.units import all_blocks
from huvudman.models import Huvudman


class DiffKind(TextChoices):
    """What a replan does to a huvudman."""

    MOVED = "flyttas", gettext_lazy("flyttas")
    NEW = "nya", gettext_lazy("ny i planen")
    LEFT = "lamnar", gettext_lazy("lämnar planen")
    LATER = "senare", gettext_lazy("får en senare omgång")


@dataclass(frozen=True)
class DiffRow:
    """One huvudman that a replan changes; blocks as people read them, "" for none."""

    id: str
    name: str
    kind: DiffKind
    before: str
    after: str

    @property
    def label(self) -> str:
        """What happens to it, in words."""
        return str(self.kind.label)


def diff_of(draw: Draw) -> list[DiffRow]:
    """Everyone that a replan changes, by name. One query beside the parent's."""
    first, was = draw.cycle.first_year, current_places(draw.parent) if draw.parent else {}
    found = changes(blocks_of(draw.previous), blocks_of(current_places(draw)))
    names = names_of([change.id for change in found])
    rows = []
    for change in found:
        waited = change.before is None and change.id in was
        before = was[change.id] if waited else str(change.before or "")
        rows.append(
            DiffRow(
                change.id,
                names.get(change.id, change.id),
                _kind(change.before, change.after, waited=waited),
                block_name(before, first) if before else "",
                block_name(str(change.after), first) if change.after else "",
            )
        )
    return sorted(rows, key=lambda row: (row.name, row.id))


def _kind(before: Block | None, after: Block | None, *, waited: bool) -> DiffKind:
    if after is None:
        return DiffKind.LEFT
    if before is None:
        return DiffKind.LATER if waited else DiffKind.NEW
    return DiffKind.MOVED


def told(rows: Sequence[DiffRow]) -> list[tuple[str, int]]:
    """How many a replan moves, brings, leaves out and gives a later batch, with words."""
    counts = Counter(row.kind for row in rows)
    return [(str(kind.label).capitalize(), counts[kind]) for kind in DiffKind]


def evenness(draw: Draw) -> list[dict[str, Any]]:
    """For each family how even the plan would be if nobody moved, and how even the replan is."""
    previous = blocks_of(draw.previous)
    before = count_draw(draw, previous, [unit for unit in units_of(draw) if unit.id in previous])
    rows = {row["family"]: row for row in family_costs(before, draw.counted)}
    known = [family for family in families_of(draw.counted) if family in rows]
    return [rows[family] | {"name": family_name(family)} for family in known]


def changed_lists(since: SincePlanned, draw: Draw) -> list[dict[str, Any]]:
    """What has changed since the plan was laid: a title, and who with the facts of each. One query."""
    others = {now.id: (then, now) for then, now in since.other}
    names = names_of([*since.closed, *since.come, *since.waiting, *since.too_soon, *others])
    level = level_namer() if others else None
    first = draw.cycle.first_year

    def rows(ids: Sequence[str], fact: Mapping[str, str]) -> list[tuple[str, str, str]]:
        return sorted((names.get(unit, unit), unit, fact.get(unit, "")) for unit in ids)

    was = {unit: block_name(str(block), first) for unit, block in since.previous.items()}
    told_others = {unit: "; ".join(_differences(*pair, level)) for unit, pair in others.items() if level}
    lists = [
        (ngettext("%(n)s har upphört", "%(n)s har upphört", len(since.closed)), rows(since.closed, was)),
        (ngettext("%(n)s är ny", "%(n)s är nya", len(since.come)), rows(since.come, {})),
        (
            ngettext("%(n)s har ändrats", "%(n)s har ändrats", len(others)),
            rows(list(others), told_others),
        ),
        (
            ngettext(
                "%(n)s vill delta senare och väntar på en omgång",
                "%(n)s vill delta senare och väntar på en omgång",
                len(since.waiting),
            ),
            rows(since.waiting, {}),
        ),
        (
            ngettext(
                "%(n)s börjar sin verksamhet först senare och får en senare omgång",
                "%(n)s börjar sin verksamhet först senare och får en senare omgång",
                len(since.too_soon),
            ),
            rows(since.too_soon, was),
        ),
    ]
    return [{"title": title % {"n": len(found)}, "rows": found} for title, found in lists if found]


def _differences(then: Unit, now: Unit, level: Any) -> Iterator[str]:
    for field in EVENED:
        before, after = getattr(then, field), getattr(now, field)
        if before != after:
            yield f"{family_name(field)}: {level(field, before)} → {level(field, after)}"


def limits_of(draw: Draw) -> list[str]:
    """What a planner asked for in a replan, in words: what batches take, and who waits."""
    first, names = draw.cycle.first_year, names_of(list(draw.waits)) if draw.waits else {}
    return capacity_of(draw) + [
        _("%(huvudman)s tidigast %(year)s") % {"huvudman": names.get(unit, unit), "year": first + year - 1}
        for unit, year in draw.waits.items()
    ]


def capacity_of(draw: Draw) -> list[str]:
    """What batches take from a region in a replan, in words. Names no huvudman."""
    first, region = draw.cycle.first_year, level_namer() if draw.capacity else None
    return [
        _("Högst %(n)s från %(region)s i omgång %(batch)s")
        % {"n": most, "region": region("region", code), "batch": block_name(f"{year}:{batch}", first)}
        for code, year, batch, most in draw.capacity
        if region
    ]


def unsent_blocks(draw: Draw, sent: frozenset[Block]) -> list[tuple[str, str]]:
    """The blocks that can still change, as choices."""
    first = draw.cycle.first_year
    blocks = [block for block in all_blocks(draw.years, draw.batches_per_year) if block not in sent]
    return [(str(block), block_name(str(block), first)) for block in blocks]


def sent_names(draw: Draw) -> list[str]:
    """The batches that had left draft when a replan was asked for, as people read them."""
    return [block_name(str(block), draw.cycle.first_year) for block in sorted(blocks_from(draw.sent))]


def names_of(ids: Sequence[str]) -> dict[str, str]:
    """Names of huvudmän by their ids in the lottery."""
    known = Huvudman.objects.filter(public_id__in=ids).values_list("public_id", "name")
    return {str(public_id): name for public_id, name in known}
