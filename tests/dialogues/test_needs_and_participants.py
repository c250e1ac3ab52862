"""What the huvudman needs and who comes: who reads it, what keeps it, and when it is taken away."""

import datetime
import logging

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.adminsite import site
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry, StaffRole, User
from dialogues.domain import records
from dialogues.domain.clearing import clear_what_was_kept_too_long
from dialogues.domain.meetings import cancel_dialogue
from dialogues.domain.needs import OPEN_FOR_NEEDS, Needs, needs_of, tell_needs
from dialogues.domain.participants import (
    KEPT_WHILE,
    MOST,
    drop_participant,
    participants_of,
    save_participant,
)
from dialogues.models import (
    BEFORE_DIALOGUE,
    Channel,
    Dialogue,
    DialogueState,
    Letter,
    Meeting,
    MeetingKind,
    MeetingNeeds,
    MeetingState,
    Participant,
    Receipt,
    Sent,
)
from huvudman.models import Access, Skolform
from tests.accounts.factories import leader, planner, staff_user
from tests.accounts.sign_in import HouseClient
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.own_space.test_privacy import tables_with
from tests.dialogues.portal.helpers import address, both_booked, issued_underlag, text
from tests.dialogues.test_staff_pages import page_of
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

MARKED = "Blåbärsskogen"


def fixed(
    *, state: DialogueState = DialogueState.TIME_FIXED, **when: object
) -> tuple[Dialogue, User, Meeting]:
    dialogue, own = dialogue_with_contact(state)
    issued_underlag(dialogue)
    meeting = both_booked(seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.FIXED, **when))
    return dialogue, own, meeting


def tell(dialogue: Dialogue, user: User, *, seen: int = 0, **needs: object) -> MeetingNeeds:
    return tell_needs(
        dialogue=dialogue,
        needs=Needs(**needs),  # type: ignore[arg-type]
        seen=seen,
        given_by="Anna Ek",
        channel=Channel.PORTAL,
        actor=person(user),
    )


def add(
    dialogue: Dialogue, user: User, name: str = "Bo Ek", role: str = "rektor", **more: object
) -> Participant:
    about: dict = {"participant": None, "email": ""} | more
    return save_participant(dialogue=dialogue, name=name, role=role, actor=person(user), **about)


def booked(meeting: Meeting) -> list[User]:
    return [row.user for row in meeting.staff.select_related("user")]


