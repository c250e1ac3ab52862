"""The underlag of a batch on one page: who has come how far, what to read first, and done for all."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.models import StaffRole, User
from dialogues.batch_deeds import act_on_all
from dialogues.batch_facts import facts_of
from dialogues.batch_underlag import READ, counts, underlag_rows
from dialogues.domain.freezes import freeze_figures
from dialogues.models import Dialogue, DialogueState, InvitationBatch, Letter, LetterKind, Underlag
from dialogues.models import UnderlagState as S
from dialogues.underlag import tasks
from dialogues.underlag.content import build_content
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.factories import BatchFactory, DialogueFactory
from tests.dialogues.pausing import put_to_rest
from tests.dialogues.underlag.factories import edition_with_texts, underlag_in
from tests.dialogues.underlag.material import full_material

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def batch() -> InvitationBatch:
    return BatchFactory()


def odd_content() -> dict:
    """A content with figures and no central area."""
    return build_content(replace(full_material(), central=()))


def in_batch(batch: InvitationBatch, state: S, **dialogue: object) -> Underlag:
    """An underlag of the batch in a state."""
    underlag = underlag_in(state)
    if state in READ:
        underlag.content = odd_content()
        underlag.save()
    Dialogue.objects.filter(pk=underlag.dialogue_id).update(batch=batch, **dialogue)
    underlag.refresh_from_db()
    return underlag


@pytest.fixture
def staff_client(client: Client):
    """The client, signed in as somebody."""

    def signed_in(user: User) -> Client:
        client.force_login(user)
        return client

    return signed_in


def page_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def address(batch: InvitationBatch, query: str = "") -> str:
    return reverse("admin:batch_underlag", args=[batch.public_id]) + query


class TestRows:
    def test_first_come_those_to_read_then_those_that_wait(self, batch: InvitationBatch) -> None:
        issued = in_batch(batch, S.ISSUED)
        ordered = in_batch(batch, S.ORDERED)
        rendered = in_batch(batch, S.RENDERED)
        failed = in_batch(batch, S.FAILED)
        unordered = DialogueFactory(batch=batch, state=DialogueState.INTRODUCED)
        DialogueFactory(batch=batch, state=DialogueState.ACCEPTED)
        in_batch(BatchFactory(), S.RENDERED)
        rows = underlag_rows(batch)
        assert [row.dialogue.pk for row in rows] == [
            failed.dialogue_id,
            rendered.dialogue_id,  # preschool alone: no central area
            unordered.pk,
            ordered.dialogue_id,
            issued.dialogue_id,
        ]
        assert [row.is_to_read for row in rows] == [True, True, False, False, False]
        assert counts(rows) == [
            ("inte beställt", 1),
            ("beställt", 1),
            ("kunde inte tas fram", 1),
            ("framtaget", 1),
            ("skickat", 1),
        ]

    def test_those_at_the_same_step_stand_in_swedish_order(self, batch: InvitationBatch) -> None:
        names = ["Zinken", "Ån", "Ängen", "Östra"]
        for name in reversed(names):
            DialogueFactory(batch=batch, state=DialogueState.INTRODUCED, huvudman__name=name)
        assert [row.dialogue.huvudman.name for row in underlag_rows(batch)] == names

    def test_the_agencies_that_have_not_confirmed_are_awaited(self, batch: InvitationBatch) -> None:
        in_batch(batch, S.RENDERED)
        (row,) = underlag_rows(batch)
        assert len(row.awaited) == 2
        confirmed = in_batch(batch, S.CONFIRMED)
        assert [row.awaited for row in underlag_rows(batch) if row.underlag == confirmed] == [()]

    def test_one_that_rests_on_other_figures_is_to_be_read(self, batch: InvitationBatch) -> None:
        underlag = in_batch(batch, S.CONFIRMED)
        assert [row.is_of_old for row in underlag_rows(batch)] == [False]
        batch.figures_as_of = timezone.now()
        assert [row.is_of_old for row in underlag_rows(batch)] == [True]
        Underlag.objects.filter(pk=underlag.pk).update(figures_as_of=batch.figures_as_of)
        assert [row.is_of_old for row in underlag_rows(batch)] == [False]

    def test_as_many_queries_for_one_as_for_three(self, batch, django_assert_num_queries) -> None:
        in_batch(batch, S.CONFIRMED)
        with django_assert_num_queries(4):
            assert len(underlag_rows(batch)) == 1
        for state in (S.RENDERED, S.ISSUED):
            in_batch(batch, state)
        with django_assert_num_queries(4):
            assert len(underlag_rows(batch)) == 3


class TestPage:
    def test_it_says_what_stands_out_and_leads_to_each(self, batch: InvitationBatch, staff_client) -> None:
        underlag = in_batch(batch, S.RENDERED)
        page = page_of(staff_client(planner()), address(batch))
        assert "Inget centralt område pekas ut." in page
        assert reverse("admin:underlag", args=[underlag.dialogue.public_id]) in page
        assert "Skickade till huvudmännen: 0 av 1" in page.replace("\n", " ")

    def test_it_can_show_only_those_to_read(self, batch: InvitationBatch, staff_client) -> None:
        odd, sent = in_batch(batch, S.RENDERED), in_batch(batch, S.ISSUED)
        page = page_of(staff_client(planner()), address(batch, "?visa=las-forst"))
        assert odd.dialogue.huvudman.name in page
        assert sent.dialogue.huvudman.name not in page

    def test_an_empty_batch_says_what_will_come(self, batch: InvitationBatch, staff_client) -> None:
        assert "Inga analysunderlag än" in page_of(staff_client(planner()), address(batch))

    def test_the_batchs_page_leads_here_when_somebody_has_come_so_far(self, batch, staff_client) -> None:
        client, own = staff_client(planner()), reverse("admin:batch", args=[batch.public_id])
        assert address(batch) not in page_of(client, own)
        DialogueFactory(batch=batch, state=DialogueState.INTRODUCED)
        assert address(batch) in page_of(client, own)


class TestTodaysFigures:
    def figures(self, batch: InvitationBatch) -> str:
        return reverse("admin:batch_figures", args=[batch.public_id])

    def test_before_the_first_underlag_there_is_nothing_to_choose(self, batch, staff_client) -> None:
        answer = staff_client(planner()).get(self.figures(batch), follow=True)
        assert "väljs när det första underlaget tas fram" in answer.content.decode()

    def test_it_is_asked_first_and_then_done(self, batch, staff_client) -> None:
        first = freeze_figures(batch_id=batch.pk, actor=SYSTEM)
        for state in (S.CONFIRMED, S.ISSUED, S.ISSUED, S.FAILED):
            in_batch(batch, state)
        client: Client = staff_client(planner())
        asked = page_of(client, self.figures(batch))
        assert "Ingen statistik har lagts in sedan dess" in asked
        assert "1 underlag är framtaget och inte skickat." in asked
        assert "2 underlag är skickade och ändras aldrig." in asked
        batch.refresh_from_db()
        assert batch.figures_as_of == first
        client.post(self.figures(batch), {"seen": first.isoformat()})
        batch.refresh_from_db()
        assert batch.figures_as_of is not None
        assert batch.figures_as_of > first

    def test_who_orders_no_underlag_chooses_no_figures(self, batch, staff_client) -> None:
        first = freeze_figures(batch_id=batch.pk, actor=SYSTEM)
        client = staff_client(staff_user(StaffRole.STATISTICIAN))
        assert client.get(self.figures(batch)).status_code == 403
        assert client.post(self.figures(batch), {"seen": first.isoformat()}).status_code == 403
        batch.refresh_from_db()
        assert batch.figures_as_of == first

    @pytest.mark.parametrize("seen", ["", "igår", "2026-02-30T10:00:00", "2020-01-01T00:00:00+00:00"])
    def test_a_stale_page_changes_nothing_and_says_so(self, batch, staff_client, seen: str) -> None:
        first = freeze_figures(batch_id=batch.pk, actor=SYSTEM)
        answer = staff_client(planner()).post(self.figures(batch), {"seen": seen}, follow=True)
        assert "Någon annan har bytt omgångens siffror" in answer.content.decode()
        batch.refresh_from_db()
        assert batch.figures_as_of == first


class TestForAll:
    def concerned(self, batch: InvitationBatch, deed: str) -> set[int]:
        return {fact.pk for fact in facts_of(batch) if deed in fact.deeds}

    def test_ordered_are_those_without_one_and_those_that_failed(self, batch, monkeypatch) -> None:
        edition_with_texts()
        tasks_sent: list[list[int]] = []
        monkeypatch.setattr("dialogues.domain.underlag_for_many.start_rendering", tasks_sent.append)
        new = DialogueFactory(batch=batch, state=DialogueState.INTRODUCED)
        failed = in_batch(batch, S.FAILED)
        in_batch(batch, S.RENDERED)
        put_to_rest(DialogueFactory(batch=batch, state=DialogueState.INTRODUCED))
        DialogueFactory(batch=batch, state=DialogueState.ACCEPTED)
        assert self.concerned(batch, "bestall-underlag") == {new.pk, failed.dialogue_id}
        entry = act_on_all(
            name="bestall-underlag",
            batch=batch,
            rows=Dialogue.objects.filter(pk__in=[new.pk, failed.dialogue_id]).order_by("pk"),
            actor=person(planner()),
        )
        assert sorted(entry.facts["done"]) == sorted([new.pk, failed.dialogue_id])
        assert tasks_sent == [[Underlag.objects.get(dialogue=new).pk, failed.pk]], (
            "one task reads them together"
        )
        assert self.concerned(batch, "bestall-underlag") == set()

    def test_made_anew_are_those_of_other_figures_that_have_not_gone_out(self, batch) -> None:
        old, issued, current = (in_batch(batch, state) for state in (S.CONFIRMED, S.ISSUED, S.RENDERED))
        assert self.concerned(batch, "underlag-pa-nytt") == set()
        moment = freeze_figures(batch_id=batch.pk, actor=SYSTEM)
        Underlag.objects.filter(pk=current.pk).update(figures_as_of=moment)
        assert self.concerned(batch, "underlag-pa-nytt") == {old.dialogue_id}
        act_on_all(
            name="underlag-pa-nytt",
            batch=batch,
            rows=Dialogue.objects.filter(pk=old.dialogue_id),
            actor=person(leader()),
        )
        old.refresh_from_db()
        assert (old.state, old.confirmations.count()) == (S.ORDERED, 0)
        issued.refresh_from_db()
        assert issued.state == S.ISSUED

    def test_one_made_anew_rests_on_the_batchs_figures(self, batch) -> None:
        edition = edition_with_texts()
        underlag = in_batch(batch, S.RENDERED)
        Underlag.objects.filter(pk=underlag.pk).update(edition=edition)
        moment = freeze_figures(batch_id=batch.pk, actor=SYSTEM)
        act_on_all(
            name="underlag-pa-nytt",
            batch=batch,
            rows=Dialogue.objects.filter(pk=underlag.dialogue_id),
            actor=person(leader()),
        )
        tasks.render_underlag([underlag.pk])
        underlag.refresh_from_db()
        assert (underlag.state, underlag.figures_as_of) == (S.RENDERED, moment)
        assert self.concerned(batch, "underlag-pa-nytt") == set()

    def test_sent_are_those_confirmed_with_a_time_to_come(self, batch, settings) -> None:
        ready = in_batch(batch, S.CONFIRMED)
        past = in_batch(batch, S.CONFIRMED)
        past.dialogue.seats.get().meeting.__class__.objects.filter(
            taken_seats__dialogue=past.dialogue
        ).update(starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - 2 * DAY + DAY / 24)
        in_batch(batch, S.RENDERED)
        assert self.concerned(batch, "skicka-underlag") == {ready.dialogue_id}
        entry = act_on_all(
            name="skicka-underlag",
            batch=batch,
            rows=Dialogue.objects.filter(pk__in=[ready.dialogue_id, past.dialogue_id]).order_by("pk"),
            actor=person(planner()),
        )
        assert entry.facts["done"] == [ready.dialogue_id]
        assert "har passerat" in entry.facts["left_out"][str(past.dialogue_id)]
        assert Letter.objects.filter(kind=LetterKind.UNDERLAG).values_list("dialogue", flat=True).get() == (
            ready.dialogue_id
        )
        ready.refresh_from_db()
        assert ready.state == S.ISSUED
