"""Handing out the PDF of an underlag."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from dialogues.domain.files import read_file
from dialogues.domain.parcels import pdf_name
from dialogues.models import Underlag


def pdf_response(underlag: Underlag) -> HttpResponse:
    """The PDF as it is kept, byte for byte. The underlag must have one."""
    assert underlag.pdf is not None  # noqa: S101  (the database holds it for a rendered underlag)
    response = HttpResponse(read_file(underlag.pdf), content_type=underlag.pdf.media_type)
    disposition = content_disposition_header(
        as_attachment=False, filename=pdf_name(underlag.dialogue.huvudman)
    )
    response["Content-Disposition"] = disposition or "inline"
    response["Cache-Control"] = "private, no-store"
    return response