class TestWhoReadsAndWrites:
    def test_those_who_meet_the_huvudman_from_both_agencies_and_planners(self):
        dialogue, own, meeting = fixed()
        tell(dialogue, own, interpreter="arabiska")
        add(dialogue, own)
        assert len({user.staff.agency_id for user in booked(meeting)}) == 2
        for user in (*booked(meeting), planner(), staff_user(StaffRole.PLANNER, agency="spsm"), own):
            assert needs_of(dialogue, person(user)).interpreter == "arabiska"
            assert participants_of(dialogue, person(user)).count() == 1

    def test_nobody_else(self, client):
        dialogue, own, meeting = fixed()
        tell(dialogue, own, interpreter=MARKED)
        add(dialogue, own, MARKED)
        was_booked = booked(meeting)[0]
        meeting.staff.filter(user=was_booked).update(is_booked=False)
        _theirs, stranger, _there = fixed()
        superuser = get_user_model().objects.create_superuser("rot@skolverket.example", "rot")
        others = [staff_user(role) for role in StaffRole if role != StaffRole.PLANNER]
        for user in (was_booked, stranger, superuser, leader("spsm"), *others):
            with pytest.raises(PermissionDenied):
                needs_of(dialogue, person(user))
            with pytest.raises(PermissionDenied):
                participants_of(dialogue, person(user))
            with pytest.raises(PermissionDenied):
                tell(dialogue, user, seen=1)
            with pytest.raises(PermissionDenied):
                add(dialogue, user, "Ny")
            client.force_login(user)
            needs_page = reverse("admin:dialogue_needs", args=[dialogue.public_id])
            for page in (page_of(dialogue), needs_page):
                assert MARKED not in client.get(page).text
            assert client.get(needs_page).status_code in (302, 403, 404)
        with pytest.raises(PermissionDenied):
            needs_of(dialogue, SYSTEM)

    def test_a_board_that_reads_writes_nothing_and_staff_name_nobody(self):
        dialogue, _own, meeting = fixed()
        reads = ContactFactory(huvudman=dialogue.huvudman, access=Access.READ, role="board").user
        assert needs_of(dialogue, person(reads)) is None
        for user in (reads, *booked(meeting), planner()):
            with pytest.raises(PermissionDenied):
                add(dialogue, user)
        with pytest.raises(PermissionDenied):
            tell(dialogue, reads)
        assert tell(dialogue, booked(meeting)[1], hearing_loop=True).hearing_loop

    def test_no_register_and_no_history_has_them(self):
        for model in (MeetingNeeds, Participant):
            assert model not in site._registry
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
                    [model._meta.db_table],
                )
                assert cursor.fetchall() == []

    def test_the_words_are_in_one_table_and_no_log_letter_or_receipt(self, client, caplog):
        dialogue, own, _meeting = fixed()
        client.force_login(own)
        with caplog.at_level(logging.DEBUG):
            needs = address("portal_needs", dialogue)
            client.post(needs, {"interpreter": MARKED, "other": MARKED, "seen": "0"})
            client.post(needs, {"other": f"{MARKED} 20120101-1234", "seen": "1"})
            client.post(needs, {"other": f"{MARKED} igen", "seen": "0"})
            people = address("portal_participants", dialogue)
            client.post(people, {"name": MARKED, "role": "rektor", "email": "b@example.test"})
            client.post(people, {"name": MARKED, "role": "", "email": "b"})
            for page in ("portal_invite", "portal_calendar", "portal_sent"):
                assert client.get(address(page, dialogue)).status_code == 200
        assert tables_with(MARKED) == {MeetingNeeds._meta.db_table, Participant._meta.db_table}
        assert MARKED not in caplog.text
        assert Receipt.objects.get(kind=Sent.NEEDS).body == ""
        assert not Letter.objects.exists()


class TestTelling:
    @pytest.mark.parametrize("state", DialogueState.values)
    def test_while_a_dialogue_is_to_come(self, state):
        dialogue, own, _meeting = fixed(state=DialogueState(state))
        if state in OPEN_FOR_NEEDS:
            assert tell(dialogue, own).version == 1
        else:
            with pytest.raises(NotPossible):
                tell(dialogue, own)

    def test_the_same_twice_is_once_and_older_words_overwrite_nothing(self):
        dialogue, own, _meeting = fixed()
        for _n in range(2):
            tell(dialogue, own, interpreter="arabiska")
        with pytest.raises(Conflict):
            tell(dialogue, own, interpreter="finska")
        assert tell(dialogue, own, interpreter="finska", seen=1).version == 2
        assert Receipt.objects.filter(kind=Sent.NEEDS).count() == 2

    def test_nothing_needed_is_an_answer_too(self, client):
        dialogue, own, _meeting = fixed()
        client.force_login(own)
        assert "Berätta gärna" in text(
            client.get(reverse("portal_huvudman", args=[dialogue.huvudman.public_id]))
        )
        client.post(address("portal_needs", dialogue), {"seen": "0"})
        page = text(client.get(address("portal_needs", dialogue)))
        assert "inte behöver något särskilt" in page
        assert "Ni har svarat" in text(
            client.get(reverse("portal_huvudman", args=[dialogue.huvudman.public_id]))
        )

    def test_a_digital_meeting_is_not_asked_about_its_room(self, client):
        dialogue, own, _meeting = fixed(form="digital", link="https://mote.example/x", place="")
        client.force_login(own)
        page = text(client.get(address("portal_needs", dialogue)))
        assert "Tolk" in page
        assert "Hörslinga" not in page

    def test_told_by_phone(self, client):
        dialogue, _own, meeting = fixed()
        client.force_login(booked(meeting)[0])
        assert "Den frågas när tiden är bestämd" in client.get(page_of(dialogue)).text
        typed = {"hearing_loop": "on", "told_by": "Kim Ek, skolchef", "channel": "phone", "seen": "0"}
        needs_page = reverse("admin:dialogue_needs", args=[dialogue.public_id])
        done = client.post(needs_page, typed, follow=True)
        assert "<li>Hörslinga</li>" in done.text
        refused = client.post(needs_page, typed | {"hearing_loop": "", "other": "Mina ord"})
        assert refused.status_code == 422
        assert "Mina ord</textarea>" in refused.text
        assert "<li>Hörslinga</li>" in refused.text

    def test_a_colleagues_words_are_shown_beside_ones_own(self, client):
        dialogue, own, _meeting = fixed()
        tell(dialogue, own, other="Kollegans ord")
        client.force_login(own)
        refused = client.post(address("portal_needs", dialogue), {"other": "Mina ord", "seen": "0"})
        assert refused.status_code == 422
        assert "Kollegans ord" in text(refused)
        assert "Mina ord</textarea>" in text(refused)


