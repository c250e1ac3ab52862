"""The huvudman's prioritised questions: one record, by portal or by phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES
from dialogues.models import Channel, Dialogue, LetterKind, PriorityQuestion, QuestionForm
from dialogues.models import DialogueState as S
from quality_system.models import Area, SubGoal

OPEN_FOR_QUESTIONS = frozenset({S.ACCEPTED, S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED})
MOST = 5


class Row(TypedDict):
    """One question as told: by phone an area is enough."""

    area: Area
    text: str
    sub_goal: SubGoal | None


def send_questions(
    *, dialogue: Dialogue, rows: Sequence[Row], told_by: str, channel: Channel, actor: Actor
) -> QuestionForm:
    """Record the prioritised questions in order of priority and send the huvudman a copy to correct.

    Told again, the new ones replace the old; what was sent before is kept in the audit log and the receipts.
    Raises NotPossible for none or more than five, or when the dialogue is not open for questions.
    """
    actor.require("dialogues.send_questions", dialogue)
    if not 1 <= len(rows) <= MOST:
        raise NotPossible(_("Ange minst en och högst fem frågor."))
    with transaction.atomic():
        locked = DIALOGUES.locked(dialogue)
        if locked.state not in OPEN_FOR_QUESTIONS:
            raise NotPossible(_("Frågor kan lämnas från det att ni tackat ja tills dialogen är hållen."))
        form = _write_form(locked, rows, told_by, channel, actor)
        entry = record(
            actor=actor,
            verb="questions.sent",
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
