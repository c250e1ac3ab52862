"""From HTML to an accessible PDF (PDF/UA-1)."""

from __future__ import annotations

import gc
import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from dialogues.underlag.tags import set_margins_apart

if TYPE_CHECKING:
    from weasyprint import CSS

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
MOST_SHEETS = 16
_own = threading.local()


def pdf_from(html: str) -> bytes:
    """A tagged PDF of a whole HTML document. Nothing outside the document itself is fetched.

    The document's style elements are read once by each thread, and so are the fonts.
    """
    with _without_search_for_cycles():
        return _made(html)


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    from pikepdf import Pdf

    with Pdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def _made(html: str) -> bytes:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    shelf = _shelf()
    return HTML(string=STYLE.sub("", html), url_fetcher=URLFetcher(allowed_protocols=("data",))).write_pdf(
        stylesheets=[shelf.sheet(found) for found in STYLE.findall(html)],
        font_config=shelf.fonts,
        pdf_variant="pdf/ua-1",
        finisher=set_margins_apart,
    )


class _Shelf:
    """What documents have in common: the fonts, and style sheets by their text."""

    def __init__(self) -> None:
        from weasyprint.text.fonts import FontConfiguration

        self.fonts = FontConfiguration()
        self.sheet = lru_cache(MOST_SHEETS)(self._parsed)

    def _parsed(self, text: str) -> CSS:
        from weasyprint import CSS

        return CSS(string=text, font_config=self.fonts)


def _shelf() -> _Shelf:
    """The thread's own: Pango's fonts are not to be shared between threads."""
    if not hasattr(_own, "shelf"):
        _own.shelf = _Shelf()
    return _own.shelf


@contextmanager
def _without_search_for_cycles() -> Iterator[None]:
    """Python's search for cycles rests: a document is many objects that all stay until it ends."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if was_on:
            gc.enable()
