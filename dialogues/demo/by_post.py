"""Letters on paper in the demo: printed and posted in runs, and one invitation answered with its code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.utils import timezone

from accounts.actors import Actor
from dialogues.batch_queries import postable, reachable
from dialogues.demo.journeys import Scene
from dialogues.demo.story import Sending, Story
from dialogues.domain.invitations import answer_invitation
from dialogues.links import link_holder
from dialogues.models import (
    Answer,
    Channel,
    Dialogue,
    Invitation,
    InvitationBatch,
    LetterKind,
    PaperLetter,
    PaperState,
    PostRun,
)
from dialogues.paper import lifecycle
from dialogues.paper.tasks import render_post_run

PRINTED, ANSWERED = 1, 3
"""Days of the story after a batch is sent that its letters are printed and posted, and one is answered."""


def scenes_of_post(story: Story, on: Sending, actor: Actor) -> Iterator[Scene]:
    """The letters on paper of a batch are printed and posted on the day after it is sent."""
    printed = story.at(on.sent + PRINTED, 8, 30)
    yield Scene(printed, partial(print_letters, actor))
    yield Scene(story.at(on.sent + PRINTED, 15), partial(post_letters, actor))


def scene_of_code(story: Story, batch: InvitationBatch, on: Sending) -> Scene:
    """One of those who got the invitation by post types its code and says yes."""
    return Scene(story.at(on.sent + ANSWERED, 19), partial(answer_with_code, batch))


def print_letters(actor: Actor) -> None:
    """Make a run of all letters that wait, and its PDF."""
    run = lifecycle.make_run(actor=actor)
    if run:
        render_post_run(run.pk)


def post_letters(actor: Actor) -> None:
    """Mark the runs that are printed as posted today."""
    for run in PostRun.objects.filter(state="ready").order_by("pk"):
        lifecycle.mark_as_posted(run=run, on=timezone.localdate(), actor=actor)


def who_answers_with_code(batch: InvitationBatch) -> Dialogue | None:
    """The first of those in a batch whom only the post reaches."""
    return batch.dialogues.filter(~reachable(), postable()).order_by("pk").first()


def answer_with_code(batch: InvitationBatch) -> None:
    """Answer yes as the page does to which a code leads."""
    dialogue = who_answers_with_code(batch)
    posted = PaperLetter.objects.filter(
        dialogue=dialogue, kind=LetterKind.INVITATION, state=PaperState.POSTED
    )
    answer_invitation(
        invitation=Invitation.objects.get(pk__in=posted.values("invitation")),
        answer=Answer.YES,
        given_by="Robin Exempel, rektor",
        channel=Channel.LINK,
        actor=link_holder(None),
    )
