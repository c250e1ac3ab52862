"""Which source a file is from, told by what it holds. Plain Python."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from itertools import islice

from quality_system.sources import READERS
from quality_system.sources.base import Observation, Reader, SourceFault, UnitFact

MAX_UNPACKED = 150_000_000
CHUNK = 1 << 20
LOOKED_AT = 1000
"""So many of a file's first parts are looked at."""


class NamedBytes(io.BytesIO):
    """A file in memory, with the name it came with."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


def check_unpacked(stream: io.BytesIO) -> None:
    """Raise SourceFault for a file packed with gzip that is unreasonably large when it is unpacked."""
    if stream.getbuffer()[:2] != b"\x1f\x8b":
        return
    size = 0
    try:
        with gzip.GzipFile(fileobj=stream) as packed:
            while piece := packed.read(CHUNK):
                size += len(piece)
                if size > MAX_UNPACKED:
                    raise SourceFault("filen blir för stor när den packas upp")
    except (OSError, EOFError, zlib.error) as fault:
        raise SourceFault("den packade filen är skadad eller avbruten") from fault


def recognise(opened: Callable[[], io.BytesIO]) -> set[str]:
    """The sources whose readers find something in the file; it is recognised where there is just one."""
    return {source for source, reader in READERS.items() if _finds_something(reader, opened())}


def _finds_something(reader: Reader, stream: io.BytesIO) -> bool:
    try:
        return any(isinstance(item, Observation | UnitFact) for item in islice(reader(stream), LOOKED_AT))
    except SourceFault:
        return False
