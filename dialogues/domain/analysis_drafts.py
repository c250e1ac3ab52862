"""Writing the situation analysis together: each field by itself, and nobody's words over another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from accounts.personnummer import mask_personnummer
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.seen import version_of
from dialogues.models import AnalysisDraft, Dialogue
from dialogues.models import DialogueState as S
from dialogues.rules import may_read_own_space, may_write_own_space

OPEN_FOR_WRITING = frozenset(
    {
        S.ACCEPTED,
        S.INTRODUCED,
        S.UNDERLAG_SENT,
        S.TIME_FIXED,
        S.DIALOGUE_HELD,
        S.FEEDBACK_HELD,
        S.CLOSED,
    }
)
"""From the day the huvudman says yes. How it went is written long after the dialogue."""

Texts = dict[str, AnalysisDraft]


@dataclass(frozen=True)
class Typed:
    """What stands in a field of a form, and the version of the text that the form was made from."""

    text: str
    seen: str


@dataclass
class Saved:
    """What came of saving a form.

    `kept` are the fields that the form now agrees with, `conflicts` those that somebody else has changed
    while they were changed here too (as they stand, untouched), `news` those that only somebody else has
    changed.
    """

    at: datetime
    kept: Texts = field(default_factory=dict)
    conflicts: Texts = field(default_factory=dict)
    news: Texts = field(default_factory=dict)


def tidy(text: str) -> str:
    """The text as it is kept: with plain line ends, nothing empty around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def texts_of(dialogue: Dialogue, actor: Actor) -> Texts:
    """What is written so far, by field. Raises PermissionDenied for all but the huvudman, superusers too."""
    if actor.user is None or not may_read_own_space(actor.user, dialogue.huvudman):
        raise PermissionDenied("dialogues.own_space")
    return {row.field: row for row in dialogue.analysis_drafts.all()}


@transaction.atomic
def save_texts(*, dialogue: Dialogue, typed: Mapping[str, Typed], form: UUID, by: str, actor: Actor) -> Saved:
    """Keep what was changed in a form, field by field, and answer what came of each.

    A field that somebody else has changed since the form was made is left as it stands. `form` names the
    form, which may save again and again; `by` names who writes. Raises PermissionDenied, and NotPossible for
    a personnummer or when the dialogue is not open for writing: then nothing is kept.
    """
    require_writer(dialogue, actor)
    if any(mask_personnummer(each.text) != each.text for each in typed.values()):
        raise NotPossible(_("Ta bort personnumret ur texten innan ni sparar."))
    locked = DIALOGUES.locked(dialogue)
    if locked.state not in OPEN_FOR_WRITING:
        raise NotPossible(
            _(
                "Nulägesanalysen går att skriva i från det att ni tackat ja, så länge dialogen inte är "
                "avbokad."
            )
        )
    rows, saved = texts_of(locked, actor), Saved(at=timezone.now())
    for name, each in typed.items():
        row = rows.get(name) or AnalysisDraft(dialogue=locked, field=name)
        _settle(row, tidy(each.text), each.seen, form, by, saved)
    return saved


def require_writer(dialogue: Dialogue, actor: Actor) -> None:
    """Raise PermissionDenied for all but those who may write for the huvudman, superusers too."""
    if actor.user is None or not may_write_own_space(actor.user, dialogue.huvudman):
        raise PermissionDenied("dialogues.own_space")


def _settle(row: AnalysisDraft, text: str, seen: str, form: UUID, by: str, saved: Saved) -> None:
    stands = version_of(row.text)
    if text == row.text:
        saved.kept[row.field] = row
    elif seen == stands or row.saved_in == form:
        row.text, row.saved_in, row.saved_by, row.saved_at = text, form, by, saved.at
        row.save()
        saved.kept[row.field] = row
    elif version_of(text) == seen:
        saved.news[row.field] = row
    else:
        saved.conflicts[row.field] = row
