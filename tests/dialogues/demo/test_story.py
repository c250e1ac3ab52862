"""The demo tells one story: whenever it is told, everything has its date, and all dates are in order."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from io import StringIO
from itertools import pairwise

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.models import Max
from django.utils import timezone

from accounts.models import AuditEntry, User
from dialogues import days
from dialogues.batch_deeds import DEEDS
from dialogues.batch_facts import facts_of as batch_facts
from dialogues.demo.another_day import moment, travelling
from dialogues.demo.evaluated import OF_EACH
from dialogues.demo.groups import FIRST, NEXT, SECOND, THIRD
from dialogues.demo.mistyped import MISTYPED
from dialogues.demo.people import kommun_tried, small_association
from dialogues.demo.story import CARRIED, CLOSED, COMING, EARLIER, FOUNDED, RECENT, Story
from dialogues.demo.under_way import STILL_TO_CARRY
from dialogues.desk.batches import to_approve
from dialogues.desk.todo import Desk
from dialogues.domain.batches import LONGEST_TO_ANSWER, SHORTEST_TO_ANSWER
from dialogues.domain.files import read_file
from dialogues.domain.introductions import taken_seats
from dialogues.evaluation.results import EVERYBODY, SMALLEST, half_years, may_be_shown, results
from dialogues.models import (
    BatchState,
    Channel,
    Cycle,
    Dialogue,
    EvaluationRequest,
    InvitationAnswer,
    InvitationBatch,
    Letter,
    LetterKind,
    LetterState,
    Meeting,
    MeetingKind,
    MeetingState,
    PaperLetter,
    PaperState,
    Part,
    PostRun,
    RunState,
    SkippedPart,
    Sort,
)
from dialogues.models import DialogueState as S
from dialogues.paper.instead import to_write_on_paper
from dialogues.underlag import render
from tests.dialogues.demo.steps import steps_of

FIRST_DAY = datetime.date(2026, 1, 1)
TO_COME = {"Meeting.starts_at", "Meeting.ends_at", "InvitationBatch.send_at"}
"""What may be later than today."""

SEEN_TO = {"bestall-underlag", "underlag-pa-nytt", "skicka-underlag"}
"""Deeds of a batch's page that have been done for everybody."""
AT_ONCE = datetime.timedelta(hours=1)
"""So far apart may the dates of one letter be: a slow machine takes minutes to play a scene."""

PHASES = {
    S.INVITED: 24,
    S.DECLINED: 20,
    S.POSTPONED: 5 + STILL_TO_CARRY,
    S.ACCEPTED: 126,
    S.INTRODUCED: 3,
    S.UNDERLAG_SENT: 5,
    S.TIME_FIXED: 4,
    S.DIALOGUE_HELD: 2,
    S.FEEDBACK_HELD: 1,
    S.CLOSED: 4 + 2 * OF_EACH,
    S.CANCELLED: 2,
}
ALL_STEPS = [
    "planned",
    "invited",
    "answered",
    "time to answer over",
    "introduction ends",
    "dialogue.introduced",
    "ordered",
    "rendered",
    "confirmed",
    "confirmed",
    "issued",
    "meeting.fixed",
    "questions told",
    "dialogue ends",
    "dialogue.dialogue_held",
    "meeting.feedback_proposed",
    "feedback ends",
    "dialogue.feedback_held",
    "dialogue.closed",
]


@pytest.fixture
def short_underlag(monkeypatch) -> None:
    """Underlag of one line: their days are what is asked of them here, and whole ones take half the time.

    The main job makes the same world with whole ones.
    """
    html = "<html lang=sv><title>Analysunderlag</title><h1>Analysunderlag</h1>"
    monkeypatch.setattr(render, "document_html", lambda content: html)


@pytest.mark.parametrize("ahead", range(0, 730, 5))
def test_the_story_has_its_days_when_schools_can_be_reached_whenever_it_is_told(ahead: int) -> None:
    story = Story(FIRST_DAY + datetime.timedelta(days=ahead))
    past = [story.day(number) for number in range(FOUNDED, 0)]
    coming = [story.day(number) for number in range(1, COMING.answer_by + 1)]
    assert [*past, story.today, *coming] == sorted({*past, story.today, *coming})
    assert [day for day in [*past, *coming] if days.remarks(day)] == []
    for sending in (EARLIER, RECENT, COMING):
        time_to_answer = story.day(sending.answer_by) - story.day(sending.sent)
        assert SHORTEST_TO_ANSWER <= time_to_answer <= LONGEST_TO_ANSWER


