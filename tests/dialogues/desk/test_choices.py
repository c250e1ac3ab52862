"""A person's own choices of what is listed, by name."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.actors import person
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry
from dialogues.domain.choices import MOST, drop_choice, end_usual, make_usual, save_choice
from dialogues.models import DialogueState, SavedChoice
from tests.accounts.factories import leader, planner
from tests.dialogues.desk.test_page import FRONT, counts, rows
from tests.dialogues.factories import DialogueFactory

pytestmark = pytest.mark.django_db
PAGE = f"{FRONT}att-gora/urval/"


def save(user, name="Mina", query="vems=mina", is_usual=False) -> SavedChoice:
    return save_choice(name=name, query=query, is_usual=is_usual, actor=person(user))


def test_a_name_stands_for_one_choice() -> None:
    user = planner()
    first = save(user)
    assert save(user, name=" mina ") == first
    with pytest.raises(Conflict):
        save(user, query="vila=ja")
    assert save(planner(), query="vila=ja").query == "vila=ja"
    assert AuditEntry.objects.filter(verb="choice.saved").count() == 2


def test_one_at_a_time_is_the_usual_one() -> None:
    user = planner()
    first, second = save(user, is_usual=True), save(user, name="Vilande", query="vila=ja", is_usual=True)
    assert [row.is_usual for row in user.saved_choices.order_by("pk")] == [False, True]
    make_usual(choice=first, actor=person(user))
    assert [row.is_usual for row in user.saved_choices.order_by("pk")] == [True, False]
    end_usual(choice=first, actor=person(user))
    assert not user.saved_choices.filter(is_usual=True).exists()
    for _twice in range(2):
        drop_choice(choice=second, actor=person(user))
    assert user.saved_choices.get() == first


def test_nobody_touches_anothers(client: Client) -> None:
    theirs = save(planner())
    other = leader()
    with pytest.raises(SavedChoice.DoesNotExist):
        make_usual(choice=theirs, actor=person(other))
    drop_choice(choice=theirs, actor=person(other))
    client.force_login(other)
    for deed in ("usual", "not-usual", "drop"):
        assert client.post(PAGE, {"deed": deed, "pk": theirs.pk}).status_code == 404
    assert SavedChoice.objects.get() == theirs


def test_there_are_so_many_at_most() -> None:
    user = planner()
    for number in range(MOST):
        save(user, name=str(number))
    with pytest.raises(NotPossible):
        save(user, name="En till")


def test_by_the_pages_one_is_saved_shown_at_first_and_dropped(client: Client) -> None:
    user = planner()
    client.force_login(user)
    DialogueFactory(state=DialogueState.FEEDBACK_HELD)
    assert "Spara urvalet" in client.get(FRONT, {"slag": "avsluta-dialog"}).text
    address = f"{PAGE}?slag=avsluta-dialog&vems="
    assert "Avsluta dialog" in client.get(address).text
    assert client.post(address, {"name": ""}).status_code == 422
    client.post(address, {"name": "Klara", "is_usual": "on"})
    answer = client.get(FRONT)
    assert answer.status_code == 302
    assert answer["Location"] == f"{FRONT}?slag=avsluta-dialog"
    shown = client.get(FRONT, follow=True).text
    assert "Klara" in shown
    assert counts(shown)["?slag=avsluta-dialog"] == len(rows(shown)) == 1
    assert client.get(f"{FRONT}att-gora/antal/").text == "1"
    choice = user.saved_choices.get()
    client.post(PAGE, {"deed": "not-usual", "pk": choice.pk})
    assert client.get(FRONT).status_code == 200
    client.post(PAGE, {"deed": "drop", "pk": choice.pk})
    assert "Inga sparade urval än" in client.get(PAGE).text


def test_a_choice_of_a_kind_that_one_has_no_longer_is_left_out(client: Client) -> None:
    user = planner()
    save(user, name="Fastställ", query="slag=faststall", is_usual=True)
    client.force_login(user)
    answer = client.get(FRONT)
    assert answer.status_code == 200
    assert "slag=faststall" not in answer.text
