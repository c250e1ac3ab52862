"""Introductions for a whole batch in one go: looked at first, made once, and nobody is left out."""

import datetime
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import StaffRole
from dialogues.days import remarks
from dialogues.domain.introduction_groups import TimedGroup, proposed_groups, set_up_groups
from dialogues.domain.introductions import place, waiting_for_seat
from dialogues.models import Dialogue, DialogueState, InvitationBatch, Letter, LetterKind, Meeting, Seat
from tests.accounts.factories import leader, pair, staff_user
from tests.dialogues.factories import BatchFactory, DialogueFactory, dialogue_with_contact
from tests.dialogues.test_choosing_introduction import group
from tests.dialogues.times import START, arranged, working_day
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db

WEEK = datetime.timedelta(days=7)


def batch_of(count: int) -> InvitationBatch:
    """A batch in which so many have said yes and wait."""
    batch = BatchFactory()
    for _n in range(count):
        dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
    return batch


def typed(**fields) -> dict[str, object]:
    people = [user.pk for user in pair()]
    usual = {"day": working_day(30).isoformat(), "time": "09:00", "minutes": "60", "staff": people}
    return usual | {"link": "https://mote.example/1", "seats": "2", "smallest": "1"} | fields


def page_of(batch: InvitationBatch) -> str:
    return reverse("admin:introduction_groups", args=[batch.public_id])


