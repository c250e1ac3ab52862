"""The letters that the signed-in person has got, with their attachments."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from dialogues.models import Dialogue, Letter, LetterAttachment, LetterState
from dialogues.views.portal.pages import own_dialogue, show, who


@own_dialogue
def portal_letters(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Letters to the person, latest first."""
    return show(request, "letters", dialogue, here="letters", letters=_mine(request, dialogue))


@own_dialogue
def portal_letter(request: HttpRequest, dialogue: Dialogue, letter_id: uuid.UUID) -> HttpResponse:
    """One letter as it was written."""
    letter = get_object_or_404(_mine(request, dialogue), public_id=letter_id)
    attachments = letter.attachments.order_by("pk")
    return show(request, "letter", dialogue, here="letters", letter=letter, attachments=attachments)


@own_dialogue
def portal_attachment(
    request: HttpRequest, dialogue: Dialogue, letter_id: uuid.UUID, number: int
) -> FileResponse:
    """An attachment, byte for byte as it was sent."""
    letter = get_object_or_404(_mine(request, dialogue), public_id=letter_id)
    attachment = get_object_or_404(LetterAttachment.objects.select_related("file"), letter=letter, pk=number)
    answer = FileResponse(attachment.file.file.open("rb"), as_attachment=True, filename=attachment.name)
    answer["Content-Type"] = attachment.media_type
    return answer


def _mine(request: HttpRequest, dialogue: Dialogue) -> QuerySet[Letter]:
    """Sent letters of the dialogue to the person's own address: others' carry links that are theirs."""
    email = who(request).email
    return Letter.objects.filter(dialogue=dialogue, state=LetterState.SENT, recipient__iexact=email)
