"""Reminders on paper: to those invited on paper, with a code, and while the post can bring them in time."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import AuditEntry
from dialogues.domain.reminders import POST_TAKES, REST, due_for_reminder, remind, remind_all
from dialogues.models import (
    Dialogue,
    Invitation,
    InvitationBatch,
    Letter,
    LetterKind,
    PaperLetter,
    PaperState,
)
from dialogues.paper import CODE_HERE, lifecycle
from dialogues.queries import invitation_with_code
from huvudman.models import Huvudman
from tests.dialogues.answers import give
from tests.dialogues.paper.factories import run_in, sent_batch

pytestmark = pytest.mark.django_db

TODAY_AND = datetime.timedelta(days=1)


def posted(*, ago: datetime.timedelta = POST_TAKES + REST, left: datetime.timedelta = POST_TAKES) -> Dialogue:
    """A huvudman invited on paper that was posted so long ago, with so much time left to answer."""
    sent_batch()
    run = run_in("posted")
    PaperLetter.objects.update(state=PaperState.POSTED, run=run, posted_on=timezone.localdate() - ago)
    last = timezone.localdate() + left
    InvitationBatch.objects.update(answer_by=last)
    Invitation.objects.update(answer_by=last)
    return Dialogue.objects.get()


def reminders() -> list[PaperLetter]:
    return list(PaperLetter.objects.filter(kind=LetterKind.REMINDER))


def test_is_written_once_with_a_code_of_its_own():
    dialogue = posted()
    assert [remind(dialogue=dialogue, actor=SYSTEM) for _n in range(2)] == [1, 0]
    (letter,) = reminders()
    assert "vänlig påminnelse" in letter.text
    assert CODE_HERE in letter.text
    assert letter.state == PaperState.WAITING
    assert invitation_with_code(letter.code) == dialogue.invitations.get()
    assert letter.code != PaperLetter.objects.get(kind=LetterKind.INVITATION).code
    entry = AuditEntry.objects.get(verb="dialogue.reminded")
    assert (entry.facts["letters"], entry.facts["on_paper"]) == (0, 1)


@pytest.mark.parametrize("state", [PaperState.WAITING, PaperState.IN_RUN, PaperState.WITHDRAWN])
def test_nobody_whose_invitation_is_not_posted(state):
    dialogue = posted()
    run = run_in("ready") if state == PaperState.IN_RUN else None
    PaperLetter.objects.update(state=state, run=run, posted_on=None)
    assert remind(dialogue=dialogue, actor=SYSTEM) == 0


@pytest.mark.parametrize(("short", "wrote"), [(datetime.timedelta(0), 1), (TODAY_AND, 0)])
def test_only_when_the_invitation_has_been_there_for_some_days(short, wrote):
    assert remind(dialogue=posted(ago=POST_TAKES + REST - short), actor=SYSTEM) == wrote


@pytest.mark.parametrize(("short", "wrote"), [(datetime.timedelta(0), 1), (TODAY_AND, 0)])
def test_only_while_the_post_can_bring_it_in_time(short, wrote):
    assert remind(dialogue=posted(left=POST_TAKES - short), actor=SYSTEM) == wrote


def test_who_has_got_an_address_since_is_reminded_by_mail_to_the_last_day():
    dialogue = posted(left=datetime.timedelta(0))
    Huvudman.objects.update(email="skolan@example.test")
    assert remind(dialogue=dialogue, actor=SYSTEM) == 1
    assert Letter.objects.filter(kind=LetterKind.REMINDER).count() == 1
    assert reminders() == []


def test_the_beat_writes_them_with_the_others(settings):
    settings.REMINDER_DAYS = POST_TAKES.days
    dialogue = posted()
    assert list(due_for_reminder()) == [dialogue]


def test_who_answers_before_it_is_printed_does_not_get_it():
    dialogue = posted()
    assert remind_all(dialogues=[dialogue], actor=SYSTEM).done == [dialogue]
    give(dialogue.invitations.get())
    lifecycle.make_run(actor=SYSTEM)
    (letter,) = reminders()
    assert letter.state == PaperState.WITHDRAWN


def test_it_answers_the_invitation_by_its_code(client):
    dialogue = posted()
    remind(dialogue=dialogue, actor=SYSTEM)
    (letter,) = reminders()
    page = client.post("/svar/", {"code": letter.code}, follow=True)
    assert dialogue.huvudman.name in page.text
    sent = client.post(page.request["PATH_INFO"], {"answer": "yes", "given_by": "Kim Ek", "seen": 0})
    assert sent.status_code == 302
    dialogue.refresh_from_db()
    assert dialogue.state == "accepted"
