"""Answers in json-stat2 of PxWeb's tables *Underlag för analys inom det nationella kvalitetssystemet*.

One table a skolform, with the dimensions mått (`variable`), nivå (`level`) and tid (`time`). A file is one
answer, or one a line, as it is or as `{"url": …, "json": answer}`. A row is a cell; cells stand row by row,
the last dimension fastest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, BinaryIO, cast

from quality_system.sources.base import (
    HUVUDMAN,
    KOMMUN,
    KOMMUN_CODE,
    LAN,
    LAN_CODE,
    ORGNR,
    RIKET,
    UNIT,
    Item,
    Observation,
    Rejected,
    Unreadable,
    period_of,
)
from quality_system.sources.json_answers import Answer, number_of, read_answers
from quality_system.sources.measure_keys import key_of, skolform_in
from quality_system.values import MISSING, SIGNS, UnreadableValue, Value, parse_value

SOURCE = "pxweb"
VERSION = "v1"

VARIABLE, LEVEL, TIME = "variable", "level", "time"
DIMENSIONS = (VARIABLE, LEVEL, TIME)

INDICATORS = {
    ("gr", "26"): ("årskurs 6", "gr-y6-all-subjects"),
    ("gr", "27"): ("årskurs 9", "gr-y9-all-subjects"),
}
"""Mått that are an indicator of ours: by skolform and code, what the label must say, and our key."""

_UNIT_LEVEL = re.compile(r"([0-9]{10})-([0-9]{8})")

Place = tuple[str, str, str]
"""A level, its code and, for a unit, its huvudman's orgnr."""


@dataclass(frozen=True, slots=True)
class _Dimension:
    """The codes of one dimension in order, and their labels."""

    codes: list[str]
    labels: dict[str, str]


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield what the file says, cell by cell. Raises SourceFault when it is not such a file."""
    return read_answers(stream, _read_answer)


def _read_answer(answer: Answer) -> Iterator[Item]:
    table = _table(answer)
    yield from table.faults()
    yield from table.cells()


class _Table:
    """One json-stat2 answer, checked as a whole: every cell has its place."""

    def __init__(self, answer: Answer, body: dict[str, Any], dimensions: dict[str, _Dimension]) -> None:
        self.start, self.dimensions = answer.start, dimensions
        self.version = str(body.get("updated") or VERSION)[:40]
        cells = prod(len(dimension.codes) for dimension in dimensions.values())
        self.values = _by_cell(body.get("value"), cells, "value")
        self.status = _by_cell(body.get("status"), cells, "status")
        skolform = _skolform(answer, body)
        labels = dimensions[VARIABLE].labels
        self.measures = {code: _measure(skolform, code, labels[code]) for code in dimensions[VARIABLE].codes}
        self.places, self.bad_places = _understood(dimensions[LEVEL], _place)
        self.periods, self.bad_periods = _understood(dimensions[TIME], _period)

    def faults(self) -> Iterator[Rejected]:
        """Codes that cannot be understood, each once: their cells are left out."""
        for word, bad in (("nivå", self.bad_places), ("tid", self.bad_periods)):
            for code, reason in bad.items():
                yield Rejected(self.start + 1, reason, f"{word} {code[:30]}")

    def cells(self) -> Iterator[Item]:
        """The value of every cell."""
        order = [list(self.dimensions).index(name) for name in DIMENSIONS]
        codes = product(*(dimension.codes for dimension in self.dimensions.values()))
        for at, cell in enumerate(codes):
            variable, level, time = (cell[column] for column in order)
            if level not in self.places or time not in self.periods:
                continue
            line = self.start + at + 1
            try:
                value = _value(self.values.get(at), self.status.get(at))
            except Unreadable as fault:
                place = f"cell {at + 1} (mått {variable}, nivå {level}, tid {time})"
                yield Rejected(line, str(fault), place[:120])
                continue
            what, code, orgnr = self.places[level]
            yield Observation(
                what, code, self.measures[variable], self.periods[time], value, SOURCE, self.version, line,
                orgnr=orgnr,
            )  # fmt: skip


# The answer as a whole ------------------------------------------------------------------------------------
def _table(answer: Answer) -> _Table:
    body = answer.body
    if not isinstance(body, dict) or "dimension" not in body or "size" not in body:
        raise Unreadable("filen är inte ett svar i json-stat2")
    names, sizes, described = _list_of(str, body.get("id")), _list_of(int, body["size"]), body["dimension"]
    if not names or not sizes or not isinstance(described, dict):
        raise Unreadable("id, size och dimension stämmer inte med json-stat2")
    if len(names) != len(sizes) or len(set(names)) != len(names):
        raise Unreadable("id och size har inte lika många dimensioner")
    dimensions = {
        name.casefold(): _dimension(name, size, described.get(name))
        for name, size in zip(names, sizes, strict=True)
    }
    _check_dimensions(dimensions)
    return _Table(answer, body, dimensions)


def _list_of(kind: type, value: object) -> list[Any]:
    """`value` where it is a list of that kind alone; else an empty one."""
    right = isinstance(value, list) and all(type(part) is kind for part in value)
    return cast("list[Any]", value) if right else []


def _dimension(name: str, size: int, described: object) -> _Dimension:
    category = described.get("category") if isinstance(described, dict) else None
    if not isinstance(category, dict):
        raise Unreadable(f"dimensionen {name[:30]} saknar kategorier")
    labels = category.get("label")
    labels = labels if isinstance(labels, dict) else {}
    codes = _ordered(category.get("index", list(labels)))
    if codes is None or len(codes) != size:
        raise Unreadable(f"dimensionen {name[:30]} har inte så många koder som size säger")
    return _Dimension(codes, {code: str(labels.get(code) or code) for code in codes})


def _ordered(index: object) -> list[str] | None:
    """The codes in order: `index` is a list of them, or says the place of each. None where it is neither."""
    if isinstance(index, dict):
        places = {place: code for code, place in index.items() if type(place) is int}
        index = [places.get(at) for at in range(len(index))]
    if not isinstance(index, list) or not all(isinstance(code, str) for code in index):
        return None
    return index if len(set(index)) == len(index) else None


def _check_dimensions(dimensions: dict[str, _Dimension]) -> None:
    lacking = [name for name in DIMENSIONS if name not in dimensions]
    if lacking:
        raise Unreadable(f"dimensionen {lacking[0]} saknas")
    for name, dimension in dimensions.items():
        if name not in DIMENSIONS and len(dimension.codes) > 1:
            raise Unreadable(f"dimensionen {name[:30]} kan inte läsas")


def _by_cell(given: object, cells: int, name: str) -> dict[int, Any]:
    """What is told of each cell: `given` is one for all, a list with all of them, or says which by number."""
    if given is None and name == "status":
        return {}
    if isinstance(given, str) and name == "status":
        return dict.fromkeys(range(cells), given)
    if isinstance(given, list) and len(given) == cells:
        return dict(enumerate(given))
    if isinstance(given, dict) and all(_is_cell(at, cells) for at in given):
        return {int(at): told for at, told in given.items()}
    raise Unreadable(f"{name} stämmer inte med svarets {cells} celler")


def _is_cell(at: str, cells: int) -> bool:
    return at.isascii() and at.isdecimal() and len(at) < 12 and int(at) < cells


def _understood(
    dimension: _Dimension, of: Callable[[str, str], Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """What each code means, and why the others cannot be understood."""
    known: dict[str, Any] = {}
    bad: dict[str, str] = {}
    for code in dimension.codes:
        try:
            known[code] = of(code, dimension.labels[code])
        except Unreadable as fault:
            bad[code] = str(fault)
    return known, bad


# Codes ----------------------------------------------------------------------------------------------------
def _skolform(answer: Answer, body: dict[str, Any]) -> str:
    """The table's skolform, as the address, the answer's label or the file's name has it."""
    table = "/".join(answer.address.rstrip("/").split("/")[-2:])
    told = (table, str(body.get("label") or ""), str(body.get("extension") or ""), answer.file)
    return next(filter(None, map(skolform_in, told)), "")


