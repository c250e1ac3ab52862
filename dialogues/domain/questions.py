"""The huvudman's prioritised questions: one record, by portal or by phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import latest, record
from accounts.domain.machine import Conflict, NotPossible
from accounts.personnummer import mask_personnummer
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES
from dialogues.models import Channel, Dialogue, LetterKind, PriorityQuestion, QuestionForm
from dialogues.models import DialogueState as S
from quality_system.models import Area, SubGoal

OPEN_FOR_QUESTIONS = frozenset({S.ACCEPTED, S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED})
MOST = 5
SENT = "questions.sent"
"""What the audit log calls it that questions were told, with all their words."""


class Row(TypedDict):
    """One question as told: by phone an area is enough."""

    area: Area
    text: str
    sub_goal: SubGoal | None


class AskedSince(Conflict):
    """Somebody has told other questions after the page that these come from was opened."""


def send_questions(
    *,
    dialogue: Dialogue,
    rows: Sequence[Row],
    told_by: str,
    channel: Channel,
    actor: Actor,
    seen: int | None = None,
) -> QuestionForm:
    """Record the prioritised questions in order of priority and send the huvudman a copy to correct.

    Told again, the new ones replace the old; what was sent before is kept in the audit log and the receipts.
    `seen` is the version of the questions on the page (`questions_version`): raises AskedSince when another
    one stands now, unless it is these very questions. Raises NotPossible for none or more than five, for a
    personnummer in a text, or when the dialogue is not open for questions.
    """
    actor.require("dialogues.send_questions", dialogue)
    if not 1 <= len(rows) <= MOST:
        raise NotPossible(_("Ange minst en och högst fem frågor."))
    if any(mask_personnummer(row["text"]) != row["text"] for row in rows):
        raise NotPossible(_("Ta bort personnumret ur frågan innan ni skickar."))
    with transaction.atomic():
        locked = DIALOGUES.locked(dialogue)
        if locked.state not in OPEN_FOR_QUESTIONS:
            raise NotPossible(_("Frågor kan lämnas från det att ni tackat ja tills dialogen är hållen."))
        if _asked_since(locked, seen):
            return _the_same(locked, rows, told_by, channel)
        form = _write_form(locked, rows, told_by, channel, actor)
        entry = record(
            actor=actor,
            verb=SENT,
            subject=locked,
            channel=channel,
            rows=[_as_fact(r) for r in rows],
        )
        write_to_huvudman(
            kind=LetterKind.QUESTIONS,
            dialogue=locked,
            occasion=f"questions-{entry.pk}",
            context={"form": form, "questions": list(form.rows.select_related("sub_goal"))},
        )
    return form


def questions_version(dialogue: Dialogue) -> int:
    """A number that is another one each time questions are told; 0 before that.

    A page reads it before the questions it shows: then it is never newer than they are.
    """
    entry = latest(dialogue, SENT)
    return entry.pk if entry else 0


def _asked_since(dialogue: Dialogue, seen: int | None) -> bool:
    return seen is not None and seen != questions_version(dialogue)


def _the_same(dialogue: Dialogue, rows: Sequence[Row], told_by: str, channel: Channel) -> QuestionForm:
    """What stands, when it is this: a button was pressed twice. Raises AskedSince when it is not."""
    form = QuestionForm.objects.filter(dialogue=dialogue, told_by=told_by, channel=channel).first()
    if form is None or [_as_fact(row) for row in rows] != list(form.rows.values("area", "text", "sub_goal")):
        raise AskedSince(
            _(
                "Någon har lämnat frågor sedan sidan öppnades, och det är de som gäller nu. Läs dem först. "
                "Ska frågorna här gälla i stället? Tryck då på knappen igen."
            )
        )
    return form


def _write_form(
    dialogue: Dialogue, rows: Sequence[Row], told_by: str, channel: Channel, actor: Actor
) -> QuestionForm:
    form, _new = QuestionForm.objects.update_or_create(
        dialogue=dialogue,
        defaults={
            "channel": channel,
            "told_by": told_by,
            "noted_by": actor.user,
            "sent_at": timezone.now(),
        },
    )
    form.rows.all().delete()
    PriorityQuestion.objects.bulk_create(
        PriorityQuestion(form=form, rank=rank, **row) for rank, row in enumerate(rows, start=1)
    )
    return form


def _as_fact(row: Row) -> dict[str, object]:
    goal = row["sub_goal"]
    return {"area": str(row["area"]), "text": row["text"], "sub_goal": goal.pk if goal else None}
