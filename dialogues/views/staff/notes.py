"""An agency's working notes about a dialogue: one a page; saved as one types, and shared by a button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible
from dialogues.closed_steps import why_closed
from dialogues.domain.dialogues import OPEN
from dialogues.domain.notes import (
    NoteChanged,
    NoteEdit,
    drop_note,
    notes_of,
    reader_of_notes,
    save_note,
    share_note,
)
from dialogues.forms.notes import NoteForm
from dialogues.models import AgencyNote, Dialogue
from dialogues.views.staff.dialogues import find_dialogue
from dialogues.views.staff.frame import staff_page, turn_back


@dataclass(frozen=True)
class Page:
    """A note's page as it was asked for."""

    request: HttpRequest
    dialogue: Dialogue
    actor: Actor
    note: AgencyNote | None

    def show(self, form: NoteForm, edit: NoteEdit, status: int = 200, **more: Any) -> HttpResponse:
        """The page with a form."""
        shown: dict[str, Any] = {"dialogue": self.dialogue, "form": form, "edit": edit, "note": self.note}
        shown["title"] = _("Arbetsanteckning") if self.note else _("Ny arbetsanteckning")
        shown["agency"] = reader_of_notes(self.actor).agency
        return staff_page(self.request, "staff/note.html", shown | more, status=status)


@never_cache
def dialogue_note(request: HttpRequest, public_id: UUID, note: UUID) -> HttpResponse:
    """Show a note, or an empty form for an address that there is none at; posted, save, share or drop it."""
    dialogue, actor = find_dialogue(public_id), person(request.user)  # type: ignore[arg-type]
    row = notes_of(dialogue, actor).filter(public_id=note).first()
    page = Page(request, dialogue, actor, row)
    if request.method == "POST":
        return _posted(page, note)
    if dialogue.state not in OPEN or dialogue.is_paused:
        return turn_back(request, why_closed(dialogue), "admin:dialogue", public_id)
    edit = NoteEdit(note=note, seen=row.saved_in if row else None, form=uuid4())
    return page.show(NoteForm(initial={"text": row.text if row else ""}), edit)


def _posted(page: Page, note: UUID) -> HttpResponse:
    deed = page.request.POST.get("deed", "")
    if deed not in DEEDS:
        return _save(page, note)
    try:
        DEEDS[deed](page, note)
    except NotPossible as reason:
        messages.error(page.request, str(reason))
        return redirect("admin:dialogue_note", page.dialogue.public_id, note)
    return redirect("admin:dialogue", page.dialogue.public_id)


def _share(page: Page, note: UUID) -> None:
    share_note(dialogue=page.dialogue, note=note, actor=page.actor)
    messages.success(page.request, _("Anteckningen är delad. Den andra myndigheten kan läsa den."))


def _drop(page: Page, note: UUID) -> None:
    seen = _uuid(page.request.POST.get("seen"))
    drop_note(dialogue=page.dialogue, note=note, seen=seen, actor=page.actor)
    messages.success(page.request, _("Anteckningen är borttagen."))


DEEDS = {"share": _share, "drop": _drop}


def _save(page: Page, note: UUID) -> HttpResponse:
    """Keep what was typed; after a colleague's save it stands as a new note, beside the colleague's."""
    form, post = NoteForm(page.request.POST), page.request.POST
    edit = NoteEdit(note=note, seen=_uuid(post.get("seen")), form=_uuid(post.get("form")) or uuid4())
    refusal, status = " ".join(map(str, form.errors.get("text", ()))), 422
    if form.is_valid():
        try:
            text = form.cleaned_data["text"]
            saved = save_note(dialogue=page.dialogue, edit=edit, text=text, actor=page.actor)
        except NotPossible as reason:
            refusal = str(reason)
            form.add_error(None, refusal)
            edit, status = _after(reason, edit, form)
        else:
            return _saved(page, saved)
    if page.request.htmx:  # type: ignore[attr-defined]
        return render(page.request, "staff/note_saved.html", {"refusal": refusal})
    stands = page.note if status == 409 else None
    return page.show(form, edit, status, stands=stands)


def _after(reason: NotPossible, edit: NoteEdit, form: NoteForm) -> tuple[NoteEdit, int]:
    if not isinstance(reason, NoteChanged):
        return edit, 422
    form.add_error(
        None, _("Det du skrev står kvar här. Spara för att lägga till det som en egen anteckning.")
    )
    return NoteEdit(note=uuid4(), seen=None, form=uuid4()), 409


def _saved(page: Page, note: AgencyNote) -> HttpResponse:
    if page.request.htmx:  # type: ignore[attr-defined]
        return render(page.request, "staff/note_saved.html", {"note": note})
    messages.success(page.request, _("Anteckningen är sparad."))
    return redirect("admin:dialogue", page.dialogue.public_id)


def _uuid(typed: str | None) -> UUID | None:
    try:
        return UUID(typed or "")
    except ValueError:
        return None
