"""A cycle under way: dialogues in every phase, brought there by the same verbs as in real life."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import cycle as around

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, person
from accounts.models import User
from dialogues.demo.people import kommun_tried, leader_pairs, small_association
from dialogues.domain import batches, introductions, invitations, meetings, plans, records, underlag
from dialogues.domain.questions import Row, send_questions
from dialogues.models import Answer, Channel, Dialogue, InvitationBatch, Meeting, MeetingForm, Underlag
from dialogues.models import DialogueState as S
from dialogues.underlag.tasks import render_underlag
from huvudman.models import Huvudman, Skolform
from quality_system.models import Area

YEARS, BATCHES_A_YEAR = 4, 7
ANSWERS = [Answer.YES] * 14 + [Answer.NO] * 2 + [Answer.LATER]
LEFT_INVITED = 12
IN_GROUPS = 16
"""How many have been to an introduction; the other accepted ones wait for the next."""

REACH = [S.INTRODUCED] * 3 + [S.UNDERLAG_SENT] * 3 + [S.TIME_FIXED] * 4
REACH += [S.DIALOGUE_HELD] * 2 + [S.FEEDBACK_HELD] * 1 + [S.CLOSED] * 2
ORDER = [S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED, S.DIALOGUE_HELD, S.FEEDBACK_HELD, S.CLOSED]


def put_cycle_under_way(planners: Sequence[User]) -> None:
    """Plan a cycle, send its first batch and take its dialogues to every phase; prepare the next batches."""
    first, second = (person(user) for user in planners)
    cycle = plans.create_cycle(
        name=f"Cykel {timezone.localdate().year}–{timezone.localdate().year + YEARS - 1}",
        first_year=timezone.localdate().year,
        years=YEARS,
        batches_per_year=BATCHES_A_YEAR,
        seed="exempel",
        actor=first,
    )
    plans.plan_cycle(cycle=cycle, actor=first)
    sent, coming, *_rest = cycle.batches.order_by("year", "number")
    for huvudman in (kommun_tried(), small_association()):
        bring_into(sent, huvudman)
    send(sent, first, second)
    batches.approve_batch(batch=coming, actor=second)
    batches.schedule_batch(batch=coming, send_at=at(14, 9), answer_by=at(35, 9).date(), actor=first)
    answer(sent, first)
    take_further(sent, first)


def bring_into(batch: InvitationBatch, huvudman: Huvudman) -> None:
    """See that a huvudman that is to be tried is in the batch, by letting it change places with another."""
    dialogue = Dialogue.objects.get(cycle=batch.cycle, huvudman=huvudman)
    if dialogue.batch_id != batch.pk:
        other = batch.dialogues.exclude(huvudman__in=[kommun_tried(), small_association()]).order_by("pk")[0]
        Dialogue.objects.filter(pk=other.pk).update(batch=dialogue.batch)
        Dialogue.objects.filter(pk=dialogue.pk).update(batch=batch)


def send(batch: InvitationBatch, first: Actor, second: Actor) -> None:
    """Approve, schedule and send a batch now."""
    batches.approve_batch(batch=batch, actor=second)
    soon = timezone.now() + datetime.timedelta(seconds=1)
    last_day = timezone.localdate() + datetime.timedelta(days=21)
    batches.schedule_batch(batch=batch, send_at=soon, answer_by=last_day, actor=first)
    InvitationBatch.objects.filter(pk=batch.pk).update(send_at=timezone.now())
    batches.start_sending(batch=batch, actor=SYSTEM)
    for dialogue in batch.dialogues.select_related("huvudman", "batch").order_by("pk"):
        invitations.invite(dialogue=dialogue, actor=SYSTEM)
    batches.finish_sending(batch=batch, actor=SYSTEM)


def answer(batch: InvitationBatch, actor: Actor) -> None:
    """Let most of the batch answer by phone; the förening that is to be tried has not answered yet."""
    waiting = batch.dialogues.filter(state=S.INVITED).exclude(huvudman=small_association())
    rows = list(waiting.order_by("pk"))
    kommun = [d for d in rows if d.huvudman_id == kommun_tried().pk]
    others = [d for d in rows if d not in kommun][LEFT_INVITED:]
    for dialogue, given in [*((d, Answer.YES) for d in kommun), *zip(others, around(ANSWERS), strict=False)]:
        invitations.answer_invitation(
            invitation=dialogue.invitations.get(),
            answer=given,
            given_by="Kim Exempel, skolchef",
            channel=Channel.PHONE,
            reason="time" if given == Answer.NO else "",
            actor=actor,
        )


def take_further(batch: InvitationBatch, actor: Actor) -> None:
    """Hold an introduction and take its dialogues as far as REACH says; the rest wait for the next group."""
    pairs = leader_pairs()
    held = introduce(batch, pairs[0], actor)
    introductions.set_up_introduction(
        batch=batch,
        starts_at=at(10, 9),
        ends_at=at(10, 10),
        link="https://mote.example/introduktion-2",
        seats=100,
        staff=pairs[1],
        actor=actor,
    )
    order = {kommun_tried().pk: 0}
    rows = sorted(held, key=lambda d: (order.get(d.huvudman_id, 1), d.pk))
    render_underlag(list(Underlag.objects.filter(dialogue__in=rows).values_list("pk", flat=True)))
    targets = [S.UNDERLAG_SENT, *REACH]
    for dialogue, target, (starts, pair) in zip(rows, targets, times(pairs), strict=False):
        go_to(dialogue, ORDER.index(target), starts, pair, actor)


def introduce(batch: InvitationBatch, pair: list[User], actor: Actor) -> list[Dialogue]:
    """Hold an introduction four weeks ago; answer those who were in the group."""
    meeting = introductions.set_up_introduction(
        batch=batch,
        starts_at=at(-28, 9),
        ends_at=at(-28, 10),
        link="https://mote.example/introduktion-1",
        seats=IN_GROUPS,
        staff=pair,
        actor=actor,
    )
    seated = list(meeting.taken_seats.filter(is_current=True).values_list("dialogue_id", flat=True))
    introductions.hold_introduction(meeting=meeting, attended=set(seated[1:]), actor=actor)
    return list(Dialogue.objects.filter(pk__in=seated).select_related("huvudman", "batch"))


def go_to(dialogue: Dialogue, reach: int, starts: datetime.datetime, pair: list[User], actor: Actor) -> None:
    """Take an introduced dialogue `reach` steps further."""
    leader = person(pair[0])
    if reach >= 1:
        meeting = send_underlag(dialogue, starts, pair, actor)
    if reach >= 2:
        meetings.accept_time(meeting=meeting, given_by="Kim Exempel", channel=Channel.PHONE, actor=actor)
        ask(dialogue, actor)
    if reach >= 3:
        records.hold_dialogue(
            dialogue=dialogue,
            summary="Vi talade om hur skillnaderna mellan enheterna kan minska, och om vad som går bra.",
            discussed_skolformer=[Skolform.GR],
            actor=leader,
        )
        date_back(meeting, 7 * 12)
    if reach >= 4:
        hold_feedback(dialogue, starts, pair, leader)
    if reach >= 5:
        records.close_dialogue(dialogue=dialogue, actor=leader)


def send_underlag(dialogue: Dialogue, starts: datetime.datetime, pair: list[User], actor: Actor) -> Meeting:
    """Propose a time, confirm and send the underlag."""
    meeting = meetings.propose_time(
        dialogue=dialogue,
        starts_at=starts,
        ends_at=starts + datetime.timedelta(hours=2),
        form=MeetingForm.IN_PERSON,
        place=f"Hos {dialogue.huvudman}"[:300],
        staff=pair,
        actor=actor,
    )
    version = dialogue.underlag.get()
    for user in pair:
        underlag.confirm_underlag(underlag=version, actor=person(user))
    underlag.issue_underlag(underlag=version, actor=actor)
    return meeting


def ask(dialogue: Dialogue, actor: Actor) -> None:
    """Tell two questions by phone."""
    rows = [
        Row(
            area=Area.EQUITY,
            text="Hur ger vi alla elever samma möjligheter?",
            sub_goal=None,
        ),
        Row(area=Area.LEARNING, text="", sub_goal=None),
    ]
    send_questions(
        dialogue=dialogue, rows=rows, told_by="Kim Exempel, skolchef", channel=Channel.PHONE, actor=actor
    )


def hold_feedback(dialogue: Dialogue, starts: datetime.datetime, pair: list[User], leader: Actor) -> None:
    """Set and hold the feedback meeting."""
    later = starts + datetime.timedelta(days=70)
    meeting = meetings.set_up_feedback(
        dialogue=dialogue,
        starts_at=later,
        ends_at=later + datetime.timedelta(hours=1),
        link="https://mote.example/aterkoppling",
        staff=pair,
        actor=leader,
    )
    records.hold_feedback(
        dialogue=dialogue, feedback="Skolorna fortsätter med kollegial planering.", actor=leader
    )
    date_back(meeting, 7 * 21)


def date_back(meeting: Meeting, days: int) -> None:
    """Let a meeting that was held in the demo's haste have been held earlier."""
    earlier = datetime.timedelta(days=days)
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_at=F("starts_at") - earlier, ends_at=F("ends_at") - earlier
    )
    during = DateTimeTZRange(meeting.starts_at - earlier, meeting.ends_at - earlier)
    meeting.staff.update(during=during)


def times(pairs: list[list[User]]) -> Iterator[tuple[datetime.datetime, list[User]]]:
    """Times for dialogues from six weeks ahead: one a day for each pair."""
    for day in range(42, 400):
        if at(day, 9).weekday() < 5:
            yield from ((at(day, 9), pair) for pair in pairs)


def at(days: int, hour: int) -> datetime.datetime:
    """An hour of a day from today, in Stockholm."""
    day = timezone.localdate() + datetime.timedelta(days=days)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))


def is_under_way() -> bool:
    """Tell whether the demo has its cycle already."""
    return settings.DEMO and Dialogue.objects.exists()
