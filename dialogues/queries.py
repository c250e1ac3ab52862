"""Reads of the dialogues worth a name."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import Http404

from dialogues.models import Dialogue, InvitationAnswer, Letter, Meeting, MeetingKind, MeetingStaff, Seat
from huvudman.filters import HuvudmanFilter
from huvudman.models import Contact, Huvudman
from huvudman.queries import huvudman_rows, represented_by, valid_contacts

if TYPE_CHECKING:
    from accounts.models import User

ROW_RELATIONS = ("huvudman__main_kommun__lan", "batch", "cycle")


def dialogues_for(user: User) -> QuerySet[Dialogue]:
    """The dialogues of the huvudmän that `user` represents today: the portal's only door to dialogues."""
    return Dialogue.objects.filter(huvudman__in=represented_by(user)).select_related(*ROW_RELATIONS)


def dialogue_for(user: User, public_id: uuid.UUID) -> Dialogue:
    """One of the user's own dialogues. Raises Http404 for all others, without a hint."""
    try:
        return dialogues_for(user).get(public_id=public_id)
    except Dialogue.DoesNotExist as missing:
        raise Http404 from missing


def found_huvudman(q: str, limit: int) -> list[Huvudman]:
    """The huvudmän that a search finds, best hit first, each with its dialogues, latest first."""
    rows = HuvudmanFilter(q=q).apply(huvudman_rows())
    latest = Dialogue.objects.select_related("batch").order_by("-state_since", "-pk")
    return list(rows.prefetch_related(Prefetch("dialogues", latest))[:limit])


def found_contacts(q: str, limit: int) -> list[Contact]:
    """The valid contacts of whose name or address `q` is a part."""
    rows = valid_contacts().filter(Q(name__icontains=q) | Q(email__icontains=q))
    return list(rows.select_related("huvudman").order_by("name", "huvudman__name", "pk")[:limit])


def current_meeting(dialogue: Dialogue, kind: MeetingKind) -> Meeting | None:
    """The meeting of a phase that counts now, if any."""
    seat = (
        Seat.objects.filter(dialogue=dialogue, kind=kind, is_current=True)
        .select_related("meeting")
        .prefetch_related(
            Prefetch(
                "meeting__staff", MeetingStaff.objects.filter(is_booked=True).select_related("user", "agency")
            )
        )
        .first()
    )
    return seat.meeting if seat else None


def latest_answer(dialogue: Dialogue) -> InvitationAnswer | None:
    """The answer that counts: the latest one."""
    return InvitationAnswer.objects.filter(invitation__dialogue=dialogue).first()


def letters_of(dialogue: Dialogue) -> QuerySet[Letter]:
    """The letters of a dialogue, latest first, without their bodies."""
    return dialogue.letters.defer("text", "html").order_by("-queued_at", "-pk")


def dialogue_rows() -> QuerySet[Dialogue]:
    """Rows of the staff's list: with huvudman, place, batch and the time of the dialogue meeting."""
    meeting = Seat.objects.filter(dialogue=OuterRef("pk"), kind=MeetingKind.DIALOGUE, is_current=True)
    return Dialogue.objects.select_related(*ROW_RELATIONS).annotate(
        meets_at=Subquery(meeting.values("meeting__starts_at")[:1])
    )
