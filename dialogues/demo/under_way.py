"""A cycle under way: dialogues in every phase, brought there by the same verbs as in real life.

The first batch was invited months ago and has come to all phases; the second was invited a few days ago; the
third is scheduled; the rest are drafts. All that happened is played in the order of time, each scene at its
moment, with the letters that it led to.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import cycle as around

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, person
from accounts.models import User
from dialogues.demo.another_day import moment
from dialogues.demo.by_post import scene_of_code, scenes_of_post, who_answers_with_code
from dialogues.demo.colleagues import scenes_of_colleagues
from dialogues.demo.earlier import put_in_earlier
from dialogues.demo.evaluated import evaluate, put_in_others
from dialogues.demo.groups import FIRST, NEXT, SECOND, THIRD
from dialogues.demo.journeys import GroupTold, Scene
from dialogues.demo.lottery import hold_lottery
from dialogues.demo.mistyped import is_mistyped, mistype_addresses
from dialogues.demo.people import kommun_tried, leader_pairs, small_association
from dialogues.demo.story import CARRIED, CLOSED, COMING, DRAWN, EARLIER, RECENT, Sending, Story
from dialogues.domain import batches, carrying, invitations
from dialogues.half_years import coming_half_years
from dialogues.letters.delivery import deliver_due
from dialogues.models import Answer, Channel, Dialogue, InvitationBatch
from dialogues.models import DialogueState as S

ANSWERS = [Answer.YES] * 14 + [Answer.NO] * 2 + [Answer.LATER]
LEFT_INVITED = 12
STILL_TO_CARRY = 2
"""So many of those who want to take part later have not got a place in another batch yet."""
ANSWERING_HOURS = 6 * 60
"""The minutes of a day, from nine, in which answers come."""


def put_cycle_under_way(story: Story, planners: Sequence[User]) -> None:
    """Plan a cycle and take its first batches through the months that have passed. Needs `travelling`."""
    first, second = (person(user) for user in planners)
    cycle = hold_lottery(story, first, second)
    with moment(story.at(DRAWN, 11)):
        earlier, recent, coming, *rest = cycle.batches.order_by("year", "number")
        mistype_addresses(recent)
        before = put_in_earlier(kommun_tried(), before=cycle, by=planners[0])
        evaluated = put_in_others(before, rest)
        learn_sizes()
    evaluate(evaluated, before.state_since)
    told = groups(story, earlier, first)
    play(
        [
            *scenes_of_sending(story, earlier, EARLIER, first, second),
            *scenes_of_answers(story, earlier, EARLIER.sent + 1, EARLIER.answer_by - 1, first),
            *scenes_of_ending(story, earlier, coming, first),
            *(scene for group in told for scene in group.scenes()),
            *scenes_of_colleagues(story, told, first),
            *scenes_of_post(story, EARLIER, first),
            *scenes_of_sending(story, recent, RECENT, first, second),
            *scenes_of_post(story, RECENT, first),
            scene_of_code(story, recent, RECENT),
            *scenes_of_answers(story, recent, RECENT.sent + 1, -1, first),
            *scenes_of_sending(story, coming, COMING, first, second),
        ]
    )


def learn_sizes() -> None:
    """Let PostgreSQL know how large the tables are: by itself it learns in a minute, slow till then."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def play(scenes: Iterable[Scene]) -> None:
    """Play scenes in the order of time, none before the one before it has ended."""
    ended = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    for scene in sorted(scenes, key=lambda scene: scene.at):
        with moment(max(scene.at, ended)):
            scene.play()
            let_letters_go()
            ended = timezone.now()


def groups(story: Story, batch: InvitationBatch, actor: Actor) -> list[GroupTold]:
    """The introduction groups, led by one pair after another, the coming one by the first."""
    pairs = leader_pairs()
    told = ((FIRST, pairs), (SECOND, pairs), (THIRD, pairs[2:]), (NEXT, pairs))
    return [GroupTold(story, group, batch, led_by, actor) for group, led_by in told]


