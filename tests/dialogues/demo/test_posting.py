"""The main job's letters on paper: printed and posted in a run, and counted."""

import pytest

from accounts.actors import person
from dialogues.demo import counts, main_job
from dialogues.demo.main_job import MainJob
from dialogues.demo.report import Missing, Report
from dialogues.models import PostRun, RunState
from dialogues.paper.tasks import render_post_run
from tests.accounts.factories import planner
from tests.dialogues.factories import DialogueFactory
from tests.dialogues.paper.factories import run_in, sent_batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(monkeypatch) -> MainJob:
    """The main job as far as its planners, whose run is printed as soon as it is asked for."""
    found = MainJob.__new__(MainJob)
    found.said, found.planners = [], [person(planner())]
    found.report = Report(found.said.append)
    is_printed = counts.is_printed

    def print_at_once(run: PostRun) -> bool:
        render_post_run(run.pk)
        return is_printed(run)

    monkeypatch.setattr(main_job.counts, "is_printed", print_at_once)
    return found


def test_whom_no_mail_reaches_gets_a_posted_letter_and_the_rest_are_rung(job):
    batch = sent_batch(letters=2)
    DialogueFactory(batch=batch, state="invited")
    job.post_letters(batch, links={})
    assert counts.posted(batch).count() == 2
    assert PostRun.objects.get().state == RunState.POSTED
    assert "2 postade" in job.said[0]
    assert "1 rings" in job.said[0]


def test_a_run_that_could_not_be_made_is_missing():
    assert counts.is_printed(run_in("ready"))
    assert not counts.is_printed(run_in("ordered"))
    with pytest.raises(Missing):
        counts.is_printed(run_in("failed"))
