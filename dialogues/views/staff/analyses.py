"""The situation analyses that huvudmän have sent: as a page, and as the PDF that was received."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dialogues.analysis.document import body_html, pdf_response
from dialogues.domain.files import read_file
from dialogues.models import SituationAnalysis
from dialogues.views.staff.frame import staff_page


@require_GET
def analysis_page(request: HttpRequest, public_id: uuid.UUID, version: int) -> HttpResponse:
    """A version as it was sent."""
    sent = _sent(public_id, version)
    context = {
        "title": _("Nulägesanalys, version %(number)s") % {"number": sent.version},
        "dialogue": sent.dialogue,
        "sent": sent,
        "body": body_html(sent.content),
    }
    return staff_page(request, "staff/analysis.html", context)


@require_GET
def analysis_pdf(_request: HttpRequest, public_id: uuid.UUID, version: int) -> HttpResponse:
    """The PDF, byte for byte as it was received."""
    sent = _sent(public_id, version)
    return pdf_response(read_file(sent.pdf), sent.dialogue.huvudman)


def _sent(public_id: uuid.UUID, version: int) -> SituationAnalysis:
    rows = SituationAnalysis.objects.select_related("dialogue__huvudman", "dialogue__batch", "pdf")
    return get_object_or_404(rows, dialogue__public_id=public_id, version=version)
