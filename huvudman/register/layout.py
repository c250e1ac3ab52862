"""How the register's sheets are laid out: which sheets there are, and where each column stands.

Columns are found by their heads, wherever they stand and however they are spaced or punctuated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from huvudman.register.cells import text
from huvudman.register.problems import Problem, Reason, RegisterFileError

WORD = re.compile(r"[0-9A-ZÅÄÖÉÜ]+")
HEADER_WITHIN = 20

HUVUDMAN_COLUMNS = (
    "ORGANISATIONSNR",
    "HUVUDMANNATYP",
    "NAMN",
    "POSTADRESS",
    "POSTNR",
    "POSTORT",
    "TELENR",
    "EPOST",
    "JURIDISK FORM",
)
UNIT_COLUMNS = (
    "ORGANISATIONSNR",
    "KOMMUN",
    "SKOLENHETSKOD",
    "NAMN",
    "ADRESS",
    "POSTNR",
    "POSTORT",
    "BESÖKSPOSTNR",
    "TELENR",
    "WEBB",
    "EPOST",
)
# The sheet of huvudmän marks skolformer one by one; the names change with the school law.
HUVUDMAN_SKOLFORMER = {
    "FÖRSKOLEKLASS": "FKLASS",
    "FRITIDSHEM": "FTH",
    "GRUNDSKOLA": "GR",
    "GYMNASIESKOLA": "GY",
    "GRUNDSÄRSKOLA": "GRAN",
    "ANPASSAD GRUNDSKOLA": "GRAN",
    "GYMNSÄRSKOLA": "GYAN",
    "GYMNASIESÄRSKOLA": "GYAN",
    "ANPASSAD GYMNASIESKOLA": "GYAN",
    "SPECIALSKOLA": "SP",
    "SAMESKOLA": "SAM",
    "KOMMUNAL VUXENUTB": "VUX",
    "KOMVUX": "VUX",
    "SÄRSKILD UTB FÖR VUXNA": "VUX",
    "KOMM VUXENUTB I SV FÖR INV": "VUX",
}
HUVUDMAN_NEEDED = ("FKLASS", "FTH", "GR", "GY", "GRAN", "GYAN", "SP", "VUX")

# Programmes by how their heads begin (after "ELEVER", "INTRO", "PROGRAM") → code. Both spellings of a head
# ("BYGG- O ANL. PROGRAMMET", "ELEVER BYGG O ANL") give the same code.
GY_PROGRAMMES = (
    ("BARN", "BF"),
    ("BYGG", "BA"),
    ("EL O", "EE"),
    ("FORDON", "FT"),
    ("HANDEL", "HA"),
    ("FÖRSÄLJNING", "FS"),
    ("HANTVERK", "HV"),
    ("HOTELL", "HT"),
    ("INDUSTRI", "IN"),
    ("NATURBRUK", "NB"),
    ("REST", "RL"),
    ("VVS", "VF"),
    ("VÅRD", "VO"),
    ("EKONOMI", "EK"),
    ("ESTET", "ES"),
    ("HUMANIST", "HU"),
    ("NATURVETENSKAP", "NA"),
    ("SAMHÄLLSVETENSKAP", "SA"),
    ("TEKNIK", "TE"),
    ("IB", "IB"),
    ("INT BACC", "IB"),
    ("PROGRAMIN", "IMV"),
    ("INDIVID", "IMA"),
    ("SPRÅKINTRO", "IMS"),
    ("YRKESINTRO", "IMY"),
    ("FLYGTEKNIK", "FLYG"),
    ("MARINTEKNIK", "MARIN"),
    ("SJÖFART", "SJÖ"),
    ("TÅGTEKNIK", "TÅG"),
    ("UTBILDNINGEN SAMISKA", "SAMISK"),
    ("UTB SAMISKA", "SAMISK"),
    ("YRKESDANS", "DANS"),
    ("VIDAREUTB", "T4"),
)
GY_NEEDED = tuple(
    code
    for _stem, code in GY_PROGRAMMES
    if code not in {"HA", "FS", "FLYG", "MARIN", "SJÖ", "TÅG", "SAMISK", "DANS", "T4"}
)
GYAN_PROGRAMMES = (
    ("ADMIN", "AH"),
    ("EST", "EV"),
    ("FAST", "FA"),
    ("FORDON", "FO"),
    ("HANTV", "HP"),
    ("HOTELL", "HR"),
    ("HÄLSA", "HV"),
    ("SAMH", "SN"),
    ("SKOG", "SM"),
    ("INDIVID", "IV"),
)


@dataclass(frozen=True)
class SheetKind:
    """A kind of sheet: the names it goes by, the skolform it is about and the groups it must have."""

    names: tuple[str, ...]
    skolform: str
    years: tuple[str, ...] = ()
    counted: bool = False
    programmes: tuple[tuple[str, str], ...] = ()
    needed: tuple[str, ...] = ()
    part: str = ""
    may_be_empty: bool = True
    title: str = ""


ONE_TO_NINE = tuple(str(n) for n in range(1, 10))
UNIT_SHEETS = (
    SheetKind(
        ("GRUNDSKOLA",), "GR", ("F", *ONE_TO_NINE), counted=True, may_be_empty=False, title="Grundskola"
    ),
    SheetKind(("GRUNDSÄRSKOLA", "ANPASSAD GRUNDSKOLA"), "GRAN", ONE_TO_NINE, title="Grundsärskola"),
    SheetKind(("SPECIALSKOLA",), "SP", ("F", *ONE_TO_NINE, "10"), title="Specialskola"),
    SheetKind(("SAMESKOLA",), "SAM", ("F", *ONE_TO_NINE[:6]), title="Sameskola"),
    SheetKind(
        ("GYMNASIESKOLA",),
        "GY",
        programmes=GY_PROGRAMMES,
        needed=GY_NEEDED,
        counted=True,
        may_be_empty=False,
        title="Gymnasieskola",
    ),
    SheetKind(
        ("GYMNASIESÄRSKOLA", "ANPASSAD GYMNASIESKOLA"),
        "GYAN",
        programmes=GYAN_PROGRAMMES,
        needed=tuple(code for _stem, code in GYAN_PROGRAMMES),
        title="Gymnasiesärskola",
    ),
    SheetKind(("KOMM VUXENUTB", "KOMVUX"), "VUX", part="KOMVUX", title="Komm. vuxenutb."),
    SheetKind(
        ("KOMM VUXENUTB I SV F INV", "KOMVUX SFI", "SFI"),
        "VUX",
        part="SFI",
        title="Komm. vuxenutb. i sv. f. inv.",
    ),
    # Since July 2020 this is a part of komvux, so newer registers have no such sheet.
    SheetKind(
        ("SÄRSK UTB F VUXNA", "KOMVUX SOM ANPASSAD UTBILDNING"),
        "VUX",
        part="ANPASSAD",
        title="Särsk. utb. f. vuxna",
    ),
)
HUVUDMAN_SHEET = "HUVUDMÄN"


@dataclass(slots=True)
class GroupColumn:
    """A column about one year group, programme or part of a skolform."""

    index: int
    head: str
    skolform: str
    group: str


Offered = dict[str, tuple[str, ...]]
"""Skolform → its groups."""


@dataclass(slots=True)
class Plan:
    """Where everything stands in one sheet. Indices are from 0; `header` is the header's index."""

    header: int
    heads: list[str]
    fields: dict[str, int]
    flags: list[GroupColumn] = field(default_factory=list)
    counts: list[GroupColumn] = field(default_factory=list)
    total: int | None = None
    orientation: int | None = None
    remarks: list[Problem] = field(default_factory=list)
    offered: dict[tuple[Any, ...], Offered] = field(default_factory=dict)
    """What each combination of flags means: a sheet has thousands of rows and few combinations."""

    def head(self, name: str) -> str:
        """The head as the sheet writes it."""
        return self.heads[self.fields[name]] if name in self.fields else name


