"""From HTML to an accessible PDF (PDF/UA-1)."""

from __future__ import annotations

import io

from dialogues.underlag.tags import set_margins_apart


def pdf_from(html: str) -> bytes:
    """A tagged PDF of a whole HTML document. Nothing outside the document itself is fetched."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    inside = URLFetcher(allowed_protocols=("data",))
    return HTML(string=html, url_fetcher=inside).write_pdf(pdf_variant="pdf/ua-1", finisher=set_margins_apart)


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    from pikepdf import Pdf

    with Pdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)
