"""Reads of the dialogues worth a name."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.http import Http404
from django.utils import timezone

from dialogues.batch_queries import letterless
from dialogues.domain.dialogues import UNTOLD
from dialogues.models import (
    UNDER_WAY,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationAnswer,
    Letter,
    LetterKind,
    LetterState,
    Meeting,
    MeetingKind,
    MeetingStaff,
    MeetingState,
    PaperLetter,
    PaperState,
    QuestionForm,
    Seat,
)
from huvudman.filters import HuvudmanFilter
from huvudman.models import Contact, Huvudman, Skolform
from huvudman.queries import huvudman_rows, represented_by, skolformer_of, valid_contacts
from quality_system.models import SubGoal, SuccessFactor
from quality_system.queries import edition_in_force

if TYPE_CHECKING:
    from accounts.models import User

ROW_RELATIONS = ("huvudman__main_kommun__lan", "batch", "cycle")
UNDER_WAY_FIRST = (Case(When(state__in=UNDER_WAY, then=0), default=1).asc(), "-state_since", "-pk")
"""The order of a huvudman's dialogues: the one that is under way, then the latest change."""


def dialogues_for(user: User) -> QuerySet[Dialogue]:
    """The dialogues of the huvudmän that `user` represents today: the portal's only door to dialogues.

    A plan is the agencies' own until the invitation is out: what was never more than planned is not there,
    nor when it was cancelled.
    """
    known = ~Q(state__in=UNTOLD) | Exists(Invitation.objects.filter(dialogue=OuterRef("pk")))
    rows = Dialogue.objects.filter(known, huvudman__in=represented_by(user))
    return rows.select_related(*ROW_RELATIONS)


def present_dialogue(user: User, huvudman: Huvudman) -> tuple[Dialogue | None, list[Dialogue]]:
    """The dialogue that the huvudman is in now, else the latest that was; and the others, latest first."""
    rows = list(dialogues_for(user).filter(huvudman=huvudman).order_by("-cycle__first_year", "-pk"))
    present = present_of(rows).get(huvudman.pk)
    others = [row for row in rows if row != present and row.state != DialogueState.PLANNED]
    return present, others


def present_of(rows: Iterable[Dialogue]) -> dict[int, Dialogue]:
    """The dialogue that each huvudman is in now, else the latest that was, by the huvudman's id."""
    found: dict[int, Dialogue] = {}
    for row in sorted(rows, key=lambda row: (row.cycle.first_year, row.pk), reverse=True):
        stands = found.get(row.huvudman_id)
        if stands is None or (row.state in UNDER_WAY and stands.state not in UNDER_WAY):
            found[row.huvudman_id] = row
    return found


def dialogue_for(user: User, public_id: uuid.UUID) -> Dialogue:
    """One of the user's own dialogues. Raises Http404 for all others, without a hint."""
    try:
        return dialogues_for(user).get(public_id=public_id)
    except Dialogue.DoesNotExist as missing:
        raise Http404 from missing


def found_huvudman(q: str, limit: int) -> list[Huvudman]:
    """The huvudmän that a search finds, best hit first, each with its dialogues, the one under way first."""
    rows = HuvudmanFilter(q=q).apply(huvudman_rows())
    dialogues = Dialogue.objects.select_related("batch").annotate(without_letter=letterless())
    dialogues = dialogues.order_by(*UNDER_WAY_FIRST)
    return list(rows.prefetch_related(Prefetch("dialogues", dialogues))[:limit])


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


def open_introductions(dialogue: Dialogue) -> QuerySet[Meeting]:
    """The cycle's coming introductions with a free seat, but the one where the huvudman has one. Each has how
    many seats are `taken`.
    """
    rows = Meeting.objects.filter(
        kind=MeetingKind.INTRODUCTION,
        state=MeetingState.FIXED,
        starts_at__gt=timezone.now(),
        batch__cycle=dialogue.cycle_id,
    )
    taken = Count("taken_seats", filter=Q(taken_seats__is_current=True))
    own = dialogue.seats.filter(is_current=True).values("meeting")
    rows = rows.exclude(pk__in=own).select_related("batch").annotate(taken=taken)
    return rows.filter(taken__lt=F("seats")).order_by("starts_at", "pk")


def latest_answer(dialogue: Dialogue) -> InvitationAnswer | None:
    """The answer that counts: the latest one to the invitation that counts."""
    return InvitationAnswer.objects.filter(
        invitation__dialogue=dialogue, invitation__batch=dialogue.batch_id
    ).first()


