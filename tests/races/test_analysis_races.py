"""Two people who save one analysis at the same moment, on real connections."""

from __future__ import annotations

import threading

import pytest

from accounts.actors import Actor, person
from accounts.domain.machine import Machine
from dialogues.domain import analysis_drafts
from dialogues.domain.analysis_drafts import Saved, Texts, texts_of
from dialogues.models import Dialogue, DialogueState
from huvudman.domain.contacts import end_contact
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.own_space.writing import save, written
from tests.huvudman.factories import ContactFactory
from tests.races.test_dialogue_races import at_once, unlocked
from tests.races.test_lock_order import while_uncommitted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

SEEN, CAUSES = "likvardighet.see", "likvardighet.why"


def two_people(*, begun: str = "Först") -> tuple[Dialogue, Actor, Actor]:
    dialogue, one = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    save(dialogue, begun)
    other = ContactFactory(huvudman=dialogue.huvudman, role="other").user
    return dialogue, person(one), person(other)


def save_both(dialogue: Dialogue, one: Actor, other: Actor) -> list[Saved]:
    """Both change the same field, from the same text."""
    results = at_once(
        lambda: save(dialogue, "Den enas ord", was="Först", actor=one, by="Anna"),
        lambda: save(dialogue, "Den andras ord", was="Först", actor=other, by="Bo"),
    )
    problems = [result for result in results if isinstance(result, Exception)]
    assert problems == []
    return results  # type: ignore[return-value]


def test_without_the_lock_the_second_writes_over_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    both_have_read = threading.Barrier(2, timeout=20)

    def read(dialogue: Dialogue, actor: Actor) -> Texts:
        found = texts_of(dialogue, actor)
        both_have_read.wait()
        return found

    people = two_people()
    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr(analysis_drafts, "texts_of", read)
    saved = save_both(*people)
    assert [len(each.conflicts) for each in saved] == [0, 0], "both believe that their words stand"


def test_one_is_saved_and_the_other_sees_both_texts() -> None:
    dialogue, one, other = two_people()
    saved = save_both(dialogue, one, other)
    assert sorted(len(each.conflicts) for each in saved) == [0, 1]
    refused = next(each for each in saved if each.conflicts)
    assert refused.conflicts[SEEN].text == written(dialogue)[SEEN]


def test_two_who_write_in_different_fields_do_not_disturb_each_other() -> None:
    dialogue, one, other = two_people()
    results = at_once(
        lambda: save(dialogue, "Vad vi ser", was="Först", actor=one),
        lambda: save(dialogue, "Varför", field=CAUSES, actor=other),
    )
    assert [len(each.kept) for each in results] == [1, 1]  # type: ignore[attr-defined]
    assert written(dialogue) == {SEEN: "Vad vi ser", CAUSES: "Varför"}


def test_two_who_begin_the_same_field_make_one_row() -> None:
    dialogue, one, other = two_people()
    results = at_once(
        lambda: save(dialogue, "Den enas", field=CAUSES, actor=one),
        lambda: save(dialogue, "Den andras", field=CAUSES, actor=other),
    )
    assert sorted(len(each.conflicts) for each in results) == [0, 1]  # type: ignore[attr-defined]
    assert dialogue.analysis_drafts.filter(field=CAUSES).count() == 1


def test_who_is_ended_while_saving_has_saved_or_been_refused_and_never_waits_in_a_ring() -> None:
    dialogue, one, other = two_people()
    contact = dialogue.huvudman.contacts.get(user=other.user)
    while_uncommitted(
        lambda: save(dialogue, "Sista orden", was="Först", actor=other),
        lambda: end_contact(contact=contact, actor=one),
    )
    assert written(dialogue)[SEEN] == "Sista orden"
