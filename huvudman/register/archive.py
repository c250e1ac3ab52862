"""Is this file a workbook that is safe to open? Asked before any spreadsheet library sees it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from huvudman.register.places import check_places
from huvudman.register.problems import Problem, Reason, RegisterFileError
from huvudman.register.shared_texts import SharedTexts

MAX_FILE = 25_000_000
MAX_UNPACKED = 150_000_000
MAX_PARTS = 500
CHUNK = 1 << 20


def check_workbook(content: bytes) -> None:
    """Raise RegisterFileError unless `content` is a zip archive with a workbook of reasonable size.

    Both the sizes the archive declares and those that unpacking really gives are checked, a part at a time.
    """
    if not content.strip(b"\x00 \r\n\t"):
        raise RegisterFileError(Problem(Reason.EMPTY_FILE))
    if len(content) > MAX_FILE:
        raise RegisterFileError(Problem(Reason.TOO_LARGE))
    parts = _parts(content)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise RegisterFileError(Problem(Reason.TOO_LARGE))
    if sum(part.compress_size for part in parts) > len(content):
        raise RegisterFileError(Problem(Reason.TOO_LARGE))
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise RegisterFileError(Problem(Reason.NOT_A_WORKBOOK))
    _unpack(content, parts)


def _parts(content: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OSError) as error:
        raise RegisterFileError(Problem(Reason.NOT_A_WORKBOOK)) from error
    if any(part.flag_bits & 1 or part.compress_type not in (0, 8) for part in parts):
        raise RegisterFileError(Problem(Reason.NOT_A_WORKBOOK))
    return parts


def _unpack(content: bytes, parts: list[zipfile.ZipInfo]) -> None:
    """Unpack each part piece by piece, counting, and look where its cells stand; keep nothing."""
    total, texts = 0, SharedTexts()
    for part in parts:
        unpacked = bytearray()
        for piece in _pieces(content, part):
            total += len(piece)
            if total > MAX_UNPACKED:
                raise RegisterFileError(Problem(Reason.TOO_LARGE))
            unpacked += piece
        check_places(unpacked, part.filename)
        texts.look(unpacked, part.filename)
    if texts.surely_small:
        return
    for part in parts:
        texts.count(b"".join(_pieces(content, part)), part.filename)


def _pieces(content: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    packed = memoryview(content)[_start(content, part) :][: part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[i : i + CHUNK]) for i in range(0, len(packed), CHUNK))
        return
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for i in range(0, len(packed), CHUNK):
            piece = unpacker.decompress(packed[i : i + CHUNK], CHUNK)
            while piece:
                yield piece
                piece = unpacker.decompress(unpacker.unconsumed_tail, CHUNK)
    except zlib.error as error:
        raise RegisterFileError(Problem(Reason.NOT_A_WORKBOOK, detail=part.filename[:80])) from error


def _start(content: bytes, part: zipfile.ZipInfo) -> int:
    """Where the packed bytes begin: after the local header, whose name and extra field have own lengths."""
    header = content[part.header_offset : part.header_offset + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise RegisterFileError(Problem(Reason.NOT_A_WORKBOOK))
    name, extra = struct.unpack("<HH", header[26:30])
    return part.header_offset + 30 + int(name) + int(extra)
