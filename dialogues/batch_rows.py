"""A row of a batch's list: where the huvudman stands, whose turn it is, what comes next, why it is stuck."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dialogues.batch_facts import Fact
from dialogues.batch_queries import batch_dialogues
from dialogues.batch_stuck import REASONS, Reason
from dialogues.desk.batches import SEAT_WITHIN
from dialogues.desk.dialogues import AFTER_STEP, TO_PLACE
from dialogues.desk.underlag import DAYS
from dialogues.domain.summary_waits import Waits, waits_of
from dialogues.models import Dialogue, InvitationBatch, Meeting
from dialogues.models import DialogueState as S
from dialogues.paper.instead import refused
from dialogues.turns import MEETING_OF, Side, Standing, standing, turn_of

WHOSE = {Side.STAFF: gettext_lazy("Vår tur"), Side.HUVUDMAN: gettext_lazy("Huvudmannens tur")}
WITHIN = {
    S.POSTPONED: TO_PLACE,
    S.ACCEPTED: SEAT_WITHIN,
    S.INTRODUCED: DAYS,
    S.DIALOGUE_HELD: AFTER_STEP,
    S.FEEDBACK_HELD: AFTER_STEP,
}
"""Days after a state was reached that we should have taken the next step, when no meeting says otherwise."""
WHEN_OUR_TURN = gettext_lazy("då bör vi ha gjort det")


@dataclass(frozen=True)
class Stuck:
    """Why a huvudman is stuck, and what can be done about it; no address for those who may not do it."""

    why: str | Promise
    deed: str | Promise
    url: str


@dataclass(frozen=True)
class Row:
    """A huvudman of a batch as the list shows it."""

    dialogue: Dialogue
    whose: str
    what: str
    next_day: datetime.date | None
    next_what: str
    stuck: list[Stuck]


def rows_of(batch: InvitationBatch, facts: Mapping[int, Fact], pks: Iterable[int], user: User) -> list[Row]:
    """The rows of some of a batch's huvudmän, by name. Two queries."""
    letters = refused().filter(dialogue=OuterRef("pk"))
    found = batch_dialogues(batch).filter(pk__in=list(pks))
    found = found.annotate(refused=Subquery(letters.order_by("-pk").values("public_id")[:1]))
    return [_row(dialogue, facts[dialogue.pk], user) for dialogue in found]


def _row(dialogue: Dialogue, fact: Fact, user: User) -> Row:
    meetings = {seat.kind: seat.meeting for seat in dialogue.current_seats}  # type: ignore[attr-defined]
    turn = turn_of(dialogue, meetings)
    day, what = next_day(dialogue, meetings.get(MEETING_OF.get(S(dialogue.state), "")))
    return Row(
        dialogue,
        str(WHOSE[turn.whose]) if turn else _("Pausad") if dialogue.is_paused else "",
        turn.told_to(Side.STAFF) if turn else dialogue.paused_reason,
        day,
        what,
        [_stuck(reason, dialogue, user) for reason in REASONS if reason.key in fact.values["fast"]],
    )


def next_day(dialogue: Dialogue, meeting: Meeting | None) -> tuple[datetime.date | None, str]:
    """The next day that matters in a dialogue, and what is then; None when there is none."""
    state, batch = S(dialogue.state), dialogue.batch
    if dialogue.is_paused:
        return dialogue.look_again_on, _("Se över pausen") if dialogue.look_again_on else ""
    if meeting and standing(meeting) in (Standing.PROPOSED, Standing.BOOKED):
        return timezone.localdate(meeting.starts_at), capfirst(meeting.get_kind_display())
    if state == S.PLANNED:
        sent = timezone.localdate(batch.send_at) if batch.send_at else None
        return sent, _("Inbjudan skickas") if sent else ""
    if state == S.INVITED:
        return batch.answer_by, _("Svara senast")
    if state not in WITHIN or waits_of(dialogue) == Waits.HUVUDMAN:
        return None, ""
    return _our_day(dialogue, WITHIN[state]), str(WHEN_OUR_TURN)


def _our_day(dialogue: Dialogue, within: int) -> datetime.date:
    """The day by which we should have taken the next step: not before the time to answer is out."""
    day = timezone.localdate(dialogue.state_since) + datetime.timedelta(days=within)
    answer_by = dialogue.batch.answer_by
    if answer_by is None or dialogue.state not in (S.ACCEPTED, S.POSTPONED):
        return day
    least = answer_by if dialogue.state == S.ACCEPTED else answer_by + datetime.timedelta(days=1 + within)
    return max(day, least)


def _stuck(reason: Reason, dialogue: Dialogue, user: User) -> Stuck:
    url = _where(reason.key, dialogue) if user.has_perm(reason.permission) else ""
    return Stuck(reason.why, reason.deed, url)


def _where(key: str, dialogue: Dialogue) -> str:
    """Where something is done about a reason for being stuck."""
    if key == "adress":
        return reverse("admin:contact_new", args=[dialogue.huvudman.public_id])
    if key == "studsade":
        return reverse("admin:letter", args=[dialogue.refused])  # type: ignore[attr-defined]
    steps = {"svarsdag": "svar", "introduktion": "plats"}
    if key in steps:
        return reverse("admin:dialogue_step", args=[dialogue.public_id, steps[key]])
    return reverse("admin:dialogue", args=[dialogue.public_id])