class TestNaming:
    @pytest.mark.parametrize("state", DialogueState.values)
    def test_from_the_yes_until_the_dialogue_is_held(self, state):
        dialogue, own = dialogue_with_contact(DialogueState(state))
        if state in BEFORE_DIALOGUE:
            add(dialogue, own)
        else:
            with pytest.raises(NotPossible):
                add(dialogue, own)

    def test_one_is_added_changed_and_taken_off(self):
        dialogue, own, _meeting = fixed()
        row = add(dialogue, own)
        assert add(dialogue, own) == row
        add(dialogue, own, "Eva Ek", participant=row.public_id)
        other = add(dialogue, own)
        with pytest.raises(NotPossible, match="redan"):
            add(dialogue, own, "Eva Ek", participant=other.public_id)
        for _n in range(2):
            drop_participant(dialogue=dialogue, participant=row.public_id, actor=person(own))
        with pytest.raises(NotPossible, match="inte längre"):
            add(dialogue, own, "Eva Ek", participant=row.public_id)
        assert [str(p) for p in Participant.objects.all()] == ["Bo Ek, rektor"]
        facts = AuditEntry.objects.filter(verb="dialogue.participants_changed").values_list(
            "facts", flat=True
        )
        assert list(facts) == [{}] * 4

    def test_thirty_at_most(self):
        dialogue, own, _meeting = fixed()
        for n in range(MOST):
            add(dialogue, own, f"Nr {n}")
        with pytest.raises(NotPossible, match="trettio"):
            add(dialogue, own, "En till")

    def test_in_the_portal_with_a_text_to_send_oneself(self, client):
        dialogue, own, _meeting = fixed()
        client.force_login(own)
        people = address("portal_participants", dialogue)
        client.post(people, {"name": "Bo Ek", "role": "rektor", "email": "bo@skola.example"})
        page = text(client.get(people))
        assert "Bo Ek" in page
        assert address("portal_invite", dialogue) in page
        invite = text(client.get(address("portal_invite", dialogue)))
        assert 'href="mailto:bo@skola.example?subject=Kvalitetsdialog%20' in invite
        assert "Plats: Rådhuset" in invite
        row = Participant.objects.get()
        change = address("portal_participant", dialogue, row.public_id)
        assert client.post(change, {"name": "", "role": "rektor"}).status_code == 422
        client.post(change, {"name": "Eva Ek", "role": "rektor", "email": ""})
        dropped = client.post(address("portal_participant_drop", dialogue, row.public_id), follow=True)
        assert "Ingen på listan" in text(dropped)
        assert not Letter.objects.exists()

    def test_the_calendar_file_names_nobody_and_is_the_same_meeting(self, client):
        dialogue, own, meeting = fixed()
        add(dialogue, own, email="bo@skola.example")
        client.force_login(own)
        file = client.get(address("portal_calendar", dialogue))
        assert file["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
        lines = file.content.decode()
        assert "METHOD:PUBLISH" in lines
        assert f"UID:{meeting.public_id}@kvalitetsdialoger" in lines
        assert "ATTENDEE" not in lines
        assert "VTIMEZONE" in lines

    @pytest.mark.parametrize("state", [MeetingState.PROPOSED, MeetingState.OTHER_WISHED])
    def test_there_is_nothing_to_invite_to_before_the_time_is_fixed(self, client, state):
        dialogue, own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
        issued_underlag(dialogue)
        seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=state)
        client.force_login(own)
        assert client.get(address("portal_invite", dialogue)).status_code == 302
        assert client.get(address("portal_calendar", dialogue)).status_code == 302

    def test_those_who_meet_them_see_names_and_no_addresses(self, client):
        dialogue, own, meeting = fixed()
        add(dialogue, own, email="bo@skola.example")
        client.force_login(booked(meeting)[0])
        page = client.get(page_of(dialogue)).text
        assert "Bo Ek, rektor" in page
        assert "bo@skola.example" not in page


