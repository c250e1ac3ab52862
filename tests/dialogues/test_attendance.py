"""Who came to an introduction: what two people noted at once, and changes afterwards."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import StaffRole
from dialogues.domain.attendance import attendance_version
from dialogues.domain.introductions import change_attendance, hold_introduction, place
from dialogues.models import (
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingState,
)
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.factories import (
    BatchFactory,
    MeetingFactory,
    dialogue_with_contact,
)
from tests.dialogues.pages import seen_on
from tests.dialogues.test_records import ROLES, entries, hours_ago
from tests.dialogues.underlag.factories import EditionFactory

pytestmark = pytest.mark.django_db


def page_about(meeting: Meeting, name: str = "introduction") -> str:
    return reverse(f"admin:{name}", args=[meeting.public_id])


class TestWhoCame:
    def group(self, actor: Actor | None = None) -> tuple[Meeting, Dialogue, Dialogue]:
        """An introduction that is noted as held (by the actor), who came to it and who could not."""
        EditionFactory()
        batch = BatchFactory()
        came, absent = (dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)[0] for _n in range(2))
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=5, batch=batch)
        for dialogue in (came, absent):
            place(dialogue=dialogue, meeting=meeting, actor=person(planner()))
        Meeting.objects.filter(pk=meeting.pk).update(starts_at=hours_ago(3), ends_at=hours_ago(2))
        meeting.refresh_from_db()
        if actor:
            meeting = hold_introduction(meeting=meeting, attended={came.pk}, actor=actor)
        return meeting, came, absent

    def attended(self, meeting: Meeting) -> set[int]:
        return set(meeting.taken_seats.filter(attended=True).values_list("dialogue_id", flat=True))

    def test_that_all_came_is_one_tick(self, client):
        meeting, came, absent = self.group()
        client.force_login(leader())
        assert client.post(page_about(meeting), {"everybody": "on"}).status_code == 302
        assert self.attended(meeting) == {came.pk, absent.pk}

    @pytest.mark.parametrize("some", ["everybody", "came"])
    def test_some_and_nobody_is_refused_with_words_of_its_own(self, client, some):
        meeting, came, _absent = self.group()
        client.force_login(leader())
        value = "on" if some == "everybody" else came.seats.get().pk
        refused = client.post(page_about(meeting), {some: value, "nobody": "on"})
        assert refused.status_code == 422
        assert "både att någon deltog och att ingen kunde komma" in refused.text
        assert not self.attended(meeting)

    def test_others_than_noted_are_refused_and_stay_ticked_and_can_be_noted(self, client):
        first = leader()
        meeting, came, absent = self.group(person(first))
        client.force_login(leader("spsm"))
        seat = absent.seats.get()
        assert client.post(page_about(meeting), {"came": [came.seats.get().pk]}).status_code == 302
        refused = client.post(page_about(meeting), {"came": [seat.pk]})
        assert refused.status_code == 409
        assert f"{first} skrev in vilka som deltog" in refused.text
        assert f"<li>{came.huvudman} – deltog</li>" in refused.text
        assert f"<li>{absent.huvudman} – kunde inte komma</li>" in refused.text
        assert refused.context["form"]["came"].value() == [str(seat.pk)]
        assert self.attended(meeting) == {came.pk}
        typed = {"came": [seat.pk], "seen": seen_on(refused.text)}
        noted = client.post(page_about(meeting, "introduction_came"), typed, follow=True)
        assert "Ändringen är sparad. Analysunderlagen berörs inte." in noted.text
        assert self.attended(meeting) == {absent.pk}
        (entry,) = entries("meeting.attendance_changed")
        assert entry.facts == {"was": [came.pk], "attended": [absent.pk]}

    def test_a_correction_shown_again_with_an_error_still_answers_for_what_it_showed(self, client):
        meeting, came, absent = self.group(person(leader()))
        client.force_login(leader("spsm"))
        page = page_about(meeting, "introduction_came")
        seen = seen_on(client.get(page).text)
        both = {came.pk, absent.pk}
        version = attendance_version(meeting)
        change_attendance(meeting=meeting, attended=both, seen=version, actor=person(leader()))
        again = client.post(page, {"came": [came.seats.get().pk], "nobody": "on", "seen": seen})
        assert again.status_code == 422
        typed = {"came": [came.seats.get().pk], "seen": seen_on(again.text)}
        assert client.post(page, typed).status_code == 409
        assert self.attended(meeting) == both

    def test_the_correction_opens_with_what_stands_and_minds_a_colleague(self, client):
        meeting, came, absent = self.group(person(leader()))
        guide, colleague = leader(), leader("spsm")
        client.force_login(guide)
        assert page_about(meeting, "introduction_came") in client.get(page_about(meeting)).text
        page = client.get(page_about(meeting, "introduction_came"))
        assert page.context["form"]["came"].value() == [came.seats.get().pk]
        version = attendance_version(meeting)
        change_attendance(meeting=meeting, attended=set(), seen=version, actor=person(colleague))
        stale = {"came": [absent.seats.get().pk], "seen": seen_on(page.text)}
        refused = client.post(page_about(meeting, "introduction_came"), stale)
        assert (refused.status_code, self.attended(meeting)) == (409, set())
        assert str(colleague) in refused.text
        nobody = {"nobody": "on", "seen": seen_on(page.text)}
        assert client.post(page_about(meeting, "introduction_came"), nobody).status_code == 302

    def test_who_came_after_all_gives_up_the_seat_in_a_coming_group(self):
        guide = person(leader())
        meeting, came, absent = self.group(guide)
        coming = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=5, batch=meeting.batch)
        place(dialogue=absent, meeting=coming, actor=guide)
        change_attendance(
            meeting=meeting,
            attended={came.pk, absent.pk},
            seen=attendance_version(meeting),
            actor=guide,
        )
        seats = {seat.meeting: (seat.is_current, seat.attended) for seat in absent.seats.all()}
        assert seats == {meeting: (True, True), coming: (False, None)}
        assert Letter.objects.get(kind=LetterKind.MEETING_CANCELLED).dialogue == absent

    def test_who_did_not_come_after_all_may_have_another_seat(self):
        guide = person(leader())
        meeting, came, _absent = self.group(guide)
        coming = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=5, batch=meeting.batch)
        change_attendance(meeting=meeting, attended=set(), seen=attendance_version(meeting), actor=guide)
        assert place(dialogue=came, meeting=coming, actor=guide).is_current

    @pytest.mark.parametrize("state", ["closed", "cancelled"])
    def test_of_a_dialogue_that_is_over_it_stands(self, state):
        guide = person(leader())
        meeting, came, _absent = self.group(guide)
        Dialogue.objects.filter(pk=came.pk).update(state=state)
        with pytest.raises(NotPossible, match="är över"):
            change_attendance(meeting=meeting, attended=set(), seen=attendance_version(meeting), actor=guide)
        assert self.attended(meeting) == {came.pk}

    def test_of_a_meeting_that_is_not_held_nothing_is_corrected(self, client):
        meeting, came, _absent = self.group()
        client.force_login(leader())
        shown = client.get(page_about(meeting, "introduction_came"), follow=True)
        assert "Det går inte att ändra vilka som deltog: mötet är" in shown.text
        with pytest.raises(WrongState):
            change_attendance(meeting=meeting, attended={came.pk}, seen=0, actor=person(leader()))

    @pytest.mark.parametrize("agency", ["skolverket", "spsm"])
    @pytest.mark.parametrize("role", ROLES)
    def test_only_those_who_run_dialogues_may(self, client, role, agency):
        meeting, came, _absent = self.group(person(leader()))
        user = staff_user(role, agency=agency) if role else came.huvudman.contacts.get().user
        client.force_login(user)
        address = page_about(meeting, "introduction_came")
        told = {"attended": set(), "seen": attendance_version(meeting), "actor": person(user)}
        if role in (StaffRole.LEADER, StaffRole.PLANNER):
            assert client.get(address).status_code == 200
            assert change_attendance(meeting=meeting, **told).state == MeetingState.HELD
            return
        statuses = {client.get(address).status_code, client.post(address, {"nobody": "on"}).status_code}
        assert statuses == ({403} if role else {404})
        with pytest.raises(PermissionDenied):
            change_attendance(meeting=meeting, **told)
