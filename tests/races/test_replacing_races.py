"""Two planners who replace the same one, or take the same one as a replacement, at once."""

import threading
from collections.abc import Callable, Collection

import pytest

from accounts.actors import SYSTEM, Actor
from accounts.domain.machine import Machine, NotPossible
from dialogues.domain import replacing
from dialogues.domain.dialogues import move
from dialogues.domain.invitations import answer_invitation
from dialogues.domain.replacing import offers_for, plan_in_use, replace_gone
from dialogues.models import (
    Answer,
    Channel,
    Cycle,
    Dialogue,
    DialogueState,
    Draw,
    InvitationBatch,
    Letter,
    LetterKind,
    Swap,
)
from tests.dialogues.plans.draws import approved, huvudman_in_two_lan, somebody
from tests.dialogues.plans.test_late_invitations import one_that_says, with_a_sent_batch
from tests.dialogues.plans.test_replacing import fresh, gone_in
from tests.races.test_dialogue_races import at_once, at_will, unlocked
from tests.races.test_lock_order import while_uncommitted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_the_same_one_is_replaced_once() -> None:
    huvudman_in_two_lan(16)
    draw = approved()
    gone = fresh(gone_in(draw))
    first, second = (offer.dialogue for offer in offers_for(gone, draw)[:2])
    anna, bo = somebody(), somebody()
    results = at_once(
        lambda: replace_gone(dialogue=gone, instead=first, reason="Anna", actor=anna),
        lambda: replace_gone(dialogue=gone, instead=second, reason="Bo", actor=bo),
    )
    done = [result for result in results if isinstance(result, Swap)]
    assert len(done) == 1
    assert any(isinstance(result, NotPossible) for result in results)
    assert Swap.objects.count() == 1


def test_the_same_one_comes_to_one_batch() -> None:
    huvudman_in_two_lan(16)
    draw = approved()
    one, other = (fresh(gone_in(draw, number)) for number in (1, 2))
    shared = {offer.dialogue.pk for offer in offers_for(one, draw)}
    comes = next(offer.dialogue for offer in offers_for(other, draw) if offer.dialogue.pk in shared)
    anna, bo = somebody(), somebody()
    results = at_once(
        lambda: replace_gone(dialogue=one, instead=comes, reason="Anna", actor=anna),
        lambda: replace_gone(dialogue=other, instead=comes, reason="Bo", actor=bo),
    )
    assert sorted(type(result).__name__ for result in results) == ["NotPossible", "Swap"]
    assert fresh(comes).batch in (one.batch, other.batch)


def unlocked_cycle(cycle: Cycle) -> Cycle:
    """What is read of a cycle without its lock."""
    return Cycle.objects.get(pk=cycle.pk)


def unlocked_plan(cycle: Cycle) -> Draw:
    """What is read of its plan without a lock."""
    draw = plan_in_use(cycle)
    assert draw
    return draw


def unlocked_batches(cycle: Cycle, pks: Collection[int]) -> dict[int, InvitationBatch]:
    """What is read of its batches without a lock."""
    return {row.pk: row for row in cycle.batches.filter(pk__in=pks)}


def invited_instead_of_the_same(has_looked: Callable[[], object]) -> tuple[list[object], int]:
    """Two planners invite one each instead of the same; answers what came of it, and how many were invited.

    `has_looked` is called by each when it has seen that the place is free.
    """
    draw = with_a_sent_batch()
    gone = one_that_says(draw)
    first, second = (offer.dialogue for offer in offers_for(gone, draw)[:2])
    anna, bo = somebody(), somebody()
    really = replacing.cost_of

    def look_and_cost(*args: Dialogue) -> object:
        found = really(*args)  # type: ignore[arg-type]
        has_looked()
        return found

    with pytest.MonkeyPatch.context() as looking:
        looking.setattr(replacing, "cost_of", look_and_cost)
        results = at_once(
            lambda: late(gone, first, anna),
            lambda: late(gone, second, bo),
        )
    come = Dialogue.objects.filter(pk__in=(first.pk, second.pk), state=DialogueState.INVITED)
    return results, come.count()


def late(gone: Dialogue, comes: Dialogue, actor: Actor) -> Swap | str:
    """Invite one instead of another; answers the swap, or why not."""
    day = gone.batch.answer_by
    try:
        return replace_gone(dialogue=gone, instead=comes, reason="Byt", actor=actor, answer_by=day)
    except NotPossible as why:
        return str(why)


def test_one_is_invited_late_instead_of_the_same() -> None:
    results, come = invited_instead_of_the_same(at_will)
    assert come == 1
    assert sorted(type(result).__name__ for result in results) == ["Swap", "str"]


def test_without_the_locks_two_are_invited_instead_of_the_same(monkeypatch) -> None:
    both_have_looked = threading.Barrier(2, timeout=20)
    monkeypatch.setattr(replacing, "locked_cycle", unlocked_cycle)
    monkeypatch.setattr(replacing, "_locked_plan", unlocked_plan)
    monkeypatch.setattr(replacing, "_locked_batches", unlocked_batches)
    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    _results, come = invited_instead_of_the_same(both_have_looked.wait)
    assert come == 2, "the race is there without the locks"


def changes_mind(gone: Dialogue, _comes: Dialogue) -> object:
    """The one that said no says yes after all."""
    return answer_invitation(
        invitation=gone.invitations.get(),
        answer=Answer.YES,
        given_by="Kim",
        channel=Channel.PHONE,
        actor=SYSTEM,
    )


def is_cancelled(_gone: Dialogue, comes: Dialogue) -> object:
    """The one that was to come is cancelled."""
    return move(comes, to=DialogueState.CANCELLED, actor=SYSTEM, reason="Läggs ner")


def late_while(meanwhile: Callable[[Dialogue, Dialogue], object]) -> bool:
    """Something happens and is not committed yet when one is invited late; tells whether it was invited."""
    draw = with_a_sent_batch()
    gone = one_that_says(draw)
    comes, anna = offers_for(gone, draw)[0].dialogue, somebody()
    while_uncommitted(lambda: meanwhile(gone, comes), lambda: late(gone, comes, anna))
    return Letter.objects.filter(dialogue=comes, kind=LetterKind.INVITATION).exists()


@pytest.mark.parametrize("meanwhile", [changes_mind, is_cancelled])
def test_nobody_is_invited_late_when_one_of_the_two_changes_meanwhile(meanwhile) -> None:
    assert not late_while(meanwhile)


def test_without_the_lock_somebody_is_invited_instead_of_one_that_says_yes(monkeypatch) -> None:
    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    assert late_while(changes_mind), "the race is there without the lock"
