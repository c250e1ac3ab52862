"""When huvudmän are asked what they thought, whom a letter goes to, and that it is once."""

import datetime

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.models import AuditEntry
from dialogues.domain.evaluations import ask_all, ask_for_evaluation, to_ask
from dialogues.evaluation.periods import shown_from
from dialogues.half_years import half_year_of
from dialogues.letters.relevance import why_not_send
from dialogues.models import (
    Dialogue,
    DialogueState,
    EvaluationRequest,
    Letter,
    LetterKind,
    MeetingKind,
    Part,
    Questionnaire,
)
from tests.accounts.factories import leader, planner
from tests.dialogues.evaluation.helpers import questionnaire
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _questionnaires():
    questionnaire(Part.DIALOGUE)


def held(kind: MeetingKind, days_ago: float, *, attended: bool = True, state: str = "held") -> Dialogue:
    """A dialogue whose meeting of a kind was held so many days ago."""
    dialogue, _user = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
    ends_at = timezone.now() - days_ago * DAY
    seats = 20 if kind == MeetingKind.INTRODUCTION else None
    seat_at(dialogue, kind=kind, state=state, ends_at=ends_at, starts_at=ends_at - DAY / 24, seats=seats)
    dialogue.seats.update(attended=attended)
    return dialogue


@pytest.mark.parametrize("part", [Part.INTRODUCTION, Part.DIALOGUE, Part.FEEDBACK])
def test_a_part_is_asked_about_from_the_day_after_for_a_month(part):
    kind = MeetingKind(part)
    wanted = held(kind, 1.5)
    for refused in (
        held(kind, 0.001),
        held(kind, settings.EVALUATION_DAYS + 2),
        held(kind, 2, attended=False),
        held(kind, 2, state="fixed"),
    ):
        assert refused not in to_ask(part)
    cancelled = held(kind, 2)
    Dialogue.objects.filter(pk=cancelled.pk).update(state=DialogueState.CANCELLED)
    assert list(to_ask(part)) == [wanted]


def test_how_it_went_on_is_asked_once_when_the_months_have_passed(settings):
    settings.EVALUATION_MONTHS_AFTER = 6
    early, ready, late = (held(MeetingKind.DIALOGUE, days) for days in (170, 190, 370))
    held(MeetingKind.FEEDBACK, 190)
    assert list(to_ask(Part.AFTERWARDS)) == [ready]
    settings.EVALUATION_MONTHS_AFTER = 5
    assert set(to_ask(Part.AFTERWARDS)) == {early, ready}
    assert late not in to_ask(Part.AFTERWARDS)


def test_each_recipient_gets_its_own_link_once():
    dialogue = held(MeetingKind.DIALOGUE, 2)
    ContactFactory(huvudman=dialogue.huvudman)
    ask_all(actor=SYSTEM)
    ask_all(actor=SYSTEM)
    request = EvaluationRequest.objects.get()
    assert (request.dialogue, request.part, request.is_answered) == (dialogue, Part.DIALOGUE, False)
    assert request.half_year == half_year_of(timezone.localdate())
    letters = list(Letter.objects.filter(kind=LetterKind.EVALUATION))
    links = [next(word for word in letter.text.split() if "/tyck-till/" in word) for letter in letters]
    assert len(set(links)) == 2
    assert all("ungefär 3 minuter" in letter.text + letter.html for letter in letters)
    assert all(why_not_send(letter) == "" for letter in letters)


def test_nothing_is_asked_where_no_letter_comes_or_there_are_no_questions():
    dialogue = held(MeetingKind.DIALOGUE, 2)
    dialogue.huvudman.contacts.update(email="")
    type(dialogue.huvudman).objects.filter(pk=dialogue.huvudman_id).update(email="")
    dialogue.refresh_from_db()
    assert ask_for_evaluation(dialogue=dialogue, part=Part.DIALOGUE, actor=SYSTEM) is None
    Questionnaire.objects.filter(part=Part.INTRODUCTION).update(valid_from=timezone.localdate() + DAY)
    other = held(MeetingKind.INTRODUCTION, 2)
    assert ask_for_evaluation(dialogue=other, part=Part.INTRODUCTION, actor=SYSTEM) is None
    assert not EvaluationRequest.objects.exists()


@pytest.mark.parametrize("who", [planner, leader])
def test_only_the_system_asks(who):
    with pytest.raises(PermissionDenied):
        ask_for_evaluation(dialogue=held(MeetingKind.DIALOGUE, 2), part=Part.DIALOGUE, actor=person(who()))
    assert not EvaluationRequest.objects.exists()
    assert not AuditEntry.objects.filter(verb__contains="evaluation").exists()


@pytest.mark.parametrize(
    ("day", "half_year", "shown"),
    [("2026-06-30", "2026-1", "2026-07-31"), ("2026-07-01", "2026-2", "2027-01-31")],
)
def test_a_half_year_is_shown_when_its_last_request_is_closed(day, half_year, shown):
    asked_on = datetime.date.fromisoformat(day)
    assert half_year_of(asked_on) == half_year
    assert shown_from(half_year) == datetime.date.fromisoformat(shown)
    last_day_to_answer = asked_on + datetime.timedelta(days=settings.EVALUATION_DAYS)
    assert last_day_to_answer < shown_from(half_year)
