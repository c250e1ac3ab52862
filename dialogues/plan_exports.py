"""A plan as files: Excel for the planner, the evaluators' extract, and what it takes to check a lottery."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from dialogues.cells import csv_bytes, fill_sheet
from dialogues.domain.plan_writing import block_from
from dialogues.domain.swaps import current_places
from dialogues.lottery import canonical
from dialogues.models import Answer, Cycle, Dialogue, DialogueState, Draw, InvitationAnswer
from dialogues.models.draw import LAID_ASIDE
from dialogues.plan_heat import block_name, heat_of
from dialogues.plan_queries import families_of, level_namer, worst_rows
from dialogues.replan_queries import diff_of
from huvudman.models import Huvudman

Row = Sequence[object]
UNIT_FIELDS = ("id", "region", "size", "type", "pupils", "office", "form")
TIES = ("pin_year", "pin_batch", "not_before_year", "koncern")
"""What a newer engine may know of a unit; written when a unit has any."""
EXTRACT_HEAD = ("pseudonym", "lan", "storlek", "typ", "kontor", "form", "ar", "omgang", "svar", "lage")


def register_json(draw: Draw) -> bytes:
    """The register of a draw, byte for byte what its hash is of."""
    return canonical(draw.units).encode()


def register_csv(draw: Draw) -> bytes:
    """The register of a draw as the planning engine reads it (UNITS.csv)."""
    fields = [*UNIT_FIELDS, *(tie for tie in TIES if any(row.get(tie) for row in draw.units))]
    return csv_bytes(fields, ([row.get(name) or _none(name) for name in fields] for row in draw.units))


def _none(name: str) -> object:
    """No pupils are 0, no tie is an empty cell."""
    return 0 if name == "pupils" else ""


def plan_csv(places: Mapping[str, str]) -> bytes:
    """A plan as the engine writes it (PLAN.csv): id, year and batch, both from 1."""
    return csv_bytes(("id", "year", "batch"), ([unit, *places[unit].split(":")] for unit in sorted(places)))


def plan_workbook(draw: Draw) -> bytes:
    """The plan as an Excel file: huvudmän, counts and deviations, largest deviations, swaps, facts."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, head, rows in _sheets(draw):
        fill_sheet(book.create_sheet(title[:31]), head, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changes_workbook(draw: Draw) -> bytes:
    """Everyone that a replan changes, as an Excel file."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    fill_sheet(book.create_sheet(_("Ändringar")[:31]), _changes_head(), _changes_rows(draw))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changes_csv(draw: Draw) -> bytes:
    """The same as a CSV file."""
    return csv_bytes([str(name) for name in _changes_head()], _changes_rows(draw))


def _changes_head() -> Row:
    return [_("Beteckning"), _("Huvudman"), _("Vad"), _("Från"), _("Till")]


def _changes_rows(draw: Draw) -> Iterator[Row]:
    return ([row.id, row.name, row.label, row.before, row.after] for row in diff_of(draw))


def extract_csv(cycle: Cycle) -> bytes:
    """What evaluators need of a cycle: pseudonym, strata, year, batch and answer, also of decliners.

    The year and the batch are those that the lottery gave, so that later batches are a fair control group,
    also when the plan was made again; who came after that has those of the replan that brought it;
    the answer is the latest, empty where none has been given.
    """
    latest = InvitationAnswer.objects.filter(invitation__dialogue=OuterRef("pk")).order_by("-given_at", "-pk")
    rows = (
        Dialogue.objects.filter(cycle=cycle)
        .select_related("huvudman__main_kommun__lan", "batch")
        .annotate(latest_answer=Subquery(latest.values("answer")[:1]))
        .order_by("huvudman__public_id")
    )
    drawn = _drawn_places(cycle)
    return csv_bytes(EXTRACT_HEAD, (_extracted(cycle, row, drawn) for row in rows))


def _drawn_places(cycle: Cycle) -> dict[str, dict[str, Any]]:
    """The strata and the block of each unit when it first got a place: the lottery's, where it had one."""
    draw = cycle.draws.filter(written_at__isnull=False).exclude(state__in=LAID_ASIDE).first()
    drawn: dict[str, dict[str, Any]] = {}
    for each in Draw.objects.filter(pk__in=draw.line if draw else ()).order_by("-pk"):
        drawn |= {row["id"]: {**row, "block": each.assignment[row["id"]]} for row in each.units}
    return drawn


def _extracted(cycle: Cycle, dialogue: Any, drawn: Mapping[str, Mapping[str, Any]]) -> Row:
    unit = str(dialogue.huvudman.public_id)
    then = drawn.get(unit, {})
    block = then.get("block") or f"{dialogue.batch.year - cycle.first_year + 1}:{dialogue.batch.number}"
    year, batch = block_name(block, cycle.first_year).split(":")
    strata = [then.get(name, "") for name in ("region", "size", "type", "office", "form")]
    answer = Answer(dialogue.latest_answer).value if dialogue.latest_answer else ""
    return [unit, *strata, int(year), int(batch), answer, DialogueState(dialogue.state).value]


def _sheets(draw: Draw) -> Iterator[tuple[str, Row, Iterator[Row]]]:
    places, first = current_places(draw), draw.cycle.first_year
    yield _("Plan"), _plan_head(), _plan_rows(draw, places)
    for family in families_of(draw.counted):
        heat = heat_of(draw.counted, family, first)
        counts = ([name, *(cell.count for cell in cells)] for name, cells in heat.rows)
        yield heat.family, [heat.family, *heat.columns], counts
    worst = [_("Fördelning efter"), _("Omgång"), _("Var"), _("År"), _("1 eller mer")]
    yield _("Största avvikelser"), worst, _worst_rows(draw)
    swaps = [_("Beteckning"), _("Beteckning"), _("Från"), _("Till"), _("Skäl"), _("Vem"), _("När")]
    yield _("Byten"), swaps, _swap_rows(draw)
    yield _("Om planen"), [_("Uppgift"), _("Värde")], _fact_rows(draw)


def _plan_head() -> Row:
    strata = [_("Län"), _("Storlek"), _("Typ"), _("Barn och elever")]
    return [_("Beteckning"), _("Huvudman"), *strata, _("Lottad"), _("Nu")]


def _plan_rows(draw: Draw, places: Mapping[str, str]) -> Iterator[Row]:
    name, first = level_namer(), draw.cycle.first_year
    known = Huvudman.objects.filter(public_id__in=list(places)).values_list("public_id", "name")
    names = {str(public_id): called for public_id, called in known}
    for row in sorted(draw.units, key=lambda row: (block_from(places[row["id"]]), names.get(row["id"], ""))):
        unit = row["id"]
        strata = [name(field, row[field]) for field in ("region", "size", "type")]
        blocks = [block_name(draw.assignment[unit], first), block_name(places[unit], first)]
        yield [unit, names.get(unit, ""), *strata, row["pupils"], *blocks]


def _worst_rows(draw: Draw) -> Iterator[Row]:
    for row in worst_rows(draw.counted):
        yield [row["family"], row["batch"], row["level"], row["year"], row["breaches"]]


def _swap_rows(draw: Draw) -> Iterator[Row]:
    first = draw.cycle.first_year
    for swap in draw.swaps.all():
        blocks = [block_name(block, first) for block in (swap.first_block, swap.second_block)]
        at = timezone.localtime(swap.at).strftime("%Y-%m-%d %H.%M")
        yield [str(swap.first), str(swap.second), *blocks, swap.reason, swap.by_label, at]


def _fact_rows(draw: Draw) -> Iterator[Row]:
    yield from (
        [_("Slag"), str(draw.get_kind_display())],
        [_("Läge"), draw.state_told],
        [_("Minst antal år mellan två dialoger"), draw.least_years_between],
        [_("Registrets kontrollsumma"), draw.input_sha256],
        [_("Låsningens kontrollsumma"), draw.commitment_sha256],
        [_("Källa till värdet"), draw.source],
        [_("Värdets dag"), str(draw.value_on or "")],
        [_("Värde"), draw.value],
        [_("Frö"), draw.seed],
        [_("Sätt att fördela"), str(draw.certificate.get("method", ""))],
    )