def test_what_is_planned_for_the_groups_is_in_order() -> None:
    assert EARLIER.answer_by < CARRIED < CLOSED < FIRST.meets < SECOND.meets < THIRD.meets < 0 < NEXT.meets
    for group in (FIRST, SECOND):
        for journey in group.journeys:
            steps = [group.set_up, group.meets, group.sent, journey.accepted, journey.dialogue]
            told = [step for step in (*steps, journey.feedback, journey.closed) if step is not None]
            assert told == sorted(set(told))


def test_the_clocks_of_django_and_the_database_are_another_and_then_their_own(settings, db) -> None:
    settings.DEMO = True
    then = datetime.datetime(2025, 3, 30, 0, 59, 50, tzinfo=datetime.UTC)
    with travelling(), moment(then):
        told = [timezone.now(), timezone.localtime(), *clocks_of_the_database()]
        assert timezone.localtime(then).hour == 1
    assert all(then <= each < then + datetime.timedelta(minutes=1) for each in told)
    now = datetime.datetime.now(datetime.UTC)
    for each in (timezone.now(), *clocks_of_the_database()):
        assert abs(each - now) < datetime.timedelta(minutes=10)


def test_time_is_not_travelled_outside_a_demo(settings) -> None:
    settings.DEMO = False
    with pytest.raises(RuntimeError), travelling():
        pass


@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        "2027-01-02T22:59:30+00:00",  # a Saturday in the Christmas break, that ends while the world is made
        "2027-10-31T00:30:00+00:00",  # a Sunday, in the hour that comes twice
    ],
)
def test_the_world_tells_one_story(settings, smtp_inbox, short_underlag, now: str) -> None:
    settings.DEMO = True
    with time_machine.travel(now):
        today = timezone.localdate()
        call_command("demo_world", stdout=StringIO())
        midnight = timezone.make_aware(datetime.datetime.combine(today, datetime.time()))
        nothing_is_dated_later_than(midnight)
        meetings_are_when_people_can_come(midnight)
        letters_went_out_when_they_were_written(smtp_inbox)
        each_dialogue_came_to_its_steps_in_order()
        batches_are_in_order(midnight)
        letters_on_paper_were_printed_and_posted(today)
        something_can_be_done_for_many()
        evaluations_are_shown()
    ids_follow_time()
    assert Counter(Dialogue.objects.exclude(state=S.PLANNED).values_list("state", flat=True)) == PHASES
    tried = Dialogue.objects.filter(huvudman=kommun_tried()).order_by("cycle__first_year")
    assert [dialogue.state for dialogue in tried] == [S.CLOSED, S.UNDERLAG_SENT]
    assert Dialogue.objects.get(huvudman=small_association()).state == S.INVITED
    left_out = Dialogue.objects.exclude(skipped="").get()
    assert (left_out.skipped, left_out.state) == (SkippedPart.FEEDBACK, S.CLOSED)


def clocks_of_the_database() -> list[datetime.datetime]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now(), statement_timestamp()")
        return list(cursor.fetchone())


def nothing_is_dated_later_than(midnight: datetime.datetime) -> None:
    """Nothing that is kept when it happens, of any model, is of today or later."""
    seen = {name: when for name, when in latest_moments() if name not in TO_COME}
    assert {name: when for name, when in seen.items() if when >= midnight} == {}
    assert {"Letter.sent_at", "AuditEntry.at", "HuvudmanHistory.pgh_created_at", "User.date_joined"} <= set(
        seen
    )


def latest_moments() -> Iterator[tuple[str, datetime.datetime]]:
    for label in ("accounts", "huvudman", "quality_system", "dialogues"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, models.DateTimeField):
                    when = model._base_manager.aggregate(when=Max(field.name))["when"]
                    if when:
                        yield f"{model.__name__}.{field.name}", when


def meetings_are_when_people_can_come(midnight: datetime.datetime) -> None:
    for meeting in Meeting.objects.all():
        assert days.remarks(timezone.localdate(meeting.starts_at)) == []
        assert days.unusual(starts_at=meeting.starts_at, ends_at=meeting.ends_at) == ""
        was = (MeetingState.HELD, MeetingState.MISSED)
        assert (meeting.state in was) == (meeting.starts_at < midnight)
    assert Meeting.objects.filter(state=MeetingState.MISSED).count() == 1


