"""A cycle under way: dialogues in every phase, brought there by the same verbs as in real life.

The first batch was invited months ago and has come to all phases; the second was invited a few days ago; the
third is scheduled; the rest are drafts. What happened is dated when it would have happened.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle as around

from django.conf import settings

from accounts.actors import SYSTEM, Actor, person
from accounts.models import User
from dialogues.demo.another_day import (
    at,
    day,
    next_school_day,
    school_day,
    school_days,
    school_days_before,
)
from dialogues.demo.people import kommun_tried, leader_pairs, small_association
from dialogues.domain import batches, cycles, introductions, invitations, meetings, plans, records, underlag
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.questions import Row, send_questions
from dialogues.letters.delivery import deliver_due
from dialogues.models import Answer, Channel, Cycle, Dialogue, InvitationBatch, Meeting, MeetingForm, Underlag
from dialogues.models import DialogueState as S
from dialogues.underlag.tasks import render_underlag
from huvudman.models import Huvudman, Skolform
from quality_system.models import Area

YEARS, BATCHES_A_YEAR = 4, 7
ANSWER_TIME = 21
ANSWERS = [Answer.YES] * 14 + [Answer.NO] * 2 + [Answer.LATER]
LEFT_INVITED = 12
IN_GROUP = 16
"""How many have been to an introduction; the others who said yes wait for the next."""

A_WEEK = 5
"""School days that the dialogues, and the feedback meetings, of the first group take."""

FED_BACK = school_day(-14)
FED_BACK_FROM = school_days_before(FED_BACK, A_WEEK)
HELD = school_day(FED_BACK_FROM - 14)
HELD_FROM = school_days_before(HELD, A_WEEK)
FIXED = school_day(HELD_FROM - 4)
SENT = school_day(FIXED - 10)
INTRODUCED = school_day(SENT - 14)
ANSWERED = school_day(INTRODUCED - 26)
INVITED = school_day(ANSWERED - 10)
"""When the first batch came to each step, in days from today: never in a school's break."""

RECENTLY_ANSWERED = school_day(-2)
RECENTLY_INVITED = school_day(RECENTLY_ANSWERED - 3)

REACH = [S.INTRODUCED] * 3 + [S.UNDERLAG_SENT] * 3 + [S.TIME_FIXED] * 4
REACH += [S.DIALOGUE_HELD] * 2 + [S.FEEDBACK_HELD] * 1 + [S.CLOSED] * 2
ORDER = [S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED, S.DIALOGUE_HELD, S.FEEDBACK_HELD, S.CLOSED]
Planned = tuple[Dialogue, int, datetime.datetime, list[User]]
"""A dialogue, how many steps it has taken past the introduction, and its time and people."""


def put_cycle_under_way(planners: Sequence[User]) -> None:
    """Plan a cycle and take its first batches through the months that have passed."""
    first, second = (person(user) for user in planners)
    with day(school_day(INVITED - 30)):
        cycle = draw(first)
    earlier, recent, coming, *_rest = cycle.batches.order_by("year", "number")
    bring_into(earlier, kommun_tried())
    bring_into(recent, small_association())
    send(earlier, INVITED, first, second)
    answer(earlier, ANSWERED, first)
    take_further(earlier, first)
    send(recent, RECENTLY_INVITED, first, second, open_until=10)
    answer(recent, RECENTLY_ANSWERED, first)
    batches.approve_batch(batch=coming, actor=second)
    goes_out = next_school_day(14)
    batches.schedule_batch(
        batch=coming, send_at=at(goes_out, 9), answer_by=last_day_to_answer(goes_out), actor=first
    )


def draw(actor: Actor) -> Cycle:
    """Make and draw the cycle."""
    this_year = at(0, 12).year
    cycle = cycles.create_cycle(
        name=f"Cykel {this_year}–{this_year + YEARS - 1}",
        first_year=this_year,
        years=YEARS,
        batches_per_year=BATCHES_A_YEAR,
        seed="exempel",
        actor=actor,
    )
    return plans.plan_cycle(cycle=cycle, actor=actor)


