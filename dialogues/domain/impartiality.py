"""Conflicts of interest (jäv): everybody who is to lead a dialogue says first whether there is one."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import StaffMember, User
from accounts.personnummer import mask_personnummer
from dialogues.domain.dialogues import DIALOGUES, OPEN
from dialogues.domain.impartial import ALONE
from dialogues.domain.meeting_letters import tell_staff_free
from dialogues.models import (
    ConflictDeclaration,
    Dialogue,
    MeetingStaff,
    MeetingState,
)

DECLARED = "dialogue.conflict_declared"
"""What the audit log calls it: whether there is a conflict, never why."""
TO_COME = (MeetingState.PROPOSED, MeetingState.OTHER_WISHED, MeetingState.FIXED)


@transaction.atomic
def declare_conflict(
    *, dialogue: Dialogue, has_conflict: bool, reason: str, actor: Actor
) -> ConflictDeclaration:
    """The actor says whether they have a conflict of interest in the dialogue; later words take over.

    Who has one is let go from the dialogue's coming meetings. The same words again do nothing. Raises
    PermissionDenied for all but leaders, and NotPossible for a personnummer or when the dialogue is over.
    """
    row = DIALOGUES.locked(dialogue)
    actor.require("dialogues.declare_conflict", row)
    member = _member(actor)
    if row.state not in OPEN:
        raise WrongState(_("Dialogen är över."))
    reason = reason.strip() if has_conflict else ""
    if mask_personnummer(reason) != reason:
        raise NotPossible(_("Ta bort personnumret ur texten."))
    stands = row.conflict_declarations.filter(user=member.user).first()
    if stands and (stands.has_conflict, stands.reason) == (has_conflict, reason):
        return stands
    declared = stands or ConflictDeclaration(dialogue=row, user=member.user)
    declared.agency, declared.has_conflict, declared.reason = member.agency, has_conflict, reason
    declared.save()
    record(actor=actor, verb=DECLARED, subject=row, has_conflict=has_conflict)
    if has_conflict:
        _let_go(row, member.user)
    return declared


def clear_reasons(dialogue: Dialogue) -> None:
    """Clear why people had a conflict, within the caller's transaction and lock; that they had one stays."""
    dialogue.conflict_declarations.exclude(reason="").update(reason="")


def _let_go(dialogue: Dialogue, user: User) -> None:
    """Take the person out of the coming meetings; of a fixed one their calendar is told."""
    rows = MeetingStaff.objects.filter(
        user=user,
        meeting__kind__in=ALONE,
        meeting__state__in=TO_COME,
        meeting__taken_seats__dialogue=dialogue,
        meeting__taken_seats__is_current=True,
    )
    for row in rows.select_related("meeting", "user").order_by("pk"):
        if row.is_booked and row.meeting.state == MeetingState.FIXED and not row.meeting.is_over:
            tell_staff_free(row.meeting, dialogue, [row], why="released")
        MeetingStaff.objects.filter(pk=row.pk).delete()


def _member(actor: Actor) -> StaffMember:
    member: StaffMember | None = getattr(actor.user, "staff", None)
    if member is None:
        raise PermissionDenied("dialogues.declare_conflict")
    return member
