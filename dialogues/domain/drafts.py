"""What the huvudman writes before it sends: its own space, where no agency role can read or write."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.questions import MOST, OPEN_FOR_QUESTIONS, Row, send_questions
from dialogues.models import Channel, Dialogue, PriorityQuestion, QuestionDraft, QuestionForm
from dialogues.rules import represents_huvudman
from quality_system.models import Area, SubGoal


def drafts_of(dialogue: Dialogue, actor: Actor) -> QuerySet[QuestionDraft]:
    """The huvudman's unsent questions in order. Raises PermissionDenied for everyone else, superusers too."""
    if actor.user is None or not represents_huvudman(actor.user, dialogue):
        raise PermissionDenied("dialogues.own_space")
    return dialogue.question_drafts.select_related("sub_goal").order_by("rank")


@transaction.atomic
def save_draft(
    *, dialogue: Dialogue, rank: int, area: str, text: str, sub_goal: SubGoal | None, actor: Actor
) -> QuestionDraft:
    """Keep what was typed at a rank, whole or not. A rank after the last one becomes the next.

    Raises NotPossible when there are five already, or the dialogue is not open for questions.
    """
    mine = drafts_of(_open(dialogue), actor)
    rank = min(rank, mine.count() + 1)
    if not 1 <= rank <= MOST:
        raise NotPossible(_("Ni kan skicka högst fem frågor."))
    typed = {"area": area, "text": text, "sub_goal": sub_goal}
    draft, _new = QuestionDraft.objects.update_or_create(dialogue=dialogue, rank=rank, defaults=typed)
    return draft


@transaction.atomic
def drop_draft(*, dialogue: Dialogue, rank: int, actor: Actor) -> None:
    """Take away the question at a rank; those after it move up."""
    kept = [row for row in drafts_of(_open(dialogue), actor) if row.rank != rank]
    dialogue.question_drafts.filter(rank=rank).delete()
    _number(kept)


@transaction.atomic
def raise_draft(*, dialogue: Dialogue, rank: int, actor: Actor) -> None:
    """Give the question at a rank one step higher priority."""
    rows = list(drafts_of(_open(dialogue), actor))
    if 2 <= rank <= len(rows):
        rows[rank - 2], rows[rank - 1] = rows[rank - 1], rows[rank - 2]
        _number(rows)


@transaction.atomic
def reopen_questions(*, dialogue: Dialogue, actor: Actor) -> None:
    """Start a draft from the questions that were sent, to change and send again. A draft there is stays."""
    if drafts_of(_open(dialogue), actor).exists():
        return
    sent = PriorityQuestion.objects.filter(form__dialogue=dialogue)
    QuestionDraft.objects.bulk_create(
        QuestionDraft(dialogue=dialogue, rank=q.rank, area=q.area, text=q.text, sub_goal_id=q.sub_goal_id)
        for q in sent
    )


@transaction.atomic
def send_draft(*, dialogue: Dialogue, told_by: str, actor: Actor) -> QuestionForm:
    """Send the questions to the agencies and empty the draft. Raises NotPossible when an area is missing."""
    rows = list(drafts_of(_open(dialogue), actor))
    if any(not row.area for row in rows):
        raise NotPossible(_("Välj ett område för varje fråga."))
    form = send_questions(
        dialogue=dialogue,
        rows=[Row(area=Area(row.area), text=row.text, sub_goal=row.sub_goal) for row in rows],
        told_by=told_by,
        channel=Channel.PORTAL,
        actor=actor,
    )
    dialogue.question_drafts.all().delete()
    return form


def _open(dialogue: Dialogue) -> Dialogue:
    """The dialogue, locked. Raises NotPossible when it is not open for questions."""
    locked = DIALOGUES.locked(dialogue)
    if locked.state not in OPEN_FOR_QUESTIONS:
        raise NotPossible(_("Frågor kan lämnas från det att ni tackat ja tills dialogen är hållen."))
    return locked


def _number(rows: list[QuestionDraft]) -> None:
    for rank, row in enumerate(rows, start=1):
        row.rank = rank
    QuestionDraft.objects.bulk_update(rows, ["rank"])
