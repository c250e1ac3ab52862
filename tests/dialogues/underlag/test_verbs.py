"""What each verb asks for, changes and leaves alone."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible, WrongState
from dialogues.domain import underlag as verbs
from dialogues.domain.rendering import RENDER_TASK
from dialogues.models import (
    CentralArea,
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingState,
    Seat,
    Underlag,
)
from dialogues.models import UnderlagState as S
from dialogues.underlag.content import build_content, figures_in
from dialogues.underlag.material import gather
from quality_system.models import Area, Indicator
from tests.accounts.factories import UserFactory, leader, planner
from tests.dialogues.factories import BatchFactory, DialogueFactory, MeetingFactory, both_agencies
from tests.dialogues.underlag.factories import EditionFactory, edition_with_texts, proposed, underlag_in
from tests.dialogues.underlag.material import full_material
from tests.huvudman.factories import ContactFactory
from tests.quality_system.factories import IndicatorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent_tasks(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The ids handed to the rendering task, call by call."""
    calls: list[list[int]] = []

    def note(name: str, args: tuple[object, ...] = (), **_options: object) -> None:
        if name == RENDER_TASK:
            calls.append(list(args[0]))  # type: ignore[call-overload]

    monkeypatch.setattr("celery.current_app.send_task", note)
    return calls


# Ordering -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", DialogueState)
def test_an_underlag_is_ordered_only_after_the_introduction(state: DialogueState) -> None:
    EditionFactory()
    dialogue = DialogueFactory(state=state)
    if state == DialogueState.INTRODUCED:
        assert verbs.order_underlag(dialogue=dialogue, actor=SYSTEM).state == S.ORDERED
    else:
        with pytest.raises(NotPossible, match="introduktionen"):
            verbs.order_underlag(dialogue=dialogue, actor=SYSTEM)
        assert not Underlag.objects.exists()


