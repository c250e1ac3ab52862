"""Every page of the portal in the states where little can be done: none speaks of what will not come."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from accounts.models import User
from dialogues.models import Dialogue, QuestionDraft
from dialogues.models import DialogueState as S
from dialogues.views.portal.case import OVER
from huvudman.models import Access, Huvudman
from tests.accounts.sign_in import HouseClient
from tests.dialogues.factories import InvitationFactory, dialogue_with_contact
from tests.dialogues.portal.helpers import address, front, issued_underlag, text
from tests.dialogues.situations import Situation, situations, world_in
from tests.huvudman.factories import ContactFactory
from tests.permissions.test_sweep import patterns

pytestmark = pytest.mark.django_db

OVER_NOW = [situation for situation in situations() if situation.state in OVER]
WILL_NOT_COME = re.compile(
    "bestämd än|föreslagen än|skickad än|Det händer|Vi återkommer|[Bb]okar vi|Vi bokar|Er tur|Passar tiden|"
    "Önska en annan|Svara gärna senast|Välj ett|Öppnas |Kommer:|kan ni rätta|Skriv det här|ändra svaret till"
)
POST_FORM = re.compile(r'<form[^>]+method="post"')
STILL_OPEN = {"portal_cancel", "portal_huvudman", "portal_people", "portal_colleague_new"}
"""Pages about the huvudman's people, or where a no is left: they have their forms whatever the dialogue."""


def pages(user: User, dialogue: Dialogue) -> Iterator[tuple[str, str]]:
    """The main part of every page without an id of its own that the user finds, by name."""
    client = HouseClient()
    client.force_login(user)
    for name, pattern in patterns(get_resolver()):
        whose = dialogue.huvudman if "huvudman_id" in pattern.pattern.converters else dialogue
        place = _place(name, whose)
        answer = client.get(place) if place else None
        if answer and answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"]:
            yield name, text(answer).split("<main", 1)[1].split("</main>")[0]


def _place(name: str, whose: Dialogue | Huvudman) -> str:
    try:
        return reverse(name, args=[whose.public_id]) if name.startswith("portal_") else ""
    except NoReverseMatch:
        return ""


@pytest.mark.parametrize("situation", OVER_NOW, ids=str)
def test_nothing_is_to_come_or_to_do_in_a_dialogue_that_is_over(situation: Situation) -> None:
    world = world_in(situation)
    if situation.dialogue != "none":
        issued_underlag(world.dialogue)
    found = dict(pages(world.own, world.dialogue))
    assert {"portal_time", "portal_introduction", "portal_feedback", "portal_summary"} <= set(found)
    for name, page in found.items():
        assert not WILL_NOT_COME.search(page), (name, WILL_NOT_COME.search(page))
        assert name in STILL_OPEN or not POST_FORM.search(page), name


@pytest.mark.parametrize("state", [S.INVITED, S.UNDERLAG_SENT, S.TIME_FIXED, S.DIALOGUE_HELD, S.CLOSED])
def test_who_reads_is_asked_for_nothing_and_follows_no_dead_link(state: S) -> None:
    situation = next(each for each in situations() if each.state == state)
    world = world_in(situation)
    writer = world.dialogue.huvudman.contacts.get(access=Access.WRITE, role="skolchef")
    reader = ContactFactory(huvudman=world.dialogue.huvudman, role="chair", access=Access.READ).user
    if situation.dialogue != "none":
        issued_underlag(world.dialogue)
    client = HouseClient()
    client.force_login(reader)
    links = set()
    for name, page in pages(reader, world.dialogue):
        assert not re.search("Er tur|trycker ni bara|Skriv det här|btn-primary", page), name
        links |= set(re.findall(r'<a [^>]*href="(/[^"#?]*)', page))
    assert [link for link in links if client.get(link).status_code == 404] == []
    if state in (S.INVITED, S.UNDERLAG_SENT):
        assert f"Det här har {writer.name} att göra" in text(client.get(front(world.dialogue)))


@pytest.mark.parametrize("state", [S.CANCELLED, S.CLOSED])
def test_an_unsent_question_is_still_there_to_read_and_copy(client: Client, state: S) -> None:
    dialogue, user = dialogue_with_contact(state)
    InvitationFactory(dialogue=dialogue, batch=dialogue.batch)
    words = " ".join(["ord"] * 60) + " slutet"
    QuestionDraft.objects.create(dialogue=dialogue, rank=1, area="equity", text=words)
    client.force_login(user)
    place = address("portal_questions", dialogue)
    assert f'href="{place}"' in text(client.get(front(dialogue)))
    page = text(client.get(place))
    assert "Utkast som inte skickades" in page
    assert words in page
    main = page.split("<main", 1)[1].split("</main>")[0]
    assert not re.search("Ändra<|Flytta|Ta bort|Kontrollera och skicka|Lägg till", main)
    assert client.get(address("portal_questions_check", dialogue))["Location"] == place