def normal(head: Any) -> str:
    """A head in capitals without punctuation and with single spaces."""
    return " ".join(WORD.findall(text(head).upper()))


def find_header(sheet: str, rows: Sequence[Sequence[Any]], wanted: Sequence[str]) -> int:
    """The index of the row that names the most of the wanted columns. Raises RegisterFileError."""
    scores = [len({normal(c) for c in row} & set(wanted)) for row in rows[:HEADER_WITHIN]]
    best = max(scores, default=0)
    if best < len(wanted) / 2:
        raise RegisterFileError(Problem(Reason.MISSING_HEADER, sheet, detail=", ".join(wanted)))
    return scores.index(best)


def fixed_columns(sheet: str, rows: Sequence[Sequence[Any]], wanted: Sequence[str]) -> Plan:
    """Find the header and the columns read by name. Raises RegisterFileError for all that are missing."""
    header = find_header(sheet, rows, wanted)
    heads = [text(cell) for cell in rows[header]]
    names = [normal(head) for head in heads]
    problems = [_missing(sheet, header, name, heads) for name in wanted if name not in names]
    problems += [
        Problem(Reason.REPEATED_COLUMN, sheet, header + 1, name) for name in wanted if names.count(name) > 1
    ]
    if problems:
        raise RegisterFileError(*problems)
    return Plan(header, heads, {name: names.index(name) for name in wanted})