def _measure(skolform: str, code: str, label: str) -> str:
    """Our key for a mått. Without a skolform the label has to tell it from other tables' mått."""
    said, key = INDICATORS.get((skolform, code), ("", ""))
    if key and said in label.casefold():
        return key
    return key_of(skolform, "ufa", code) if skolform else key_of("ufa", code, label)


def _place(code: str, label: str) -> Place:
    """The hyphen in the code tells a unit from a huvudman; words in the label do not."""
    unit = _UNIT_LEVEL.fullmatch(code)
    if unit:
        return UNIT, unit.group(2), unit.group(1)
    if ORGNR.fullmatch(code):
        return HUVUDMAN, code, ""
    if code == "00":
        return RIKET, "", ""
    if LAN_CODE.fullmatch(code):
        return LAN, code, ""
    if KOMMUN_CODE.fullmatch(code):
        return KOMMUN, code, ""
    raise Unreadable("koden är varken riket, en huvudman eller en skolenhet")


def _period(code: str, label: str) -> str:
    """`2022/23` for a läsår, whose code is its first year; the year for a calendar year."""
    return period_of(label)


# Cells ----------------------------------------------------------------------------------------------------
def _value(figure: object, status: object) -> Value:
    if status is not None and not isinstance(status, str):
        raise Unreadable("statusen är inte text")
    sign = _sign(status or "")
    if figure is None:
        return sign or MISSING
    if sign:
        raise Unreadable(f"cellen har både ett tal och tecknet ”{status}”")
    return _text_value(figure) if isinstance(figure, str) else number_of(figure)


def _sign(status: str) -> Value | None:
    text = status.strip()
    if not text:
        return None
    if text not in SIGNS:
        raise Unreadable(f"statusen ”{text[:20]}” är okänd")
    return SIGNS[text]


def _text_value(text: str) -> Value:
    try:
        return parse_value(text)
    except UnreadableValue as fault:
        raise Unreadable(f"värdet ”{text[:40]}” kan inte läsas") from fault
