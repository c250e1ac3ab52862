"""The staff's steps about a meeting that there is already: opened, prefilled, told by phone."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import person
from dialogues.domain.impartiality import declare_conflict
from dialogues.models import (
    Dialogue,
    DialogueRecord,
    DialogueState,
    Letter,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingState,
)
from dialogues.steps import STEPS
from tests.accounts.factories import leader
from tests.dialogues.test_staff_pages import page_of, step_of, when
from tests.dialogues.times import accept, calendars, propose_again, ready

pytestmark = pytest.mark.django_db

ABOUT_THE_DIALOGUE = {"foresla-tid", "godta-tid", "blev-av", "annan-tid", "ny-tid", "medverkande"}
ABOUT_THE_FEEDBACK = {"boka-aterkoppling", *(f"aterkoppling-{name}" for name in ABOUT_THE_DIALOGUE)}
TOLD = {"told_by": "Kim Ek, skolchef", "channel": "phone"}
CENTURY = datetime.timedelta(days=36525)
SUMMED_UP = {"summary": "Bra.", "skolformer": ["GR"]}
MOVING = {"annan-tid", "ny-tid", "medverkande"}
DIALOGUE_STEPS = {
    "introduced": {
        None: {"foresla-tid"},
        "proposed": MOVING - {"annan-tid"},
        "other_wished": {"ny-tid"},
        "fixed": MOVING - {"annan-tid"},
        "missed": {"ny-tid"},
    },
    "underlag_sent": {
        "proposed": {"godta-tid", *MOVING},
        "other_wished": {"ny-tid"},
        "fixed": MOVING,
        "missed": {"ny-tid"},
    },
    "time_fixed": {"proposed": MOVING, "other_wished": {"ny-tid"}, "fixed": MOVING, "missed": {"ny-tid"}},
}
FEEDBACK_STEPS = {
    "dialogue_held": {
        None: {"boka-aterkoppling"},
        "proposed": {
            "aterkoppling-godta-tid",
            "aterkoppling-annan-tid",
            "aterkoppling-ny-tid",
            "aterkoppling-medverkande",
        },
        "other_wished": {"aterkoppling-ny-tid"},
        "fixed": {"aterkoppling-annan-tid", "aterkoppling-ny-tid", "aterkoppling-medverkande"},
        "missed": {"aterkoppling-ny-tid"},
    }
}
AFTERWARDS = {"godta-tid": "blev-av", "aterkoppling-godta-tid": "aterkoppling-blev-av"}
"""What is offered instead when the proposed time has passed."""


@pytest.mark.parametrize("meeting_state", [None, *MeetingState.values])
@pytest.mark.parametrize("state", DialogueState.values)
@pytest.mark.parametrize(
    ("kind", "names", "expected"),
    [
        (MeetingKind.DIALOGUE, ABOUT_THE_DIALOGUE, DIALOGUE_STEPS),
        (MeetingKind.FEEDBACK, ABOUT_THE_FEEDBACK, FEEDBACK_STEPS),
    ],
)
@pytest.mark.parametrize("ahead", [1, -1])
def test_which_steps_are_open(state, meeting_state, kind, names, expected, ahead):
    starts_at = timezone.now() + datetime.timedelta(hours=ahead)
    when = {"starts_at": starts_at, "ends_at": starts_at + datetime.timedelta(minutes=30)}
    meetings = {kind: Meeting(kind=kind, state=meeting_state, **when)} if meeting_state else {}
    dialogue = Dialogue(state=state)
    opened = {name for name in names & set(STEPS) if STEPS[name].when(dialogue, meetings)}
    wanted = expected.get(state, {}).get(meeting_state, set())
    if ahead < 0:
        wanted = {AFTERWARDS.get(name, name) for name in wanted}
    if ahead < 0 and meeting_state == "fixed":
        wanted -= {"annan-tid", "aterkoppling-annan-tid"}
    assert opened == wanted


@pytest.mark.parametrize(
    ("state", "kind", "name"),
    [
        (DialogueState.TIME_FIXED, MeetingKind.DIALOGUE, "annan-tid"),
        (DialogueState.DIALOGUE_HELD, MeetingKind.FEEDBACK, "aterkoppling-annan-tid"),
    ],
)
def test_a_fixed_time_that_has_been_is_not_wished_away_by_phone(desk, state, kind, name):
    dialogue, _own, meeting, staff = ready(state, MeetingState.FIXED, kind)
    step = step_of(dialogue, name)
    assert step in desk.get(page_of(dialogue)).text
    Meeting.objects.update(starts_at=meeting.starts_at - CENTURY, ends_at=meeting.ends_at - CENTURY)
    page = desk.get(page_of(dialogue)).text
    assert step not in page
    assert step_of(dialogue, name.replace("annan", "ny")) in page
    refused = desk.post(step, TOLD | {"wish": "Onsdagar", "seen": "0"})
    assert refused.status_code == 422
    assert "Mötets tid har varit. Blev det inte av föreslår myndigheterna en ny." in refused.text
    assert "Onsdagar</textarea>" in refused.text
    meeting.refresh_from_db()
    dialogue.refresh_from_db()
    assert (meeting.state, dialogue.state) == (MeetingState.FIXED, state)
    assert meeting.staff.filter(is_booked=True).count() == len(staff)


@pytest.fixture
def desk(client):
    client.force_login(leader())
    return client


@pytest.mark.parametrize(
    ("state", "meeting_state"),
    [("introduced", "proposed"), ("underlag_sent", "proposed"), ("time_fixed", "fixed")],
)
def test_a_new_proposal_opens_with_what_was_proposed(desk, state, meeting_state):
    dialogue, _own, meeting, staff = ready(DialogueState(state), meeting_state)
    Meeting.objects.update(link="https://mote.example/1")
    form = desk.get(step_of(dialogue, "ny-tid")).context["form"]
    values = {name: form[name].value() for name in ("form", "place", "link", "minutes", "staff")}
    assert values == {
        "form": "in_person",
        "place": "Rådhuset",
        "link": "https://mote.example/1",
        "minutes": 120,
        "staff": [user.pk for user in staff],
    }
    is_proposed = meeting_state == "proposed"
    assert form["day"].value() == (timezone.localtime(meeting.starts_at).date() if is_proposed else None)


def test_after_a_wish_a_new_proposal_opens_with_the_people_of_the_old(desk):
    dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.OTHER_WISHED)
    meeting.staff.update(is_booked=False)
    form = desk.get(step_of(dialogue, "ny-tid")).context["form"]
    assert form["staff"].value() == [user.pk for user in staff]


def test_the_first_proposal_is_changed_before_the_underlag_and_says_that_nobody_is_told(desk):
    dialogue, _own, _meeting, staff = ready(DialogueState.INTRODUCED, MeetingState.PROPOSED)
    assert step_of(dialogue, "ny-tid") in desk.get(page_of(dialogue)).text
    assert "inte fått förslaget än" in desk.get(step_of(dialogue, "ny-tid")).text
    people = {"staff": [user.pk for user in staff]}
    typed = when(days=50) | people | {"form": "in_person", "place": "Skolan"}
    done = desk.post(step_of(dialogue, "ny-tid"), typed, follow=True)
    assert "Det skickas tillsammans med analysunderlaget." in done.text
    assert Meeting.objects.get().place == "Skolan"
    assert not dialogue.letters.exists()


def test_a_first_proposal_is_not_wished_away_before_the_huvudman_has_got_it(desk):
    dialogue, _own, meeting, _staff = ready(DialogueState.INTRODUCED, MeetingState.PROPOSED)
    assert step_of(dialogue, "annan-tid") not in desk.get(page_of(dialogue)).text
    assert desk.get(step_of(dialogue, "annan-tid")).status_code == 302
    refused = desk.post(step_of(dialogue, "annan-tid"), TOLD | {"seen": "0", "wish": "Efter sportlovet"})
    assert "Förslaget har inte skickats till huvudmannen än." in refused.text
    meeting.refresh_from_db()
    assert (meeting.state, meeting.wish) == (MeetingState.PROPOSED, "")


def test_a_time_moved_since_the_page_was_opened_is_not_accepted_by_phone(desk):
    dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    opened = desk.get(step_of(dialogue, "godta-tid"))
    assert '<input type="hidden" name="seen" value="0">' in opened.text
    later = meeting.starts_at + datetime.timedelta(days=7)
    propose_again(meeting, staff, starts_at=later, ends_at=later + datetime.timedelta(hours=2))
    refused = desk.post(step_of(dialogue, "godta-tid"), TOLD | {"seen": "0"})
    assert refused.status_code == 422
    assert "Tiden har ändrats. Läs det nya förslaget." in refused.text
    assert "Kim Ek, skolchef" in refused.text
    assert "10 mars 2099" in refused.text
    assert desk.post(step_of(dialogue, "godta-tid"), TOLD | {"seen": "1"}).status_code == 302
    dialogue.refresh_from_db()
    assert dialogue.state == DialogueState.TIME_FIXED


def test_a_time_that_is_accepted_by_phone_again_is_said_to_be_fixed_already(desk):
    dialogue, _own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    accept(meeting, seen=0)
    letters = Letter.objects.count()
    hasty = desk.post(step_of(dialogue, "godta-tid"), {"seen": "0"})
    assert '<input type="hidden" name="seen" value="1">' in hasty.text
    for seen in ("0", "1"):
        again = desk.post(step_of(dialogue, "godta-tid"), TOLD | {"seen": seen}, follow=True)
        assert "Tiden är redan bestämd: 3 mars 2099 kl. 10.00–12.00." in again.text
        assert "Alla får en bekräftelse" not in again.text
    assert Letter.objects.count() == letters


@pytest.mark.parametrize("seen", [None, "", "x", "-1", "9" * 30])
@pytest.mark.parametrize("name", ["godta-tid", "annan-tid"])
def test_an_answer_about_no_version_is_refused(desk, name, seen):
    dialogue, _own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    typed = TOLD | {"wish": "Onsdagar"} | ({} if seen is None else {"seen": seen})
    assert desk.post(step_of(dialogue, name), typed).status_code == 422
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.PROPOSED


@pytest.mark.parametrize(
    ("state", "kind", "before", "held", "written"),
    [
        (
            "underlag_sent",
            MeetingKind.DIALOGUE,
            "",
            "dialog-hallen",
            {"summary": "Bra.", "skolformer": ["GR"]},
        ),
        ("dialogue_held", MeetingKind.FEEDBACK, "aterkoppling-", "aterkoppling-hallen", {"feedback": "Bra."}),
    ],
)
def test_a_meeting_that_took_place_without_an_answer_is_noted_and_then_held(
    desk, state, kind, before, held, written
):
    dialogue, _own, meeting, _staff = ready(DialogueState(state), MeetingState.PROPOSED, kind)
    if kind == MeetingKind.FEEDBACK:
        DialogueRecord.objects.create(dialogue=dialogue, summary="Bra.", discussed_skolformer=["GR"])
    Meeting.objects.update(starts_at=meeting.starts_at - CENTURY, ends_at=meeting.ends_at - CENTURY)
    page = desk.get(page_of(dialogue)).text
    assert step_of(dialogue, f"{before}godta-tid") not in page
    assert step_of(dialogue, f"{before}blev-av") in page
    late = desk.post(step_of(dialogue, f"{before}godta-tid"), TOLD | {"seen": "0"})
    assert "Tiden har passerat och går inte längre att godta." in late.text
    noted = desk.post(step_of(dialogue, f"{before}blev-av"), TOLD | {"seen": "0"}, follow=True)
    assert "Inga brev skickas." in noted.text
    assert desk.post(step_of(dialogue, held), written).status_code == 302
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.HELD
    assert not dialogue.letters.exists()


def test_the_people_are_changed_in_a_step_of_their_own(desk):
    dialogue, _own, meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
    form = desk.get(step_of(dialogue, "medverkande")).context["form"]
    assert form["staff"].value() == [user.pk for user in staff]
    alone = desk.post(step_of(dialogue, "medverkande"), {"staff": [staff[0].pk]})
    assert "Välj någon från SPSM också." in alone.text
    comes = leader("spsm")
    changed = desk.post(step_of(dialogue, "medverkande"), {"staff": [staff[0].pk, comes.pk]})
    assert changed.status_code == 302
    assert {row.user for row in meeting.staff.all()} == {staff[0], comes}


def test_the_feedback_meeting_is_wished_away_moved_and_accepted_by_phone(desk):
    dialogue, own, meeting, staff = ready(
        DialogueState.DIALOGUE_HELD, MeetingState.FIXED, MeetingKind.FEEDBACK
    )
    wish = TOLD | {"wish": "Helst i maj", "seen": "0"}
    assert desk.post(step_of(dialogue, "aterkoppling-annan-tid"), wish).status_code == 302
    assert "Föreslå en ny" in desk.get(page_of(dialogue)).text
    typed = when(days=90, minutes=60) | {"link": "https://mote.example/2"}
    typed |= {"staff": [user.pk for user in staff]}
    assert desk.post(step_of(dialogue, "aterkoppling-ny-tid"), typed).status_code == 302
    assert dialogue.letters.filter(kind=LetterKind.TIME_PROPOSED, recipient=own.email).count() == 1
    meeting.refresh_from_db()
    assert (meeting.state, meeting.form, meeting.place) == (MeetingState.PROPOSED, "digital", "")
    accepted = TOLD | {"seen": str(meeting.sequence)}
    assert desk.post(step_of(dialogue, "aterkoppling-godta-tid"), accepted).status_code == 302
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.FIXED
    assert dialogue.letters.filter(kind=LetterKind.FEEDBACK).count() == 3


def test_the_people_of_the_feedback_meeting_are_changed(desk):
    dialogue, _own, meeting, staff = ready(
        DialogueState.DIALOGUE_HELD, MeetingState.FIXED, MeetingKind.FEEDBACK
    )
    comes = leader("skolverket")
    desk.post(step_of(dialogue, "aterkoppling-medverkande"), {"staff": [comes.pk, staff[1].pk]})
    assert {row.user for row in meeting.staff.all()} == {comes, staff[1]}
    told = dialogue.letters.values_list("recipient", "kind")
    assert set(told) == {
        (comes.email, LetterKind.FEEDBACK),
        (staff[0].email, LetterKind.MEETING_CANCELLED),
    }


def test_a_wish_for_the_feedback_leads_from_the_desk_to_its_step(desk):
    dialogue, _own, _meeting, staff = ready(
        DialogueState.DIALOGUE_HELD, MeetingState.OTHER_WISHED, MeetingKind.FEEDBACK
    )
    Meeting.objects.update(wish="Helst i maj")
    dialogue.seats.get().meeting.staff.update(is_booked=False)
    text = desk.get(reverse("admin:index")).text
    assert step_of(dialogue, "aterkoppling-ny-tid") in text
    assert staff[0].name in text


def test_a_meeting_made_digital_has_a_link_and_no_place_and_back(desk):
    dialogue, own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    Meeting.objects.update(place="Rådhuset")
    people = {"staff": [user.pk for user in staff]}
    link = "https://mote.example/2"
    for form, where, gone in (("digital", link, "Rådhuset"), ("in_person", "Rådhuset", link)):
        typed = when(days=90 if form == "digital" else 91) | people
        typed |= {"form": form, "place": "Rådhuset", "link": link}
        assert desk.post(step_of(dialogue, "ny-tid"), typed).status_code == 302
        meeting.refresh_from_db()
        assert (meeting.place + meeting.link, meeting.where) == (where, where)
        letter = dialogue.letters.filter(kind=LetterKind.TIME_PROPOSED, recipient=own.email).latest("pk")
        for text in (letter.text, letter.html):
            assert where in text
            assert gone not in text
        accept(meeting)
        assert f"LOCATION:{where}" in calendars(LetterKind.TIME_FIXED, own.email)[-1]
        page = desk.get(page_of(dialogue)).text.split('id="meetings"')[1].split("</section>")[0]
        assert ({"digital": "Digitalt: <a", "in_person": "På plats: Rådhuset"}[form]) in page
        assert (where in page, gone in page) == (True, False)


def test_an_old_digital_meeting_with_a_place_shows_its_link(desk):
    dialogue, own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    Meeting.objects.update(form="digital", place="Rådhuset", link="https://mote.example/2")
    meeting.refresh_from_db()
    accept(meeting)
    letter = dialogue.letters.filter(kind=LetterKind.TIME_FIXED, recipient=own.email).get()
    assert "Rådhuset" not in letter.text + letter.html + calendars(LetterKind.TIME_FIXED, own.email)[0]
    assert "Rådhuset" not in desk.get(page_of(dialogue)).text


def test_the_feedback_opens_with_those_who_held_the_dialogue(desk):
    dialogue, _own, _meeting, (stays, goes) = ready(DialogueState.DIALOGUE_HELD, MeetingState.HELD)
    page = step_of(dialogue, "boka-aterkoppling")
    assert desk.get(page).context["form"]["staff"].value() == [stays.pk, goes.pk]
    declare_conflict(dialogue=dialogue, has_conflict=True, reason="", actor=person(goes))
    assert desk.get(page).context["form"]["staff"].value() == [stays.pk]
