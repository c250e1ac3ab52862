"""A summary as a document: a page and an accessible PDF with the same words."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.text import slugify

from dialogues.domain.files import read_file
from dialogues.models import StoredFile, SummaryRound
from dialogues.summary.content import LANGUAGE, Json
from dialogues.underlag.html import read_styles
from dialogues.underlag.pdf import pdf_from

STYLES = ("css/underlag.css", "css/underlag-pdf.css", "css/summary-pdf.css")


def body_html(content: Json) -> SafeString:
    """The summary for a page that has its own frame and main heading."""
    with translation.override(LANGUAGE):
        return render_to_string("summary/body.html", {"content": content})


def pdf_of(content: Json, *, made: str) -> bytes:
    """The summary as an accessible PDF. `made` says what it is: sent to be read, or agreed by whom."""
    with translation.override(LANGUAGE):
        told = {"content": content, "made": made, "styles": read_styles(*STYLES)}
        return pdf_from(render_to_string("summary/document.html", told))


def pdf_name(sent: SummaryRound) -> str:
    """The PDF's file name: by the huvudman's name, never its orgnr (it can be a personnummer)."""
    return f"sammanfattning-{slugify(sent.content['huvudman'])[:60] or 'huvudman'}-{sent.number}.pdf"


def pdf_response(sent: SummaryRound) -> HttpResponse:
    """The PDF that counts, byte for byte, to be kept by no cache: as agreed, or as it was sent to be read."""
    stored: StoredFile = sent.agreed_pdf or sent.pdf
    response = HttpResponse(read_file(stored), content_type="application/pdf")
    disposition = content_disposition_header(as_attachment=False, filename=pdf_name(sent))
    response["Content-Disposition"] = disposition or "inline"
    response["Cache-Control"] = "private, no-store"
    return response