def scenes_of_sending(
    story: Story, batch: InvitationBatch, on: Sending, first: Actor, second: Actor
) -> Iterator[Scene]:
    """A batch is approved by one planner, scheduled by the other, and goes out by itself when it is time."""
    schedule = partial(
        batches.schedule_batch,
        batch=batch,
        send_at=story.at(on.sent, 9),
        answer_by=story.day(on.answer_by),
        actor=first,
    )
    yield Scene(story.at(on.approved, 10), partial(batches.approve_batch, batch=batch, actor=second))
    yield Scene(story.at(on.approved, 11, 15), schedule)
    if on.sent < 0:
        yield Scene(story.at(on.sent, 9), partial(send, batch))


def send(batch: InvitationBatch) -> None:
    """Send a batch whose time has come."""
    batches.start_sending(batch=batch, actor=SYSTEM)
    for dialogue in batch.dialogues.select_related("huvudman", "batch").order_by("pk"):
        invitations.invite(dialogue=dialogue, actor=SYSTEM)
    batches.finish_sending(batch=batch, actor=SYSTEM)


def scenes_of_answers(
    story: Story, batch: InvitationBatch, first_day: int, last_day: int, actor: Actor
) -> Iterator[Scene]:
    """Most of a batch answer by phone, about as many each day."""
    answers = list(zip(those_who_answer(batch), around(ANSWERS), strict=False))
    days = last_day - first_day + 1
    a_day = -(-len(answers) // days)
    for place, (dialogue, answer) in enumerate(answers):
        day, turn = divmod(place, a_day)
        at = story.at(first_day + day, 9, turn * ANSWERING_HOURS // a_day)
        yield Scene(at, partial(give_answer, dialogue, answer, actor))


def those_who_answer(batch: InvitationBatch) -> list[Dialogue]:
    """Those who answer by phone, in order; the förening that is to be tried has not answered yet.

    The kommun that is to be tried comes when the first introduction is full, and gets a seat in the second.
    """
    kommun = list(batch.dialogues.filter(huvudman=kommun_tried()))
    others = batch.dialogues.exclude(huvudman__in=[kommun_tried(), small_association()])
    by_code = who_answers_with_code(batch)
    silent = {by_code, *batch.dialogues.filter(is_mistyped())}
    others_who_do = sorted(others, key=lambda row: (row not in silent, row.pk))[LEFT_INVITED:]
    seats = len(FIRST.journeys)
    return [*others_who_do[:seats], *kommun, *others_who_do[seats:]]


def give_answer(dialogue: Dialogue, answer: Answer, actor: Actor) -> None:
    """Answer an invitation by phone, some with a wish: who wants to come later says when, and one yes in five
    is for a digital dialogue.
    """
    invitations.answer_invitation(
        invitation=dialogue.invitations.get(),
        answer=answer,
        given_by="Kim Exempel, skolchef",
        channel=Channel.PHONE,
        reason="time" if answer == Answer.NO else "",
        wants_digital=dialogue.pk % 5 == 0,
        wished_half_year=coming_half_years(timezone.localdate())[0],
        actor=actor,
    )


def scenes_of_ending(
    story: Story, batch: InvitationBatch, later: InvitationBatch, actor: Actor
) -> Iterator[Scene]:
    """The time to answer has passed: those who want to come later get a place, and the batch is closed."""
    yield Scene(story.at(CARRIED, 14), partial(carry_postponed, batch, later, actor))
    yield Scene(story.at(CLOSED, 10), partial(batches.close_batch, batch=batch, actor=actor))


def carry_postponed(batch: InvitationBatch, later: InvitationBatch, actor: Actor) -> None:
    """Give those in a batch who want to take part later their place in another, but for a few."""
    for dialogue in batch.dialogues.filter(state=S.POSTPONED).order_by("pk")[STILL_TO_CARRY:]:
        carrying.carry_to_later_batch(dialogue=dialogue, batch=later, actor=actor)


def let_letters_go() -> None:
    """Deliver what is due before the next scene begins."""
    while deliver_due():
        pass


def is_under_way() -> bool:
    """Tell whether the demo has its cycle already."""
    return settings.DEMO and Dialogue.objects.exists()
