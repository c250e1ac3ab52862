"""The texts of the open pages: written as a draft, previewed, published. What has been shown is kept."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, Machine
from accounts.models import User
from dialogues.models import PageText, PageTextState

EDIT = "dialogues.edit_open_pages"
PAGE_TEXTS = Machine(
    model=PageText,
    table={
        PageTextState.DRAFT: frozenset({PageTextState.PUBLISHED}),
        PageTextState.PUBLISHED: frozenset({PageTextState.REPLACED}),
        PageTextState.REPLACED: frozenset(),
    },
    permissions={PageTextState.PUBLISHED: EDIT, PageTextState.REPLACED: EDIT},
)


@dataclass(frozen=True)
class Written:
    """What a form holds: the words, the save it was made from (None: there was no draft), and its own id."""

    title: str
    lead: str
    body: str
    seen: UUID | None
    form: UUID


def save_page_text(*, page: str, language: str, written: Written, actor: Actor) -> PageText:
    """Keep the words as the page's draft. Saved again from the same form, it is changed.

    Raises Conflict when another form has saved a draft since this one was made, or has published it.
    """
    editor = _editor(actor)
    try:
        with transaction.atomic():
            row = _save(page, language, written, editor)
            record(actor=actor, verb="pagetext.saved", subject=row, page=page, language=language)
            return row
    except IntegrityError as error:  # two first drafts at once
        raise _changed_meanwhile() from error


def publish_page_text(*, draft: PageText, seen: UUID, actor: Actor) -> PageText:
    """Show a draft as it was when `seen` to everyone; the text shown before is kept as a former one.

    Raises Conflict when the draft has been saved again since, WrongState for a former text.
    """

    def check(row: PageText) -> None:
        if row.saved_in != seen:
            raise _changed_meanwhile()
        for shown in PageText.objects.filter(
            page=row.page, language=row.language, state=PageTextState.PUBLISHED
        ):
            PAGE_TEXTS.walk(shown, to=PageTextState.REPLACED, actor=actor)

    editor = _editor(actor)

    def change(row: PageText) -> None:
        row.published_at, row.published_by = timezone.now(), editor

    return PAGE_TEXTS.walk(draft, to=PageTextState.PUBLISHED, actor=actor, check=check, change=change)


@transaction.atomic
def drop_page_text(*, draft: PageText, seen: UUID, actor: Actor) -> None:
    """Throw away a draft as it was when `seen`; one that is gone stays gone. Raises Conflict."""
    actor.require(EDIT)
    row = PageText.objects.select_for_update(no_key=True).filter(pk=draft.pk).first()
    if row is None:
        return
    if row.state != PageTextState.DRAFT or row.saved_in != seen:
        raise _changed_meanwhile()
    record(actor=actor, verb="pagetext.dropped", subject=row, page=row.page, language=row.language)
    row.delete()


def _editor(actor: Actor) -> User:
    """Who edits. Raises PermissionDenied; nothing is written by the system itself."""
    actor.require(EDIT)
    if actor.user is None:
        raise PermissionDenied(EDIT)
    return actor.user


def _save(page: str, language: str, written: Written, editor: User) -> PageText:
    versions = PageText.objects.filter(page=page, language=language)
    row = versions.select_for_update(no_key=True).filter(state=PageTextState.DRAFT).first()
    if row is None:
        if written.seen is not None:
            raise _changed_meanwhile()
        latest = versions.aggregate(latest=Max("version"))["latest"] or 0
        row = PageText(page=page, language=language, version=latest + 1)
    elif row.saved_in not in (written.seen, written.form):
        raise _changed_meanwhile()
    row.title, row.lead, row.body = written.title, written.lead, written.body
    row.saved_in, row.saved_by = written.form, editor
    row.save()
    return row


def _changed_meanwhile() -> Conflict:
    return Conflict(_("Någon annan har sparat eller publicerat texten sedan du öppnade den."))
