"""A person with several huvudmän: the most urgent first, and always a word of whom one works for."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import person
from accounts.models import User
from accounts.templatetags.look import day
from dialogues.models import Dialogue, DialogueRecord, DialogueState, MeetingKind, MeetingState, QuestionForm
from dialogues.views.portal.mine import Due, all_due
from huvudman.models import Access
from tests.accounts.factories import UserFactory, leader
from tests.dialogues.factories import DialogueFactory, InvitationFactory, both_agencies, seat_at
from tests.dialogues.summaries import agree, sent_by
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def user() -> User:
    both_agencies()
    return UserFactory(email="kim@koncernen.test")


def of_mine(user: User, name: str, state: DialogueState | None, **access: object) -> Dialogue | None:
    """A huvudman that the user represents, with a dialogue in a state."""
    huvudman = HuvudmanFactory(name=name)
    ContactFactory(huvudman=huvudman, user=user, email=user.email, **access)
    return DialogueFactory(huvudman=huvudman, state=state) if state else None


def meets_in(dialogue: Dialogue, days: int, state: MeetingState, **more: object) -> None:
    starts = timezone.now() + days * DAY
    ends = starts + datetime.timedelta(hours=2)
    seat_at(dialogue, state=state, starts_at=starts, ends_at=ends, **more)


def names(user: User) -> list[str]:
    return [each.huvudman.name for each in all_due(user)]


def due_of(user: User, name: str) -> Due:
    return next(each for each in all_due(user) if each.huvudman.name == name)


def test_the_most_urgent_comes_first(user):
    of_mine(user, "A utan dialog", None)
    of_mine(user, "B avslutad", DialogueState.CLOSED)
    of_mine(user, "C vår tur", DialogueState.POSTPONED)
    booked = of_mine(user, "D bokad", DialogueState.ACCEPTED)
    meets_in(booked, 3, MeetingState.FIXED, kind=MeetingKind.INTRODUCTION, seats=20)
    meets_in(of_mine(user, "E föreslagen", DialogueState.UNDERLAG_SENT), 20, MeetingState.PROPOSED)
    invited = of_mine(user, "F inbjuden", DialogueState.INVITED)
    InvitationFactory(dialogue=invited, answer_by=timezone.localdate() + 5 * DAY)
    assert [name[0] for name in names(user)] == ["F", "E", "D", "C", "A", "B"]


def test_each_says_what_is_due_and_when(user):
    invited = of_mine(user, "Inbjuden", DialogueState.INVITED)
    InvitationFactory(dialogue=invited, answer_by=datetime.date(2100, 12, 3))
    row = due_of(user, "Inbjuden").row
    assert (
        row["hint"] == "Svara på inbjudan. Att delta är frivilligt. Svara senast 3\u00a0december\u00a02100."
    )
    assert row["status_text"] == "Er tur"
    meets_in(of_mine(user, "Föreslagen", DialogueState.UNDERLAG_SENT), 9, MeetingState.PROPOSED)
    assert "Föreslagen tid: " in due_of(user, "Föreslagen").row["hint"]
    meets_in(of_mine(user, "Bokad", DialogueState.TIME_FIXED), 9, MeetingState.FIXED)
    assert "Mötet är " in due_of(user, "Bokad").row["hint"]
    of_mine(user, "Avslutad", DialogueState.CLOSED)
    assert due_of(user, "Avslutad").row["status_text"] == "Inget att göra nu"


def test_a_time_that_no_letter_has_told_of_is_not_shown(user):
    meets_in(of_mine(user, "Tidig", DialogueState.INTRODUCED), 9, MeetingState.PROPOSED)
    assert due_of(user, "Tidig").day is None


def test_when_the_questions_are_told_it_is_not_the_huvudmans_turn(user):
    dialogue = of_mine(user, "Bokad", DialogueState.TIME_FIXED)
    assert due_of(user, "Bokad").row["status"] == "now"
    QuestionForm.objects.create(dialogue=dialogue, channel="phone", told_by="Kim", sent_at=timezone.now())
    assert due_of(user, "Bokad").row["status"] == "wait"


def test_a_summary_to_answer_has_its_day(user, client):
    dialogue = of_mine(user, "Skolan", DialogueState.DIALOGUE_HELD)
    meets_in(dialogue, 9, MeetingState.FIXED, kind=MeetingKind.FEEDBACK)
    DialogueRecord.objects.create(dialogue=dialogue, summary="Vi talade.", discussed_skolformer=["GR"])
    sent = sent_by(leader(), dialogue)
    told = f"Svara senast {day(sent.answer_by)}."
    row = due_of(user, "Skolan").row
    assert (row["status_text"], told in row["hint"]) == ("Er tur", True)
    client.force_login(user)
    card = client.get(reverse("portal_huvudman", args=[dialogue.huvudman.public_id])).text
    card = card.split('aria-labelledby="next-title"')[1].split("</section>")[0]
    for words in ("Er tur", "Läs sammanfattningen och svara.", told):
        assert words in card
    agree(sent, person(user))
    assert due_of(user, "Skolan").row["status_text"] == "Vår tur"
    front = client.get(reverse("portal_huvudman", args=[dialogue.huvudman.public_id])).text
    assert "Läs sammanfattningen och svara." not in front


def test_a_pause_is_said_and_asks_for_nothing(user):
    dialogue = of_mine(user, "Skolan", DialogueState.UNDERLAG_SENT)
    meets_in(dialogue, 9, MeetingState.PROPOSED)
    dialogue.paused_at, dialogue.paused_by, dialogue.paused_reason = timezone.now(), leader(), "Ny skolchef"
    dialogue.save()
    row = due_of(user, "Skolan").row
    assert (row["hint"], row["status_text"]) == ("Dialogen är pausad.", "Inget att göra nu")


@pytest.mark.parametrize("state", DialogueState)
def test_every_state_has_a_row(user, state):
    of_mine(user, "Skolan", state)
    row = due_of(user, "Skolan").row
    assert row["hint"]
    assert row["status_text"] in ("Er tur", "Vår tur", "Inget att göra nu")


def test_the_page_leads_to_each(client, user):
    dialogues = [of_mine(user, f"Skolan {n}", DialogueState.ACCEPTED) for n in range(3)]
    client.force_login(user)
    page = client.get(reverse("portal")).text
    for dialogue in dialogues:
        assert reverse("portal_huvudman", args=[dialogue.huvudman.public_id]) in page


def test_with_one_huvudman_nothing_is_asked_and_nothing_extra_is_shown(client, user):
    dialogue = of_mine(user, "Skolan", DialogueState.ACCEPTED)
    client.force_login(user)
    front = reverse("portal_huvudman", args=[dialogue.huvudman.public_id])
    assert client.get(reverse("portal"))["Location"] == front
    assert "Byt huvudman" not in client.get(front).text


@pytest.mark.parametrize(
    "page", ["huvudman", "people", "colleague_new", "questions", "analysis", "letters", "sent", "answer"]
)
def test_every_page_says_whom_one_works_for_and_leads_to_the_others(client, user, page):
    dialogue = of_mine(user, "Skolan Ek", DialogueState.ACCEPTED)
    InvitationFactory(dialogue=dialogue)
    of_mine(user, "Skolan Al", DialogueState.ACCEPTED, access=Access.READ)
    client.force_login(user)
    is_huvudmans = page in ("huvudman", "people", "colleague_new")
    key = dialogue.huvudman.public_id if is_huvudmans else dialogue.public_id
    shown = client.get(reverse(f"portal_{page}", args=[key])).text
    header = shown[: shown.index("<main")]
    assert "Byt huvudman" in header
    assert "Skolan Ek</strong>" in header
    assert "Skolan Al" in header


@pytest.mark.parametrize("huvudmän", [2, 4])
def test_the_list_takes_the_same_queries_for_any_number(client, user, huvudmän):
    for n in range(huvudmän):
        dialogue = of_mine(user, f"Skolan {n}", DialogueState.TIME_FIXED)
        meets_in(dialogue, 9, MeetingState.FIXED)
    client.force_login(user)
    client.get(reverse("portal"))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("portal")).status_code == 200
    assert len(queries) == 8