def test_ordering_keeps_the_edition_and_starts_the_task_after_commit(
    sent_tasks: list[list[int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    edition = EditionFactory()
    dialogue = DialogueFactory(state=DialogueState.INTRODUCED)
    with django_capture_on_commit_callbacks(execute=True):
        underlag = verbs.order_underlag(dialogue=dialogue, actor=person(planner()))
        assert sent_tasks == []
    assert sent_tasks == [[underlag.pk]]
    assert Dialogue.objects.get(pk=dialogue.pk).edition == edition


def test_ordering_twice_gives_one(
    sent_tasks: list[list[int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    EditionFactory()
    dialogue = DialogueFactory(state=DialogueState.INTRODUCED)
    with django_capture_on_commit_callbacks(execute=True):
        first = verbs.order_underlag(dialogue=dialogue, actor=SYSTEM)
        assert verbs.order_underlag(dialogue=dialogue, actor=SYSTEM) == first
    assert len(sent_tasks) == 1


def test_ordering_one_that_failed_tries_again_and_keeps_what_people_wrote() -> None:
    underlag = underlag_in(S.FAILED)
    CentralArea.objects.create(underlag=underlag, rank=1, area="quality", kind="need", text="våra ord")
    again = verbs.order_underlag(dialogue=underlag.dialogue, actor=SYSTEM)
    assert (again.pk, again.state, again.failure, again.tries) == (underlag.pk, S.ORDERED, "", 0)
    assert again.central_areas.get().text == "våra ord"


def test_without_an_edition_in_force_nothing_is_ordered() -> None:
    with pytest.raises(NotPossible, match="utgåva"):
        verbs.order_underlag(dialogue=DialogueFactory(state=DialogueState.INTRODUCED), actor=SYSTEM)


def held_introduction(*states: DialogueState) -> tuple[Meeting, list[Dialogue]]:
    batch = BatchFactory()
    meeting = MeetingFactory(
        kind=MeetingKind.INTRODUCTION, state=MeetingState.HELD, seats=len(states), batch=batch
    )
    dialogues = [DialogueFactory(state=state, batch=batch) for state in states]
    for number, dialogue in enumerate(dialogues):
        Seat.objects.create(meeting=meeting, dialogue=dialogue, kind=meeting.kind, attended=bool(number % 2))
    return meeting, dialogues


def test_a_whole_meeting_is_ordered_in_few_tasks_also_for_those_absent(
    sent_tasks: list[list[int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    EditionFactory()
    meeting, dialogues = held_introduction(*[DialogueState.INTRODUCED] * 12, DialogueState.CANCELLED)
    with django_capture_on_commit_callbacks(execute=True):
        ordered = verbs.order_underlag_for_meeting(meeting=meeting, actor=person(leader()))
    assert [u.dialogue for u in ordered] == dialogues[:12]
    assert [len(ids) for ids in sent_tasks] == [10, 2]
    assert sum(sent_tasks, []) == [u.pk for u in ordered]


@pytest.mark.parametrize("state", [MeetingState.FIXED, MeetingState.CANCELLED])
def test_a_meeting_not_held_orders_nothing(state: MeetingState) -> None:
    EditionFactory()
    meeting, _dialogues = held_introduction(DialogueState.INTRODUCED)
    meeting.state = state
    meeting.save()
    with pytest.raises(NotPossible, match="introduktionsmötet"):
        verbs.order_underlag_for_meeting(meeting=meeting, actor=SYSTEM)
    assert not Underlag.objects.exists()


def test_ordering_for_a_meeting_needs_the_right() -> None:
    meeting, _dialogues = held_introduction(DialogueState.INTRODUCED)
    with pytest.raises(PermissionDenied):
        verbs.order_underlag_for_meeting(meeting=meeting, actor=person(UserFactory()))


def test_ordering_again_takes_back_confirmations_and_finds_the_areas_anew() -> None:
    underlag = underlag_in(S.CONFIRMED)
    again = verbs.order_again(underlag=underlag, actor=SYSTEM)
    assert again.state == S.ORDERED
    assert not again.confirmations.exists()
    assert not again.central_areas.exists()


def test_a_dialogue_that_was_cancelled_gets_no_new_underlag() -> None:
    underlag = underlag_in(S.RENDERED, dialogue_state=DialogueState.CANCELLED)
    with pytest.raises(NotPossible, match="avbokad"):
        verbs.order_again(underlag=underlag, actor=SYSTEM)
    with pytest.raises(NotPossible, match="avbokad"):
        verbs.confirm_underlag(underlag=underlag, actor=person(leader()))


# Central areas --------------------------------------------------------------------------------------------
def area_text(text: str = "Vår bild") -> verbs.AreaText:
    return verbs.AreaText(kind=CentralArea.Kind.STRENGTH, area=Area.EQUITY, text=text, indicator=None)


def test_revised_areas_are_kept_in_order_and_must_be_confirmed_again() -> None:
    underlag = underlag_in(S.CONFIRMED)
    revised = verbs.revise_central_areas(
        underlag=underlag,
        areas=[area_text("ett"), area_text("två")],
        reason="Siffran är gammal",
        actor=person(leader()),
    )
    assert revised.state == S.ORDERED
    assert [(a.rank, a.text) for a in revised.central_areas.all()] == [(1, "ett"), (2, "två")]
    assert not revised.confirmations.exists()


@pytest.mark.parametrize("count", [0, verbs.MOST_AREAS + 1])
def test_none_or_too_many_areas_are_refused(count: int) -> None:
    underlag = underlag_in(S.RENDERED)
    with pytest.raises(NotPossible, match="centrala områden"):
        verbs.revise_central_areas(
            underlag=underlag, areas=[area_text()] * count, reason="Siffran är gammal", actor=person(leader())
        )
    assert underlag.central_areas.get().text == "Lärare"


@pytest.mark.parametrize("state", [S.ORDERED, S.FAILED, S.ISSUED])
def test_areas_cannot_be_revised_before_or_after(state: S) -> None:
    underlag = underlag_in(state)
    with pytest.raises(WrongState):
        verbs.revise_central_areas(
            underlag=underlag, areas=[area_text()], reason="Siffran är gammal", actor=person(leader())
        )


def test_only_leaders_revise_areas() -> None:
    with pytest.raises(PermissionDenied):
        verbs.revise_central_areas(
            underlag=underlag_in(S.RENDERED),
            areas=[area_text()],
            reason="Siffran är gammal",
            actor=person(planner()),
        )


# Confirming -----------------------------------------------------------------------------------------------
def test_both_agencies_must_confirm_each_by_its_own_people() -> None:
    underlag = underlag_in(S.RENDERED)
    first = verbs.confirm_underlag(underlag=underlag, actor=person(leader("skolverket")))
    assert first.state == S.RENDERED
    assert [agency.code for agency in verbs.awaited_agencies(first)] == ["spsm"]
    again = verbs.confirm_underlag(underlag=underlag, actor=person(leader("skolverket")))
    assert again.state == S.RENDERED
    assert again.confirmations.count() == 1
    both = verbs.confirm_underlag(underlag=underlag, actor=person(leader("spsm")))
    assert both.state == S.CONFIRMED


def test_the_system_belongs_to_no_agency_and_cannot_confirm() -> None:
    with pytest.raises(PermissionDenied):
        verbs.confirm_underlag(underlag=underlag_in(S.RENDERED), actor=SYSTEM)


def test_only_the_document_that_was_read_can_be_confirmed() -> None:
    underlag = underlag_in(S.RENDERED)
    with pytest.raises(NotPossible, match="på nytt"):
        verbs.confirm_underlag(underlag=underlag, actor=person(leader()), seen_pdf="0" * 64)
    verbs.confirm_underlag(underlag=underlag, actor=person(leader()), seen_pdf=underlag.pdf_id or "")
    assert underlag.confirmations.count() == 1


# Issuing --------------------------------------------------------------------------------------------------
def test_issuing_writes_to_every_valid_contact_with_the_pdf_and_moves_the_dialogue() -> None:
    underlag = underlag_in(S.CONFIRMED)
    huvudman = underlag.dialogue.huvudman
    ContactFactory(huvudman=huvudman, email="ordforande@example.test", role="chair")
    ContactFactory(huvudman=huvudman, email="slutat@example.test", valid_to=datetime.date(2025, 6, 1))
    issued = verbs.issue_underlag(underlag=underlag, actor=person(leader()))
    letters = Letter.objects.filter(kind=LetterKind.UNDERLAG)
    assert letters.count() == 2
    assert "slutat@example.test" not in letters.values_list("recipient", flat=True)
    assert {letter.agency.code for letter in letters} == {"skolverket"}
    assert {a.file_id for letter in letters for a in letter.attachments.all()} == {underlag.pdf_id}
    assert issued.issued_at is not None
    assert Dialogue.objects.get(pk=underlag.dialogue_id).state == DialogueState.UNDERLAG_SENT


def test_issuing_twice_sends_once() -> None:
    underlag = underlag_in(S.CONFIRMED)
    verbs.issue_underlag(underlag=underlag, actor=SYSTEM)
    verbs.issue_underlag(underlag=underlag, actor=SYSTEM)
    assert Letter.objects.filter(kind=LetterKind.UNDERLAG).count() == 1


@pytest.mark.parametrize("state", [MeetingState.OTHER_WISHED, MeetingState.CANCELLED, MeetingState.FIXED])
def test_nothing_is_issued_without_a_proposed_time(state: MeetingState) -> None:
    underlag = underlag_in(S.CONFIRMED)
    Meeting.objects.filter(pk=proposed(underlag.dialogue).pk).update(state=state)
    with pytest.raises(NotPossible, match="Föreslå en tid"):
        verbs.issue_underlag(underlag=underlag, actor=SYSTEM)
    assert not Letter.objects.exists()


def test_a_proposed_time_that_has_passed_is_refused() -> None:
    underlag = underlag_in(S.CONFIRMED)
    now = timezone.now()
    Meeting.objects.update(
        starts_at=now - datetime.timedelta(hours=1), ends_at=now + datetime.timedelta(hours=1)
    )
    with pytest.raises(NotPossible, match="passerat"):
        verbs.issue_underlag(underlag=underlag, actor=SYSTEM)


def test_example_texts_are_issued_in_a_demo_only(settings: Settings) -> None:
    underlag = underlag_in(S.CONFIRMED, edition=edition_with_texts(is_example=True))
    settings.DEMO = False
    with pytest.raises(NotPossible, match="exempeltext"):
        verbs.issue_underlag(underlag=underlag, actor=SYSTEM)
    assert not Letter.objects.exists()
    settings.DEMO = True
    assert verbs.issue_underlag(underlag=underlag, actor=SYSTEM).state == S.ISSUED


@pytest.mark.parametrize("is_told_of", [True, False])
def test_figures_that_may_not_be_used_any_more_are_not_sent(is_told_of: bool) -> None:
    underlag = underlag_in(S.CONFIRMED)
    underlag.content = build_content(full_material())
    underlag.save()
    key = next(figures_in(underlag.content))["key"] if is_told_of else "gr-annan"
    law = {"legal_basis": "2 § förordningen", "usable_to": timezone.localdate()}
    IndicatorFactory(edition=underlag.edition, key=key, name="Barn per barngrupp", **law)
    Indicator.objects.update(usable_to=timezone.localdate() - datetime.timedelta(days=1))
    if is_told_of:
        with pytest.raises(NotPossible, match="Barn per barngrupp. Ta fram underlaget på nytt"):
            verbs.issue_underlag(underlag=underlag, actor=SYSTEM)
        assert not Letter.objects.exists()
        Indicator.objects.update(usable_to=timezone.localdate())
    assert verbs.issue_underlag(underlag=underlag, actor=SYSTEM).state == S.ISSUED


def test_an_area_in_peoples_words_goes_with_figures_that_may_not_be_used() -> None:
    underlag = underlag_in(S.RENDERED)
    law = {"legal_basis": "2 § förordningen", "usable_to": timezone.localdate()}
    figure = IndicatorFactory(edition=underlag.edition, **law)
    underlag.central_areas.all().delete()
    for rank, (indicator, text) in enumerate(((figure, "Meritvärdet är 230."), (None, "Samarbetet."))):
        underlag.central_areas.create(
            rank=rank, area="learning", kind="strength", indicator=indicator, text=text
        )
    for last, told in ((0, ["Meritvärdet är 230.", "Samarbetet."]), (1, ["Samarbetet."])):
        Indicator.objects.update(usable_to=timezone.localdate() - datetime.timedelta(days=last))
        assert [area.text for area in gather([underlag])[underlag.pk].central] == told


def test_an_edition_of_official_texts_is_issued_in_production(settings: Settings) -> None:
    settings.DEMO = False
    underlag = underlag_in(S.CONFIRMED, edition=edition_with_texts())
    assert verbs.issue_underlag(underlag=underlag, actor=SYSTEM).state == S.ISSUED


def test_a_huvudman_without_an_address_goes_on_too() -> None:
    underlag = underlag_in(S.CONFIRMED)
    underlag.dialogue.huvudman.contacts.all().delete()
    assert verbs.issue_underlag(underlag=underlag, actor=SYSTEM).state == S.ISSUED
    assert not Letter.objects.exists()


def test_the_first_edition_of_a_dialogue_is_kept_when_another_comes_into_force() -> None:
    both_agencies()
    old = EditionFactory(name="Utgåva 2023", state="closed")
    EditionFactory()
    dialogue = DialogueFactory(state=DialogueState.INTRODUCED, edition=old)
    assert verbs.order_underlag(dialogue=dialogue, actor=SYSTEM).edition == old


def test_changing_the_areas_needs_a_reason() -> None:
    underlag = underlag_in(S.RENDERED)
    with pytest.raises(NotPossible):
        verbs.revise_central_areas(underlag=underlag, areas=[area_text()], reason=" ", actor=person(leader()))
    verbs.revise_central_areas(underlag=underlag, areas=[area_text()], reason=" Ny ", actor=person(leader()))
    entry = verbs.latest_revision(underlag)
    assert entry is not None
    assert entry.facts["reason"] == "Ny"
