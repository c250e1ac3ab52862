"""The dialogue ended while somebody wrote: each page says why nothing is saved, with all that was typed."""

import uuid

import pytest
from django.utils.html import escape

from accounts.actors import person
from dialogues.domain.meetings import cancel_dialogue
from dialogues.domain.own_questions import ask_agencies
from dialogues.models import Channel, Dialogue, DialogueState, Goal, MeetingKind, MeetingState
from tests.accounts.factories import leader
from tests.dialogues.factories import InvitationFactory, seat_at
from tests.dialogues.portal.helpers import address, sent_summary, text, with_proposed_time

pytestmark = pytest.mark.django_db

WORDS = "Det <vi> hade skrivit"
AREA = {"area": "equity"}
BEFORE, AFTER = DialogueState.TIME_FIXED, DialogueState.FEEDBACK_HELD
NEW, ITS_OWN = "new", "its own"
PAGES = [
    ("portal_analysis_part", BEFORE, "likvardighet", "see", {}),
    ("portal_question", BEFORE, NEW, "text", AREA),
    ("portal_question", BEFORE, NEW, "evidence", AREA),
    ("portal_needs", BEFORE, None, "interpreter", {}),
    ("portal_needs", BEFORE, None, "other", {}),
    ("portal_participants", BEFORE, None, "role", {"name": "Eva"}),
    ("portal_participant", BEFORE, ITS_OWN, "name", {"role": "rektor"}),
    ("portal_own_question_new", BEFORE, None, "text", {}),
    ("portal_own_question", BEFORE, ITS_OWN, "text", {"seen": 1}),
    ("portal_other_time", BEFORE, None, "wish", {"seen": 0}),
    ("portal_answer", DialogueState.ACCEPTED, None, "comment", {"answer": "no", "reason": "other"}),
    ("portal_cancel", BEFORE, None, "reason", {}),
    ("portal_summary", DialogueState.DIALOGUE_HELD, None, "comment", {"answer": "change", "seen": 1}),
    ("portal_goal", AFTER, NEW, "text", {"kind": "result"}),
    ("portal_goal_deed", AFTER, "folj-upp", "text", {"day": "2026-11-01"}),
    ("portal_goal_deed", AFTER, "avsluta", "outcome", {}),
]
STILL_WRITTEN = ("portal_analysis_part", "portal_goal", "portal_goal_deed")
"""What is written long after a dialogue is closed: it is saved."""
ENDS = [("cancelled", *page) for page in PAGES] + [
    ("closed", *page) for page in PAGES if page[0] not in (*STILL_WRITTEN, "portal_other_time")
]


def its_own(name: str, dialogue: Dialogue) -> uuid.UUID:
    """What the page is about, there before it is opened."""
    if name == "portal_participant":
        return dialogue.participants.create(name="Bo", role="rektor").public_id
    told = {"text": "Hur?", "asked_by": "Anna Ek", "channel": Channel.PORTAL}
    return ask_agencies(
        dialogue=dialogue, **told, actor=person(dialogue.huvudman.contacts.get().user)
    ).public_id


def page_of(name: str, dialogue: Dialogue, arg: str | None) -> str:
    if name == "portal_goal_deed":
        return address(name, dialogue, Goal.objects.create(dialogue=dialogue, text="Mål").public_id, arg)
    more = {None: [], NEW: [uuid.uuid4()], ITS_OWN: []}.get(arg, [arg])
    return address(name, dialogue, *(more if arg != ITS_OWN else [its_own(name, dialogue)]))


def opened(signed_in, state: DialogueState) -> Dialogue:
    dialogue = signed_in(state)
    InvitationFactory(dialogue=dialogue)
    if state in (BEFORE, DialogueState.ACCEPTED):
        with_proposed_time(dialogue)
    else:
        seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.HELD)
        sent_summary(dialogue)
    return dialogue


def end(dialogue: Dialogue, how: str) -> None:
    if how == "closed":
        Dialogue.objects.update(state=DialogueState.CLOSED)
    else:
        cancel_dialogue(dialogue=dialogue, reason="Vi hinner inte", actor=person(leader()))


@pytest.mark.parametrize(("how", "name", "state", "arg", "field", "more"), ENDS)
def test_why_and_all_that_was_typed_are_on_the_page(client, signed_in, how, name, state, arg, field, more):
    dialogue = opened(signed_in, state)
    page = page_of(name, dialogue, arg)
    assert client.get(page).status_code == 200
    end(dialogue, how)
    answer = client.post(page, {**more, field: WORDS}, headers={"Origin": "http://testserver"})
    assert answer.status_code in (409, 410, 422)
    assert escape(WORDS) in text(answer)
    assert any(words in text(answer) for words in ("error-summary", "Det är inte skickat", "inte sparat"))


def test_the_analysis_is_told_in_its_line_and_never_swapped_for_a_page(client, signed_in):
    dialogue = opened(signed_in, BEFORE)
    page = address("portal_analysis_part", dialogue, "likvardighet")
    end(dialogue, "cancelled")
    line = client.post(page, {"see": WORDS}, headers={"HX-Request": "true"})
    assert line.status_code == 200
    assert line.text.startswith("<strong data-refused>Inte sparat.</strong>")
    assert "avbokad" in line.text
