"""The brief: a letter seven days before with the address of a page that fits one paper."""

import datetime
import io

import pytest
from django.conf import settings
from django.utils import timezone
from pikepdf import Pdf
from playwright.sync_api import Page, expect

from accounts.actors import SYSTEM
from accounts.models import StaffRole
from dialogues.domain import meetings, staffing
from dialogues.domain.briefs import brief_all
from dialogues.letters.delivery import deliver_due
from dialogues.models import (
    CentralArea,
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    LetterState,
    Meeting,
    MeetingKind,
    MeetingState,
    OwnQuestion,
    Participant,
    PriorityQuestion,
    QuestionForm,
)
from dialogues.tasks import brief_leaders
from quality_system.models import Area
from tests.accounts.factories import leader, pair, staff_user
from tests.dialogues.conflicts import all_declared, declared
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.letters import conftest
from tests.dialogues.portal.helpers import address, issued_underlag, text
from tests.dialogues.times import accept, propose_again

pytestmark = pytest.mark.django_db
postmaster = conftest.postmaster


def booked_in(
    days: float, *, state: DialogueState = DialogueState.TIME_FIXED, fixed: bool = True
) -> tuple[Dialogue, Meeting]:
    """A dialogue whose meeting is so many days away, with a leader from each agency."""
    dialogue, _own = dialogue_with_contact(state)
    meeting_state = MeetingState.FIXED if fixed else MeetingState.PROPOSED
    starts_at = timezone.now() + datetime.timedelta(days=days)
    meeting = seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=meeting_state, starts_at=starts_at)
    staffing.book_staff(meeting, pair())
    all_declared(meeting)
    return dialogue, meeting


def told() -> list[str]:
    """Whom the brief has been written to."""
    return sorted(Letter.objects.filter(kind=LetterKind.BRIEF).values_list("recipient", flat=True))


def leads(meeting: Meeting) -> list[str]:
    return sorted(meeting.staff.values_list("user__email", flat=True))


class TestWhen:
    @pytest.mark.parametrize(("days", "goes"), [(7.01, False), (6.99, True), (0.01, True), (-0.1, False)])
    def test_seven_days_before_to_both_agencies(self, days, goes):
        _dialogue, meeting = booked_in(days)
        brief_leaders()
        assert told() == (leads(meeting) if goes else [])

    @pytest.mark.parametrize("state", [s for s in DialogueState if s != DialogueState.TIME_FIXED])
    def test_only_while_the_time_is_fixed(self, state):
        _dialogue, meeting = booked_in(3)
        Dialogue.objects.update(state=state)
        assert brief_all() == 0
        assert told() == []
        assert meeting.staff.count() == 2

    def test_once(self):
        _dialogue, meeting = booked_in(3)
        assert [brief_all(), brief_all()] == [2, 0]
        assert told() == leads(meeting)

    def test_again_for_a_new_time(self):
        _dialogue, meeting = booked_in(3)
        brief_all()
        staff = [row.user for row in meeting.staff.order_by("pk")]
        starts_at = timezone.now() + datetime.timedelta(days=5)
        propose_again(meeting, staff, starts_at=starts_at, ends_at=starts_at + datetime.timedelta(hours=2))
        assert brief_all() == 0
        meeting.refresh_from_db()
        accept(meeting)
        assert told() == sorted(leads(meeting) * 2)

    def test_at_once_when_it_is_fixed_with_less_time_left(self):
        _dialogue, meeting = booked_in(3, state=DialogueState.UNDERLAG_SENT, fixed=False)
        accept(meeting)
        assert told() == leads(meeting)

    def test_who_comes_later_gets_it_when_they_have_said_that_they_have_no_conflict(self):
        dialogue, meeting = booked_in(3)
        brief_all()
        stays, other = meeting.staff.order_by("pk")[0].user, leader("spsm")
        meetings.change_staff(meeting=meeting, staff=[stays, other], actor=SYSTEM)
        assert brief_all() == 0
        declared(dialogue, [other])
        assert brief_all() == 1
        assert other.email in told()

    def test_one_that_fails_does_not_stop_the_others(self, monkeypatch):
        first, _meeting = booked_in(2)
        booked_in(3)
        from dialogues.domain import briefs

        write = briefs.write_to_staff

        def fail_for_the_first(*, dialogue, **more):
            if dialogue == first:
                raise RuntimeError("no")
            write(dialogue=dialogue, **more)

        monkeypatch.setattr(briefs, "write_to_staff", fail_for_the_first)
        assert brief_all() == 2

    def test_not_sent_about_a_time_that_is_off(self, postmaster):
        dialogue, _meeting = booked_in(3)
        brief_all()
        meetings.cancel_dialogue(dialogue=dialogue, reason="", actor=SYSTEM)
        deliver_due()
        assert set(Letter.objects.filter(kind=LetterKind.BRIEF).values_list("state", flat=True)) == {
            LetterState.STOPPED
        }

    @pytest.mark.parametrize("number", [1, 3])
    def test_looking_asks_one_query(self, number, django_assert_num_queries):
        for _each in range(number):
            booked_in(3)
        brief_all()
        with django_assert_num_queries(1):
            brief_all()