def bring_into(batch: InvitationBatch, huvudman: Huvudman) -> None:
    """See that a huvudman that is to be tried is in the batch, by letting it change places with another."""
    dialogue = Dialogue.objects.get(cycle=batch.cycle, huvudman=huvudman)
    if dialogue.batch_id != batch.pk:
        other = batch.dialogues.exclude(huvudman__in=[kommun_tried(), small_association()]).order_by("pk")[0]
        Dialogue.objects.filter(pk=other.pk).update(batch=dialogue.batch)
        Dialogue.objects.filter(pk=dialogue.pk).update(batch=batch)


def send(batch: InvitationBatch, on: int, first: Actor, second: Actor, open_until: int = INVITED) -> None:
    """Approve and schedule a batch the day before, and send it; it can be answered until a day at least."""
    with day(school_day(on - 1)):
        batches.approve_batch(batch=batch, actor=second)
        answer_by = last_day_to_answer(max(on, open_until - ANSWER_TIME))
        batches.schedule_batch(batch=batch, send_at=at(on, 9), answer_by=answer_by, actor=first)
    with day(on):
        batches.start_sending(batch=batch, actor=SYSTEM)
        for dialogue in batch.dialogues.select_related("huvudman", "batch").order_by("pk"):
            invitations.invite(dialogue=dialogue, actor=SYSTEM)
        batches.finish_sending(batch=batch, actor=SYSTEM)
        let_letters_go()


def last_day_to_answer(invited: int) -> datetime.date:
    """The last day to answer an invitation."""
    return at(next_school_day(invited + ANSWER_TIME), 12).date()


def answer(batch: InvitationBatch, on: int, actor: Actor) -> None:
    """Let most of the batch answer by phone; the förening that is to be tried has not answered yet."""
    waiting = batch.dialogues.filter(state=S.INVITED).exclude(huvudman=small_association())
    kommun = list(waiting.filter(huvudman=kommun_tried()))
    others = list(waiting.exclude(huvudman=kommun_tried()).order_by("pk"))[LEFT_INVITED:]
    given = [*((dialogue, Answer.YES) for dialogue in kommun), *zip(others, around(ANSWERS), strict=False)]
    with day(on):
        for dialogue, reply in given:
            invitations.answer_invitation(
                invitation=dialogue.invitations.get(),
                answer=reply,
                given_by="Kim Exempel, skolchef",
                channel=Channel.PHONE,
                reason="time" if reply == Answer.NO else "",
                actor=actor,
            )
        let_letters_go()


def take_further(batch: InvitationBatch, actor: Actor) -> None:
    """Hold an introduction and take its dialogues as far as REACH says; the rest wait for the next group."""
    pairs = leader_pairs()
    rows = introduce(batch, pairs[0], actor)
    plan = [*journeys(rows, pairs)]
    step(SENT, [p for p in plan if p[1] >= 1], lambda p: send_underlag(p, actor))
    step(FIXED, [p for p in plan if p[1] >= 2], lambda p: accept_and_ask(p, actor))
    step(HELD, [p for p in plan if p[1] >= 3], hold_dialogue)
    step(FED_BACK, [p for p in plan if p[1] >= 4], give_feedback)
    set_up_group(batch, next_school_day(10), 100, pairs[1], actor)
    let_letters_go()


def step(on: int, plan: Sequence[Planned], deed: Callable[[Planned], object]) -> None:
    """Do a deed for each dialogue on its day, and let the letters go."""
    with day(on):
        for planned in plan:
            deed(planned)
        let_letters_go()


def introduce(batch: InvitationBatch, pair: list[User], actor: Actor) -> list[Dialogue]:
    """Hold an introduction and make its underlag; answer who had a seat, the tried kommun first."""
    with day(school_day(ANSWERED + 5)):
        meeting = set_up_group(batch, INTRODUCED, IN_GROUP, pair, actor)
        let_letters_go()
    seated = list(meeting.taken_seats.filter(is_current=True).values_list("dialogue_id", flat=True))
    with day(INTRODUCED, 11):
        introductions.hold_introduction(meeting=meeting, attended=set(seated[1:]), actor=actor)
        for version in Underlag.objects.filter(dialogue__in=seated).order_by("pk"):
            render_underlag([version.pk])
    rows = Dialogue.objects.filter(pk__in=seated).select_related("huvudman", "batch")
    return sorted(rows, key=lambda d: (d.huvudman_id != kommun_tried().pk, d.pk))


