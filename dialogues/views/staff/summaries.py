"""A version of a dialogue's summary: as a page, and as the PDF that is kept."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dialogues.models import SummaryRound
from dialogues.summary.document import body_html, pdf_response
from dialogues.views.staff.frame import staff_page


@require_GET
def summary_page(request: HttpRequest, public_id: uuid.UUID, number: int) -> HttpResponse:
    """A version as it was sent, and what came of it."""
    sent = _sent(public_id, number)
    context = {
        "title": _("Sammanfattning, version %(number)s") % {"number": sent.number},
        "dialogue": sent.dialogue,
        "sent": sent,
        "body": body_html(sent.content),
    }
    return staff_page(request, "staff/summary_version.html", context)


@require_GET
def summary_pdf(_request: HttpRequest, public_id: uuid.UUID, number: int) -> HttpResponse:
    """The PDF, byte for byte: as agreed, or as it was sent to be read."""
    return pdf_response(_sent(public_id, number))


def _sent(public_id: uuid.UUID, number: int) -> SummaryRound:
    rows = SummaryRound.objects.select_related(
        "dialogue__huvudman", "dialogue__batch", "pdf", "agreed_pdf", "sent_by"
    )
    rows = rows.prefetch_related("confirmations__agency", "confirmations__user")
    return get_object_or_404(rows, dialogue__public_id=public_id, number=number)
