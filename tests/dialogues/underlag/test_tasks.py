"""The tasks: rendering for real, failures noted, lost work taken up, old work dropped."""

from __future__ import annotations

import datetime

import pikepdf
import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actors import SYSTEM
from dialogues.domain import underlag as verbs
from dialogues.domain.files import read_file
from dialogues.models import Dialogue, Underlag
from dialogues.models import UnderlagState as S
from dialogues.underlag import tasks
from dialogues.underlag.material import gather
from dialogues.underlag.tasks import render_underlag, take_up_lost_underlag
from huvudman.models import SkolformOffer
from quality_system.models import Edition
from tests.dialogues.factories import DialogueFactory
from tests.dialogues.letters.postmaster import free_port
from tests.dialogues.letters.workers import broker_at
from tests.dialogues.underlag.factories import edition_with_texts, underlag_in
from tests.huvudman.factories import SchoolUnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent_tasks(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The ids that the sweeper hands to the rendering task."""
    calls: list[list[int]] = []
    monkeypatch.setattr(render_underlag, "delay", calls.append)
    return calls


def ordered() -> Underlag:
    """A new order for a huvudman with a grundskola, under an edition with texts."""
    if not Edition.objects.exists():
        edition_with_texts()
    dialogue = DialogueFactory(state="introduced")
    unit = SchoolUnitFactory(huvudman=dialogue.huvudman)
    SkolformOffer.objects.create(unit=unit, skolform="GR", pupils=149)
    return verbs.order_underlag(dialogue=dialogue, actor=SYSTEM)


def test_an_order_becomes_a_frozen_content_and_a_pdf() -> None:
    underlag = ordered()
    render_underlag([underlag.pk])
    underlag.refresh_from_db()
    assert (underlag.state, underlag.failure, underlag.tries) == (S.RENDERED, "", 1)
    assert underlag.content["huvudman"]["name"] == underlag.dialogue.huvudman.name
    assert [area["area"] for area in underlag.content["areas"]] == ["equity", "quality", "learning"]
    assert underlag.pdf is not None
    with underlag.pdf.file.open("rb") as file, pikepdf.open(file) as pdf:
        assert str(pdf.Root.Lang) == "sv"


def test_the_orgnr_is_nowhere_in_content_or_pdf() -> None:
    underlag = ordered()
    orgnr = underlag.dialogue.huvudman.orgnr
    render_underlag([underlag.pk])
    underlag.refresh_from_db()
    assert underlag.pdf is not None
    assert orgnr not in str(underlag.content)
    with underlag.pdf.file.open("rb") as file, pikepdf.open(file) as pdf, pdf.open_metadata() as meta:
        assert orgnr not in str(meta)


def test_what_is_rendered_again_changes_nothing() -> None:
    underlag = ordered()
    render_underlag([underlag.pk])
    before = Underlag.objects.values().get(pk=underlag.pk)
    render_underlag([underlag.pk])
    assert Underlag.objects.values().get(pk=underlag.pk) == before


def test_one_that_fails_says_why_and_does_not_stop_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = ordered(), ordered()
    real = tasks.gather

    def gather(wanted: list[Underlag]) -> object:
        if bad in wanted:
            raise ZeroDivisionError
        return real(wanted)

    monkeypatch.setattr(tasks, "gather", gather)
    render_underlag([bad.pk, good.pk])
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (S.FAILED, S.RENDERED)
    assert "ZeroDivisionError" in bad.failure


def test_work_on_an_older_order_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    underlag = ordered()
    real = tasks.gather

    def gather(begun: list[Underlag]) -> object:
        Underlag.objects.update(ordered_at=timezone.now())
        return real(begun)

    monkeypatch.setattr(tasks, "gather", gather)
    render_underlag([underlag.pk])
    underlag.refresh_from_db()
    assert (underlag.state, underlag.content) == (S.ORDERED, {})


def test_central_areas_put_in_words_by_people_are_in_the_next_document() -> None:
    underlag = ordered()
    render_underlag([underlag.pk])
    underlag.central_areas.create(rank=1, area="quality", kind="strength", text="Våra egna ord")
    verbs.order_again(underlag=underlag, actor=SYSTEM, keep_areas=True)
    render_underlag([underlag.pk])
    underlag.refresh_from_db()
    assert [c["text"] for c in underlag.content["central"]] == ["Våra egna ord"]
    assert underlag.central_areas.get().text == "Våra egna ord"


def test_another_worker_at_it_is_left_alone_until_the_limit() -> None:
    underlag = ordered()
    assert verbs.begin_rendering(underlag_id=underlag.pk, actor=SYSTEM) is not None
    assert verbs.begin_rendering(underlag_id=underlag.pk, actor=SYSTEM) is None
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=121)):
        assert verbs.begin_rendering(underlag_id=underlag.pk, actor=SYSTEM) is not None


def test_a_killed_worker_is_taken_up_by_the_sweeper(sent_tasks: list[list[int]]) -> None:
    underlag = ordered()
    verbs.begin_rendering(underlag_id=underlag.pk, actor=SYSTEM)
    take_up_lost_underlag()
    assert sent_tasks == []
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=121)):
        take_up_lost_underlag()
        assert sent_tasks == [[underlag.pk]]
        render_underlag(sent_tasks[0])
    underlag.refresh_from_db()
    assert (underlag.state, underlag.tries) == (S.RENDERED, 2)


@pytest.mark.django_db(transaction=True)
def test_an_order_stands_without_a_broker() -> None:
    with broker_at(f"redis://127.0.0.1:{free_port()}/0"):
        underlag = ordered()
    assert Underlag.objects.get(pk=underlag.pk).state == S.ORDERED


def test_an_order_whose_task_was_lost_is_taken_up(sent_tasks: list[list[int]]) -> None:
    underlag = ordered()
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=121)):
        take_up_lost_underlag()
    assert sent_tasks == [[underlag.pk]]


@pytest.mark.parametrize("state", [S.RENDERED, S.CONFIRMED, S.ISSUED, S.FAILED])
def test_what_came_to_an_end_is_not_taken_up(state: S, sent_tasks: list[list[int]]) -> None:
    underlag_in(state)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        take_up_lost_underlag()
    assert sent_tasks == []


def test_one_that_kills_its_worker_each_time_is_given_up_with_a_reason() -> None:
    underlag = ordered()
    at = timezone.now()
    for _time in range(verbs.MOST_TRIES):
        at += datetime.timedelta(seconds=121)
        with time_machine.travel(at):
            assert verbs.begin_rendering(underlag_id=underlag.pk, actor=SYSTEM)
    with time_machine.travel(at + datetime.timedelta(seconds=121)):
        render_underlag([underlag.pk])
    underlag.refresh_from_db()
    assert underlag.state == S.FAILED
    assert "3 gånger" in underlag.failure


def test_what_is_stored_is_what_the_huvudman_gets() -> None:
    underlag = ordered()
    render_underlag([underlag.pk])
    underlag.refresh_from_db()
    assert underlag.pdf is not None
    assert len(read_file(underlag.pdf)) == underlag.pdf.size


def test_an_order_that_is_gone_is_no_error() -> None:
    render_underlag([0])
    assert not Underlag.objects.exists()


def test_when_time_runs_out_a_new_task_goes_on_with_the_rest(
    monkeypatch: pytest.MonkeyPatch, sent_tasks: list[list[int]]
) -> None:
    first, second = ordered(), ordered()
    real = tasks.render

    def slow(*args: object, **kwargs: object) -> object:
        monkeypatch.setattr(tasks.time, "monotonic", lambda: float("inf"))
        return real(*args, **kwargs)

    monkeypatch.setattr(tasks, "render", slow)
    sent_tasks.clear()
    render_underlag([first.pk, second.pk])
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.tries) == (S.RENDERED, S.ORDERED, 0)
    assert sent_tasks == [[second.pk]]


def test_a_task_that_is_ended_by_its_time_limit_leaves_the_underlag_to_be_taken_up_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    underlag = ordered()

    def ended(*_args: object, **_kwargs: object) -> object:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(tasks, "render", ended)
    with pytest.raises(SoftTimeLimitExceeded):
        render_underlag([underlag.pk])
    underlag.refresh_from_db()
    assert (underlag.state, underlag.tries, underlag.failure) == (S.ORDERED, 1, "")


GATHERING_QUERIES = 15


def test_many_underlag_of_a_batch_are_gathered_in_as_many_queries_as_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first = ordered()
    rest = [ordered() for _ in range(3)]
    Dialogue.objects.update(batch=first.dialogue.batch)
    for one in rest:
        one.central_areas.create(rank=1, area="quality", kind="strength", text="Våra egna ord")
    wanted = Underlag.objects.select_related("edition", "dialogue")
    gather(wanted.filter(pk=first.pk))
    for chosen in (wanted.filter(pk=first.pk), wanted.filter(pk__in=[one.pk for one in rest])):
        with django_assert_num_queries(GATHERING_QUERIES):
            found = gather(list(chosen))
        assert {material.owner.units for material in found.values()} == {1}


def test_a_worker_that_has_grown_is_replaced() -> None:
    assert render_underlag.app.conf.worker_max_memory_per_child == 250_000
