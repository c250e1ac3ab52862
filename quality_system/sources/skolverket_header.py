"""The head of Skolverket's CSV exports: what the file is about, and what each column holds. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quality_system.sources.base import (
    ALL,
    BOYS,
    GIRLS,
    HUVUDMAN,
    KOMMUN,
    LAN,
    RIKET,
    UNIT,
    SourceFault,
    Unreadable,
    period_of,
)
from quality_system.sources.measure_keys import key_of, skolform_in

Row = list[str]

ROLES = {
    "skola": "name",
    "skolnamn": "name",
    "skolenhet": "name",
    "skolenhetsnamn": "name",
    "skolenhetskod": UNIT,
    "kommun": "name",
    "skolkommun": "name",
    "kommunnamn": "name",
    "kommunkod": KOMMUN,
    "skolkommunkod": KOMMUN,
    "län": "name",
    "länsnamn": "name",
    "länskod": LAN,
    "riket": "name",
    "huvudman": "name",
    "huvudmannamn": "name",
    "huvudmansnamn": "name",
    "huvudmanorgnr": HUVUDMAN,
    "huvudmansorgnr": HUVUDMAN,
    "huvudmannaorgnr": HUVUDMAN,
    "orgnr": HUVUDMAN,
    "organisationsnummer": HUVUDMAN,
    "typavhuvudman": "organizers",
    "huvudmannatyp": "organizers",
    "kön": "sex",
    "läsår": "period",
    "år": "period",
    "kalenderår": "period",
}
"""Headings (without spaces and hyphens) of the columns that say whose row it is."""

LEVELS = (UNIT, HUVUDMAN, KOMMUN, LAN)
"""The first of these that a file has a code for is its level; without any it is about the whole country."""

SEXES = {
    "flickor": GIRLS,
    "kvinnor": GIRLS,
    "pojkar": BOYS,
    "män": BOYS,
    "samtliga": ALL,
    "totalt": ALL,
    "alla": ALL,
}

CHOSEN = re.compile(r"val(?:t|da) (?:läsår|kalenderår|år): *([^;\s]+)", re.IGNORECASE)
DRAWN = re.compile(r"valt uttag: *([^;\s]+)", re.IGNORECASE)
SELECTED = re.compile(r"exkl|utom ", re.IGNORECASE)
"""A title that says that some pupils are left out: its figures are not those of the indicators."""

_GRADES = r"slutbetyg årskurs 9|^$"
_ELIGIBLE = rf"{_GRADES}|behörighet till gymnasieskolan"
KNOWN = tuple(
    (re.compile(title, re.IGNORECASE), re.compile(name, re.IGNORECASE), key)
    for title, name, key in (
        (_GRADES, r"^antal elever$", "gr-y9-pupils"),
        (_GRADES, r"andel.*alla ämnen$", "gr-y9-all-subjects"),
        (_GRADES, r"meritvärde.*\b17 ämnen", "gr-y9-merit"),
        (_ELIGIBLE, r"behöriga till yrkesprog", "gr-y9-vocational"),
        (_ELIGIBLE, r"behöriga till estetisk", "gr-y9-arts"),
        (_ELIGIBLE, r"behöriga till ekonomi", "gr-y9-social"),
        (_ELIGIBLE, r"behöriga till naturvetenskap", "gr-y9-science"),
        (r"betyg årskurs 6", r"andel.* fått godkänt betyg i alla ämnen$", "gr-y6-all-subjects"),
        (r"lärarlegitimation", r"heltidstjänster andel med .*behörighet$", "{skolform}-certified-teachers"),
        (r"kostnader", r"^totalt per elev$", "{skolform}-cost-per-pupil"),
        *(
            (rf"nationella prov årskurs {year}", rf"genomsnittlig (?:prov)?betygspoäng {subject}$", key)
            for year in "69"
            for subject, key in (
                ("engelska", f"gr-y{year}-test-eng"),
                ("matematik", f"gr-y{year}-test-mat"),
                ("svenska", f"gr-y{year}-test-sve"),
                ("svenska som andraspråk", f"gr-y{year}-test-sva"),
            )
        ),
    )
)
"""Titles and headings (with what divides the rows after) that are an indicator of ours, and its key."""

_ALONE = re.compile(r"(flickor|pojkar|kvinnor|män|totalt|samtliga)", re.IGNORECASE)
_AFTER = re.compile(r"(.+?)\s*[,:(–-]\s*(flickor|pojkar|kvinnor|män)\)?", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """A column with figures: where it stands, what it is called (super-header first), and whose it is."""

    at: int
    over: str
    heading: str
    sex: str

    @property
    def name(self) -> str:
        """What it is called, without the sex."""
        return " ".join(filter(None, (self.over, self.heading)))


@dataclass(frozen=True)
class Layout:
    """Where things stand in a row, and what the whole file is about."""

    line: int
    width: int
    title: str
    skolform: str
    period: str
    version: str
    roles: dict[str, int]
    level: str
    columns: tuple[Column, ...]

    def key(self, column: Column, divided_by: str) -> str:
        """The key of a column's measure, in a row about `divided_by` (a subject, a programme) alone."""
        name = " ".join(filter(None, (column.name, divided_by)))
        if not SELECTED.search(self.title):
            for title, pattern, key in KNOWN:
                if title.search(self.title) and pattern.search(name) and (self.skolform or "{" not in key):
                    return key.format(skolform=self.skolform)
        about = self.title.partition(" - ")[2] or self.title
        return key_of(self.skolform or "skv", about, name)


