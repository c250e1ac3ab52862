"""Summaries at every stage, for tests."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.utils import timezone

from accounts.actors import Actor, person
from accounts.models import User
from dialogues.domain.summaries import (
    Words,
    agree_to_summary,
    close_unanswered_summary,
    confirm_summary,
    draft_of,
    return_summary,
    send_summary,
    write_summary,
)
from dialogues.models import (
    Channel,
    Dialogue,
    DialogueRecord,
    DialogueState,
    RoundState,
    SummaryDraft,
    SummaryRound,
)
from huvudman.models import Skolform
from tests.accounts.factories import leader
from tests.dialogues.factories import dialogue_with_contact

WORDS = Words(
    "Vi talade om skillnader mellan skolorna.", "Skolorna planerar tillsammans.", "Material om stöd."
)


def held(state: DialogueState = DialogueState.DIALOGUE_HELD) -> tuple[Dialogue, User]:
    """A dialogue that has been held, and its huvudman's contact."""
    dialogue, own = dialogue_with_contact(state)
    DialogueRecord.objects.create(
        dialogue=dialogue, summary="Vi talade.", discussed_skolformer=[Skolform.FSK, Skolform.GR]
    )
    return dialogue, own


def written(dialogue: Dialogue, user: User, words: Words = WORDS) -> SummaryDraft:
    """The text, saved over what stands."""
    stands = draft_of(dialogue)
    seen = stands.version if stands else 0
    return write_summary(dialogue=dialogue, words=words, seen=seen, actor=person(user))


def sent_by(user: User, dialogue: Dialogue, words: Words = WORDS, days: int = 14) -> SummaryRound:
    """A version that a leader has written and sent."""
    draft = written(dialogue, user, words)
    answer_by = timezone.localdate() + datetime.timedelta(days=days)
    return send_summary(
        dialogue=dialogue,
        seen=draft.version,
        seen_round=dialogue.summary_rounds.count(),
        answer_by=answer_by,
        note="Hej!",
        actor=person(user),
    )


def passed(sent: SummaryRound) -> SummaryRound:
    """The version with its last day to answer gone by."""
    SummaryRound.objects.filter(pk=sent.pk).update(
        answer_by=timezone.localdate() - datetime.timedelta(days=1)
    )
    sent.refresh_from_db()
    return sent


def agree(sent: SummaryRound, actor: Actor) -> SummaryRound:
    return agree_to_summary(sent=sent, given_by="Anna Ek", channel=Channel.PORTAL, actor=actor)


def give_back(sent: SummaryRound, actor: Actor, comment: str = "Nämn förskolan.") -> SummaryRound:
    return return_summary(sent=sent, comment=comment, given_by="Anna Ek", channel=Channel.PORTAL, actor=actor)


def in_state(state: RoundState, dialogue: Dialogue, own: User) -> SummaryRound:
    """A version in a state, brought there by the verbs."""
    ours, theirs = leader("skolverket"), leader("spsm")
    sent = sent_by(ours, dialogue)
    TO[state](sent, ours, theirs, own)
    sent.refresh_from_db()
    return sent


def _agreed(sent: SummaryRound, _ours: User, theirs: User, own: User) -> None:
    confirm_summary(sent=sent, actor=person(theirs))
    agree(sent, person(own))


def _replaced(sent: SummaryRound, ours: User, _theirs: User, _own: User) -> None:
    sent_by(ours, sent.dialogue, Words("Nya ord.", "", ""))


def _unanswered(sent: SummaryRound, ours: User, _theirs: User, _own: User) -> None:
    close_unanswered_summary(sent=passed(sent), note="Den får stå.", actor=person(ours))


TO: dict[str, Callable[[SummaryRound, User, User, User], object]] = {
    RoundState.OPEN: lambda *_all: None,
    RoundState.AGREED: _agreed,
    RoundState.RETURNED: lambda sent, _ours, _theirs, own: give_back(sent, person(own)),
    RoundState.REPLACED: _replaced,
    RoundState.UNANSWERED: _unanswered,
}
