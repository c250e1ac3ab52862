"""Keeping files byte for byte, by their sha256."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from dialogues.models import StoredFile


def store_file(data: bytes, media_type: str) -> StoredFile:
    """Keep `data` and answer its row; the same bytes are kept once, whoever stores them at the same time.

    The file is written before the row, so a row never lacks its file. `media_type` is the first one told.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    known = StoredFile.objects.filter(pk=sha256).first()
    return known or _store_new(_row(sha256, data, media_type))


def store_unique(data: bytes, media_type: str) -> StoredFile:
    """Keep `data` that nobody else can have stored, as it has an id of its own, and answer its row."""
    row = _row(hashlib.sha256(data).hexdigest(), data, media_type)
    row.save(force_insert=True)
    return row


def read_file(stored: StoredFile) -> bytes:
    """The bytes of a stored file."""
    with stored.file.open("rb") as file:
        return bytes(file.read())


def _row(sha256: str, data: bytes, media_type: str) -> StoredFile:
    """A row to be saved, whose file is written."""
    return StoredFile(sha256=sha256, file=_written(sha256, data), size=len(data), media_type=media_type)


def _store_new(row: StoredFile) -> StoredFile:
    StoredFile.objects.bulk_create([row], ignore_conflicts=True)
    stored = StoredFile.objects.get(pk=row.pk)
    if stored.file.name != row.file.name:
        row.file.delete(save=False)
    return stored


def _written(sha256: str, data: bytes) -> str:
    """The name of the file with the data, which is written unless it is there."""
    wanted = f"files/{sha256[:2]}/{sha256}"
    return wanted if _is_there(wanted, data) else default_storage.save(wanted, ContentFile(data))


def _is_there(name: str, data: bytes) -> bool:
    """Tell whether a rolled-back transaction has left the whole file behind (half a file does not count)."""
    if not default_storage.exists(name) or default_storage.size(name) != len(data):
        return False
    with default_storage.open(name, "rb") as file:
        return bool(file.read() == data)