class TestTakenAway:
    def told(self, **when: object) -> tuple[Dialogue, User, Meeting]:
        dialogue, own, meeting = fixed(**when)
        tell(dialogue, own, other=MARKED)
        add(dialogue, own, MARKED)
        return dialogue, own, meeting

    def test_needs_when_the_dialogue_is_held_and_names_when_it_is_closed(self):
        then = timezone.now() - datetime.timedelta(hours=3)
        dialogue, _own, meeting = self.told(starts_at=then)
        guide = person(booked(meeting)[0])
        what = {"summary": "Bra", "discussed_skolformer": [Skolform.GR]}
        records.hold_dialogue(dialogue=dialogue, actor=guide, **what)
        assert tables_with(MARKED) == {Participant._meta.db_table}
        Dialogue.objects.filter(pk=dialogue.pk).update(state=DialogueState.FEEDBACK_HELD)
        records.close_dialogue(dialogue=dialogue, actor=guide)
        assert tables_with(MARKED) == set()
        verbs = AuditEntry.objects.filter(verb__contains="_cleared").values_list("verb", "facts")
        assert sorted(verbs, key=str) == [
            ("dialogue.needs_cleared", {}),
            ("dialogue.participants_cleared", {"number": 1}),
        ]

    def test_both_when_it_is_cancelled(self):
        dialogue, _own, _meeting = self.told()
        cancel_dialogue(dialogue=dialogue, reason="Tid", actor=person(planner()))
        assert tables_with(MARKED) == set()

    @pytest.mark.parametrize("state", DialogueState.values)
    def test_by_the_sweep_in_each_state_where_they_should_be_gone(self, state):
        dialogue, _own, _meeting = self.told()
        Dialogue.objects.filter(pk=dialogue.pk).update(state=state)
        for _n in range(2):
            clear_what_was_kept_too_long(actor=SYSTEM)
        assert MeetingNeeds.objects.exists() == (state in OPEN_FOR_NEEDS)
        assert Participant.objects.exists() == (state in KEPT_WHILE)

    @pytest.mark.parametrize(("ago", "kept"), [(13, True), (15, False)])
    def test_needs_two_weeks_after_a_time_that_nobody_noted(self, ago, kept):
        self.told(starts_at=timezone.now() - datetime.timedelta(days=ago))
        clear_what_was_kept_too_long(actor=SYSTEM)
        assert MeetingNeeds.objects.exists() is kept

    def test_the_beat_runs_it(self, settings):
        tasks = {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()}
        assert "dialogues.clear_what_was_kept_too_long" in tasks


def test_no_staff_opens_the_pages_of_the_portal():
    dialogue, own, meeting = fixed()
    add(dialogue, own)
    for user in (planner(), *booked(meeting)):
        browser = HouseClient()
        browser.force_login(user)
        for name in ("portal_needs", "portal_participants", "portal_invite", "portal_calendar"):
            assert browser.get(address(name, dialogue)).status_code == 404
