"""Working notes of one agency about a dialogue: its own, until they are shared, and cleared at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from accounts.models import StaffMember
from accounts.rules import runs_dialogues
from dialogues.domain.dialogues import DIALOGUES, OPEN
from dialogues.models import AgencyNote, Dialogue

SHARED = "dialogue.note_shared"
CLEARED = "dialogue.notes_cleared"


@dataclass(frozen=True)
class NoteEdit:
    """What a form writes to: a note, the save it was made from (none for a new one), and its own id."""

    note: UUID
    seen: UUID | None
    form: UUID


class NoteChanged(NotPossible):
    """The note was changed or taken away after the form was made."""


def reader_of_notes(actor: Actor) -> StaffMember:
    """The leader or planner who acts. Raises PermissionDenied for everyone else, superusers too."""
    user = actor.user
    if user is None or not runs_dialogues(user):
        raise PermissionDenied("dialogues.notes")
    member: StaffMember = user.staff
    return member


def notes_of(dialogue: Dialogue, actor: Actor) -> QuerySet[AgencyNote]:
    """The notes that the actor may read: the own agency's, and those that the other has shared."""
    own = Q(agency=reader_of_notes(actor).agency_id)
    rows = dialogue.notes.filter(own | Q(shared_at__isnull=False))
    return rows.select_related("agency", "written_by").order_by("pk")


@transaction.atomic
def save_note(*, dialogue: Dialogue, edit: NoteEdit, text: str, actor: Actor) -> AgencyNote:
    """Keep what was typed in a form. A form for a new note adds it.

    Raises NoteChanged when another form has saved the note or it is gone, NotPossible when the text is empty
    or the dialogue is over.
    """
    note = _own_note(_open(dialogue), edit.note, actor)
    if not text.strip():
        raise NotPossible(_("Skriv något, eller ta bort anteckningen."))
    if note is None and edit.seen is None:
        agency = reader_of_notes(actor).agency
        note = AgencyNote(dialogue=dialogue, public_id=edit.note, agency=agency)
    elif note is None or note.saved_in not in (edit.seen, edit.form):
        raise NoteChanged(_note_changed(note))
    note.saved_in, note.text, note.written_by = edit.form, text.strip(), actor.user  # type: ignore[assignment]
    note.save()
    return note


@transaction.atomic
def drop_note(*, dialogue: Dialogue, note: UUID, seen: UUID | None, actor: Actor) -> None:
    """Take away a note as it was when `seen`; one that is gone stays gone. Raises NoteChanged otherwise."""
    row = _own_note(_open(dialogue), note, actor)
    if row is None:
        return
    if row.saved_in != seen:
        raise NoteChanged(_note_changed(row))
    row.delete()


@transaction.atomic
def share_note(*, dialogue: Dialogue, note: UUID, actor: Actor) -> AgencyNote:
    """Let the other agency's leaders and planners read a note of one's own agency, from now on.

    It cannot be taken back: it may have been read. Shared again, nothing happens.
    """
    row = _own_note(_open(dialogue), note, actor)
    if row is None:
        raise NotPossible(_("Anteckningen finns inte längre."))
    if row.shared_at is None:
        row.shared_at = timezone.now()
        row.save(update_fields=["shared_at"])
        record(actor=actor, verb=SHARED, subject=dialogue, agency=row.agency.code)
    return row


def clear_notes(dialogue: Dialogue, actor: Actor) -> int:
    """Clear all working notes of a dialogue that is over, within the caller's transaction and lock; answer
    how many. The audit log keeps the number of each agency's, and nothing of what they said.
    """
    per_agency = Counter(dialogue.notes.values_list("agency__code", flat=True))
    if per_agency:
        dialogue.notes.all().delete()
        record(actor=actor, verb=CLEARED, subject=dialogue, notes=dict(per_agency))
    return per_agency.total()


def _open(dialogue: Dialogue) -> Dialogue:
    locked = DIALOGUES.locked(dialogue)
    if locked.state not in OPEN:
        raise NotPossible(_("Dialogen är över, och arbetsanteckningarna är rensade."))
    return locked


def _own_note(dialogue: Dialogue, note: UUID, actor: Actor) -> AgencyNote | None:
    """The own agency's note with the address, if there is one. Raises PermissionDenied for the other's, and
    for who has a conflict of interest.
    """
    member = reader_of_notes(actor)
    actor.require_not_barred(dialogue)
    row = dialogue.notes.select_related("agency", "written_by").filter(public_id=note).first()
    if row and row.agency_id != member.agency_id:
        raise PermissionDenied("dialogues.notes")
    return row


def _note_changed(note: AgencyNote | None) -> str:
    if note is None:
        return _("En kollega har tagit bort anteckningen sedan du öppnade den.")
    who = {"who": str(note.written_by)}
    return _("%(who)s har ändrat anteckningen sedan du öppnade den.") % who
