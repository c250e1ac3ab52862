"""The huvudmän of a batch: what each row says, what the list is narrowed by, who is stuck and why."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import StaffRole
from dialogues.batch_facts import answers_by, facts_of
from dialogues.batch_queries import batch_dialogues, tallies
from dialogues.batch_rows import next_day
from dialogues.batch_stuck import LONG
from dialogues.models import BatchState, Dialogue, DialogueState, LetterState, MeetingKind, MeetingState
from tests.accounts.factories import planner, staff_user
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.batches.test_pages import page_of
from tests.dialogues.factories import DialogueFactory, InvitationFactory, both_agencies, seat_at
from tests.dialogues.letters.factories import letter_in
from tests.dialogues.portal.helpers import sent_summary
from tests.huvudman.factories import HuvudmanFactory, KommunFactory

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a class="chip" href="(\?[^"]*)"[^>]*>.*?class="count">([^<]*)<', re.DOTALL)
ROW = '<th scope="row" class="name"><a href="/personal/dialoger/'
NOW = datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.UTC)
AGO = NOW - datetime.timedelta(days=60)


@pytest.fixture
def now() -> Iterator[None]:
    """The time is NOW."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def as_planner(client: Client) -> Client:
    client.force_login(planner())
    return client


def mixed(**batch: object):
    """A sent batch with huvudmän of many kinds in many states."""
    both_agencies()
    sent = batch_in(BatchState.SENT, **batch)
    places = [None, KommunFactory(), KommunFactory()]
    states = ["invited", "invited", "accepted", "accepted", "declined", "postponed", "cancelled", "planned"]
    for number, state in enumerate(states):
        huvudman = HuvudmanFactory(
            name=f"Huvudman {number}",
            type=["kommun", "enskild", "region"][number % 3],
            size_class=["s1", "s3", "unknown", "s5"][number % 4],
            main_kommun=places[number % 3],
            email="info@example.test" if number % 2 else "",
        )
        DialogueFactory(batch=sent, huvudman=huvudman, state=state)
    return sent


def counted(text: str) -> dict[str, int]:
    """The chips of a page: where each leads, and the number on it."""
    return {html.unescape(url): int(count) for url, count in LINK.findall(text)}


class TestCounts:
    def test_every_number_is_the_length_of_the_list_it_leads_to(self, as_planner) -> None:
        batch = mixed()
        seen = {"?": -1}
        for first in ["?", "?visa=inget-svar", "?typ=enskild", "?storlek=s1&visa=ja", "?fast=alla"]:
            seen |= counted(as_planner.get(page_of(batch) + first).text)
        assert len(seen) > 20
        lists = {url: as_planner.get(page_of(batch) + url).text.count(ROW) for url in seen}
        seen["?"] = batch.dialogues.count()
        assert lists == seen

    def test_what_is_chosen_stays_when_another_choice_is_made(self, as_planner) -> None:
        links = counted(as_planner.get(page_of(mixed()) + "?typ=enskild").text)
        assert links["?visa=inget-svar&typ=enskild"] == 1
        assert links["?typ=enskild&storlek=s3"] == 1

    def test_the_answers_add_up_whichever_way_they_are_told(self) -> None:
        batch = mixed()
        facts = facts_of(batch)
        for field in ("typ", "storlek", "region"):
            tallies = [tally for _label, tally in answers_by(facts, field)]
            assert sum(tally.size for tally in tallies) == batch.dialogues.count()
            assert [sum(t.yes for t in tallies), sum(t.silent for t in tallies)] == [2, 2]
            assert [sum(t.later for t in tallies), sum(t.no for t in tallies)] == [1, 1]
            assert sum(t.others for t in tallies) == 2

    @pytest.mark.parametrize("answer", ["yes", "later", "no", None])
    def test_an_answer_that_was_given_counts_after_the_dialogue_is_cancelled(
        self, as_planner, answer
    ) -> None:
        batch = batch_in(BatchState.SENT)
        invitation = InvitationFactory(dialogue=DialogueFactory(batch=batch, state="cancelled"), batch=batch)
        for given in ["no", "yes", answer] if answer else []:  # the latest counts
            invitation.answers.create(answer=given, given_by="Kim", channel="phone")
        counts = {"yes": "yes", "later": "later", "no": "no", None: "cancelled"}
        told = tallies([batch])[batch.pk]
        (shown,) = [tally for _label, tally in answers_by(facts_of(batch), "typ")]
        for tally in (told, shown):
            assert {name: getattr(tally, name) for name in counts.values() if getattr(tally, name)} == {
                counts[answer]: 1
            }
        view = {"yes": "ja", "later": "senare", "no": "nej", None: "avbokade"}[answer]
        assert as_planner.get(page_of(batch), {"visa": view}).text.count(ROW) == 1

    def test_the_page_tells_them_in_tables_and_in_words(self, as_planner) -> None:
        text = as_planner.get(page_of(mixed())).text
        assert "Av 8 huvudmän har 2 svarat ja, 1 senare och 1 nej. 2 har inte svarat." in text
        for caption in ("Svar efter typ", "Svar efter storlek", "Svar efter region"):
            assert f"<caption>{caption}</caption>" in text
        assert "Okänd region" in text

    def test_a_batch_that_is_not_sent_has_no_answers_to_tell(self, as_planner) -> None:
        batch = batch_in(BatchState.DRAFT)
        DialogueFactory(batch=batch)
        assert "Svaren så här långt" not in as_planner.get(page_of(batch)).text


