"""The huvudman's own questions to the agencies: asked, withdrawn, answered, or left with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, Machine, NotPossible, WrongState
from accounts.personnummer import mask_personnummer
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.receipts import register_sent
from dialogues.links import absolute
from dialogues.models import (
    BEFORE_DIALOGUE,
    AnsweredHow,
    Channel,
    Dialogue,
    DialogueState,
    LetterKind,
    OwnQuestion,
    Sent,
)
from dialogues.models import OwnQuestionState as S

TABLE: dict[str, frozenset[str]] = {
    S.OPEN: frozenset({S.ANSWERED, S.LEFT, S.WITHDRAWN}),
    S.ANSWERED: frozenset(),
    S.LEFT: frozenset({S.ANSWERED}),
    S.WITHDRAWN: frozenset(),
}
PERMISSIONS: dict[str, str] = {
    S.OPEN: "dialogues.ask_agencies",
    S.ANSWERED: "dialogues.answer_own_question",
    S.LEFT: "dialogues.answer_own_question",
    S.WITHDRAWN: "dialogues.withdraw_own_question",
}
OWN_QUESTIONS = Machine(model=OwnQuestion, table=TABLE, permissions=PERMISSIONS)

DIALOGUE_OVER = frozenset({DialogueState.DIALOGUE_HELD, DialogueState.FEEDBACK_HELD})
OPEN_FOR_ASKING = BEFORE_DIALOGUE | DIALOGUE_OVER
"""From the huvudman's yes until the dialogue is closed."""
ANSWERED_WHEN: dict[str, frozenset[DialogueState]] = {
    AnsweredHow.BEFORE: OPEN_FOR_ASKING,
    AnsweredHow.AT_DIALOGUE: DIALOGUE_OVER,
    AnsweredHow.AFTER: DIALOGUE_OVER,
    AnsweredHow.AT_FEEDBACK: frozenset({DialogueState.FEEDBACK_HELD}),
}
"""In which states of the dialogue an answer can be noted as given then."""
IN_WRITING = frozenset({AnsweredHow.BEFORE, AnsweredHow.AFTER})
"""Answers that the huvudman has not heard at a meeting, and so gets by letter."""
MOST = 20
"""Questions of one dialogue that wait for an answer."""
ASKED, CHANGED, ANSWER_CHANGED = "ownquestion.asked", "ownquestion.changed", "ownquestion.answer_changed"


def own_questions_of(dialogue: Dialogue) -> QuerySet[OwnQuestion]:
    """The huvudman's questions in the order they were asked, with who settled them and at which agency."""
    return dialogue.own_questions.select_related("settled_by__staff__agency", "noted_by").order_by("pk")


def open_questions(dialogue: Dialogue) -> QuerySet[OwnQuestion]:
    """The questions that wait for an answer."""
    return dialogue.own_questions.filter(state=S.OPEN).order_by("pk")


@transaction.atomic
def ask_agencies(
    *, dialogue: Dialogue, text: str, asked_by: str, channel: Channel, actor: Actor
) -> OwnQuestion:
    """Receive a question from the huvudman. The same question, asked twice while it is open, is one.

    `channel` is how it came: noted by staff when it was not in the portal. Raises NotPossible for an empty
    text, a personnummer, one question too many, or when the dialogue is not open for questions.
    """
    actor.require(PERMISSIONS[S.OPEN], dialogue)
    text = _words(text, _("Skriv er fråga."))
    locked = _open(dialogue)
    there = {question.text: question for question in open_questions(locked)}
    if text in there:
        return there[text]
    if len(there) >= MOST:
        raise NotPossible(_("Tjugo frågor väntar redan på svar. Ta tillbaka eller ändra någon av dem."))
    question = OwnQuestion(dialogue=locked, text=text)
    _note_who(question, asked_by, channel, actor)
    question.save()
    record(actor=actor, verb=ASKED, subject=question, asked_by=asked_by, channel=channel)
    _register(question, Sent.OWN_QUESTION, asked_by, channel, actor)
    return question


@transaction.atomic
def change_own_question(
    *, question: OwnQuestion, text: str, asked_by: str, seen: int, actor: Actor
) -> OwnQuestion:
    """Change the words of a question in the portal, until it is settled; it is received anew. The words that
    it had are kept in the audit log and the receipts.

    `seen` is the version on the page: raises Conflict when it is another one now. Raises WrongState when the
    question is settled, and NotPossible as `ask_agencies`.
    """
    actor.require(PERMISSIONS[S.OPEN], question)
    text = _words(text, _("Skriv er fråga."))
    dialogue = _open(question.dialogue)
    row = OWN_QUESTIONS.locked(question)
    if row.state != S.OPEN:
        raise WrongState(_("Frågan går att ändra tills den har fått svar."))
    if row.text == text:
        return row
    _require_seen(row, seen)
    if open_questions(dialogue).filter(text=text).exists():
        raise NotPossible(_("Ni har redan ställt den frågan."))
    was, row.text = row.text, text
    _note_who(row, asked_by, Channel.PORTAL, actor)
    row.version += 1
    row.save()
    record(actor=actor, verb=CHANGED, subject=row, was=was, asked_by=asked_by)
    _register(row, Sent.OWN_QUESTION, asked_by, Channel.PORTAL, actor)
    return row


@transaction.atomic
def withdraw_own_question(*, question: OwnQuestion, asked_by: str, seen: int, actor: Actor) -> OwnQuestion:
    """The huvudman takes a question back before it is settled. What it sent is kept, for it was received.

    Raises WrongState when it is settled, and Conflict as `change_own_question`.
    """

    def change(row: OwnQuestion) -> None:
        row.settled_at = timezone.now()
        row.version += 1

    _open(question.dialogue)
    return OWN_QUESTIONS.walk(
        question,
        to=S.WITHDRAWN,
        actor=actor,
        check=lambda row: _require_seen(row, seen),
        change=change,
        after=lambda row: _register(row, Sent.OWN_WITHDRAWN, asked_by, Channel.PORTAL, actor, by_mail=False),
    )


