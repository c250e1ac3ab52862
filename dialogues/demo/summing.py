"""The summaries of the demo: sent, returned and agreed, by the same verbs as in real life."""

from __future__ import annotations

import datetime

from django.utils import timezone

from accounts.actors import Actor, person
from accounts.models import User
from dialogues.domain import summaries
from dialogues.models import Channel, Dialogue, SummaryRound

FIRST = summaries.Words(
    talked_about="Vi talade om att skillnaderna mellan skolorna är större än huvudmannen vill, mest i "
    "matematik, och om att fler elever trivs i dag än för två år sedan.",
    agreements="Huvudmannen prövar kollegial planering på alla skolor till våren.",
    support="Skolverket visar materialet om matematik. SPSM erbjuder rådgivning om elever som behöver stöd.",
)
SECOND = summaries.Words(
    talked_about=f"{FIRST.talked_about} Förskolan vill börja tidigare med språket.",
    agreements=FIRST.agreements,
    support=FIRST.support,
)
WISH = "Nämn gärna att förskolan vill börja tidigare med språket."


def write_and_send(dialogue: Dialogue, user: User, words: summaries.Words = FIRST) -> None:
    """Write the text, or change it, and send it as a version."""
    draft = summaries.draft_of(dialogue)
    seen = draft.version if draft else 0
    draft = summaries.write_summary(dialogue=dialogue, words=words, seen=seen, actor=person(user))
    summaries.send_summary(
        dialogue=dialogue,
        seen=draft.version,
        seen_round=dialogue.summary_rounds.count(),
        answer_by=timezone.localdate() + datetime.timedelta(days=summaries.DAYS_TO_ANSWER),
        note="",
        actor=person(user),
    )


def confirm(dialogue: Dialogue, user: User) -> None:
    """Let the other agency stand behind the version that waits."""
    summaries.confirm_summary(sent=_latest(dialogue), actor=person(user))


def wish_a_change(dialogue: Dialogue, actor: Actor) -> None:
    """Return the version with what should be changed, by phone."""
    summaries.return_summary(
        sent=_latest(dialogue),
        comment=WISH,
        given_by="Kim Exempel, skolchef",
        channel=Channel.PHONE,
        actor=actor,
    )


def agree(dialogue: Dialogue, actor: Actor) -> None:
    """Agree to the version that waits, by phone."""
    summaries.agree_to_summary(
        sent=_latest(dialogue), given_by="Kim Exempel, skolchef", channel=Channel.PHONE, actor=actor
    )


def _latest(dialogue: Dialogue) -> SummaryRound:
    sent = dialogue.summary_rounds.first()
    assert sent is not None
    return sent
