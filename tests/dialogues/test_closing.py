"""When a dialogue can be closed: page, task list, desk, next step and verb say the same."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.models import User
from dialogues.desk import Desk
from dialogues.desk.dialogues import to_close
from dialogues.domain.closing import can_be_closed, that_can_be_closed
from dialogues.domain.files import store_file
from dialogues.domain.records import close_dialogue
from dialogues.domain.summary_waits import Waits, summary_waits, waits_for
from dialogues.facts import facts_of
from dialogues.gates import Status, is_open_step, status_of
from dialogues.models import Dialogue, DialogueState, RoundState, SkippedPart, SummaryRound
from dialogues.turns import BEFORE_CLOSING, Side, due, turn_of
from tests.accounts.factories import leader, planner
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.own_questions import answer, ask
from tests.dialogues.portal.helpers import text
from tests.dialogues.test_gates import task
from tests.dialogues.test_staff_pages import page_of

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
ANSWERED = {"answered_at": timezone.now(), "answered_by": "Kim Ek"}
SETTLED = {"settled_at": timezone.now()}
SUMMARIES: dict[str, tuple[Waits, dict[str, Any] | None]] = {
    "none": (Waits.NOTHING, None),
    "open": (Waits.HUVUDMAN, {"state": RoundState.OPEN}),
    "late": (Waits.DAY_HAS_PASSED, {"state": RoundState.OPEN, "answer_by": timezone.localdate() - DAY}),
    "approved": (Waits.AGENCY, {"state": RoundState.OPEN, **ANSWERED}),
    "returned": (Waits.NEW_VERSION, {"state": RoundState.RETURNED, "comment": "Nämn det.", **ANSWERED}),
    "agreed": (Waits.NOTHING, {"state": RoundState.AGREED, **ANSWERED, **SETTLED}),
    "unanswered": (Waits.NOTHING, {"state": RoundState.UNANSWERED, "closing_note": "Den står.", **SETTLED}),
}
"""How the version that was sent last stands, and what it then waits for."""


def summarise(dialogue: Dialogue, how: str, by: User) -> None:
    """Let the version that was sent last be as is said, by rows alone; an older one was replaced."""
    told = SUMMARIES[how][1]
    if told is None:
        return
    pdf = store_file(b"%PDF prov", "application/pdf")
    common = {"dialogue": dialogue, "content": {"parts": [], "skolformer": []}, "pdf": pdf, "sent_by": by}
    agreed = {"agreed_pdf": pdf} if how == "agreed" else {}
    common["answer_by"] = timezone.localdate()
    SummaryRound.objects.create(**common, number=1, state=RoundState.REPLACED)
    SummaryRound.objects.create(**{**common, "number": 2, **told, **agreed})


def combinations(state: str, skipped: str) -> Iterator[tuple[str, bool, Dialogue]]:
    """A dialogue in the state with each summary, without and with a question from the huvudman that waits."""
    user = leader()
    for how in SUMMARIES:
        for asks in (False, True):
            dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
            summarise(dialogue, how, user)
            if asks:
                ask(dialogue, own)
            told = {"state": state, "skipped": skipped, "skipped_because": skipped}
            Dialogue.objects.filter(pk=dialogue.pk).update(**told)
            dialogue.refresh_from_db()
            yield how, asks, dialogue


def closes(dialogue: Dialogue, user: User) -> bool:
    """Try to close it, with a reason for questions that wait, and take that back."""
    if dialogue.state == DialogueState.CLOSED:
        return False
    try:
        with transaction.atomic():
            close_dialogue(dialogue=dialogue, unanswered="Vi vet inte.", actor=person(user))
            transaction.set_rollback(True)
    except NotPossible:
        return False
    return True


@pytest.mark.parametrize("skipped", ["", *SkippedPart])
@pytest.mark.parametrize("state", DialogueState.values)
def test_all_say_the_same(state: str, skipped: str) -> None:
    user = planner()
    is_over = state == "feedback_held" or (bool(skipped) and state in ("underlag_sent", "dialogue_held"))
    for how, asks, dialogue in combinations(state, skipped):
        expected = is_over and SUMMARIES[how][0] == Waits.NOTHING
        facts, rows = facts_of(dialogue), Dialogue.objects.filter(pk=dialogue.pk)
        said = {
            "predicate": can_be_closed(dialogue),
            "query": that_can_be_closed(rows).exists(),
            "page": is_open_step(facts, "avsluta"),
            "task": status_of(task("avsluta"), facts) == Status.OPEN,
            "desk": to_close(Desk.of(user)).filter(pk=dialogue.pk).exists(),
            "next": turn_of(dialogue, {}) is BEFORE_CLOSING[Waits.NOTHING],
            "verb": closes(dialogue, user),
        }
        assert said == dict.fromkeys(said, expected), (how, asks)


@pytest.mark.parametrize("how", SUMMARIES)
def test_a_version_in_hand_and_the_query_tell_the_same(how: str) -> None:
    dialogue, _own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
    summarise(dialogue, how, leader())
    assert waits_for(dialogue.summary_rounds.first()) == SUMMARIES[how][0]
    assert Dialogue.objects.annotate(waits=summary_waits()).get().waits == SUMMARIES[how][0]


@pytest.mark.parametrize(
    ("how", "whose", "says", "locked"),
    [
        ("open", Side.HUVUDMAN, "Huvudmannen svarar om sammanfattningen", "väntar på huvudmannens svar"),
        ("late", Side.STAFF, "avsluta sammanfattningen utan svar", "avsluta sammanfattningen utan svar"),
        ("approved", Side.STAFF, "som inte har gjort det godkänner den", "båda myndigheterna godkänner den"),
        ("returned", Side.STAFF, "Skriv om den och skicka en ny version.", "Skicka en ny version först."),
    ],
)
def test_while_the_summary_waits_the_next_step_names_that(client, how, whose, says, locked) -> None:
    dialogue, _own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
    summarise(dialogue, how, leader())
    told = due(dialogue, {}, Side.STAFF)
    assert told is not None
    assert (told[0], says in told[1]) == (whose, True)
    client.force_login(leader())
    page = text(client.get(page_of(dialogue)))
    assert says in page
    shown = page.split('id="uppgift-avsluta"')[1].split("</li>")[0]
    assert "Låst" in shown
    assert locked in shown


def test_questions_that_wait_are_named_where_the_dialogue_is_closed(client) -> None:
    dialogue, own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
    ask(dialogue, own)
    with pytest.raises(NotPossible, match="frågor som väntar"):
        close_dialogue(dialogue=dialogue, actor=person(leader()))
    client.force_login(leader())
    shown = text(client.get(page_of(dialogue))).split('id="uppgift-avsluta"')[1].split("</li>")[0]
    assert "Svara på dem först, eller skriv varför" in shown


def test_the_page_that_closes_has_one_heading_for_all_questions_that_wait(client) -> None:
    dialogue, own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
    for words in ("Hur gör andra?", "Vad gäller nu?"):
        ask(dialogue, own, words)
    client.force_login(leader())
    page = text(client.get(page_of(dialogue) + "avsluta/"))
    assert page.count("Frågor från huvudmannen som väntar på svar") == 1
    assert page.index("Hur gör andra?") < page.index("Vad gäller nu?")


@pytest.mark.parametrize("is_closed", [False, True])
def test_who_came_is_not_said_to_be_unwritten_when_the_names_are_cleared(client, is_closed) -> None:
    dialogue, _own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
    if is_closed:
        close_dialogue(dialogue=dialogue, actor=person(leader()))
    client.force_login(planner())
    page = text(client.get(page_of(dialogue)))
    assert ("Namnen rensades när dialogen tog slut." in page) == is_closed
    assert ("Huvudmannen har inte skrivit vilka som kommer." in page) != is_closed


def test_who_asked_and_who_answered_are_told_apart(client) -> None:
    dialogue, own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
    user = leader()
    answer(ask(dialogue, own), user)
    client.force_login(user)
    page = text(client.get(page_of(dialogue)))
    assert "Ställd av Anna Ek, portalen" in page
    assert f"Besvarad av {user.name} (" in page
