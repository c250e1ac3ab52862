"""Handing out an underlag as files: the PDF that is kept, and what is made from the same frozen content."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from dialogues.cells import XLSX_TYPE
from dialogues.domain.files import read_file
from dialogues.domain.parcels import pdf_name
from dialogues.models import Underlag
from dialogues.underlag.short import short_pdf
from dialogues.underlag.workbook import workbook_of


def pdf_response(underlag: Underlag) -> HttpResponse:
    """The PDF as it is kept, byte for byte. The underlag must have one."""
    assert underlag.pdf is not None  # noqa: S101  (the database holds it for a rendered underlag)
    return _file(read_file(underlag.pdf), underlag.pdf.media_type, pdf_name(underlag.dialogue.huvudman))


def excel_response(underlag: Underlag) -> HttpResponse:
    """The underlag's tables as an Excel file, made from its frozen content."""
    name = pdf_name(underlag.dialogue.huvudman).removesuffix(".pdf")
    return _file(workbook_of(underlag.content), XLSX_TYPE, f"{name}.xlsx", as_attachment=True)


def short_response(underlag: Underlag) -> HttpResponse:
    """The underlag on two pages, for a nämnd or styrelse, made from its frozen content."""
    name = f"i-korthet-{pdf_name(underlag.dialogue.huvudman)}"
    return _file(short_pdf(underlag.content), "application/pdf", name)


def _file(data: bytes, media_type: str, name: str, *, as_attachment: bool = False) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    disposition = content_disposition_header(as_attachment=as_attachment, filename=name)
    response["Content-Disposition"] = disposition or "inline"
    response["Cache-Control"] = "private, no-store"
    return response