class TestPage:
    def test_all_that_a_leader_needs_and_nothing_of_it_in_the_mail(self, client):
        dialogue, meeting = with_everything()
        brief_all()
        letter = Letter.objects.filter(kind=LetterKind.BRIEF).first()
        assert address("admin:brief", dialogue) in letter.text
        client.force_login(leader())
        page = text(client.get(address("admin:brief", dialogue)))
        for words in ("Rådhuset", "Hur når vi fler?", "Fler lärare behövs", "Hur gör andra", *names(meeting)):
            assert words in page
        for words in ("Hur når vi fler?", "Fler lärare behövs", "Hur gör andra", "Bo Alm"):
            assert words not in letter.text + letter.html

    def test_who_comes_is_read_by_those_who_meet_them(self, client):
        dialogue, meeting = with_everything()
        booked = meeting.staff.order_by("pk")[0].user
        for user, reads in ((booked, True), (leader(), False)):
            client.force_login(user)
            assert ("Bo Alm" in text(client.get(address("admin:brief", dialogue)))) == reads

    @pytest.mark.parametrize(
        ("role", "status"),
        [
            (StaffRole.LEADER, 200),
            (StaffRole.PLANNER, 200),
            (StaffRole.REGISTRAR, 403),
            (StaffRole.STATISTICIAN, 403),
            (StaffRole.ADMINISTRATOR, 403),
        ],
    )
    def test_who_reads_it(self, client, role, status):
        dialogue, _meeting = booked_in(3)
        client.force_login(staff_user(role))
        assert client.get(address("admin:brief", dialogue)).status_code == status

    def test_who_is_silent_about_conflicts_is_named_as_such(self, client):
        dialogue, meeting = booked_in(3)
        silent, other = (row.user for row in meeting.staff.order_by("pk"))
        dialogue.conflict_declarations.filter(user=silent).delete()
        client.force_login(other)
        page = text(client.get(address("admin:brief", dialogue)))
        assert f"{silent} – har inte svarat om jäv än" in page
        assert f"{other} (SPSM)" in page
        dialogue.conflict_declarations.all().delete()
        page = text(client.get(address("admin:brief", dialogue)))
        assert page.count("har inte svarat om jäv än") == 2
        assert "Ingen än" not in page

    def test_before_there_is_anything(self, client):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        client.force_login(leader())
        page = text(client.get(address("admin:brief", dialogue)))
        assert "Tiden är inte bestämd än." in page
        assert "inte berättat" in page


def names(meeting: Meeting) -> list[str]:
    return [str(row.user) for row in meeting.staff.all()]


def with_everything() -> tuple[Dialogue, Meeting]:
    """A dialogue soon, with five long questions and six central areas."""
    dialogue, meeting = booked_in(3)
    issued = issued_underlag(dialogue)
    for rank in range(1, 7):
        CentralArea.objects.create(
            underlag=issued,
            rank=rank,
            area=Area.QUALITY,
            kind="need" if rank % 2 else "strength",
            text="Fler lärare behövs i de lägre årskurserna, och andelen behöriga skiljer sig mellan dem.",
        )
    form = QuestionForm.objects.create(
        dialogue=dialogue, channel="phone", told_by="Anna Ek", sent_at=timezone.now()
    )
    for rank in range(1, 6):
        PriorityQuestion.objects.create(
            form=form, rank=rank, area=Area.EQUITY, text="Hur når vi fler? " + "Vi vill förstå varför. " * 15
        )
    for name in ("Anna Ek", "Bo Alm", "Cia Dahl", "Dan Ek"):
        Participant.objects.create(dialogue=dialogue, name=name, role="rektor")
    for number in range(3):
        OwnQuestion.objects.create(
            dialogue=dialogue,
            text=f"Hur gör andra huvudmän ({number})? " * 8,
            asked_by="Anna Ek",
            channel="portal",
        )
    return dialogue, meeting


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_fits_one_paper(page: Page, live_server: object, client) -> None:
    dialogue, meeting = with_everything()
    client.force_login(meeting.staff.order_by("pk")[0].user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": str(live_server)}])
    page.goto(f"{live_server}{address('admin:brief', dialogue)}")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Logga ut")).to_be_hidden()
    expect(page.locator(".staff-tools .who")).to_be_hidden()
    with Pdf.open(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))) as paper:
        assert len(paper.pages) == 1
