"""Conflicts of interest: said before anybody is shown to a huvudman, and who has one leads nothing."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole
from dialogues.desk import Desk, kinds_for, waiting
from dialogues.domain import meetings, staffing
from dialogues.domain.dialogues import OPEN
from dialogues.domain.impartial import require_declared, taking_part
from dialogues.domain.impartiality import DECLARED, declare_conflict
from dialogues.domain.meetings import cancel_dialogue
from dialogues.domain.records import close_dialogue
from dialogues.domain.underlag import require_proposed_time
from dialogues.models import (
    ConflictDeclaration,
    DialogueState,
    Letter,
    LetterKind,
    MeetingKind,
    MeetingState,
)
from tests.accounts.factories import leader, pair, staff_user
from tests.dialogues.conflicts import declared
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.portal.helpers import address, issued_underlag, text
from tests.dialogues.summaries import held
from tests.dialogues.test_staff_pages import page_of
from tests.dialogues.times import START, accept, arranged, propose, ready

pytestmark = pytest.mark.django_db
REASON = "Min syster är rektor där."


def says(user, dialogue, *, has_conflict: bool, reason: str = "") -> ConflictDeclaration:
    return declare_conflict(dialogue=dialogue, has_conflict=has_conflict, reason=reason, actor=person(user))


class TestSaying:
    @pytest.mark.parametrize("state", DialogueState)
    def test_while_the_dialogue_is_open(self, state):
        dialogue, _own = dialogue_with_contact(state)
        if state in OPEN:
            assert says(leader(), dialogue, has_conflict=False).pk
        else:
            with pytest.raises(WrongState):
                says(leader(), dialogue, has_conflict=False)

    @pytest.mark.parametrize("role", [role for role in StaffRole if role != StaffRole.LEADER])
    def test_leaders_say_it_for_themselves(self, role):
        dialogue, own = dialogue_with_contact(DialogueState.INTRODUCED)
        for user in (staff_user(role), own):
            with pytest.raises(PermissionDenied):
                says(user, dialogue, has_conflict=False)
        with pytest.raises(PermissionDenied):
            declare_conflict(dialogue=dialogue, has_conflict=False, reason="", actor=SYSTEM)

    def test_later_words_take_over_and_the_same_do_nothing(self):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        user = leader()
        says(user, dialogue, has_conflict=True, reason=REASON)
        says(user, dialogue, has_conflict=True, reason=REASON)
        says(user, dialogue, has_conflict=False, reason=REASON)
        row = ConflictDeclaration.objects.get()
        assert (row.has_conflict, row.reason) == (False, "")
        told = AuditEntry.objects.filter(verb=DECLARED).values_list("facts__has_conflict", flat=True)
        assert sorted(told) == [False, True]

    def test_why_is_in_no_log(self):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        says(leader(), dialogue, has_conflict=True, reason=REASON)
        assert "syster" not in str(list(AuditEntry.objects.values_list("facts", flat=True)))

    def test_no_personnummer(self):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        with pytest.raises(NotPossible, match="personnumret"):
            says(leader(), dialogue, has_conflict=True, reason="19121212-1212")

    @pytest.mark.parametrize("ends", ["closed", "cancelled"])
    def test_why_is_cleared_at_the_end_and_that_stays(self, ends):
        dialogue, _own = held(DialogueState.FEEDBACK_HELD)
        says(leader(), dialogue, has_conflict=True, reason=REASON)
        if ends == "closed":
            close_dialogue(dialogue=dialogue, actor=person(leader()))
        else:
            cancel_dialogue(dialogue=dialogue, reason="", actor=SYSTEM)
        row = ConflictDeclaration.objects.get()
        assert (row.has_conflict, row.reason) == (True, "")

    @pytest.mark.parametrize("wrong", [{"reason": "Ord"}, {"user": None}])
    def test_the_database_refuses(self, wrong):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        says(leader(), dialogue, has_conflict=False)
        with pytest.raises(IntegrityError), transaction.atomic():
            ConflictDeclaration.objects.update(**wrong)

    def test_one_for_each_person_and_dialogue(self):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        row = says(leader(), dialogue, has_conflict=False)
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


class TestStaffing:
    def test_who_has_a_conflict_is_not_booked(self):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        people = pair()
        says(people[1], dialogue, has_conflict=True)
        with pytest.raises(NotPossible, match=str(people[1])):
            propose(dialogue, people)
        assert not dialogue.seats.exists()

    def test_nor_by_another_way_in(self):
        _dialogue, _own, meeting, (stays, _goes) = ready(DialogueState.UNDERLAG_SENT, MeetingState.FIXED)
        other = leader("spsm")
        dialogue = meeting.taken_seats.get().dialogue
        says(other, dialogue, has_conflict=True)
        with pytest.raises(NotPossible):
            meetings.change_staff(meeting=meeting, staff=[stays, other], actor=SYSTEM)
        with pytest.raises(NotPossible):
            meetings.propose_again(meeting=meeting, arrangement=arranged([stays, other]), actor=SYSTEM)
        dialogue.state = DialogueState.DIALOGUE_HELD
        dialogue.save()
        with pytest.raises(NotPossible):
            meetings.set_up_feedback(dialogue=dialogue, arrangement=arranged([stays, other]), actor=SYSTEM)

    def test_another_huvudmans_dialogue_is_another_matter(self):
        people = pair()
        says(people[0], dialogue_with_contact(DialogueState.INTRODUCED)[0], has_conflict=True)
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        assert propose(dialogue, people).staff.count() == 2

    def test_who_gets_a_conflict_is_let_go_and_the_calendar_told(self):
        dialogue, _own, meeting, (stays, goes) = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        accept(meeting)
        says(goes, dialogue, has_conflict=True)
        assert [row.user for row in meeting.staff.all()] == [stays]
        letter = Letter.objects.get(kind=LetterKind.MEETING_CANCELLED)
        assert letter.recipient == goes.email
        assert lacking(stays) == {"bemanna"}

    def test_of_what_has_been_held_nothing_changes(self):
        dialogue, _own, meeting, (_stays, goes) = ready(DialogueState.DIALOGUE_HELD, MeetingState.HELD)
        says(goes, dialogue, has_conflict=True)
        assert meeting.staff.count() == 2


class TestBeforeAndAfter:
    def test_the_underlag_waits_until_all_have_said_it(self):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        people = pair()
        meeting = propose(dialogue, people)
        declared(dialogue, people[:1])
        with pytest.raises(NotPossible, match=str(people[1])):
            require_proposed_time(dialogue)
        declared(dialogue, people[1:])
        assert require_proposed_time(dialogue) == meeting
        require_declared(meeting, dialogue)

    def test_the_huvudman_is_told_of_those_who_have_said_it(self, client):
        dialogue, own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
        issued_underlag(dialogue)
        people = pair()
        meeting = seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.PROPOSED, starts_at=START)
        staffing.book_staff(meeting, people)
        client.force_login(own)
        assert str(people[0]) not in text(client.get(address("portal_time", dialogue)))
        declared(dialogue, people[:1])
        page = text(client.get(address("portal_time", dialogue)))
        assert (str(people[0]) in page, str(people[1]) in page) == (True, False)
        assert [row.user for row in taking_part(meeting.staff.all(), dialogue)] == people[:1]

    def test_who_is_asked_has_it_on_the_desk_until_it_is_said(self, client):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        ours, theirs = people = pair()
        propose(dialogue, people)
        assert lacking(ours) == lacking(theirs) == {"jav"}
        assert lacking(leader()) == set()
        client.force_login(ours)
        step = reverse("admin:dialogue_step", args=[dialogue.public_id, "jav"])
        assert "Är du jävig" in text(client.get(step))
        assert client.post(step, {"answer": "no", "reason": ""}).status_code == 302
        assert (lacking(ours), lacking(theirs)) == (set(), {"jav"})

    def test_what_one_has_said_is_no_next_step_and_opens_as_it_was_said(self, client):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        ours, _theirs = people = pair()
        propose(dialogue, people)
        client.force_login(ours)
        step = reverse("admin:dialogue_step", args=[dialogue.public_id, "jav"])

        def next_step() -> str:
            return (
                client.get(page_of(dialogue)).text.split('aria-labelledby="next"')[1].split("</section>")[0]
            )

        assert step in next_step()
        says(ours, dialogue, has_conflict=False)
        assert step not in next_step()
        assert f'<a href="{step}">Ändra vad du har sagt</a>' in client.get(page_of(dialogue)).text
        assert client.get(step).context["form"]["answer"].value() == "no"

    def test_staff_see_who_has_said_it_and_only_their_own_agency_why(self, client):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        people = pair()
        propose(dialogue, people)
        says(leader("spsm"), dialogue, has_conflict=True, reason=REASON)
        for agency, sees in (("spsm", True), ("skolverket", False)):
            for role in (StaffRole.LEADER, StaffRole.PLANNER):
                client.force_login(staff_user(role, agency=agency))
                page = text(client.get(page_of(dialogue)))
                assert "Har anmält jäv" in page
                assert page.count("Har inte sagt om hen är jävig än") == 2
                assert (REASON in page) == sees

    @pytest.mark.parametrize("role", [StaffRole.REGISTRAR, StaffRole.ADMINISTRATOR, StaffRole.STATISTICIAN])
    def test_others_see_nothing_of_it(self, client, role):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        says(leader("spsm"), dialogue, has_conflict=True, reason=REASON)
        client.force_login(staff_user(role, agency="spsm"))
        page = text(client.get(page_of(dialogue)))
        assert "Har anmält jäv" not in page
        assert REASON not in page


def lacking(user) -> set[str]:
    """What of this is on somebody's desk."""
    return {e.kind for e in waiting(kinds_for(user), Desk.of(user)).entries} & {"jav", "bemanna"}
