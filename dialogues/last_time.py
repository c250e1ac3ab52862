"""What a huvudman asked, agreed and rated in its dialogue before this one, to be read beside the new."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from dialogues.analysis.content import build_content
from dialogues.domain.analysis_drafts import texts_of
from dialogues.models import Dialogue, DialogueRecord, PriorityQuestion, RoundState
from dialogues.models import DialogueState as S
from dialogues.summary.content import as_texts

HELD = (S.DIALOGUE_HELD, S.FEEDBACK_HELD, S.CLOSED)


@dataclass(frozen=True)
class LastTime:
    """A dialogue of an earlier cycle: its questions, its summary in headings and texts, and the self-rating
    as `{factor, answer}`.
    """

    dialogue: Dialogue
    questions: list[PriorityQuestion] = field(default_factory=list)
    summary: list[tuple[str, str]] = field(default_factory=list)
    ratings: list[dict[str, Any]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.questions or self.summary or self.ratings)


def last_time_of(dialogue: Dialogue, own: Actor | None = None) -> LastTime | None:
    """What there is of the huvudman's latest dialogue in an earlier cycle; None when there is none.

    The self-rating is the one that was sent. `own` is somebody who represents the huvudman, who also sees one
    that was written and never sent: raises PermissionDenied for everyone else. One query when there is none,
    at most six otherwise.
    """
    before = Dialogue.objects.filter(
        huvudman=dialogue.huvudman_id, cycle__first_year__lt=dialogue.cycle.first_year, state__in=HELD
    )
    last = before.select_related("huvudman", "cycle").order_by("-cycle__first_year", "-pk").first()
    if last is None:
        return None
    found = LastTime(
        dialogue=last,
        questions=list(PriorityQuestion.objects.filter(form__dialogue=last)),
        summary=_summary(last),
        ratings=_ratings(last, own),
    )
    return found if found else None


def _summary(dialogue: Dialogue) -> list[tuple[str, str]]:
    """The summary that was agreed or left to stand; else what was noted when the dialogue was held."""
    ended = dialogue.summary_rounds.filter(state__in=(RoundState.AGREED, RoundState.UNANSWERED)).first()
    if ended:
        return as_texts(ended.content)
    record = DialogueRecord.objects.filter(dialogue=dialogue).first()
    if record is None:
        return []
    noted = [(_("Sammanfattning"), record.summary), (_("Återkoppling"), record.feedback)]
    return [(title, text) for title, text in noted if text]


def _ratings(dialogue: Dialogue, own: Actor | None) -> list[dict[str, Any]]:
    sent = dialogue.analyses.first()
    found: list[dict[str, Any]] = sent.content["ratings"] if sent else []
    if found or own is None:
        return found
    written: list[dict[str, Any]] = build_content(dialogue, texts_of(dialogue, own))["ratings"]
    return written