def find_layout(rows: Iterator[tuple[int, Row]], file: str) -> Layout:
    """Read up to and with the header row, found by what it says. Raises SourceFault where there is none."""
    above: Row = []
    told: list[str] = []
    for at, row in rows:
        roles = _roles(row)
        if roles.keys() & {UNIT, HUVUDMAN, KOMMUN, LAN, "organizers"} and sum(map(bool, row)) > 2:
            return _layout(at, row, roles, above, told, file)
        told.append(" ".join(filter(None, row)))
        above = row
    raise SourceFault("det finns ingen rubrikrad med Skolenhetskod, Kommunkod eller Typ av huvudman")


def _roles(row: Row) -> dict[str, int]:
    """Which column has which role; the first of a name."""
    roles: dict[str, int] = {}
    for at, cell in enumerate(row):
        role = ROLES.get(_plain(cell), "")
        if role:
            roles.setdefault(role, at)
    return roles


def _plain(cell: str) -> str:
    return re.sub(r"[\s.-]", "", cell).casefold()


def _layout(at: int, row: Row, roles: dict[str, int], above: Row, told: list[str], file: str) -> Layout:
    columns = tuple(_columns(row, above))
    if not columns:
        raise SourceFault("ingen av kolumnerna är ett mått som kan läsas", at)
    title, period, version = _told(told, at, "period" in roles)
    return Layout(
        line=at,
        width=max(i for i, cell in enumerate(row) if cell) + 1,
        title=title,
        skolform=skolform_in(title.partition(" - ")[0]) or skolform_in(title) or skolform_in(file),
        period=period,
        version=(version or period)[:40],
        roles=roles,
        level=next((level for level in LEVELS if level in roles), RIKET),
        columns=columns,
    )


def _told(lines: list[str], at: int, by_row: bool) -> tuple[str, str, str]:
    """The title, period and version that stand above the header; the period may stand on each row instead."""
    chosen = [match.group(1) for match in map(CHOSEN.search, lines) if match]
    drawn = [match.group(1) for match in map(DRAWN.search, lines) if match]
    titles = [line for line in lines if line and not line.casefold().startswith(("statistik från", "val"))]
    before = next((i for i, line in enumerate(lines) if CHOSEN.search(line)), len(lines))
    title = titles[0] if titles and lines.index(titles[0]) < before else ""
    try:
        period = period_of(chosen[-1]) if chosen or not by_row else ""
    except (Unreadable, IndexError) as fault:
        raise SourceFault("filen säger inte vilket läsår den gäller (”Valt läsår: …”)", at) from fault
    return title, period, drawn[-1] if drawn else ""


def _columns(row: Row, above: Row) -> Iterator[Column]:
    has_super = bool(above) and not above[0] and any(above)
    for at, cell in enumerate(row):
        if not cell or _plain(cell) in ROLES:
            continue
        over = above[at].lstrip("# ") if has_super and at < len(above) else ""
        heading, sex = _sex(" ".join(cell.split()), over)
        yield Column(at, over, heading, sex)


def _sex(heading: str, over: str) -> tuple[str, str]:
    """The heading without the sex that it ends with. A share *of* girls is a measure like any other."""
    if over and _ALONE.fullmatch(heading):
        return "", SEXES[heading.casefold()]
    after = _AFTER.fullmatch(heading)
    return (after.group(1), SEXES[after.group(2).casefold()]) if after else (heading, ALL)