def letters_went_out_when_they_were_written(smtp_inbox) -> None:
    letters = {letter.message_id: letter for letter in Letter.objects.all()}
    refused = [letter for letter in letters.values() if letter.state == LetterState.FAILED]
    assert {letter.state for letter in letters.values()} == {LetterState.SENT, LetterState.FAILED}
    assert len(refused) == MISTYPED == to_write_on_paper().count()
    assert len(smtp_inbox.messages) == len(letters) - MISTYPED > 400
    for message in smtp_inbox.messages:
        letter = letters[message["Message-ID"]]
        assert letter.queued_at <= letter.claimed_at <= letter.handed_over_at <= letter.sent_at
        dates = [letter.sent_at, parsedate_to_datetime(message["Date"]), *stamps_in(message)]
        assert max(dates) - min(dates) < AT_ONCE


def letters_on_paper_were_printed_and_posted(today: datetime.date) -> None:
    """A run for each batch that is sent; what was written since waits, and one has answered by code."""
    runs = PostRun.objects.order_by("pk")
    assert {run.state for run in runs} == {RunState.POSTED}
    for run in runs:
        assert timezone.localdate(run.made_at) == run.posted_on < today
        assert b"%PDF" in read_file(run.pdf)[:8]
        assert run.letters.filter(kind=LetterKind.INVITATION).exists()
        assert not run.letters.filter(written_at__gt=run.made_at).exists()
    assert len(runs) == 2
    assert PaperLetter.objects.filter(state=PaperState.WAITING).exists()
    answered = InvitationAnswer.objects.get(channel=Channel.LINK)
    assert answered.invitation.paper_letters.get(kind=LetterKind.INVITATION).posted_on < timezone.localdate(
        answered.given_at
    )


def something_can_be_done_for_many() -> None:
    """Each other deed of a batch's page is for somebody; who waits for a seat can't all get one."""
    concerned: Counter[str] = Counter()
    for batch in InvitationBatch.objects.filter(state__in=(BatchState.SENT, BatchState.CLOSED)):
        concerned.update(name for fact in batch_facts(batch) for name in fact.deeds)
    assert set(DEEDS) - set(concerned) == SEEN_TO
    group = Meeting.objects.get(kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED)
    assert 0 < group.seats - taken_seats(group) < concerned["ge-plats"]


def evaluations_are_shown() -> None:
    """The huvudmän of the cycle before said what they thought of every part, in numbers and words."""
    assert not [when for when in half_years() if not may_be_shown(when)]
    for part in Part:
        (when,) = EvaluationRequest.objects.filter(part=part).values_list("half_year", flat=True).distinct()
        for group in (EVERYBODY, *Sort):
            rows = results(part, when, group).rows
            assert rows
            assert all(row.count >= SMALLEST for row in rows)
        assert len(results(part, when).texts) >= SMALLEST


def stamps_in(message) -> list[datetime.datetime]:
    calendars = [part.get_content() for part in message.walk() if part.get_content_type() == "text/calendar"]
    stamps = [re.search(r"DTSTAMP:(\w+)Z", str(text))[1] for text in calendars]
    return [datetime.datetime.strptime(f"{stamp}+0000", "%Y%m%dT%H%M%S%z") for stamp in stamps]


def each_dialogue_came_to_its_steps_in_order() -> None:
    told = Dialogue.objects.filter(invitations__isnull=False)
    assert told.count() == 200
    for dialogue in told:
        steps = list(steps_of(dialogue))
        for (before, was), (after, then) in pairwise(steps):
            assert was < then, f"{dialogue}: {before} {was}, {after} {then}"
        if dialogue.state == S.CLOSED and not dialogue.skipped:
            assert [what for what, _when in steps if not what.endswith("sent")] == ALL_STEPS


def batches_are_in_order(midnight: datetime.datetime) -> None:
    earlier, recent, coming, *drafts = Cycle.objects.order_by("-first_year")[0].batches.all()
    states = [earlier.state, recent.state, coming.state]
    assert states == [BatchState.CLOSED, BatchState.SENT, BatchState.SCHEDULED]
    assert earlier.send_at.year == earlier.year
    assert earlier.send_at < recent.send_at < midnight < coming.send_at
    desk = Desk(User.objects.get(email="planerare2@skolverket.example"), midnight)
    assert [batch.due for batch in to_approve(desk) if batch.due < desk.today] == []
    assert {batch.state for batch in drafts} == {BatchState.DRAFT}


def ids_follow_time() -> None:
    """Rows are written in the order in which they are dated."""
    for model, dated in ((AuditEntry, "at"), (Letter, "queued_at"), (InvitationAnswer, "given_at")):
        moments = list(model.objects.order_by("pk").values_list(dated, flat=True))
        assert moments == sorted(moments)
