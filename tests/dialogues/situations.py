"""Every situation that a dialogue can be in: its state, with how its meetings stand."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from accounts.actors import Actor, person
from accounts.models import StaffRole, User
from dialogues.domain.files import store_file
from dialogues.domain.staffing import book_staff
from dialogues.models import (
    ConflictDeclaration,
    Dialogue,
    DialogueRecord,
    Invitation,
    InvitationBatch,
    Meeting,
    MeetingKind,
    MeetingState,
    RoundState,
    Underlag,
)
from dialogues.models import DialogueState as S
from dialogues.turns import Standing
from tests.accounts.factories import pair, staff_user
from tests.dialogues.factories import (
    BatchFactory,
    InvitationFactory,
    MeetingFactory,
    dialogue_with_contact,
    seat_at,
)
from tests.dialogues.portal.helpers import edition
from tests.dialogues.summaries import in_state, passed, sent_by, written

N = Standing.NONE
ONLINE = {"form": "digital", "place": "", "link": "https://mote.example/a"}


@dataclass(frozen=True)
class Situation:
    """A state, and how the meetings of the phases stand in it."""

    state: S
    introduction: Standing = N
    dialogue: Standing = N
    feedback: Standing = N
    earlier_batch: bool = False
    may_change_answer: bool = False
    summary: str = ""
    """Where the summary stands: a draft, or as what was sent last; `late` is open past its day."""

    def __str__(self) -> str:
        told = [str(self.state), self.introduction, self.dialogue, self.feedback]
        more = [self.summary] * bool(self.summary)
        more += ["moved"] * self.earlier_batch + ["may change"] * self.may_change_answer
        return "-".join(map(str, [*told, *more]))


def situations() -> Iterator[Situation]:
    """All that the verbs can lead to."""
    yield Situation(S.PLANNED)
    yield Situation(S.PLANNED, earlier_batch=True)
    yield Situation(S.INVITED)
    yield Situation(S.DECLINED)
    yield Situation(S.POSTPONED)
    yield Situation(S.POSTPONED, may_change_answer=True)
    for introduction in (N, Standing.BOOKED, Standing.OVER):
        yield Situation(S.ACCEPTED, introduction)
    held = Standing.HELD
    for dialogue in (N, Standing.PROPOSED, Standing.PASSED):
        yield Situation(S.INTRODUCED, held, dialogue)
    for dialogue in (Standing.PROPOSED, Standing.PASSED, Standing.WISHED):
        yield Situation(S.UNDERLAG_SENT, held, dialogue)
    for dialogue in (Standing.BOOKED, Standing.OVER):
        yield Situation(S.TIME_FIXED, held, dialogue)
    for feedback in (N, Standing.PROPOSED, Standing.PASSED, Standing.WISHED, Standing.BOOKED, Standing.OVER):
        yield Situation(S.DIALOGUE_HELD, held, held, feedback)
    for summary in ("", "draft", *sorted(set(RoundState.values) - {RoundState.REPLACED}), "late"):
        yield Situation(S.FEEDBACK_HELD, held, held, held, summary=summary)
    yield Situation(S.DIALOGUE_HELD, held, held, summary=RoundState.OPEN)
    yield Situation(S.CLOSED, held, held, held)
    yield Situation(S.CANCELLED)
    yield Situation(S.CANCELLED, held, held)


@dataclass
class World:
    """A dialogue in a situation, with what its steps ask for: people, a later batch, another group."""

    dialogue: Dialogue
    own: User
    staff: list[User]
    later: InvitationBatch
    group: Meeting
    invitation: Invitation | None
    actor: Actor

    def meeting(self, kind: MeetingKind) -> Meeting | None:
        seat = self.dialogue.seats.filter(kind=kind, is_current=True).select_related("meeting").first()
        return seat.meeting if seat else None


def _summarise(world: World, how: str) -> None:
    """Let the summary be written by SPSM, and sent, until it is as the situation says."""
    theirs = world.staff[1]
    if how == "draft":
        written(world.dialogue, theirs)
        return
    if how in (RoundState.OPEN, "late"):
        sent = sent_by(theirs, world.dialogue)
        if how == "late":
            passed(sent)
        return
    in_state(RoundState(how), world.dialogue, world.own)


DAYS_AGO = {MeetingKind.INTRODUCTION: 40, MeetingKind.DIALOGUE: 20, MeetingKind.FEEDBACK: 10}


def world_in(situation: Situation) -> World:
    """Make the situation, by rows alone."""
    now = timezone.now()
    planned = situation.state == S.PLANNED
    batch = BatchFactory(state="draft" if planned else "sent", send_at=now - datetime.timedelta(days=90))
    dialogue, own = dialogue_with_contact(situation.state, batch=batch)
    later = BatchFactory(cycle=batch.cycle, year=2028, state="draft", send_at=None, answer_by=None)
    other = {"kind": MeetingKind.INTRODUCTION, "state": MeetingState.FIXED, "seats": 9}
    group = MeetingFactory(**other, **ONLINE, batch=batch)
    staff = pair()
    actor = person(staff_user(StaffRole.PLANNER, StaffRole.LEADER))
    world = World(dialogue, own, staff, later, group, _invitation(dialogue, situation), actor)
    for user in staff:
        declared = {"user": user, "agency": user.staff.agency, "has_conflict": False}
        ConflictDeclaration.objects.create(dialogue=dialogue, **declared)
    for kind in MeetingKind:
        _meet(world, kind, getattr(situation, kind), DAYS_AGO[kind])
    if situation.introduction == Standing.HELD:
        dialogue.seats.filter(kind=MeetingKind.INTRODUCTION).update(attended=True)
    if situation.dialogue == Standing.HELD:
        DialogueRecord.objects.create(dialogue=dialogue, summary="Då", discussed_skolformer=["GR"])
    if situation.summary:
        _summarise(world, situation.summary)
    return world


def _invitation(dialogue: Dialogue, situation: Situation) -> Invitation | None:
    today = timezone.localdate()
    if situation.state == S.PLANNED and not situation.earlier_batch:
        return None
    batch = BatchFactory(cycle=dialogue.cycle, year=2020) if situation.earlier_batch else dialogue.batch
    answer_by = today + datetime.timedelta(days=9 if situation.may_change_answer else -9)
    row = InvitationFactory(dialogue=dialogue, batch=batch, answer_by=answer_by)
    Invitation.objects.update(created_at=timezone.now() - datetime.timedelta(days=80))
    return row


def _meet(world: World, kind: MeetingKind, how: Standing, days_ago: int) -> None:
    if how == Standing.NONE:
        return
    states = {Standing.WISHED: MeetingState.OTHER_WISHED, Standing.HELD: MeetingState.HELD}
    states |= dict.fromkeys((Standing.PROPOSED, Standing.PASSED), MeetingState.PROPOSED)
    is_past = how in (Standing.PASSED, Standing.OVER, Standing.HELD)
    shift = datetime.timedelta(days=-days_ago if is_past else 40)
    starts_at = timezone.now().replace(microsecond=0, second=0) + shift
    seats = {"seats": 9} if kind == MeetingKind.INTRODUCTION else {}
    state = states.get(how, MeetingState.FIXED)
    meeting = seat_at(world.dialogue, kind=kind, state=state, starts_at=starts_at, **seats, **ONLINE)
    book_staff(meeting, world.staff)


def underlag_in(world: World, state: str) -> Underlag:
    """The dialogue's underlag in a state, as far as the tasks ask."""
    now = timezone.now()
    is_made = state in ("rendered", "confirmed", "issued")
    pdf = store_file(b"%PDF-1.7 prov", "application/pdf") if is_made else None
    times = {"rendered_at": now if pdf else None, "issued_at": now if state == "issued" else None}
    more = {"failure": "Det gick inte."} if state == "failed" else {}
    return Underlag.objects.create(
        dialogue=world.dialogue,
        edition=edition(),
        state=state,
        pdf=pdf,
        content={"a": 1} if is_made else {},
        **times,
        **more,
    )