def earlier_answer(dialogue: Dialogue) -> InvitationAnswer | None:
    """The latest answer to an invitation in an earlier batch, from which the dialogue was moved."""
    earlier = InvitationAnswer.objects.filter(invitation__dialogue=dialogue)
    earlier = earlier.exclude(invitation__batch=dialogue.batch_id)
    return earlier.select_related("invitation__batch").first()


def current_invitation(dialogue: Dialogue) -> Invitation | None:
    """The invitation in the dialogue's batch: one from an earlier batch no longer asks for an answer."""
    return Invitation.objects.filter(dialogue=dialogue, batch=dialogue.batch_id).first()


def questions_that_stand(dialogue: Dialogue) -> QuestionForm | None:
    """The prioritised questions as they were told last, with their rows."""
    forms = QuestionForm.objects.filter(dialogue=dialogue).select_related("called_by")
    return forms.prefetch_related("rows__sub_goal").first()


def sub_goals_for(dialogue: Dialogue, *chosen: int | None) -> QuerySet[SubGoal]:
    """The sub-goals that a question may be tied to: of the dialogue's edition, or the one in force, for the
    skolformer the huvudman runs; and those `chosen` already, by id.
    """
    edition = dialogue.edition or edition_in_force()
    run = set(skolformer_of(dialogue.huvudman))
    if dialogue.huvudman.children or not run:
        run.add(Skolform.FSK)
    offered = Q(objective__edition=edition, objective__skolform__in=run)
    goals = SubGoal.objects.filter(offered | Q(pk__in=[pk for pk in chosen if pk]))
    return goals.select_related("objective").order_by("objective__skolform", "number", "pk")


def success_factors_for(dialogue: Dialogue, chosen: int | None) -> QuerySet[SuccessFactor]:
    """The success factors to start from: of the dialogue's edition, or the one in force; and the chosen."""
    edition = dialogue.edition or edition_in_force()
    factors = SuccessFactor.objects.filter(Q(edition=edition) | Q(pk=chosen))
    return factors.order_by("number", "pk")


def mailbox_of(invitation: Invitation) -> str:
    """The huvudman's own mailbox, when that is where the invitation went; empty when it went to contacts."""
    letters = _letters_with(invitation).filter(contact__isnull=True)
    return letters.order_by("pk").values_list("recipient", flat=True).first() or ""


def invitation_with_code(code: str) -> Invitation | None:
    """The invitation whose letter on paper has the code; none when the letter has been withdrawn."""
    letters = PaperLetter.objects.filter(code=code).exclude(state=PaperState.WITHDRAWN)
    return Invitation.objects.select_related("batch").filter(paper_letters__in=letters).first()


def have_link(invitation: Invitation) -> set[str]:
    """The addresses that the invitation, with its personal link, has been sent to."""
    sent = _letters_with(invitation).filter(state=LetterState.SENT)
    return set(sent.values_list("recipient", flat=True))


def sign_in_address(invitation: Invitation, contact: Contact | None) -> str:
    """The address by which who holds a personal link can sign in, if any: the one that the link came to."""
    email = contact.email if contact else mailbox_of(invitation)
    known = valid_contacts().filter(huvudman=invitation.dialogue.huvudman_id, email__iexact=email)
    return email if email and known.exists() else ""


def _letters_with(invitation: Invitation) -> QuerySet[Letter]:
    kinds = (LetterKind.INVITATION, LetterKind.REMINDER)
    return Letter.objects.filter(kind__in=kinds, dialogue=invitation.dialogue_id, batch=invitation.batch_id)


def letters_of(dialogue: Dialogue) -> QuerySet[Letter]:
    """The letters of a dialogue, latest first, without their bodies."""
    return dialogue.letters.defer("text", "html").order_by("-queued_at", "-pk")


def dialogue_rows() -> QuerySet[Dialogue]:
    """Rows of the staff's list: with huvudman, place, batch and the time of the dialogue meeting."""
    meeting = Seat.objects.filter(dialogue=OuterRef("pk"), kind=MeetingKind.DIALOGUE, is_current=True)
    return Dialogue.objects.select_related(*ROW_RELATIONS).annotate(
        meets_at=Subquery(meeting.values("meeting__starts_at")[:1]), without_letter=letterless()
    )


def dialogues_by_edition() -> dict[int, int]:
    """How many dialogues keep each edition of the quality system, by its id."""
    kept = Dialogue.objects.filter(edition__isnull=False).order_by().values_list("edition")
    return dict(kept.annotate(n=Count("pk")))