def set_up_group(batch: InvitationBatch, on: int, seats: int, pair: list[User], actor: Actor) -> Meeting:
    """Set up an introduction in the morning of a day."""
    return introductions.set_up_introduction(
        batch=batch,
        arrangement=Arrangement(
            starts_at=at(on, 9), ends_at=at(on, 10), link="https://mote.example/introduktion", staff=pair
        ),
        seats=seats,
        actor=actor,
    )


def journeys(rows: list[Dialogue], pairs: list[list[User]]) -> Iterator[Planned]:
    """How far each dialogue has come, and when its people meet: those held before today, the others after."""
    past, coming = times(HELD_FROM, pairs), times(21, pairs)
    for dialogue, target in zip(rows, [S.UNDERLAG_SENT, *REACH], strict=False):
        reach = ORDER.index(target)
        starts, pair = next(past if reach >= 3 else coming)
        yield dialogue, reach, starts, pair


def send_underlag(planned: Planned, actor: Actor) -> None:
    """Propose a time, confirm and send the underlag."""
    dialogue, _reach, starts, pair = planned
    meetings.propose_time(
        dialogue=dialogue,
        arrangement=Arrangement(
            starts_at=starts,
            ends_at=starts + datetime.timedelta(hours=2),
            form=MeetingForm.IN_PERSON,
            place=f"Hos {dialogue.huvudman}"[:300],
            staff=pair,
        ),
        actor=actor,
    )
    version = dialogue.underlag.get()
    for user in pair:
        underlag.confirm_underlag(underlag=version, actor=person(user))
    underlag.issue_underlag(underlag=version, actor=actor)


def accept_and_ask(planned: Planned, actor: Actor) -> None:
    """Accept the time and tell two questions, by phone."""
    dialogue = planned[0]
    meeting = dialogue.seats.get(kind="dialogue", is_current=True).meeting
    meetings.accept_time(meeting=meeting, given_by="Kim Exempel", channel=Channel.PHONE, actor=actor)
    rows = [
        Row(area=Area.EQUITY, text="Hur ger vi alla elever samma möjligheter?", sub_goal=None),
        Row(area=Area.LEARNING, text="", sub_goal=None),
    ]
    send_questions(
        dialogue=dialogue, rows=rows, told_by="Kim Exempel, skolchef", channel=Channel.PHONE, actor=actor
    )


def hold_dialogue(planned: Planned) -> None:
    """Hold the dialogue and set the feedback meeting."""
    dialogue, _reach, starts, pair = planned
    leader = person(pair[0])
    records.hold_dialogue(
        dialogue=dialogue,
        summary="Vi talade om hur skillnaderna mellan enheterna kan minska, och om vad som går bra.",
        discussed_skolformer=[Skolform.GR],
        actor=leader,
    )
    if planned[1] >= 4:
        begins = feedback_for(starts)
        meetings.set_up_feedback(
            dialogue=dialogue,
            arrangement=Arrangement(
                starts_at=begins,
                ends_at=begins + datetime.timedelta(hours=1),
                link="https://mote.example/aterkoppling",
                staff=pair,
            ),
            actor=leader,
        )


def give_feedback(planned: Planned) -> None:
    """Hold the feedback meeting, and close those that are to be closed."""
    dialogue, reach, _starts, pair = planned
    leader = person(pair[0])
    feedback = "Skolorna fortsätter med kollegial planering."
    records.hold_feedback(dialogue=dialogue, feedback=feedback, actor=leader)
    if reach >= 5:
        records.close_dialogue(dialogue=dialogue, actor=leader)


def times(first_day: int, pairs: list[list[User]]) -> Iterator[tuple[datetime.datetime, list[User]]]:
    """Times for dialogues from a day on: one a school day for each pair."""
    for on in school_days(first_day):
        yield from ((at(on, 9), pair) for pair in pairs)


def feedback_for(dialogue: datetime.datetime) -> datetime.datetime:
    """When the feedback meeting begins: as many school days into its week as the dialogue was into its."""
    held, fed_back = school_days(HELD_FROM), school_days(FED_BACK_FROM)
    return next(at(then, 9) for on, then in zip(held, fed_back, strict=False) if at(on, 9) == dialogue)


def let_letters_go() -> None:
    """Deliver what is due on this day before the next one begins."""
    while deliver_due():
        pass


def is_under_way() -> bool:
    """Tell whether the demo has its cycle already."""
    return settings.DEMO and Dialogue.objects.exists()
