"""A dialogue keeps its edition, and unverified wording says so wherever a huvudman or the staff read it."""

from __future__ import annotations

import uuid

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.actors import SYSTEM, person
from dialogues.domain.goals import content_of
from dialogues.domain.questions import Row, send_questions
from dialogues.domain.underlag import order_underlag
from dialogues.models import Channel, Dialogue, DialogueState, Letter
from dialogues.queries import dialogues_by_edition, sub_goals_for, success_factors_for
from quality_system.domain.edition_parts import change_part
from quality_system.domain.editions import copy_edition, put_edition_in_force
from quality_system.models import Edition, SubGoal, SuccessFactor
from tests.accounts.factories import leader
from tests.dialogues.factories import DialogueFactory, dialogue_with_contact
from tests.dialogues.portal.test_goals import write as write_goal
from tests.dialogues.underlag.factories import edition_with_texts
from tests.quality_system.factories import IndicatorFactory

pytestmark = pytest.mark.django_db

MARK = "(exempeltext)"


def address(name: str, dialogue: Dialogue, *more: object) -> str:
    return reverse(name, args=[dialogue.public_id, *more])


@pytest.fixture
def dialogue() -> Dialogue:
    return dialogue_with_contact(DialogueState.UNDERLAG_SENT)[0]


def owner(dialogue: Dialogue):
    return dialogue.huvudman.contacts.get().user


def edition_of_examples(*, is_example: bool) -> Edition:
    return edition_with_texts(("FSK",), is_example=is_example)


# The edition it was held under ----------------------------------------------------------------------------
def test_a_dialogue_keeps_its_edition_and_new_ones_get_the_new(settings: Settings) -> None:
    settings.DEMO = False
    former = edition_of_examples(is_example=False)
    IndicatorFactory(edition=former)
    held, coming = DialogueFactory(edition=former), DialogueFactory()
    following = copy_edition(edition=former, actor=SYSTEM)
    change_part(part=following.success_factors.get(number=1), actor=SYSTEM, text="Med nya ord")
    put_edition_in_force(edition=following, actor=SYSTEM)
    for dialogue, edition in ((held, former), (coming, following)):
        factors = success_factors_for(dialogue, None)
        assert {factor.edition for factor in factors} == {edition}
        assert {goal.objective.edition for goal in sub_goals_for(dialogue)} == {edition}
    assert success_factors_for(held, None)[0].text == "Pedagogiskt ledarskap"
    assert success_factors_for(coming, None)[0].text == "Med nya ord"
    assert dialogues_by_edition() == {former.pk: 1}


def test_an_underlag_is_made_of_the_edition_that_the_dialogue_keeps() -> None:
    former = edition_of_examples(is_example=False)
    IndicatorFactory(edition=former)
    following = copy_edition(edition=former, actor=SYSTEM)
    put_edition_in_force(edition=following, actor=SYSTEM)
    kept, new = (dialogue_with_contact(DialogueState.INTRODUCED)[0] for _n in range(2))
    Dialogue.objects.filter(pk=kept.pk).update(edition=former)
    for dialogue, edition in ((kept, former), (new, following)):
        underlag = order_underlag(dialogue=Dialogue.objects.get(pk=dialogue.pk), actor=SYSTEM)
        assert underlag.edition == edition
    assert dialogues_by_edition() == {former.pk: 1, following.pk: 1}


# Example texts --------------------------------------------------------------------------------------------
def tell(dialogue: Dialogue, goal: SubGoal) -> None:
    row = Row(area=goal.area, text="Hur gör andra?", sub_goal=goal)
    told = {"told_by": "Bo Al", "channel": Channel.PORTAL, "actor": person(owner(dialogue))}
    send_questions(dialogue=dialogue, rows=[row], **told)


@pytest.mark.parametrize("is_example", [True, False])
def test_the_choices_of_the_portal_say_which_wording_is_an_example(
    client: Client, dialogue: Dialogue, is_example: bool
) -> None:
    edition_of_examples(is_example=is_example)
    client.force_login(owner(dialogue))
    for page, words in (
        (address("portal_question", dialogue, uuid.uuid4()), "1. delmål 1 FSK"),
        (address("portal_analysis_part", dialogue, "sjalvskattning"), "Pedagogiskt ledarskap"),
    ):
        shown = client.get(page).text
        assert words in shown
        assert (f"{words} {MARK}" in shown) is is_example, page


@pytest.mark.parametrize("is_example", [True, False])
def test_told_questions_say_that_their_sub_goals_wording_is_an_example(
    client: Client, dialogue: Dialogue, is_example: bool
) -> None:
    edition_of_examples(is_example=is_example)
    tell(dialogue, SubGoal.objects.get(number=1))
    told = [letter.text + letter.html for letter in Letter.objects.filter(kind="questions")]
    client.force_login(owner(dialogue))
    told.append(client.get(address("portal_questions", dialogue)).text)
    client.force_login(leader())
    told.append(client.get(address("admin:dialogue", dialogue)).text)
    assert len(told) > 2
    for page in told:
        assert "delmål 1 FSK" in page
        assert (f"delmål 1 FSK {MARK}" in page) is is_example


@pytest.mark.parametrize("is_example", [True, False])
def test_a_goals_success_factor_says_that_it_is_an_example(client: Client, is_example: bool) -> None:
    edition_of_examples(is_example=is_example)
    dialogue, user = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
    goal = write_goal(dialogue, person(user))
    goal.success_factor = SuccessFactor.objects.get(number=1)
    goal.save()
    client.force_login(user)
    for shown in (client.get(address("portal_work", dialogue)).text, content_of(goal)["success_factor"]):
        assert "Pedagogiskt ledarskap" in shown
        assert (f"Pedagogiskt ledarskap {MARK}" in shown) is is_example


@pytest.mark.parametrize("is_example", [True, False])
def test_last_times_ratings_say_which_factor_is_an_example(is_example: bool) -> None:
    rating = {"factor": "Ledarskap", "is_example": is_example, "answer": "till en del"}
    shown = render_to_string("components/last_time.html", {"last": {"ratings": [rating]}, "for_staff": True})
    assert "Ledarskap" in shown
    assert ("tag-example" in shown) is is_example
