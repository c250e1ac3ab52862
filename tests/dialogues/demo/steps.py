"""The steps that a dialogue has taken, with when they are dated, in the order in which they must come."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone

from accounts.models import AuditEntry
from dialogues.models import Dialogue, Invitation, LetterKind, Meeting, MeetingKind, QuestionForm, Underlag
from dialogues.models import DialogueState as S

Steps = Iterator[tuple[str, datetime.datetime]]


def steps_of(dialogue: Dialogue) -> Steps:
    """What happened with a dialogue, and what is still to happen, as (what, when)."""
    yield "planned", dialogue.cycle.planned_at
    yield from steps_of_invitation(dialogue, dialogue.invitations.get())
    seats = dialogue.seats.filter(is_current=True).select_related("meeting")
    meetings = {seat.kind: seat.meeting for seat in seats}
    if MeetingKind.INTRODUCTION in meetings:
        yield from end_of(meetings[MeetingKind.INTRODUCTION])
        yield from noted(dialogue, f"dialogue.{S.INTRODUCED}")
    for underlag in dialogue.underlag.all():
        yield from steps_of_underlag(underlag)
    if MeetingKind.DIALOGUE in meetings:
        yield from steps_of_dialogue(dialogue, meetings[MeetingKind.DIALOGUE])
    if MeetingKind.FEEDBACK in meetings:
        yield from steps_of_feedback(dialogue, meetings[MeetingKind.FEEDBACK])


def steps_of_invitation(dialogue: Dialogue, invitation: Invitation) -> Steps:
    yield "invited", invitation.created_at
    yield from sent(dialogue, LetterKind.INVITATION)
    for answer in invitation.answers.all():
        yield "answered", answer.given_at
        yield from sent(dialogue, LetterKind.RECEIPT)
    after = datetime.datetime.combine(invitation.answer_by, datetime.time.max)
    yield "time to answer over", timezone.make_aware(after)
    yield from noted(dialogue, f"dialogue.{S.PLANNED}")


def steps_of_underlag(underlag: Underlag) -> Steps:
    yield "ordered", underlag.ordered_at
    yield "rendered", underlag.rendered_at
    for confirmation in underlag.confirmations.order_by("pk"):
        yield "confirmed", confirmation.confirmed_at
    if underlag.issued_at:
        yield "issued", underlag.issued_at
        yield from sent(underlag.dialogue, LetterKind.UNDERLAG)


def steps_of_dialogue(dialogue: Dialogue, meeting: Meeting) -> Steps:
    yield from noted(meeting, "meeting.fixed")
    yield from sent(dialogue, LetterKind.TIME_FIXED)
    for form in QuestionForm.objects.filter(dialogue=dialogue):
        yield "questions told", form.sent_at
        yield from sent(dialogue, LetterKind.QUESTIONS)
    yield from end_of(meeting)
    yield from noted(dialogue, f"dialogue.{S.DIALOGUE_HELD}")


def steps_of_feedback(dialogue: Dialogue, meeting: Meeting) -> Steps:
    yield from noted(meeting, "meeting.feedback_proposed")
    yield from sent(dialogue, LetterKind.FEEDBACK)
    yield from end_of(meeting)
    yield from noted(dialogue, f"dialogue.{S.FEEDBACK_HELD}")
    yield from noted(dialogue, f"dialogue.{S.CLOSED}")
    yield from sent(dialogue, LetterKind.CLOSED)


def end_of(meeting: Meeting) -> Steps:
    yield f"{meeting.kind} ends", meeting.ends_at


def noted(subject: Model, verb: str) -> Steps:
    """When the audit log says that something was done."""
    kind = ContentType.objects.get_for_model(subject)
    for entry in AuditEntry.objects.filter(subject_type=kind, subject_id=subject.pk, verb=verb):
        yield verb, entry.at


def sent(dialogue: Dialogue, kind: LetterKind) -> Steps:
    """When the letters of a kind had left, to the huvudman and to the agencies' own."""
    for letter in dialogue.letters.filter(kind=kind, sent_at__isnull=False).order_by("sent_at"):
        yield f"{kind} sent", letter.sent_at
