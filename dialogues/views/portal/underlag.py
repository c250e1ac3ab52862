"""The huvudman's analysunderlag: as a page, and as the PDF that was sent."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from dialogues.models import Dialogue, Underlag, UnderlagState
from dialogues.underlag.download import excel_response, pdf_response, short_response
from dialogues.underlag.html import body_html
from dialogues.views.portal.pages import own_dialogue, show


@own_dialogue
def portal_underlag(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The underlag that was sent, as a page."""
    underlag = _sent(dialogue)
    body = body_html(underlag.content)
    return show(request, "underlag", dialogue, here="underlag", underlag=underlag, body=body)


@own_dialogue
def portal_underlag_pdf(_request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The PDF that was sent, byte for byte."""
    return pdf_response(_sent(dialogue))


@own_dialogue
def portal_underlag_excel(_request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The tables of the underlag that was sent, as an Excel file."""
    return excel_response(_sent(dialogue))


@own_dialogue
def portal_underlag_short(_request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The underlag that was sent, on two pages for the nämnd or styrelse, as a PDF."""
    return short_response(_sent(dialogue))


def _sent(dialogue: Dialogue) -> Underlag:
    """The underlag that was sent. Raises Http404 before that."""
    sent = dialogue.underlag.filter(state=UnderlagState.ISSUED).select_related("pdf", "dialogue__huvudman")
    underlag = sent.first()
    if underlag is None:
        raise Http404
    return underlag
