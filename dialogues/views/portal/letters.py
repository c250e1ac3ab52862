"""The letters that the signed-in person has got, with their attachments, and what came by post."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from dialogues.models import (
    Dialogue,
    Letter,
    LetterAttachment,
    LetterKind,
    LetterState,
    PaperLetter,
    PaperState,
)
from dialogues.views.portal.pages import own_dialogue, show, who

WITHOUT_LINKS = (
    LetterKind.INTRODUCTION,
    LetterKind.UNDERLAG,
    LetterKind.TIME_PROPOSED,
    LetterKind.TIME_FIXED,
    LetterKind.QUESTIONS,
    LetterKind.SENT,
    LetterKind.ANALYSIS,
    LetterKind.FEEDBACK,
    LetterKind.MEETING_CANCELLED,
    LetterKind.CANCELLED,
    LetterKind.CLOSED,
)
"""Letters that are to the huvudman rather than to one person: no link in them is anybody's own."""


@own_dialogue
def portal_letters(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Letters to the person, latest first; to its colleagues, what the person did not get; and on paper."""
    found: dict[str, Any] = {
        "letters": letters_to(request, dialogue),
        "others": _colleagues(request, dialogue),
        "posted": _posted(dialogue).defer("text"),
    }
    return show(request, "letters", dialogue, here="letters", **found)


@own_dialogue
def portal_letter(request: HttpRequest, dialogue: Dialogue, letter_id: uuid.UUID) -> HttpResponse:
    """One letter as it was written."""
    letter = get_object_or_404(_readable(request, dialogue), public_id=letter_id)
    attachments = letter.attachments.order_by("pk")
    return show(request, "letter", dialogue, here="letters", letter=letter, attachments=attachments)


@own_dialogue
def portal_paper_letter(request: HttpRequest, dialogue: Dialogue, letter_id: uuid.UUID) -> HttpResponse:
    """One letter that was posted, as it was written; the code to answer with stands on the paper alone."""
    letter = get_object_or_404(_posted(dialogue), public_id=letter_id)
    return show(request, "paper_letter", dialogue, here="letters", letter=letter)


@own_dialogue
def portal_attachment(
    request: HttpRequest, dialogue: Dialogue, letter_id: uuid.UUID, number: int
) -> FileResponse:
    """An attachment, byte for byte as it was sent."""
    letter = get_object_or_404(_readable(request, dialogue), public_id=letter_id)
    attachment = get_object_or_404(LetterAttachment.objects.select_related("file"), letter=letter, pk=number)
    answer = FileResponse(attachment.file.file.open("rb"), as_attachment=True, filename=attachment.name)
    answer["Content-Type"] = attachment.media_type
    return answer


def letters_to(request: HttpRequest, dialogue: Dialogue) -> QuerySet[Letter]:
    """Sent letters of the dialogue to the person's own address: others' carry links that are theirs."""
    email = who(request).email
    return Letter.objects.filter(dialogue=dialogue, state=LetterState.SENT, recipient__iexact=email)


def _colleagues(request: HttpRequest, dialogue: Dialogue) -> list[Letter]:
    """What was sent to those who represent or represented the huvudman and never to the person, each letter
    once, latest first: so that who takes over can read it. Letters with personal links are left out.
    """
    mine = letters_to(request, dialogue).filter(kind=OuterRef("kind"), occasion=OuterRef("occasion"))
    theirs = Letter.objects.filter(
        ~Exists(mine),
        dialogue=dialogue,
        state=LetterState.SENT,
        kind__in=WITHOUT_LINKS,
        contact__huvudman=dialogue.huvudman_id,
    )
    once = theirs.order_by("kind", "occasion", "pk").distinct("kind", "occasion")
    return sorted(once.defer("text", "html"), key=lambda letter: letter.queued_at, reverse=True)


def _posted(dialogue: Dialogue) -> QuerySet[PaperLetter]:
    """The dialogue's letters on paper that have been posted to the huvudman, latest first."""
    rows = dialogue.paper_letters.filter(state=PaperState.POSTED, huvudman=dialogue.huvudman_id)
    return rows.select_related("agency").order_by("-posted_on", "-pk")


def _readable(request: HttpRequest, dialogue: Dialogue) -> QuerySet[Letter]:
    """The letters that the person's page lists."""
    keys = [letter.pk for letter in _colleagues(request, dialogue)]
    return letters_to(request, dialogue) | Letter.objects.filter(pk__in=keys)
