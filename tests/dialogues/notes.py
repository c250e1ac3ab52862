"""Working notes, written in tests."""

from uuid import UUID, uuid4

from accounts.actors import person
from accounts.models import User
from dialogues.domain.notes import NoteEdit, save_note
from dialogues.models import AgencyNote, Dialogue


def note_by(user: User, dialogue: Dialogue, text: str = "Fråga om biblioteket.") -> AgencyNote:
    """A new note of the user's agency."""
    edit = NoteEdit(note=uuid4(), seen=None, form=uuid4())
    return save_note(dialogue=dialogue, edit=edit, text=text, actor=person(user))


def edit_of(note: AgencyNote, seen: UUID | None = None) -> NoteEdit:
    """A form that is opened now, or was when the note was `seen`."""
    return NoteEdit(note=note.public_id, seen=seen or note.saved_in, form=uuid4())
