"""The staff's front page: each kind of work is there while it waits, and gone when it is done."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg.types.range import Range

from accounts.models import StaffRole, User
from dialogues.desk import SHOWN, WORK, due_for, meetings_of
from dialogues.models import (
    BatchState,
    Dialogue,
    LetterState,
    MeetingKind,
    MeetingStaff,
    MeetingState,
    QuestionForm,
    Seat,
)
from dialogues.models import DialogueState as S
from tests.accounts.factories import AgencyFactory, leader, planner, staff_user
from tests.dialogues.factories import BatchFactory, DialogueFactory, both_agencies, seat_at
from tests.dialogues.letters.factories import letter_in

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def times(starts_in: datetime.timedelta) -> dict[str, datetime.datetime]:
    starts = timezone.now() + starts_in
    return {"starts_at": starts, "ends_at": starts + datetime.timedelta(hours=2)}


def titles(user: User) -> set[str]:
    return {str(due.title) for due in due_for(user)}


def plain(state: S) -> Callable[[], Dialogue]:
    return lambda: DialogueFactory(state=state)


def with_meeting(dialogue_state: S, **meeting: object) -> Callable[[], Dialogue]:
    def make() -> Dialogue:
        dialogue = DialogueFactory(state=dialogue_state)
        seat_at(dialogue, **meeting)
        return dialogue

    return make


def introduction_just_over() -> Dialogue:
    dialogue = DialogueFactory(state=S.ACCEPTED)
    seat_at(dialogue, kind=MeetingKind.INTRODUCTION, seats=20, state=MeetingState.FIXED, **times(-DAY))
    return dialogue


WAITS: dict[str, Callable[[], object]] = {
    "Omgångar att föra vidare": lambda: BatchFactory(state=BatchState.DRAFT),
    "Välj en senare omgång": plain(S.POSTPONED),
    "Ge plats på ett introduktionsmöte": plain(S.ACCEPTED),
    "Anteckna vilka som kom till introduktionen": introduction_just_over,
    "Huvudmän som önskar en annan tid": with_meeting(S.UNDERLAG_SENT, state=MeetingState.OTHER_WISHED),
    "Ring och fråga vad de vill prata om": with_meeting(S.TIME_FIXED, **times(3 * DAY)),
    "Dokumentera dialogen": with_meeting(S.TIME_FIXED, **times(-DAY)),
    "Boka återkoppling": plain(S.DIALOGUE_HELD),
    "Dokumentera återkopplingen": with_meeting(S.DIALOGUE_HELD, kind=MeetingKind.FEEDBACK, **times(-DAY)),
    "Avsluta dialogen": plain(S.FEEDBACK_HELD),
}


def worker() -> User:
    return staff_user(StaffRole.PLANNER, StaffRole.LEADER)


@pytest.mark.parametrize("title", WAITS)
def test_work_is_shown_while_it_waits(title: str) -> None:
    WAITS[title]()
    assert titles(worker()) == {title}


def test_nothing_waits_for_dialogues_whose_turn_is_not_ours() -> None:
    for state in (S.PLANNED, S.INVITED, S.DECLINED, S.CLOSED, S.CANCELLED):
        DialogueFactory(state=state)
    with_meeting(S.UNDERLAG_SENT)()
    assert titles(worker()) == set()


def test_work_is_gone_when_it_is_done() -> None:
    dialogue = with_meeting(S.TIME_FIXED, **times(3 * DAY))()
    QuestionForm.objects.create(dialogue=dialogue, channel="phone", told_by="Anna Ek", sent_at=timezone.now())
    placed = DialogueFactory(state=S.ACCEPTED)
    seat_at(placed, kind=MeetingKind.INTRODUCTION, seats=20, state=MeetingState.FIXED, **times(DAY))
    assert titles(worker()) == set()


def test_an_old_seat_does_not_count() -> None:
    dialogue = DialogueFactory(state=S.ACCEPTED)
    seat_at(dialogue, kind=MeetingKind.INTRODUCTION, seats=20, state=MeetingState.FIXED, **times(DAY))
    Seat.objects.update(is_current=False)
    assert titles(worker()) == {"Ge plats på ett introduktionsmöte"}


def test_only_the_next_draft_is_shown() -> None:
    later, first = (BatchFactory(state=BatchState.DRAFT, year=year) for year in (2028, 2027))
    due = due_for(planner())
    assert [row["url"] for row in due[0].rows] == [reverse("admin:batch", args=[first.public_id])]
    assert later.public_id != first.public_id


def test_letters_that_failed_or_are_uncertain_need_a_person() -> None:
    letter_in(LetterState.UNCERTAIN)
    letter_in(LetterState.QUEUED)
    assert [due.total for due in due_for(planner())] == [1]


def test_total_is_of_all_rows_and_the_oldest_come_first() -> None:
    dialogues = [DialogueFactory(state=S.FEEDBACK_HELD) for _n in range(SHOWN + 2)]
    Dialogue.objects.filter(pk=dialogues[-1].pk).update(state_since=timezone.now() - DAY)
    (due,) = due_for(planner())
    assert due.total == SHOWN + 2
    assert len(due.rows) == SHOWN
    assert due.rows[0]["title"] == str(dialogues[-1].huvudman)
    assert due.more == f"{reverse('admin:dialogue_list')}?state=feedback_held"


def test_each_sees_the_work_of_the_role() -> None:
    for make in WAITS.values():
        make()
    assert "Dokumentera dialogen" not in titles(planner())
    assert "Omgångar att föra vidare" not in titles(leader())
    assert titles(staff_user(StaffRole.STATISTICIAN)) == set()


def test_meetings_of_the_coming_fortnight() -> None:
    both_agencies()
    user = leader()
    meetings = [seat_at(DialogueFactory(state=S.TIME_FIXED), **times(days * DAY)) for days in (1, 13, 20, -3)]
    for meeting in meetings:
        MeetingStaff.objects.create(
            meeting=meeting,
            user=user,
            agency=AgencyFactory(code="skolverket"),
            during=Range(meeting.starts_at, meeting.ends_at),
        )
    assert meetings_of(user) == meetings[:2]


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_the_same_number_of_questions(
    client: Client, rows: int, django_assert_num_queries: Callable[..., object]
) -> None:
    client.force_login(worker())
    for make in WAITS.values():
        for _n in range(rows):
            make()
    client.get("/personal/")
    with django_assert_num_queries(len(WORK) + 6):
        response = client.get("/personal/")
    assert response.text.count('<section class="due"') == len(WAITS)


def test_empty_page_says_what_will_come(client: Client) -> None:
    client.force_login(staff_user(StaffRole.STATISTICIAN))
    assert "Inget väntar på dig just nu" in client.get("/personal/").text
