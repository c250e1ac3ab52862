"""Files with answers of JSON interfaces: one answer in the whole file, or one a line. Plain Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from quality_system.sources.base import Item, Rejected, SourceFault, Unreadable, file_name, lines_of
from quality_system.values import Value, ValueKind

LONGEST = 200_000_000
SMALLEST_EXPONENT = -40

_FAULTS = (ValueError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: on which line it begins, its body, the address it came from and the file's name.

    `start` is how many rows the file's earlier answers had: rows are numbered through the whole file.
    """

    line: int
    body: Any
    address: str
    file: str
    start: int = 0


def read_answers(stream: BinaryIO, read_one: Callable[[Answer], Iterator[Item]]) -> Iterator[Item]:
    """Yield what `read_one` finds in each answer of a file.

    An answer that it cannot read (`Unreadable`) is rejected. Raises SourceFault where that is the first
    one, for a file without JSON, and for an empty one.
    """
    start = at = 0
    for at, line, document in _documents(stream):
        try:
            body, address = _unwrapped(document)
            for item in read_one(Answer(line, body, address, file_name(stream), start)):
                yield item
                start = item.line
        except Unreadable as fault:
            if at == 1:
                raise SourceFault(str(fault), line) from fault
            start += 1
            yield Rejected(start, str(fault), f"rad {line}")
    if not at:
        raise SourceFault("filen är tom")


def number_of(figure: object) -> Value:
    """A JSON number as an exact value. Raises Unreadable for anything that is no number to store."""
    if isinstance(figure, bool) or not isinstance(figure, int | Decimal):
        raise Unreadable(f"värdet {str(figure)[:40]!r} är inte ett tal")
    number = Decimal(figure)
    if not number.is_finite() or int(number.as_tuple().exponent) < SMALLEST_EXPONENT:
        raise Unreadable("talet har orimligt många decimaler")
    return Value(ValueKind.NUMBER, number)


def _documents(stream: BinaryIO) -> Iterator[tuple[int, int, object]]:
    """Each document as (which in order, its line, content); an Unreadable stands for what is no JSON."""
    lines = ((at, text) for at, text in lines_of(stream, LONGEST) if text.strip())
    first = next(lines, None)
    if first is None:
        return
    try:
        content = parsed(first[1])
    except _FAULTS:
        yield 1, first[0], _whole(first, lines)
        return
    yield 1, first[0], content
    for order, (at, text) in enumerate(lines, start=2):
        yield order, at, _content(text)


def parsed(text: str) -> object:
    """JSON with exact numbers. Raises ValueError, ArithmeticError or RecursionError."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _content(text: str) -> object:
    try:
        return parsed(text)
    except _FAULTS:
        return Unreadable("raden är inte JSON")


def _whole(first: tuple[int, str], rest: Iterator[tuple[int, str]]) -> object:
    parts, size = [first[1]], 0
    for at, text in rest:
        size += len(text)
        if size > LONGEST:
            raise SourceFault("filen är orimligt stor", at)
        parts.append(text)
    try:
        return parsed("\n".join(parts))
    except json.JSONDecodeError as fault:
        raise SourceFault("filen innehåller inte JSON", first[0] + fault.lineno - 1) from fault
    except _FAULTS as fault:
        raise SourceFault("filen innehåller inte JSON") from fault


def _unwrapped(document: object) -> tuple[object, str]:
    """The answer's own body, and the address where `{"url": …, "json": …}` or its own link tells it."""
    if isinstance(document, Unreadable):
        raise document
    address = ""
    if isinstance(document, dict) and "json" in document:
        address, document = str(document.get("url") or ""), document["json"]
    if isinstance(document, dict) and "body" in document and "status" in document:
        status, document = document["status"], document["body"]
        if document is None:
            raise Unreadable(f"svaret har inget innehåll ({str(status)[:40]})")
    return document, address
