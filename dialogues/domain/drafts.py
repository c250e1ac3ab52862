"""What the huvudman writes before it sends: its own space, where no agency role can read or write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.questions import MOST, OPEN_FOR_QUESTIONS, Row, has_personnummer, send_questions
from dialogues.domain.seen import content_version, require_as_seen
from dialogues.models import Channel, Dialogue, PriorityQuestion, QuestionDraft, QuestionForm
from dialogues.rules import represents_huvudman, writes_for_huvudman
from quality_system.models import Area, SubGoal


def drafts_of(dialogue: Dialogue, actor: Actor) -> QuerySet[QuestionDraft]:
    """The huvudman's unsent questions in order. Raises PermissionDenied for everyone else, superusers too."""
    if actor.user is None or not represents_huvudman(actor.user, dialogue):
        raise PermissionDenied("dialogues.own_space")
    return dialogue.question_drafts.select_related("sub_goal").order_by("rank")


def _own_drafts(dialogue: Dialogue, actor: Actor) -> list[QuestionDraft]:
    """The unsent questions of an open dialogue, locked, for who may write. Raises PermissionDenied for those
    who only read, NotPossible when the dialogue is not open for questions.
    """
    if actor.user is None or not writes_for_huvudman(actor.user, dialogue):
        raise PermissionDenied("dialogues.own_space")
    return list(drafts_of(_open(dialogue), actor))


def draft_version(drafts: Iterable[QuestionDraft]) -> str:
    """The version of the unsent questions: the same words in the same order have the same."""
    return content_version(_as_content(drafts))


@dataclass(frozen=True)
class Edit:
    """What a form writes to: a question, the save it was made from (none for a new one), and its own id."""

    question: UUID
    seen: UUID | None
    form: UUID


class ChangedSince(NotPossible):
    """The question was changed, taken away or sent after the form was made."""


class NotReady(NotPossible):
    """Something must be mended before the questions are sent: `faults` say in which, and what."""

    def __init__(self, faults: list[tuple[UUID, str]]) -> None:
        super().__init__(" ".join(words for _question, words in faults))
        self.faults = faults


@transaction.atomic
def save_draft(
    *,
    dialogue: Dialogue,
    edit: Edit,
    area: str,
    text: str,
    sub_goal: SubGoal | None,
    actor: Actor,
    figure: str = "",
    evidence: str = "",
) -> QuestionDraft:
    """Keep what was typed in a form, whole or not. A form for a new question adds it after the last one; the
    first one after questions were sent adds it to those.

    Raises ChangedSince when another form has saved the question or it is gone, NotPossible for a new one
    where nothing is typed, when there are five already or the dialogue is not open for questions.
    """
    rows = _own_drafts(dialogue, actor)
    draft = _find(rows, edit.question)
    if draft is None and edit.seen is None:
        if not any((area, text, sub_goal, figure, evidence)):
            raise NotPossible(_("Frågan är tom."))
        draft = _new(dialogue, edit, len(rows or _copy_sent(dialogue)) + 1)
    elif draft is None or draft.saved_in not in (edit.seen, edit.form):
        raise ChangedSince(
            _(
                "Frågan har ändrats, tagits bort eller skickats sedan ni öppnade den, av en kollega eller "
                "i ett annat fönster."
            )
        )
    draft.saved_in, draft.area, draft.text, draft.sub_goal = edit.form, area, text, sub_goal
    draft.figure, draft.evidence = figure, evidence
    draft.save()
    return draft


@transaction.atomic
def drop_draft(*, dialogue: Dialogue, question: UUID, seen: UUID | None, actor: Actor) -> None:
    """Take away a question as it was when `seen`; those after it move up. One that is gone stays gone.

    Raises ChangedSince when it has been saved again since.
    """
    rows = _own_drafts(dialogue, actor)
    draft = _find(rows, question)
    if draft is None:
        return
    if draft.saved_in != seen:
        raise ChangedSince(_("Frågan har ändrats sedan ni valde att ta bort den. Läs den igen först."))
    draft.delete()
    _number([row for row in rows if row is not draft])


@transaction.atomic
def throw_draft(*, dialogue: Dialogue, read: str, actor: Actor) -> None:
    """Throw away all that is written and not sent; what was sent stands. Nothing for a draft that is gone.

    `read` is the version of the draft on the page (`draft_version`): raises WrittenSince when it is another
    one now.
    """
    rows = _own_drafts(dialogue, actor)
    if not rows:
        return
    refusal = _("Någon har ändrat i utkastet sedan sidan öppnades, och inget är kastat. Läs det igen först.")
    require_as_seen(_as_content(rows), read, refusal)
    dialogue.question_drafts.all().delete()