def _missing(sheet: str, header: int, name: str, heads: list[str]) -> Problem:
    return Problem(Reason.MISSING_COLUMN, sheet, header + 1, name, ", ".join(h for h in heads if h)[:400])


def huvudman_plan(sheet: str, rows: Sequence[Sequence[Any]]) -> Plan:
    """The plan of the sheet of huvudmän. Raises RegisterFileError."""
    plan = fixed_columns(sheet, rows, HUVUDMAN_COLUMNS)
    for index, head in enumerate(plan.heads):
        if skolform := HUVUDMAN_SKOLFORMER.get(normal(head)):
            plan.flags.append(GroupColumn(index, head, skolform, ""))
    found = {column.skolform for column in plan.flags}
    missing = [s for s in HUVUDMAN_NEEDED if s not in found]
    if missing:
        names = {s: n for n, s in reversed(HUVUDMAN_SKOLFORMER.items())}
        raise RegisterFileError(*(_missing(sheet, plan.header, names[s], plan.heads) for s in missing))
    return plan


def unit_plan(sheet: str, kind: SheetKind, rows: Sequence[Sequence[Any]]) -> Plan:
    """The plan of a sheet of school units. Raises RegisterFileError."""
    plan = fixed_columns(sheet, rows, UNIT_COLUMNS)
    for index, head in enumerate(plan.heads):
        _place(plan, kind, index, normal(head))
    _refuse_missing_groups(sheet, kind, plan)
    return plan


def _place(plan: Plan, kind: SheetKind, index: int, name: str) -> None:
    if name == "ELEVER TOTALT":
        plan.total = index
        return
    if name == "INRIKTNING":
        plan.orientation = index
        return
    counted = name.startswith("ELEVER ")
    group = _group(kind, name.removeprefix("ELEVER "))
    if group:
        column = GroupColumn(index, plan.heads[index], "FKLASS" if group == "F" else kind.skolform, group)
        (plan.counts if counted else plan.flags).append(column)
    elif counted:
        plan.remarks.append(Problem(Reason.UNKNOWN_GROUP, "", plan.header + 1, plan.heads[index]))


def _group(kind: SheetKind, name: str) -> str:
    if kind.programmes:
        short = name.removeprefix("INTRO ").removeprefix("PROGRAM ")
        return next((code for stem, code in kind.programmes if short.startswith(stem)), "")
    if kind.years and name == "FKLASS":
        return "F"
    year = re.fullmatch(r"ÅR ?(\d{1,2})", name)
    return year.group(1) if kind.years and year else ""


def _refuse_missing_groups(sheet: str, kind: SheetKind, plan: Plan) -> None:
    flagged, counted = ({c.group for c in columns} for columns in (plan.flags, plan.counts))
    wanted = kind.years or kind.needed
    missing = [_group_head(kind, g) for g in wanted if g not in flagged]
    if kind.counted:
        missing += [f"ELEVER {_group_head(kind, g)}" for g in wanted if g not in counted]
    if missing:
        raise RegisterFileError(*(_missing(sheet, plan.header, name, plan.heads) for name in missing))


def _group_head(kind: SheetKind, group: str) -> str:
    if kind.years:
        return "FKLASS" if group == "F" else f"ÅR{group}"
    return next(stem for stem, code in kind.programmes if code == group)