@transaction.atomic
def answer_own_question(
    *, question: OwnQuestion, answer: str, how: AnsweredHow, seen: int, actor: Actor
) -> OwnQuestion:
    """Answer a question, also one that was left without an answer; or correct an answer.

    The huvudman reads it in the portal, and gets a letter unless it heard the answer at a meeting. `seen` is
    the question's version on the page: raises Conflict when it, or its answer, has other words now. Raises
    WrongState when it is withdrawn, and NotPossible for an empty answer, or a meeting that is not held.
    """
    answer = _words(answer, _("Skriv svaret."))

    def change(row: OwnQuestion) -> None:
        row.answer, row.how, row.reason = answer, how, ""
        _settle(row, actor)

    def correct(row: OwnQuestion) -> None:
        if (row.answer, row.how) == (answer, how):
            return
        _require_seen(row, seen)
        was = row.answer
        change(row)
        row.save()
        record(actor=actor, verb=ANSWER_CHANGED, subject=row, was=was)
        _tell_answer(row)

    dialogue = _open(question.dialogue)
    if dialogue.state not in ANSWERED_WHEN[how]:
        raise NotPossible(_("Mötet är inte hållet än. Välj en annan tidpunkt för svaret."))
    return OWN_QUESTIONS.walk(
        question,
        to=S.ANSWERED,
        actor=actor,
        check=lambda row: _require_seen(row, seen),
        change=change,
        after=_tell_answer,
        again=correct,
        how=how,
    )


@transaction.atomic
def leave_own_question(*, question: OwnQuestion, reason: str, seen: int, actor: Actor) -> OwnQuestion:
    """Close a question without an answer, with a reason that the huvudman reads. Raises as
    `answer_own_question`.
    """

    def refuse_other(row: OwnQuestion) -> None:
        if row.reason != reason.strip():
            raise Conflict(_("Frågan är redan avslutad, med ett annat skäl. Det som står där gäller."))

    _open(question.dialogue)
    return _leave(
        question,
        reason,
        actor,
        check=lambda row: _require_seen(row, seen),
        after=_tell_answer,
        again=refuse_other,
    )


def require_all_settled(dialogue: Dialogue, reason: str) -> None:
    """Raise NotPossible when a question waits for an answer and no reason is given. The dialogue is locked by
    the caller.
    """
    if not reason.strip() and open_questions(dialogue).exists():
        raise NotPossible(
            _("Huvudmannen har frågor som väntar på svar. Svara på dem, eller skriv varför de inte får svar.")
        )


def leave_open_questions(dialogue: Dialogue, reason: str, actor: Actor) -> Sequence[OwnQuestion]:
    """Close the questions that still wait, for one reason, within the caller's transaction and lock on the
    dialogue; answer them. The caller tells the huvudman.
    """
    return [_leave(question, reason, actor) for question in open_questions(dialogue)]


def _leave(question: OwnQuestion, reason: str, actor: Actor, **callbacks: Any) -> OwnQuestion:
    reason = _words(reason, _("Skriv varför frågan inte får svar. Huvudmannen läser det."))

    def change(row: OwnQuestion) -> None:
        row.reason = reason
        _settle(row, actor)

    return OWN_QUESTIONS.walk(question, to=S.LEFT, actor=actor, change=change, **callbacks)


def _open(dialogue: Dialogue) -> Dialogue:
    locked = DIALOGUES.locked(dialogue)
    if locked.state not in OPEN_FOR_ASKING:
        raise NotPossible(
            _(
                "Frågor kan ställas och besvaras från det att svaret på inbjudan är ja tills dialogen är "
                "avslutad."
            )
        )
    return locked


def _note_who(question: OwnQuestion, asked_by: str, channel: Channel, actor: Actor) -> None:
    question.asked_by, question.channel = asked_by[:200], channel
    question.noted_by = None if channel == Channel.PORTAL else actor.user


def _settle(question: OwnQuestion, actor: Actor) -> None:
    question.settled_by, question.settled_at = actor.user, timezone.now()
    question.version += 1


def _require_seen(question: OwnQuestion, seen: int) -> None:
    if seen != question.version:
        raise Conflict(_("Frågan har ändrats sedan sidan öppnades. Läs det som står nu först."))


def _words(text: str, if_empty: str) -> str:
    text = text.strip()
    if not text:
        raise NotPossible(if_empty)
    if mask_personnummer(text) != text:
        raise NotPossible(_("Ta bort personnumret ur texten."))
    return text


def _register(
    question: OwnQuestion, kind: Sent, given_by: str, channel: Channel, actor: Actor, *, by_mail: bool = True
) -> None:
    register_sent(
        kind=kind,
        dialogue=question.dialogue,
        given_by=given_by,
        channel=channel,
        actor=actor,
        body=question.text,
        by_mail=by_mail,
    )


def _tell_answer(question: OwnQuestion) -> None:
    """Write the answer, or why there is none, to the huvudman, unless it has heard it."""
    if question.state == S.ANSWERED and question.how not in IN_WRITING:
        return
    dialogue = question.dialogue
    write_to_huvudman(
        kind=LetterKind.OWN_ANSWER,
        dialogue=dialogue,
        occasion=f"own-question-{question.pk}-{question.version}",
        context={
            "question": question,
            "questions_url": absolute(reverse("portal_own_questions", args=[dialogue.public_id])),
        },
    )
