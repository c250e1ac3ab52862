"""Every page of the portal × who only reads, who writes, whose contact has ended, others, staff."""

import datetime
import re

import pytest
from django.urls import get_resolver
from django.utils import timezone

from accounts.models import StaffRole, User
from dialogues.models import Dialogue, DialogueState
from dialogues.rules import represents_huvudman, writes_for_huvudman
from huvudman.models import Access
from tests.accounts.factories import staff_user
from tests.accounts.sign_in import HouseClient
from tests.dialogues.factories import dialogue_with_contact
from tests.huvudman.factories import ContactFactory
from tests.permissions import test_sweep
from tests.permissions.test_sweep import address, patterns, rows, signed_in

pytestmark = pytest.mark.django_db

world = test_sweep.world
POST_FORM = re.compile(r"<form[^>]+method=\"post\"", re.IGNORECASE)


@pytest.fixture
def reader(world: tuple[Dialogue, User]) -> User:
    """Somebody who reads for the huvudman, beside the one who writes."""
    contact = ContactFactory(
        huvudman=world[0].huvudman, role="board", access=Access.READ, email="ledamot@example.test"
    )
    return contact.user


def portal_pages(dialogue: Dialogue) -> dict[str, str]:
    """The address of every page of the portal that names a dialogue or a huvudman, by name."""
    found = {}
    for name, pattern in patterns(get_resolver()):
        if name.startswith("portal_"):
            path = address(name, pattern, dialogue)
            assert path is not None
            found[name] = path
    return found


def posted(client: HouseClient, dialogue: Dialogue) -> dict[str, int]:
    """POST to every page; answer the status of each."""
    return {name: client.post(path).status_code for name, path in portal_pages(dialogue).items()}


def test_a_reader_sees_every_page_and_no_form_to_send(world, reader):
    client = signed_in(reader)
    world[0].letters.update(recipient=reader.email)  # one's letters are one's own
    for name, path in portal_pages(world[0]).items():
        answer = client.get(path)
        assert answer.status_code in (200, 302, 405), name
        if answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            continue
        page = answer.content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        assert not POST_FORM.search(main), name
        assert "Du läser." in main, name


def test_a_reader_sends_nothing_from_any_page(world, reader):
    client = signed_in(reader)
    before = rows()
    statuses = posted(client, world[0])
    assert {name: status for name, status in statuses.items() if status not in (403, 405)} == {}
    assert rows() == before


def test_who_writes_is_refused_nowhere_for_the_sake_of_roles(world):
    dialogue, user = world
    statuses = posted(signed_in(user), dialogue)
    assert [name for name, status in statuses.items() if status in (403, 500)] == []


def test_the_refusal_names_those_who_can_and_shows_what_was_written(world, reader):
    client = signed_in(reader)
    path = portal_pages(world[0])["portal_other_time"]
    answer = client.post(path, {"wish": "Helst en tisdag i mars."}, headers={"Origin": "http://testserver"})
    page = answer.content.decode()
    assert "Helst en tisdag i mars." in page
    assert world[0].huvudman.contacts.get(access=Access.WRITE).name in page


@pytest.mark.parametrize("access", Access.values)
def test_a_contact_that_has_ended_is_out_at_once(world, reader, access):
    dialogue = world[0]
    contact = dialogue.huvudman.contacts.get(access=access)
    client = signed_in(contact.user)
    assert client.get(portal_pages(dialogue)["portal_huvudman"]).status_code == 200
    contact.valid_to = timezone.localdate() - datetime.timedelta(days=1)
    contact.save()
    before = rows()
    del before["accounts_user"]  # which says when one signed in last
    for path in portal_pages(dialogue).values():
        client.force_login(contact.user)
        answer = client.post(path)
        assert answer.status_code == 302
        assert "/konto/logga-in/" in answer["Location"]
    assert {table: hashed for table, hashed in rows().items() if table in before} == before


def test_others_and_staff_find_no_page_to_post_to(world):
    dialogue = world[0]
    _theirs, stranger = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    for user in (stranger, staff_user(StaffRole.LEADER), staff_user(StaffRole.ADMINISTRATOR)):
        statuses = posted(signed_in(user), dialogue)
        assert {name: s for name, s in statuses.items() if s not in (404, 405)} == {}


@pytest.mark.parametrize(
    ("access", "ends_in", "represents", "writes"),
    [
        (Access.WRITE, None, True, True),
        (Access.WRITE, 0, True, True),
        (Access.READ, None, True, False),
        (Access.WRITE, -1, False, False),
        (Access.READ, -1, False, False),
    ],
)
def test_who_may_read_and_who_may_write(access, ends_in, represents, writes):
    dialogue, _first = dialogue_with_contact(DialogueState.ACCEPTED)
    today = timezone.localdate()
    ends = None if ends_in is None else today + datetime.timedelta(days=ends_in)
    user = ContactFactory(huvudman=dialogue.huvudman, access=access, valid_to=ends).user
    assert represents_huvudman(user, dialogue) is represents
    assert writes_for_huvudman(user, dialogue) is writes


def test_who_reads_for_one_huvudman_writes_for_another():
    reads, _first = dialogue_with_contact(DialogueState.ACCEPTED)
    writes, user = dialogue_with_contact(DialogueState.ACCEPTED)
    ContactFactory(huvudman=reads.huvudman, access=Access.READ, email=user.email, user=user)
    assert writes_for_huvudman(user, writes)
    assert not writes_for_huvudman(user, reads)
    assert represents_huvudman(user, reads)


def test_a_person_with_two_roles_writes_if_either_does():
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    ContactFactory(huvudman=dialogue.huvudman, access=Access.READ, role="chair", email=user.email, user=user)
    assert writes_for_huvudman(user, dialogue)
