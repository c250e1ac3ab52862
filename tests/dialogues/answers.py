"""Answers to invitations, as tests give them."""

import datetime

from django.utils import timezone

from accounts.actors import SYSTEM, person
from dialogues.domain.carrying import carry_to_later_batch
from dialogues.domain.invitations import answer_invitation, invite
from dialogues.links import link_holder
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Invitation,
)
from tests.accounts.factories import planner
from tests.dialogues.factories import (
    BatchFactory,
    InvitationFactory,
)


def give(invitation, answer=Answer.YES, channel=Channel.LINK, actor=None, **fields):
    return answer_invitation(
        invitation=invitation,
        answer=answer,
        given_by="Kim Ek",
        channel=channel,
        actor=actor or link_holder(None),
        **fields,
    )


def invited_anew() -> Invitation:
    """The second invitation of a huvudman that answered "later" to the first."""
    first = InvitationFactory()
    give(first, Answer.LATER)
    end_answering(first)
    later = BatchFactory(cycle=first.batch.cycle, year=2027, state=BatchState.SCHEDULED)
    carried = carry_to_later_batch(dialogue=first.dialogue, batch=later, actor=person(planner()))
    invite(dialogue=carried, actor=SYSTEM)
    return Invitation.objects.get(batch=later)


def end_answering(invitation: Invitation) -> None:
    """Let the last day to answer have been yesterday."""
    invitation.answer_by = timezone.localdate() - datetime.timedelta(days=1)
    invitation.save()