def as_shown(page) -> dict[str, object]:
    """What the preview's form sends when its button is pressed."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", page.text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and name[1] not in {"csrfmiddlewaretoken", "q"}:
            found.setdefault(name[1], []).append(value[1])
    return found | {"step": "make"}


def timed(batch: InvitationBatch, seats: int = 2) -> list[TimedGroup]:
    staff = pair()
    groups = proposed_groups(batch, seats=seats, smallest=1)
    return [
        TimedGroup(
            g.members, arranged(staff, starts_at=START + n * WEEK, ends_at=START + n * WEEK + WEEK / 99)
        )
        for n, g in enumerate(groups)
    ]


class TestVerb:
    def test_everyone_who_waits_gets_a_seat_and_a_letter(self):
        batch = batch_of(5)
        made = set_up_groups(batch=batch, groups=timed(batch), seats=2, actor=person(leader()))
        assert sorted(m.taken_seats.filter(is_current=True).count() for m in made) == [1, 2, 2]
        assert not waiting_for_seat(batch).exists()
        assert Letter.objects.filter(kind=LetterKind.INTRODUCTION, dialogue__isnull=False).count() == 5

    def test_when_others_wait_nothing_is_made(self):
        batch = batch_of(2)
        plan = timed(batch)
        dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
        with pytest.raises(Conflict):
            set_up_groups(batch=batch, groups=plan, seats=2, actor=SYSTEM)
        assert not Meeting.objects.exists()

    def test_a_failure_in_the_middle_leaves_nothing_behind(self):
        batch = batch_of(3)
        plan = timed(batch)
        clash = [TimedGroup(g.members, plan[0].arrangement) for g in plan]
        with pytest.raises(NotPossible):
            set_up_groups(batch=batch, groups=clash, seats=2, actor=SYSTEM)
        assert (Meeting.objects.count(), Seat.objects.count(), Letter.objects.count()) == (0, 0, 0)

    def test_no_group_is_larger_than_the_seats_even_if_asked(self):
        batch = batch_of(3)
        [one] = timed(batch, seats=3)
        with pytest.raises(NotPossible):
            set_up_groups(batch=batch, groups=[one], seats=2, actor=SYSTEM)
        assert not Meeting.objects.exists()

    def test_takes_the_right_to_run_introductions(self):
        batch = batch_of(1)
        with pytest.raises(PermissionDenied):
            set_up_groups(
                batch=batch, groups=timed(batch), seats=2, actor=person(staff_user(StaffRole.REGISTRAR))
            )

    def test_those_with_a_seat_and_other_batches_are_not_proposed(self):
        batch = batch_of(2)
        first = waiting_for_seat(batch).order_by("pk")[0]
        place(dialogue=first, meeting=group(batch), actor=SYSTEM)
        DialogueFactory(state=DialogueState.ACCEPTED)
        [found] = proposed_groups(batch, seats=9, smallest=1)
        assert first.pk not in found.members
        assert len(found.members) == 1

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_proposal_takes_one_query(self, count, django_assert_num_queries):
        batch = batch_of(count)
        with django_assert_num_queries(1):
            proposed_groups(batch, seats=2, smallest=1)


class TestPages:
    def test_looked_at_and_then_made(self, client):
        client.force_login(leader())
        batch = batch_of(3)
        shown = client.post(page_of(batch), typed())
        assert shown.status_code == 200
        assert "Boka 2 möten och ge 3 huvudmän plats" in shown.text
        assert "Samma region och typ." in shown.text
        assert not Meeting.objects.exists()
        done = client.post(page_of(batch), as_shown(shown), follow=True)
        assert [str(m) for m in done.context["messages"]][0].startswith("2 möten är bokade. 3 huvudmän")
        days = [meeting.starts_at.date() for meeting in Meeting.objects.order_by("starts_at")]
        assert len(set(days)) == 2
        assert not any(remarks(day) for day in days[1:])

    def test_when_all_have_got_seats_meanwhile_no_new_proposal_is_promised(self, client):
        client.force_login(leader())
        batch = batch_of(1)
        sent = as_shown(client.post(page_of(batch), typed()))
        Dialogue.objects.update(state=DialogueState.INTRODUCED)
        again = client.post(page_of(batch), sent)
        assert again.status_code == 409
        assert "Alla har fått plats sedan förslaget gjordes. Inget av det bokades." in again.text
        assert "Läs det nya förslaget" not in again.text

    def test_a_yes_meanwhile_gives_a_new_proposal_and_nothing_is_made(self, client):
        client.force_login(leader())
        batch = batch_of(2)
        sent = as_shown(client.post(page_of(batch), typed()))
        dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
        again = client.post(page_of(batch), sent)
        assert again.status_code == 409
        assert "Läs det nya förslaget" in again.text
        assert not Meeting.objects.exists()
        assert client.post(page_of(batch), as_shown(again)).status_code == 302

    def test_two_groups_at_one_time_are_refused_and_the_times_stay(self, client):
        client.force_login(leader())
        batch = batch_of(3)
        sent = as_shown(client.post(page_of(batch), typed()))
        sent["g1-day"] = sent["g0-day"]
        refused = client.post(page_of(batch), sent)
        assert refused.status_code == 422
        assert not Meeting.objects.exists()
        assert refused.text.count(f'value="{sent["g0-day"][0]}"') >= 2
        named = re.search(
            r'<li><a href="#id_g1-time">2\. (.+): Person \d+ är redan bokad den tiden\.</a>', refused.text
        )
        assert named
        assert f"2. {named[1]}</h2>" in refused.text, "the group is named as above its own fields"
        assert re.search(r'name="g1-time"[^>]*aria-invalid="true"', refused.text)

    def test_an_unusual_hour_is_marked_at_the_group(self, client):
        client.force_login(leader())
        shown = client.post(page_of(batch_of(1)), typed(time="05:00"))
        assert "före kl. 7 eller efter kl. 19" in shown.text.lower()
        assert "efter kl. 19" not in client.post(page_of(batch_of(1)), typed()).text.lower()

    @pytest.mark.parametrize(
        "wrong", [{"seats": "0"}, {"day": "2001-01-01"}, {"link": "x"}, {"smallest": ""}, {"staff": []}]
    )
    def test_what_is_wrong_is_said_before_anything_is_shown(self, client, wrong):
        client.force_login(leader())
        batch = batch_of(2)
        assert client.post(page_of(batch), typed(**wrong)).status_code == 422

    def test_changing_the_proposal_opens_what_was_filled_in(self, client):
        client.force_login(leader())
        batch = batch_of(2)
        sent = as_shown(client.post(page_of(batch), typed(seats="7"))) | {"step": "edit"}
        page = client.post(page_of(batch), sent)
        assert page.status_code == 200
        assert page.context["form"]["seats"].value() == "7"

    def test_where_nobody_waits_the_page_says_so(self, client):
        client.force_login(leader())
        batch = BatchFactory()
        assert "Ingen väntar på en plats" in client.get(page_of(batch)).text
        assert "Ingen väntar på en plats" in client.post(page_of(batch), typed()).text

    def test_leftovers_are_explained(self, client):
        client.force_login(leader())
        batch = batch_of(2)
        huvudman = HuvudmanFactory(type="kommun")
        DialogueFactory(batch=batch, huvudman=huvudman, state=DialogueState.ACCEPTED)
        page = client.post(page_of(batch), typed(seats="9", smallest="3"))
        assert "för få" in page.text
        assert huvudman.name in page.text
