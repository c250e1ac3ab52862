"""The huvudman's prioritised questions: one record, by portal or by phone."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import entries, latest, record
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry, User
from accounts.personnummer import mask_personnummer
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.receipts import in_swedish, register_sent
from dialogues.links import absolute
from dialogues.models import Channel, Dialogue, LetterKind, PriorityQuestion, QuestionForm, Sent
from dialogues.models import DialogueState as S
from quality_system.models import Area, SubGoal

OPEN_FOR_QUESTIONS = frozenset({S.ACCEPTED, S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED})
MOST = 5
FACTS = ("area", "text", "sub_goal", "figure", "evidence")
"""What is kept of a question, in the record and in the audit log."""
SENT = "questions.sent"
"""What the audit log calls it that questions were told, with all their words."""


class Row(TypedDict):
    """One question as told: by phone an area is enough. `figure` and `evidence` are what it builds on."""

    area: Area
    text: str
    sub_goal: SubGoal | None
    figure: NotRequired[str]
    evidence: NotRequired[str]


@dataclass(frozen=True)
class Call:
    """Who of us was told, and on which day; the one who acts, and today, unless said."""

    taken_by: User | None = None
    day: datetime.date | None = None


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
    call: Call | None = None,
) -> QuestionForm:
    """Record the prioritised questions in order of priority and send the huvudman a copy to correct.

    Told again, the new ones replace the old; what was sent before is kept in the audit log and the receipts.
    `call` says who of us the huvudman spoke with and when, where it was not in the portal. `seen` is the
    version of the questions on the page (`questions_version`): raises AskedSince when another one stands now,
    unless it is these very questions. Raises NotPossible for none or more than five, for a personnummer in a
    text, for a call that is still to come, or when the dialogue is not open for questions.
    """
    actor.require("dialogues.send_questions", dialogue)
    if not 1 <= len(rows) <= MOST:
        raise NotPossible(_("Ange minst en och högst fem frågor."))
    if call and call.day and call.day > timezone.localdate():
        raise NotPossible(_("Välj en dag som har varit."))
    if any(has_personnummer(row) for row in rows):
        raise NotPossible(_("Ta bort personnumret ur frågan innan ni skickar."))
    with transaction.atomic():
        locked = DIALOGUES.locked(dialogue)
        if locked.state not in OPEN_FOR_QUESTIONS:
            raise NotPossible(_("Frågor kan lämnas från det att ni tackat ja tills dialogen är hållen."))
        if _asked_since(locked, seen):
            return _the_same(locked, rows, told_by, channel)
        form = _write_form(locked, rows, told_by, channel, actor, call or Call())
        _tell_sent(locked, form, rows, actor)
    return form


def _tell_sent(dialogue: Dialogue, form: QuestionForm, rows: Sequence[Row], actor: Actor) -> None:
    """Write down what was told, where it is kept: the audit log, a copy by mail and the receipts."""
    entry = record(
        actor=actor,
        verb=SENT,
        subject=dialogue,
        channel=form.channel,
        told_by=form.told_by,
        told_on=form.told_on.isoformat() if form.told_on else "",
        called_by=str(form.called_by or ""),
        rows=[_as_fact(row) for row in rows],
    )
    write_to_huvudman(
        kind=LetterKind.QUESTIONS,
        dialogue=dialogue,
        occasion=f"questions-{entry.pk}",
        context={
            "form": form,
            "questions": list(form.rows.select_related("sub_goal")),
            "questions_url": absolute(reverse("portal_questions", args=[dialogue.public_id])),
        },
    )
    register_sent(
        kind=Sent.QUESTIONS,
        dialogue=dialogue,
        given_by=form.told_by,
        channel=Channel(form.channel),
        actor=actor,
        body="\n".join(_in_words(rank, row) for rank, row in enumerate(rows, start=1)),
        by_mail=False,
    )


def questions_version(dialogue: Dialogue) -> int:
    """A number that is another one each time questions are told; 0 before that.

    A page reads it before the questions it shows: then it is never newer than they are.
    """
    entry = latest(dialogue, SENT)
    return entry.pk if entry else 0


def versions_told(dialogue: Dialogue) -> list[AuditEntry]:
    """Every version of the questions that was told, latest first: the entries keep all their words."""
    return list(entries(dialogue, SENT))


def has_personnummer(row: Row) -> bool:
    """Tell whether the words of a question have something in them that looks like a personnummer."""
    words = f"{row['text']}\n{row.get('evidence', '')}"
    return mask_personnummer(words) != words


def _asked_since(dialogue: Dialogue, seen: int | None) -> bool:
    return seen is not None and seen != questions_version(dialogue)


def _the_same(dialogue: Dialogue, rows: Sequence[Row], told_by: str, channel: Channel) -> QuestionForm:
    """What stands, when it is this: a button was pressed twice. Raises AskedSince when it is not."""
    form = QuestionForm.objects.filter(dialogue=dialogue, told_by=told_by, channel=channel).first()
    if form is None or [_as_fact(row) for row in rows] != list(form.rows.values(*FACTS)):
        raise AskedSince(
            _(
                "Någon har lämnat frågor sedan sidan öppnades, och det är de som gäller nu. Läs dem först. "
                "Ska frågorna här gälla i stället? Tryck då på knappen igen."
            )
        )
    return form


def _write_form(
    dialogue: Dialogue, rows: Sequence[Row], told_by: str, channel: Channel, actor: Actor, call: Call
) -> QuestionForm:
    is_called = channel != Channel.PORTAL
    form, _new = QuestionForm.objects.update_or_create(
        dialogue=dialogue,
        defaults={
            "channel": channel,
            "told_by": told_by,
            "noted_by": actor.user,
            "called_by": (call.taken_by or actor.user) if is_called else None,
            "told_on": call.day or timezone.localdate(),
            "sent_at": timezone.now(),
        },
    )
    form.rows.all().delete()
    PriorityQuestion.objects.bulk_create(
        PriorityQuestion(form=form, rank=rank, **row) for rank, row in enumerate(rows, start=1)
    )
    return form


def _in_words(rank: int, row: Row) -> str:
    area = in_swedish(Area(row["area"]).label).capitalize()
    return f"{rank}. {area}: {row['text']}" if row["text"] else f"{rank}. {area}"


def _as_fact(row: Row) -> dict[str, object]:
    goal = row["sub_goal"]
    return {
        "area": str(row["area"]),
        "text": row["text"],
        "sub_goal": goal.pk if goal else None,
        "figure": row.get("figure", ""),
        "evidence": row.get("evidence", ""),
    }