def stuck(dialogue: Dialogue) -> set[str]:
    (fact,) = [fact for fact in facts_of(dialogue.batch) if fact.pk == dialogue.pk]
    return set(fact.values["fast"]) - {"alla"}


def reachable_in(state: DialogueState, since: datetime.datetime = AGO, **fields: object) -> Dialogue:
    both_agencies()
    huvudman = HuvudmanFactory(email="info@example.test")
    dialogue = DialogueFactory(batch=fields.pop("batch", None) or batch_in(BatchState.SENT, **fields))
    Dialogue.objects.filter(pk=dialogue.pk).update(state=state, state_since=since, huvudman=huvudman)
    dialogue.refresh_from_db()
    return dialogue


@pytest.mark.usefixtures("now")
class TestStuck:
    @pytest.mark.parametrize("state", DialogueState)
    def test_without_any_address_while_there_is_something_to_write_about(self, state) -> None:
        dialogue = DialogueFactory(batch=batch_in(BatchState.SENT), state=state)
        over = {DialogueState.DECLINED, DialogueState.CLOSED, DialogueState.CANCELLED}
        assert ("adress" in stuck(dialogue)) == (state not in over)

    def test_a_postal_address_is_enough(self) -> None:
        huvudman = HuvudmanFactory(street="Storgatan 1", postal_code="98185", post_town="Kiruna")
        dialogue = DialogueFactory(batch=batch_in(BatchState.SENT), huvudman=huvudman)
        assert stuck(dialogue) == set()

    @pytest.mark.parametrize("state", LetterState)
    def test_a_letter_that_was_refused(self, state) -> None:
        dialogue = reachable_in(DialogueState.INVITED)
        letter_in(state, dialogue=dialogue)
        assert stuck(dialogue) == ({"studsade"} if state == LetterState.FAILED else set())

    @pytest.mark.parametrize(("days", "is_stuck"), [(0, False), (-1, True)])
    @pytest.mark.parametrize("state", [DialogueState.INVITED, DialogueState.DECLINED])
    def test_no_answer_after_the_last_day(self, days, is_stuck, state) -> None:
        last = timezone.localdate() + datetime.timedelta(days=days)
        dialogue = reachable_in(state, answer_by=last)
        assert stuck(dialogue) == ({"svarsdag"} if is_stuck and state == DialogueState.INVITED else set())

    @pytest.mark.parametrize(
        ("since", "answered", "seated", "is_stuck"),
        [(15, -1, False, True), (15, 0, False, False), (13, -1, False, False), (15, -1, True, False)],
    )
    def test_no_seat_long_after_the_yes(self, since, answered, seated, is_stuck) -> None:
        last = timezone.localdate() + datetime.timedelta(days=answered)
        dialogue = reachable_in(DialogueState.ACCEPTED, NOW - datetime.timedelta(days=since), answer_by=last)
        if seated:
            seat_at(dialogue, kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED, seats=9)
        assert stuck(dialogue) == ({"introduktion"} if is_stuck else set())

    @pytest.mark.parametrize("long", [True, False])
    @pytest.mark.parametrize(
        ("state", "kind"),
        [
            (DialogueState.INTRODUCED, MeetingKind.DIALOGUE),
            (DialogueState.UNDERLAG_SENT, MeetingKind.DIALOGUE),
            (DialogueState.DIALOGUE_HELD, MeetingKind.FEEDBACK),
        ],
    )
    def test_no_time_for_long(self, state, kind, long) -> None:
        since = NOW - LONG + datetime.timedelta(seconds=-1 if long else 1)
        dialogue = reachable_in(state, since)
        assert stuck(dialogue) == ({"tid"} if long else set())
        seat_at(dialogue, kind=kind, state=MeetingState.FIXED)
        assert stuck(dialogue) == set()

    @pytest.mark.parametrize("meeting", [MeetingState.PROPOSED, MeetingState.OTHER_WISHED])
    @pytest.mark.parametrize(
        ("state", "kind"),
        [
            (DialogueState.UNDERLAG_SENT, MeetingKind.DIALOGUE),
            (DialogueState.DIALOGUE_HELD, MeetingKind.FEEDBACK),
        ],
    )
    def test_a_time_that_led_to_nothing(self, state, kind, meeting) -> None:
        dialogue = reachable_in(state, NOW)
        hour = datetime.timedelta(hours=1)
        seat_at(dialogue, kind=kind, state=meeting, starts_at=NOW - hour, ends_at=NOW + hour)
        assert stuck(dialogue) == {"tid"}

    def test_a_proposal_to_come_is_answered_in_peace(self) -> None:
        dialogue = reachable_in(DialogueState.UNDERLAG_SENT, NOW)
        seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.PROPOSED)
        assert stuck(dialogue) == set()