@transaction.atomic
def move_draft(*, dialogue: Dialogue, question: UUID, steps: int, actor: Actor) -> None:
    """Move a question so many steps down the order, or up when `steps` is negative, as far as it goes;
    nothing for one that is gone.
    """
    rows = _own_drafts(dialogue, actor)
    draft = _find(rows, question)
    if draft:
        place = max(rows.index(draft) + steps, 0)
        rows.remove(draft)
        rows.insert(place, draft)
        _number(rows)


@transaction.atomic
def reopen_questions(*, dialogue: Dialogue, actor: Actor) -> None:
    """Start a draft from the questions that were sent, to change and send again. A draft there is stays."""
    if not _own_drafts(dialogue, actor):
        _copy_sent(dialogue)


def has_room(dialogue: Dialogue, actor: Actor) -> bool:
    """Tell whether one more question can be written, beside those of the draft or those that were sent."""
    drafts = drafts_of(dialogue, actor).count()
    return (drafts or _sent(dialogue).count()) < MOST


def _sent(dialogue: Dialogue) -> QuerySet[PriorityQuestion]:
    return PriorityQuestion.objects.filter(form__dialogue=dialogue)


def _copy_sent(dialogue: Dialogue) -> list[QuestionDraft]:
    """A draft with the questions that were sent, as they were."""
    return QuestionDraft.objects.bulk_create(
        QuestionDraft(
            dialogue=dialogue,
            rank=q.rank,
            area=q.area,
            text=q.text,
            sub_goal_id=q.sub_goal_id,
            figure=q.figure,
            evidence=q.evidence,
        )
        for q in _sent(dialogue)
    )


@transaction.atomic
def send_draft(
    *, dialogue: Dialogue, read: str, told_by: str, actor: Actor, seen: int | None = None
) -> QuestionForm:
    """Send the questions to the agencies and empty the draft.

    `read` is the version of the draft on the page (`draft_version`): raises WrittenSince when it is another
    one now. `seen` as in `send_questions`: raises AskedSince. Raises NotReady when an area is missing or a
    text has a personnummer, and as `send_questions`. The draft stays then.
    """
    rows = _own_drafts(dialogue, actor)
    require_as_seen(_as_content(rows), read, _written_since())
    _require_ready(rows)
    form = send_questions(
        dialogue=dialogue,
        rows=[_as_row(row) for row in rows],
        told_by=told_by,
        channel=Channel.PORTAL,
        actor=actor,
        seen=seen,
    )
    dialogue.question_drafts.all().delete()
    return form


def _open(dialogue: Dialogue) -> Dialogue:
    """The dialogue, locked. Raises NotPossible when it is not open for questions."""
    locked = DIALOGUES.locked(dialogue)
    if locked.state not in OPEN_FOR_QUESTIONS:
        raise NotPossible(_("Frågor kan lämnas från det att ni tackat ja tills dialogen är hållen."))
    return locked


def _written_since() -> str:
    return _(
        "Någon har ändrat i frågorna sedan sidan öppnades, och inget är skickat. Läs dem igen. "
        "Ska de skickas så som de står nu? Tryck då på knappen igen."
    )


def _require_ready(rows: list[QuestionDraft]) -> None:
    faults = []
    for row in rows:
        if not row.area:
            faults.append((row.public_id, _("Fråga %(rank)s: välj ett område.") % {"rank": row.rank}))
        elif has_personnummer(_as_row(row)):
            told = _("Fråga %(rank)s: ta bort personnumret innan ni skickar.") % {"rank": row.rank}
            faults.append((row.public_id, told))
    if faults:
        raise NotReady(faults)


def _as_content(drafts: Iterable[QuestionDraft]) -> list[list[object]]:
    return [[row.area, row.text, row.sub_goal_id, row.figure, row.evidence] for row in drafts]


def _as_row(draft: QuestionDraft) -> Row:
    return Row(
        area=Area(draft.area),
        text=draft.text,
        sub_goal=draft.sub_goal,
        figure=draft.figure,
        evidence=draft.evidence,
    )


def _find(rows: list[QuestionDraft], question: UUID) -> QuestionDraft | None:
    return next((row for row in rows if row.public_id == question), None)


def _new(dialogue: Dialogue, edit: Edit, rank: int) -> QuestionDraft:
    if rank > MOST:
        raise NotPossible(
            _("Ni kan skicka högst fem frågor, och så många finns redan. Ta bort en av dem först.")
        )
    return QuestionDraft(dialogue=dialogue, public_id=edit.question, rank=rank)


def _number(rows: list[QuestionDraft]) -> None:
    for rank, row in enumerate(rows, start=1):
        row.rank = rank
    QuestionDraft.objects.bulk_update(rows, ["rank"])
