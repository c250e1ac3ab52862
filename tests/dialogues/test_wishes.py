"""What the huvudman writes when it wishes another time: nothing of it is lost."""

import datetime

import pytest
from django.contrib.contenttypes.models import ContentType

from accounts.actors import SYSTEM, person
from accounts.domain.audit import record
from accounts.models import AuditEntry
from dialogues.models import DialogueState, Meeting, MeetingKind, MeetingState
from dialogues.views.staff.dialogues import history_of
from tests.accounts.factories import leader, pair
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.test_staff_pages import page_of, step_of, when
from tests.dialogues.times import START, TWO_HOURS, accept, propose, propose_again, ready, wish

pytestmark = pytest.mark.django_db

LATER = START + datetime.timedelta(days=7)


def proposed_anew(meeting, staff):
    return propose_again(meeting, staff, starts_at=LATER, ends_at=LATER + TWO_HOURS)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (DialogueState.UNDERLAG_SENT, MeetingKind.DIALOGUE),
        (DialogueState.DIALOGUE_HELD, MeetingKind.FEEDBACK),
    ],
)
def test_every_wish_is_in_the_history_when_another_time_is_fixed(client, state, kind):
    dialogue, own, meeting, staff = ready(state, MeetingState.PROPOSED, kind)
    for text in ("Helst en onsdag i mars", "onsdag", "Inte <b>vecka</b> 10"):
        wish(meeting, person(own), text=text)
    accept(proposed_anew(meeting, staff), person(own))
    meeting.refresh_from_db()
    assert meeting.wish == ""
    kept = AuditEntry.objects.filter(verb__in=("meeting.other_wished", "meeting.wish_added"))
    assert {entry.facts["wish"] for entry in kept} == {
        "Helst en onsdag i mars",
        "onsdag",
        "Inte <b>vecka</b> 10",
    }
    client.force_login(leader())
    history = client.get(page_of(dialogue)).text.split('id="history"')[1]
    for text in ("Helst en onsdag i mars", "onsdag", "Inte &lt;b&gt;vecka&lt;/b&gt; 10"):
        assert f"<blockquote>{text}</blockquote>" in history


def test_words_within_those_of_the_first_are_a_wish_too():
    _dialogue, own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    for text in ("Onsdag eller torsdag", "torsdag"):
        wish(meeting, person(own), text=text)
    meeting.refresh_from_db()
    assert meeting.wish == "Onsdag eller torsdag\n\ntorsdag"


def test_the_same_words_about_the_next_proposal_are_a_new_wish():
    _dialogue, own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    wish(meeting, person(own), text="Helst i maj")
    proposed_anew(meeting, staff)
    for text in ("Absolut inte i juni", "Helst i maj"):
        wish(meeting, person(own), text=text)
    meeting.refresh_from_db()
    assert meeting.wish == "Absolut inte i juni\n\nHelst i maj"


def test_another_dialogues_wishes_are_not_in_the_history(client):
    _other, own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    wish(meeting, person(own), text="Bara onsdagar")
    dialogue, *_rest = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    client.force_login(leader())
    assert "Bara onsdagar" not in client.get(page_of(dialogue)).text


def test_the_history_is_ones_own_whatever_was_looked_at_before(client):
    dialogue, *_rest = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    record(actor=SYSTEM, verb="dialogue.tried", subject=dialogue)
    ContentType.objects.clear_cache()
    ContentType.objects.get_for_model(Meeting)
    assert "dialogue.tried" in {entry.verb for entry in history_of(dialogue)}


@pytest.mark.parametrize(
    ("state", "kind", "name"),
    [
        (DialogueState.UNDERLAG_SENT, MeetingKind.DIALOGUE, "ny-tid"),
        (DialogueState.DIALOGUE_HELD, MeetingKind.FEEDBACK, "aterkoppling-ny-tid"),
    ],
)
def test_the_wish_is_read_while_a_new_time_is_chosen(client, state, kind, name):
    dialogue, own, meeting, _staff = ready(state, MeetingState.PROPOSED, kind)
    client.force_login(leader())
    assert "har önskat" not in client.get(step_of(dialogue, name)).text
    wish(meeting, person(own), text="Helst en onsdag")
    assert "Huvudmannen har önskat: ”Helst en onsdag”" in client.get(step_of(dialogue, name)).text


def test_who_proposes_a_time_when_a_colleague_just_has_reads_which(client):
    dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
    staff = pair()
    propose(dialogue, staff)
    client.force_login(leader())
    typed = when(50) | {"form": "in_person", "place": "Skolan", "staff": [user.pk for user in staff]}
    late = client.post(step_of(dialogue, "foresla-tid"), typed)
    assert late.status_code == 422
    assert "Det finns redan en tid: 3 mars 2099 kl. 10.00–12.00. Den du valde är inte sparad." in late.text
    assert late.context["form"]["place"].value() == "Skolan"
