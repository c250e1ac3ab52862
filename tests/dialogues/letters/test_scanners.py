"""Mail scanners open every link in every letter: nothing changes, whoever they are signed in as."""

from __future__ import annotations

import re

import pytest

from accounts.actors import SYSTEM
from dialogues.domain.invitations import invite
from dialogues.letters import queue_letter
from dialogues.models import DialogueState, Letter, LetterKind
from tests.accounts.sign_in import HouseClient
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.letters.contexts import context_for
from tests.permissions.test_sweep import rows

pytestmark = pytest.mark.django_db

LINK = re.compile(r"https?://[^\s\"'<>]+")
OTHERS = [kind for kind in LetterKind if kind != LetterKind.INVITATION]


def links_in(letter: Letter, base: str) -> set[str]:
    """The addresses on this site that the letter names, in its text or its HTML."""
    found = LINK.findall(f"{letter.text}\n{letter.html}")
    return {link.rstrip(".,)").removeprefix(base) for link in found if link.startswith(base)}


def test_opening_every_link_in_every_letter_changes_nothing(settings):
    invite(dialogue=dialogue_with_contact(DialogueState.PLANNED)[0], actor=SYSTEM)
    dialogue, skolchef = dialogue_with_contact(DialogueState.ACCEPTED)
    contact = dialogue.huvudman.contacts.get()
    for kind in OTHERS:
        context = context_for(kind, dialogue)
        queue_letter(kind=kind, dialogue=dialogue, contact=contact, occasion="scanned", context=context)
    stranger, owner = HouseClient(), HouseClient()
    owner.force_login(skolchef)
    base = settings.BASE_URL.rstrip("/")
    links = set().union(*(links_in(letter, base) for letter in Letter.objects.all()))
    assert any(link.startswith("/svar/") for link in links)
    before = rows()
    for client in (stranger, owner):
        for link in sorted(links):
            assert client.get(link).status_code < 500
            assert client.head(link).status_code < 500
    assert rows() == before
