"""The huvudman's view of its analysunderlag: as a page, and as the PDF that was sent."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dialogues.models import Underlag, UnderlagState
from dialogues.queries import dialogue_for
from dialogues.underlag.download import pdf_response
from dialogues.underlag.html import body_html


@never_cache
@login_required
@require_GET
def portal_underlag(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The underlag that was sent, as a page."""
    underlag = _sent(request, public_id)
    context = {
        "dialogue": underlag.dialogue,
        "huvudman": underlag.dialogue.huvudman,
        "underlag": underlag,
        "body": body_html(underlag.content),
    }
    return render(request, "underlag/portal.html", context)


@never_cache
@login_required
@require_GET
def portal_underlag_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The PDF that was sent, byte for byte."""
    return pdf_response(_sent(request, public_id))


urlpatterns = [
    path("dialoger/<uuid:public_id>/underlag/", portal_underlag, name="portal_underlag"),
    path("dialoger/<uuid:public_id>/underlag/pdf/", portal_underlag_pdf, name="portal_underlag_pdf"),
]


def _sent(request: HttpRequest, public_id: uuid.UUID) -> Underlag:
    """The user's own, sent underlag. Raises Http404 for all others, without a hint."""
    dialogue = dialogue_for(request.user, public_id)  # type: ignore[arg-type]
    sent = dialogue.underlag.filter(state=UnderlagState.ISSUED).select_related("pdf", "dialogue__huvudman")
    underlag = sent.first()
    if underlag is None:
        raise Http404
    return underlag
