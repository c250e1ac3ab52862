"""From letters on paper to one print-ready PDF, for both sides of A4 and window envelopes.

A cover sheet, then each letter from an odd page on, with what is enclosed on sheets of its own after it. The
measures are in `static/css/post-run.css`: the address lies where the windows of C5 and C65 envelopes overlap.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import timezone, translation

from dialogues.domain.files import read_file
from dialogues.letters.rendering import LANGUAGE, ZONE
from dialogues.models import PaperLetter, PostRun
from dialogues.paper.writing import CODE_HERE, shown_code
from dialogues.underlag.html import read_styles
from dialogues.underlag.pdf import page_count

if TYPE_CHECKING:
    from pikepdf import Page, Pdf

A4 = (595.28, 841.89)
"""Points."""


def print_ready(run: PostRun, letters: Sequence[PaperLetter]) -> tuple[bytes, int]:
    """The PDF of a run and how many sheets it takes, printed on both sides."""
    data, starts = _tagged(run_html(run, letters))
    enclosures = [read_file(letter.enclosure) if letter.enclosure else b"" for letter in letters]
    if any(enclosures):
        data = _with_enclosures(data, starts, enclosures)
    return data, -(-page_count(data) // 2)


def run_html(run: PostRun, letters: Sequence[PaperLetter]) -> str:
    """The cover sheet and the letters as one document."""
    with translation.override(LANGUAGE), timezone.override(ZONE):
        context = {
            "run": run,
            "letters": [(letter, text_in_print(letter)) for letter in letters],
            "now": timezone.now(),
            "styles": read_styles("css/post-run.css"),
        }
        return render_to_string("paper/run.html", context)


def text_in_print(letter: PaperLetter) -> str:
    """The letter's text with the answer code in its place."""
    return letter.text.replace(CODE_HERE, shown_code(letter.code)) if letter.code else letter.text


def _tagged(html: str) -> tuple[bytes, list[int]]:
    """A tagged PDF, and the index of each letter's first page (from 0)."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    document = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",))).render()
    found = {name: index for index, page in enumerate(document.pages) for name in page.anchors}
    starts = [found[name] for name in sorted(found, key=found.__getitem__) if name.startswith("brev-")]
    return document.write_pdf(pdf_variant="pdf/ua-1"), starts


def _with_enclosures(data: bytes, starts: Sequence[int], enclosures: Sequence[bytes]) -> bytes:
    """The PDF with what goes with each letter after it, on sheets of its own; last letters first, so that the
    earlier ones stay where they are.
    """
    from pikepdf import Pdf

    with Pdf.open(io.BytesIO(data)) as whole:
        _fill_sheet(whole, len(whole.pages))
        ends = [*starts[1:], len(whole.pages)]
        for end, enclosure in reversed(list(zip(ends, enclosures, strict=True))):
            if enclosure:
                _insert(whole, end, enclosure)
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()


def _insert(whole: Pdf, place: int, enclosure: bytes) -> None:
    """Put the pages of a PDF before the page at `place`, an even number of them."""
    from pikepdf import Pdf

    with Pdf.open(io.BytesIO(enclosure)) as extra:
        pages = len(extra.pages)
        for number, page in enumerate(extra.pages):
            for key in ("/StructParents", "/Tabs", "/Annots"):  # they point into a structure left behind
                if key in page.obj:
                    del page.obj[key]
            whole.pages.insert(place + number, page)
    if pages % 2:
        whole.pages.insert(place + pages, _blank(whole))


def _fill_sheet(whole: Pdf, pages: int) -> None:
    if pages % 2:
        whole.pages.append(_blank(whole))


def _blank(whole: Pdf) -> Page:
    from pikepdf import Array, Dictionary, Name, Page

    size = Array([0, 0, *A4])
    return Page(whole.make_indirect(Dictionary(Type=Name.Page, MediaBox=size, Resources=Dictionary())))