@pytest.mark.usefixtures("now")
class TestWhatCanBeDone:
    def cases(self) -> dict[str, tuple[Dialogue, Callable[[Dialogue], str]]]:
        past = {"answer_by": timezone.localdate() - datetime.timedelta(days=1)}
        refused = reachable_in(DialogueState.INTRODUCED, NOW)
        letter = letter_in(LetterState.FAILED, dialogue=refused)
        return {
            "Lägg till en kontakt": (
                DialogueFactory(batch=batch_in(BatchState.SENT), state="accepted"),
                lambda d: f"/huvudman/{d.huvudman.public_id}/",
            ),
            "Se över brevet": (refused, lambda _d: f"/utskick/{letter.public_id}/"),
            "Ring och skriv in svaret": (
                reachable_in(DialogueState.INVITED, **past),
                lambda d: f"/{d.public_id}/svar/",
            ),
            "Ge plats på introduktionsmöte": (
                reachable_in(DialogueState.ACCEPTED, **past),
                lambda d: f"/{d.public_id}/plats/",
            ),
            "Till dialogen": (reachable_in(DialogueState.UNDERLAG_SENT), lambda d: f"/{d.public_id}/"),
        }

    def test_each_says_why_and_leads_to_where_something_is_done(self, as_planner) -> None:
        for words, (dialogue, where) in self.cases().items():
            page = as_planner.get(f"{page_of(dialogue.batch)}?fast=alla").text
            (link,) = re.findall(rf'<div class="stuck">.*?<a href="([^"]*)">{words}<span', page, re.DOTALL)
            assert where(dialogue) in link
            assert as_planner.get(link).status_code == 200, words
            assert 'id="stuck-title"' in page

    def test_who_may_not_do_it_is_led_nowhere(self, client) -> None:
        client.force_login(staff_user(StaffRole.STATISTICIAN))
        for words, (dialogue, _where) in self.cases().items():
            page = client.get(f"{page_of(dialogue.batch)}?fast=alla").text
            assert '<div class="stuck">' in page
            assert f">{words}<span" not in page or words == "Till dialogen"


@pytest.mark.usefixtures("now")
class TestNextDay:
    last = datetime.date(2026, 12, 1)

    def told(self, dialogue: Dialogue) -> str:
        row = batch_dialogues(dialogue.batch).get(pk=dialogue.pk)
        meetings = [seat.meeting for seat in row.current_seats]
        day, words = next_day(row, meetings[0] if meetings else None)
        return f"{day} {words}"

    @pytest.mark.parametrize(
        ("state", "told"),
        [
            ("planned", "2026-11-24 Inbjudan skickas"),
            ("invited", "2026-12-01 Svara senast"),
            ("postponed", "2026-12-30 då bör vi ha gjort det"),
            ("accepted", "2026-12-04 då bör vi ha gjort det"),
            ("introduced", "2026-11-27 då bör vi ha gjort det"),
            ("dialogue_held", "2026-12-04 då bör vi ha gjort det"),
            ("feedback_held", "2026-12-04 då bör vi ha gjort det"),
            ("declined", "None "),
            ("closed", "None "),
            ("cancelled", "None "),
        ],
    )
    def test_by_state(self, state, told) -> None:
        since = datetime.datetime(2026, 11, 20, 8, tzinfo=datetime.UTC)
        assert self.told(reachable_in(state, since, answer_by=self.last, send_at=NOW)) == told

    def test_no_day_of_ours_while_the_huvudman_reads_the_summary(self) -> None:
        dialogue = reachable_in("feedback_held")
        sent_summary(dialogue)
        assert self.told(dialogue) == "None "

    @pytest.mark.parametrize("state", ["underlag_sent", "time_fixed"])
    def test_a_meeting_to_come_is_what_comes(self, state) -> None:
        dialogue = reachable_in(state, NOW, answer_by=self.last)
        stands = MeetingState.PROPOSED if state == "underlag_sent" else MeetingState.FIXED
        seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=stands)
        assert self.told(dialogue) == "2026-12-24 Dialog"

    def test_a_pause_says_why_and_when_it_is_looked_at_again(self, as_planner) -> None:
        dialogue = reachable_in(DialogueState.ACCEPTED, NOW, answer_by=self.last)
        pause = {"paused_at": NOW, "paused_by": planner(), "paused_reason": "Ny skolchef i januari."}
        Dialogue.objects.filter(pk=dialogue.pk).update(look_again_on=datetime.date(2027, 1, 11), **pause)
        assert self.told(dialogue) == "2027-01-11 Se över pausen"
        page = as_planner.get(page_of(dialogue.batch)).text
        assert "<strong>Pausad</strong><br>Ny skolchef i januari." in page

    def test_whose_turn_it_is_stands_in_the_row(self, as_planner) -> None:
        dialogue = reachable_in(DialogueState.INVITED, NOW, answer_by=self.last)
        letter_in(LetterState.SENT, dialogue=dialogue)
        page = as_planner.get(page_of(dialogue.batch)).text
        assert "<strong>Huvudmannens tur</strong><br>Huvudmannen svarar på inbjudan." in page
