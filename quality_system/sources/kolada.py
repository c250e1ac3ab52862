"""Pages of data from Kolada's API v3: `values` of a key figure, a kommun or region and a year, by sex.

A file is one page, or one a line, as it is or as `{"url": …, "json": page}`. A row is one such value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from quality_system.sources.base import (
    ALL,
    BOYS,
    GIRLS,
    KOMMUN,
    LAN,
    RIKET,
    UNIT,
    Item,
    Observation,
    Rejected,
    Unreadable,
    period_of,
)
from quality_system.sources.json_answers import Answer, number_of, read_answers
from quality_system.sources.measure_keys import key_of
from quality_system.values import MISSING, SUPPRESSED, Value

SOURCE = "kolada"
VERSION = "v3"

SEXES = {"T": ALL, "K": GIRLS, "M": BOYS}
"""Kolada's codes: totalt, kvinnor, män."""

SECRET = re.compile(r"priva|secre|sekretess|suppress", re.IGNORECASE)
"""A status that says that a value is there, but not shown."""

_KPI = re.compile(r"[A-Z][0-9]{5}")
_KOMMUN = re.compile(r"[0-9]{4}")


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield what the pages say, value by value. Raises SourceFault when the file holds no such page."""
    return read_answers(stream, _read_page)


def _read_page(answer: Answer) -> Iterator[Item]:
    rows = answer.body.get("values") if isinstance(answer.body, dict) else None
    if not isinstance(rows, list):
        raise Unreadable("svaret är inte en sida från Kolada: values saknas")
    for line, row in enumerate(rows, start=answer.start + 1):
        try:
            yield from _read_row(row, line)
        except Unreadable as fault:
            yield Rejected(line, str(fault), _where(row, line))


def _where(row: object, line: int) -> str:
    named = (
        [row.get(part) for part in ("kpi", "municipality", "ou", "period")] if isinstance(row, dict) else []
    )
    words = ", ".join(str(word)[:20] for word in named if word)
    return f"värde {line} ({words})" if words else f"värde {line}"


def _read_row(row: object, line: int) -> Iterator[Item]:
    if not isinstance(row, dict) or not isinstance(row.get("values"), list):
        raise Unreadable("värdet har fel form")
    measure, period = _measure(row.get("kpi")), _period(row.get("period"))
    level, code = _level(row)
    for part in row["values"]:
        try:
            sex, value = _part(part)
        except Unreadable as fault:
            yield Rejected(line, str(fault), _where(row, line))
            continue
        yield Observation(level, code, measure, period, value, SOURCE, VERSION, line, sex=sex)


def _measure(kpi: object) -> str:
    if not isinstance(kpi, str) or not _KPI.fullmatch(kpi):
        raise Unreadable(f"nyckeltalet {str(kpi)[:20]!r} är inte som N15428")
    return key_of(SOURCE, kpi)


def _period(period: object) -> str:
    if isinstance(period, bool) or not isinstance(period, int | str):
        raise Unreadable("perioden saknas")
    return period_of(str(period))


def _level(row: dict[str, Any]) -> tuple[str, str]:
    """What a row is about: riket is `0000`, a region `0001`–`0025`; a group of kommuner is unknown to us."""
    unit = row.get("ou")
    if isinstance(unit, str) and unit:
        return UNIT, unit[:20]
    code = row.get("municipality")
    if not isinstance(code, str) or not code:
        raise Unreadable("kommunens kod saknas")
    if code == "0000":
        return RIKET, ""
    if _KOMMUN.fullmatch(code) and code.startswith("00"):
        return LAN, code[2:]
    return KOMMUN, code[:20]


def _part(part: object) -> tuple[str, Value]:
    if not isinstance(part, dict):
        raise Unreadable("värdet har fel form")
    gender = part.get("gender")
    if not isinstance(gender, str) or gender not in SEXES:
        raise Unreadable(f"könet {str(gender)[:20]!r} är varken T, K eller M")
    return SEXES[gender], _value(part)


def _value(part: dict[str, Any]) -> Value:
    """The value; `count` is how many values of units Kolada has put together, not how many people."""
    figure, status = part.get("value"), part.get("status")
    if part.get("isdeleted") is True:
        return MISSING
    if figure is not None:
        return number_of(figure)
    return SUPPRESSED if isinstance(status, str) and SECRET.search(status) else MISSING
