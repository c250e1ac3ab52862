"""An analysis as a document: for the nämnd or the styrelse, and for the agencies if it is sent."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.text import slugify

from dialogues.analysis.content import LANGUAGE, Json
from dialogues.underlag.html import read_styles
from dialogues.underlag.pdf import pdf_from
from huvudman.models import Huvudman

STYLES = ("css/underlag.css", "css/underlag-pdf.css", "css/analysis-pdf.css")


def body_html(content: Json) -> SafeString:
    """The analysis for a page that has its own frame and main heading."""
    with translation.override(LANGUAGE):
        return render_to_string("analysis/body.html", {"content": content, "on_screen": True})


def pdf_of(content: Json, *, made: str) -> bytes:
    """The analysis as an accessible PDF. `made` says what it is: a draft, or what was sent and when."""
    with translation.override(LANGUAGE):
        told = {"content": content, "made": made, "styles": read_styles(*STYLES)}
        return pdf_from(render_to_string("analysis/document.html", told))


def pdf_name(huvudman: Huvudman) -> str:
    """The PDF's file name: by the huvudman's name, never its orgnr (it can be a personnummer)."""
    return f"nulagesanalys-{slugify(huvudman.name)[:60] or 'huvudman'}.pdf"


def pdf_response(pdf: bytes, huvudman: Huvudman) -> HttpResponse:
    """Such a PDF as an answer, to be kept by no cache."""
    response = HttpResponse(pdf, content_type="application/pdf")
    disposition = content_disposition_header(as_attachment=False, filename=pdf_name(huvudman))
    response["Content-Disposition"] = disposition or "inline"
    response["Cache-Control"] = "private, no-store"
    return response
