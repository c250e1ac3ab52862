"""What the huvudman has sent: all of it as a list to print, and each thing as its receipt."""

from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.templatetags.look import moment
from dialogues.domain.receipts import HAPPENS_NEXT
from dialogues.models import Dialogue, Receipt
from dialogues.views.portal.pages import own_dialogue, show

PAGE_SIZE = 20


@own_dialogue
def portal_sent(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """All that the huvudman has sent in the dialogue, and about its people; the latest first."""
    page = Paginator(_sent(dialogue), PAGE_SIZE).get_page(request.GET.get("page"))
    return show(request, "sent", dialogue, here="sent", page=page)


@own_dialogue
def portal_receipt(request: HttpRequest, dialogue: Dialogue, receipt_id: uuid.UUID) -> HttpResponse:
    """One receipt: what was sent, when, by whom, and what happens next."""
    receipt = get_object_or_404(_sent(dialogue), public_id=receipt_id)
    facts = [
        {"label": _("När"), "value": moment(receipt.sent_at)},
        {"label": _("Av"), "value": receipt.given_by},
        {"label": _("Hur"), "value": receipt.get_channel_display()},
    ]
    happens_next = HAPPENS_NEXT.get(receipt.kind, "")
    return show(
        request, "receipt", dialogue, here="sent", receipt=receipt, facts=facts, happens_next=happens_next
    )


def _sent(dialogue: Dialogue) -> QuerySet[Receipt]:
    about = Q(dialogue=dialogue) | Q(dialogue=None)
    return Receipt.objects.filter(about, huvudman=dialogue.huvudman_id)
