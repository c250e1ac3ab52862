"""Gör för alla i urvalet: asked with exact counts and names, done for exactly those, told how it went."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import person
from accounts.domain.audit import entries
from accounts.models import AuditEntry, StaffRole
from dialogues import batch_deeds
from dialogues.batch_deeds import ACTED, DEEDS, act_on_all, batches_after
from dialogues.batch_facts import facts_of
from dialogues.domain import reminders
from dialogues.models import (
    Answer,
    BatchState,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationBatch,
    Letter,
    LetterKind,
    LetterState,
    MeetingKind,
    MeetingState,
    Seat,
)
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.answers import give
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.batches.test_pages import page_of
from tests.dialogues.factories import (
    BatchFactory,
    DialogueFactory,
    InvitationFactory,
    MeetingFactory,
    both_agencies,
)
from tests.dialogues.letters.factories import letter_in
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

VILKA = re.compile(r'name="vilka" value="([^"]*)"')


def silent(batch: InvitationBatch, **huvudman: object) -> Invitation:
    """An invitation sent a week ago and not answered."""
    both_agencies()
    fields = {f"huvudman__{name}": value for name, value in huvudman.items()}
    dialogue = DialogueFactory(batch=batch, state=DialogueState.INVITED, **fields)
    invitation = InvitationFactory(dialogue=dialogue)
    contact = ContactFactory(huvudman=dialogue.huvudman)
    with time_machine.travel(timezone.now() - datetime.timedelta(days=7)):
        letter_in(LetterState.SENT, dialogue=dialogue, contact=contact, recipient=contact.email)
    return invitation


def address(batch: InvitationBatch, name: str = "paminn", query: str = "") -> str:
    return reverse("admin:batch_all", args=[batch.public_id, name]) + query


def shown(client: Client, page: str) -> str:
    """The ids that the page asks about."""
    return VILKA.findall(client.get(page).text)[0]


def reminded() -> set[int | None]:
    return set(Letter.objects.filter(kind=LetterKind.REMINDER).values_list("dialogue", flat=True))


@pytest.fixture
def as_planner(client: Client) -> Client:
    client.force_login(planner())
    return client


class TestAsking:
    def test_says_how_many_and_who_and_does_nothing(self, as_planner) -> None:
        batch = batch_in(BatchState.SENT)
        rows = [silent(batch, name=f"Påminns {n}") for n in range(3)]
        give(silent(batch, name="Har svarat"))
        page = page_of(batch)
        assert "Påminn om inbjudan: 3" in as_planner.get(page).text
        text = as_planner.get(address(batch)).text
        assert "<strong>3 huvudmän</strong> berörs. 1 till i urvalet berörs inte." in " ".join(text.split())
        assert text.count("Påminns") == 3
        assert "Har svarat" not in text
        assert set(shown(as_planner, address(batch)).split(".")) == {str(r.dialogue_id) for r in rows}
        assert reminded() == set()

    def test_only_those_in_the_choice(self, as_planner) -> None:
        batch = batch_in(BatchState.SENT)
        kommun, _other = silent(batch, type="kommun"), silent(batch, type="enskild")
        link = f"{address(batch)}?typ=kommun"
        page = as_planner.get(page_of(batch) + "?typ=kommun").text
        assert link in page
        as_planner.post(link, {"vilka": shown(as_planner, link)})
        assert reminded() == {kommun.dialogue_id}

    def test_the_number_on_the_button_is_the_number_asked_about(self, as_planner) -> None:
        batch = batch_in(BatchState.SENT)
        for _n in range(2):
            silent(batch)
        facts = facts_of(batch)
        for name in DEEDS:
            number = sum(name in fact.deeds for fact in facts)
            text = as_planner.get(address(batch, name)).text
            assert len(VILKA.findall(text)[0].split(".") if number else []) == number

    def test_with_nobody_to_do_it_for_it_says_so(self, as_planner) -> None:
        batch = batch_in(BatchState.SENT)
        assert "Gör för alla i urvalet" not in as_planner.get(page_of(batch)).text
        assert "Ingen i urvalet berörs nu" in as_planner.get(address(batch)).text

    def test_an_unknown_deed_is_not_found(self, as_planner) -> None:
        assert as_planner.get(address(batch_in(BatchState.SENT), "radera")).status_code == 404

    @pytest.mark.parametrize("rows", [1, 3])
    def test_asks_as_many_questions_for_one_as_for_three(
        self, as_planner, rows, django_assert_num_queries
    ) -> None:
        batch = batch_in(BatchState.SENT)
        for _n in range(rows):
            silent(batch)
        as_planner.get(address(batch))
        with django_assert_num_queries(7):
            as_planner.get(address(batch))


class TestDoing:
    def test_it_is_done_for_all_and_told_afterwards(self, as_planner) -> None:
        batch = batch_in(BatchState.SENT)
        rows = [silent(batch) for _n in range(3)]
        page = as_planner.post(address(batch), {"vilka": shown(as_planner, address(batch))}, follow=True)
        assert reminded() == {row.dialogue_id for row in rows}
        assert page.redirect_chain[-1][0] == reverse(
            "admin:batch_done", args=[batch.public_id, entries(batch, ACTED).get().pk]
        )
        assert "<strong>Påmindes:</strong> 3 huvudmän" in page.text
        assert "Gjordes inte" not in page.text

    def test_pressed_twice_it_is_done_once(self, as_planner) -> None:
        batch = batch_in(BatchState.SENT)
        silent(batch)
        ids = {"vilka": shown(as_planner, address(batch))}
        answers = [as_planner.post(address(batch), ids).status_code for _n in range(2)]
        assert answers == [302, 409]
        assert Letter.objects.filter(kind=LetterKind.REMINDER).count() == 1

    @pytest.mark.parametrize(("answers", "comes"), [(True, False), (False, True), (True, True)])
    def test_when_the_chosen_have_changed_nothing_is_done(self, as_planner, answers, comes) -> None:
        batch = batch_in(BatchState.SENT)
        first, second = silent(batch), silent(batch)
        ids = shown(as_planner, address(batch))
        if answers:
            give(first)
        if comes:
            silent(batch)
        page = as_planner.post(address(batch), {"vilka": ids})
        assert page.status_code == 409
        told = f"{int(answers)} har fallit bort och {int(comes)} har tillkommit. Ingenting är gjort."
        assert told in page.text
        assert reminded() == set()
        assert not entries(batch, ACTED).exists()
        again = as_planner.post(address(batch), {"vilka": VILKA.findall(page.text)[0]})
        assert again.status_code == 302
        assert second.dialogue_id in reminded()
        assert (first.dialogue_id in reminded()) == (not answers)

    @pytest.mark.parametrize("typed", ["", "x", "1.2.x", "9" * 30, "1 OR 1=1"])
    def test_ids_that_the_page_never_showed_do_nothing(self, as_planner, typed) -> None:
        batch = batch_in(BatchState.SENT)
        silent(batch)
        assert as_planner.post(address(batch), {"vilka": typed}).status_code == 409
        assert reminded() == set()

    def test_one_that_fails_is_told_and_the_others_are_done(self, as_planner, monkeypatch) -> None:
        batch = batch_in(BatchState.SENT)
        fails, works = silent(batch, name="Felande skolor"), silent(batch)
        real = reminders.write_to_huvudman

        def fail_for_one(**more):
            if more["dialogue"] == fails.dialogue:
                raise OSError("no")
            return real(**more)

        monkeypatch.setattr(reminders, "write_to_huvudman", fail_for_one)
        page = as_planner.post(address(batch), {"vilka": shown(as_planner, address(batch))}, follow=True)
        assert "Gjordes inte för 1 huvudman" in page.text
        assert "Felande skolor" in page.text
        assert "Ett fel uppstod." in page.text
        assert reminded() == {works.dialogue_id}
        assert not AuditEntry.objects.filter(verb="dialogue.reminded", subject_id=fails.dialogue_id).exists()

    def test_who_answers_while_it_is_done_is_left_out_with_the_reason(self) -> None:
        batch = batch_in(BatchState.SENT)
        answers, still = silent(batch), silent(batch)
        rows = [answers.dialogue, still.dialogue]
        give(answers)
        entry = act_on_all(name="paminn", batch=batch, rows=rows, actor=person(planner()))
        assert entry.facts["done"] == [still.dialogue_id]
        assert list(entry.facts["left_out"]) == [str(answers.dialogue_id)]
        assert "Har svarat" in entry.facts["left_out"][str(answers.dialogue_id)]


class TestPlaces:
    def accepted(self, batch: InvitationBatch) -> Dialogue:
        dialogue = DialogueFactory(batch=batch, state=DialogueState.ACCEPTED)
        ContactFactory(huvudman=dialogue.huvudman)
        return dialogue

    def test_as_many_as_there_are_seats(self, as_planner) -> None:
        both_agencies()
        batch = batch_in(BatchState.SENT)
        rows = [self.accepted(batch) for _n in range(3)]
        MeetingFactory(
            batch=batch,
            kind=MeetingKind.INTRODUCTION,
            state=MeetingState.FIXED,
            seats=2,
            place="",
            link="https://x.se",
        )
        page = address(batch, "ge-plats")
        told = as_planner.post(page, {"vilka": shown(as_planner, page)}, follow=True).text
        assert set(Seat.objects.values_list("dialogue", flat=True)) == {row.pk for row in rows[:2]}
        assert "Gjordes inte för 1 huvudman" in told
        assert "Ingen ledig plats finns" in told

    def test_not_those_whose_dialogue_is_paused(self) -> None:
        batch = batch_in(BatchState.SENT)
        dialogue = self.accepted(batch)
        MeetingFactory(batch=batch, kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED, seats=2)
        assert [fact.deeds for fact in facts_of(batch)] == [frozenset({"ge-plats"})]
        pause = {"paused_at": timezone.now(), "paused_by": planner(), "paused_reason": "Ny skolchef."}
        Dialogue.objects.filter(pk=dialogue.pk).update(**pause)
        assert [fact.deeds for fact in facts_of(batch)] == [frozenset()]

    def test_nobody_while_no_introduction_is_booked(self) -> None:
        batch = batch_in(BatchState.SENT)
        self.accepted(batch)
        assert [fact.deeds for fact in facts_of(batch)] == [frozenset()]


class TestCarrying:
    def later(self, batch: InvitationBatch) -> Dialogue:
        invitation = silent(batch)
        give(invitation, Answer.LATER)
        return invitation.dialogue

    def ended(self) -> InvitationBatch:
        return batch_in(BatchState.SENT, year=2026)

    def end(self, batch: InvitationBatch) -> None:
        Invitation.objects.filter(batch=batch).update(
            answer_by=timezone.localdate() - datetime.timedelta(days=1)
        )

    def test_all_keep_their_place_in_the_batch_chosen(self, as_planner) -> None:
        batch = self.ended()
        rows = [self.later(batch) for _n in range(2)]
        target = BatchFactory(cycle=batch.cycle, year=2027, state=BatchState.DRAFT)
        assert [fact.deeds for fact in facts_of(batch)] == [frozenset()] * 2  # they may still change it
        self.end(batch)
        page = address(batch, "senare-omgang")
        ids = shown(as_planner, page)
        assert as_planner.post(page, {"vilka": ids}).status_code == 422
        assert as_planner.post(page, {"vilka": ids, "omgang": batch.pk}).status_code == 422
        assert as_planner.post(page, {"vilka": ids, "omgang": target.pk}).status_code == 302
        moved = Dialogue.objects.filter(batch=target, state=DialogueState.PLANNED)
        assert set(moved) == set(rows)
        assert entries(batch, ACTED).get().facts["batch"] == str(target)

    @pytest.mark.parametrize("state", BatchState)
    def test_only_batches_that_are_later_and_not_sent_can_be_chosen(self, state) -> None:
        batch = self.ended()
        later = BatchFactory(cycle=batch.cycle, year=2027, state=state)
        BatchFactory(cycle=batch.cycle, year=2025, state=state)
        not_sent = {BatchState.DRAFT, BatchState.APPROVED, BatchState.SCHEDULED}
        assert list(batches_after(batch)) == ([later] if state in not_sent else [])


class TestWhoMay:
    ALLOWED = {
        "paminn": {StaffRole.PLANNER},
        "papper": {StaffRole.PLANNER},
        "ge-plats": {StaffRole.PLANNER, StaffRole.LEADER},
        "senare-omgang": {StaffRole.PLANNER},
        "bestall-underlag": {StaffRole.PLANNER, StaffRole.LEADER},
        "underlag-pa-nytt": {StaffRole.PLANNER, StaffRole.LEADER},
        "skicka-underlag": {StaffRole.PLANNER, StaffRole.LEADER},
    }

    def test_every_deed_is_in_the_table(self) -> None:
        assert set(self.ALLOWED) == set(DEEDS)

    @pytest.mark.parametrize("role", StaffRole)
    @pytest.mark.parametrize("name", ALLOWED)
    def test_by_role(self, client, role, name) -> None:
        client.force_login(staff_user(role))
        batch = batch_in(BatchState.SENT)
        expected = 200 if role in self.ALLOWED[name] else 403
        assert client.get(address(batch, name)).status_code == expected
        posted = client.post(address(batch, name), {"vilka": ""}).status_code
        assert (posted == 403) == (expected == 403)

    def test_the_verb_asks_too(self) -> None:
        for name in ("paminn", "senare-omgang"):
            with pytest.raises(PermissionDenied):
                act_on_all(name=name, batch=batch_in(BatchState.SENT), rows=[], actor=person(leader()))

    def test_who_may_not_is_not_offered_it(self, client) -> None:
        client.force_login(leader())
        batch = batch_in(BatchState.SENT)
        silent(batch)
        assert "Påminn om inbjudan" not in client.get(page_of(batch)).text

    def test_an_outcome_is_found_on_its_own_batch_only(self, as_planner) -> None:
        batch, other = batch_in(BatchState.SENT), batch_in(BatchState.SENT)
        entry = act_on_all(name="paminn", batch=batch, rows=[], actor=person(planner()))
        for where, status in ((batch, 200), (other, 404)):
            path = reverse("admin:batch_done", args=[where.public_id, entry.pk])
            assert as_planner.get(path).status_code == status


def test_a_batch_must_be_chosen_where_one_is_asked_for() -> None:
    with pytest.raises(batch_deeds.NotPossible):
        act_on_all(name="senare-omgang", batch=batch_in(BatchState.SENT), rows=[], actor=person(planner()))
