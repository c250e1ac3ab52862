"""What every source reader yields, and the files they read from. Plain Python."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, cast

from quality_system.values import Value

UNIT, HUVUDMAN, KOMMUN, LAN, RIKET = "unit", "huvudman", "kommun", "lan", "riket"
ALL, GIRLS, BOYS = "all", "girls", "boys"

ALL_ORGANIZERS = "all"

MAX_LINE = 4_000_000
MAX_LINES = 5_000_000

UNIT_CODE = re.compile(r"[0-9]{8}")
ORGNR = re.compile(r"[0-9]{10}")
KOMMUN_CODE = re.compile(r"[0-9]{4}")
LAN_CODE = re.compile(r"[0-9]{2}")

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SCHOOL_YEAR = re.compile(r"((?:19|20)[0-9]{2})[/\u2013-]((?:19|20)?[0-9]{2})")


class SourceFault(ValueError):
    """The file as a whole cannot be read. The text says why, in Swedish, with the line where it is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(f"rad {line}: {reason}" if line else reason)
        self.reason, self.line = reason, line


class Unreadable(ValueError):
    """A part of a file that cannot be read; the text says why, in Swedish."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One value of one measure, for one unit, huvudman, kommun or län (by `code`) or the whole country.

    `measure` is the indicator's key. `orgnr` is the huvudman that the source names for a unit, if it does.
    `count` is how many the value rests on, where the source says so exactly. A huvudman's `code` is its
    orgnr, the code of its kommun where the kommun is meant, or the name of a kommunalförbund. `organizers`
    tells whose units in a kommun, a län or the country it is about: a type of huvudman, or all.
    """

    level: str
    code: str
    measure: str
    period: str
    value: Value
    source: str
    source_version: str
    line: int
    sex: str = ALL
    count: int | None = None
    orgnr: str = ""
    organizers: str = ALL_ORGANIZERS


@dataclass(frozen=True, slots=True)
class UnitFact:
    """Who runs a unit, as the source says."""

    code: str
    orgnr: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line, or a value in it, that could not be read. `place` says where in words, if not on a line."""

    line: int
    reason: str
    place: str = ""


Item = Observation | UnitFact | Rejected
Reader = Callable[[BinaryIO], Iterator[Item]]


def period_of(text: str) -> str:
    """A calendar year (`2024`) or a läsår (`2024/25`, also when written `2024/2025` or `2024-25`).

    Raises Unreadable for anything else.
    """
    plain = text.strip()
    if _YEAR.fullmatch(plain):
        return plain
    match = _SCHOOL_YEAR.fullmatch(plain)
    if match is None or int(match.group(2)[-2:]) != (int(match.group(1)) + 1) % 100:
        raise Unreadable(f"perioden ”{plain[:20]}” är varken ett år eller ett läsår")
    return f"{match.group(1)}/{match.group(2)[-2:]}"


def file_name(stream: BinaryIO) -> str:
    """The name of the file that is read, without its folder; empty where it has none."""
    name = getattr(stream, "name", "")
    return PurePath(name).name if isinstance(name, str) else ""


def lines_of(stream: BinaryIO, longest: int = MAX_LINE) -> Iterator[tuple[int, str]]:
    """The numbered lines of a UTF-8 file, plain or gzip (told by its first bytes), without line ends.

    Raises SourceFault for bytes that are no UTF-8 text, a broken archive, or a size no real file has.
    """
    plain = _unpacked(stream)
    for at in range(1, MAX_LINES + 1):
        raw = _next_line(plain, at, longest)
        if not raw:
            return
        yield at, _decoded(raw, at)
    raise SourceFault("filen har orimligt många rader", MAX_LINES)


def _unpacked(stream: BinaryIO) -> BinaryIO:
    buffered = io.BufferedReader(cast("io.RawIOBase", stream))
    packed = buffered.peek(2)[:2] == b"\x1f\x8b"
    return cast("BinaryIO", gzip.GzipFile(fileobj=buffered)) if packed else buffered


def _next_line(plain: BinaryIO, at: int, longest: int) -> bytes:
    try:
        raw = plain.readline(longest + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise SourceFault("den packade filen är skadad eller avbruten", at) from fault
    if len(raw) > longest:
        raise SourceFault("raden är orimligt lång", at)
    return raw


def _decoded(raw: bytes, at: int) -> str:
    try:
        text = raw.decode("utf-8-sig" if at == 1 else "utf-8")
    except UnicodeDecodeError as fault:
        raise SourceFault("filen är inte text i UTF-8", at) from fault
    if "\0" in text:
        raise SourceFault("filen är inte en textfil", at)
    return text.rstrip("\r\n")
