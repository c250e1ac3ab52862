"""What a worker of the underlag's measurements does, in a process of its own; it needs no database."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dialogues.underlag.pdf import pdf_from

MEGABYTE = 1024


def warm(htmls: Iterable[str]) -> None:
    """Make some documents, so that all that is read once has been read."""
    for html in htmls:
        pdf_from(html)


def made(html: str) -> int:
    """The size in bytes of a document that was made."""
    return len(pdf_from(html))


def size_after(html: str) -> float:
    """The resident size of this process when it has made one more document, in MB."""
    pdf_from(html)
    line = next(row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / MEGABYTE
