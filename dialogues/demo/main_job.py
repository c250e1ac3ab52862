"""The main job, unattended, on real parts: from the register to the last feedback meeting.

All of it is today: every meeting is held earlier than its time, and noted so.

Web, worker, beat, database, broker and mail are running. People of the agencies act through the verbs; the
huvudmän read their letters over IMAP, answer by their links and use the portal over HTTP.
"""

from __future__ import annotations

import datetime
import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle as around

from django.utils import timezone

from accounts.actors import Actor, person
from accounts.models import User
from dialogues.batch_queries import postable
from dialogues.demo import counts
from dialogues.demo import huvudman_side as theirs
from dialogues.demo.inbox import Inbox
from dialogues.demo.people import declare_none, leader_pairs
from dialogues.demo.report import Missing, Report, must_equal, wait_for
from dialogues.domain import batches, cycles, introductions, meetings, plans, records, underlag
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.questions import Row, send_questions
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Dialogue,
    InvitationBatch,
    Letter,
    LetterKind,
    LetterState,
    MeetingForm,
    MeetingKind,
    Underlag,
)
from dialogues.models import DialogueState as S
from dialogues.paper import lifecycle
from huvudman.models import Huvudman, SchoolUnit, Skolform
from quality_system.models import Area, ObservedValue

YEARS, BATCHES_A_YEAR = 4, 7
GROUP_SEATS = 30
IN_PORTAL = 6
"""So many huvudmän use the portal to the end; the rest ring."""
ANSWERS = [Answer.YES] * 82 + [Answer.LATER] * 6 + [Answer.NO] * 12


class MainJob:
    """Runs the steps in order; each step checks that what it wanted has happened."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.report = Report(write)
        self.random = random.Random("main job")  # noqa: S311
        self.inbox = Inbox()
        self.planners = [_actor("planerare1"), _actor("planerare2")]
        self.pairs = leader_pairs()
        self.delivered: Counter[str] = Counter()
        self.visitors: dict[int, theirs.InPortal] = {}

    def run(self) -> None:
        """Do all of it. Raises Missing at the first thing that did not happen."""
        self.look_at_register()
        batch = self.plan_cycle()
        self.send_invitations(batch)
        letters = self.read_invitations(batch)
        self.post_letters(batch, letters)
        self.answer(batch, letters)
        self.introduce(batch)
        self.send_underlag(batch)
        self.settle_times(batch)
        self.ask_questions(batch)
        self.hold_dialogues(batch)
        self.give_feedback(batch)
        self.check_letters(batch)
        self.report.total()

    def look_at_register(self) -> None:
        with self.report.step("Registret") as told:
            numbers = [Huvudman.objects.count(), SchoolUnit.objects.count(), ObservedValue.objects.count()]
            if not all(numbers):
                raise Missing("registret eller statistiken är tom")
            words = ("huvudmän", "skolenheter", "värden")
            told += [f"{n} {word}" for n, word in zip(numbers, words, strict=True)]

    def plan_cycle(self) -> InvitationBatch:
        with self.report.step("Planen") as told:
            cycle = cycles.create_cycle(
                name=f"Huvudkörningen {timezone.now():%Y-%m-%d %H.%M.%S}",
                first_year=timezone.localdate().year,
                years=YEARS,
                batches_per_year=BATCHES_A_YEAR,
                actor=self.planners[0],
                beside_others=True,
            )
            plans.plan_cycle(cycle=cycle, actor=self.planners[0])
            must_equal("huvudmän i planen", cycle.dialogues.count(), plans.active_huvudman().count())
            told += [f"{cycle.batches.count()} omgångar", f"{cycle.dialogues.count()} huvudmän"]
        return counts.fullest_batch(cycle)

    def send_invitations(self, batch: InvitationBatch) -> None:
        with self.report.step("Omgången skickas av beat") as told:
            batches.approve_batch(batch=batch, actor=self.planners[1])
            due = timezone.now() + datetime.timedelta(seconds=2)
            answer_by = timezone.localdate() + datetime.timedelta(days=21)
            batches.schedule_batch(batch=batch, send_at=due, answer_by=answer_by, actor=self.planners[0])
            wait_for("omgången skickad", lambda: counts.state_of(batch) == BatchState.SENT, seconds=180)
            self.wait_until_sent(batch, LetterKind.INVITATION)
            told.append(f"{counts.invited(batch)} huvudmän inbjudna")

    def read_invitations(self, batch: InvitationBatch) -> dict[int, str]:
        """The answer link that each huvudman finds in its letter, by dialogue."""
        with self.report.step("Breven läses i inkorgen") as told:
            self.read_mail(batch)
            links = theirs.answer_links(batch, self.inbox.letters)
            must_equal("huvudmän som fått sin länk", len(links), counts.with_letters(batch))
            told += [f"{sum(self.delivered.values())} brev framme", f"{len(links)} huvudmän med länk"]
        return links

    def post_letters(self, batch: InvitationBatch, links: dict[int, str]) -> None:
        """Print and post a letter to each huvudman that no e-mail reaches; the rest of them are rung."""
        with self.report.step("Breven på papper") as told:
            without = batch.dialogues.exclude(pk__in=links)
            posted = without.filter(postable()).count()
            run = lifecycle.make_run(actor=self.planners[0])
            if run is None:
                must_equal("brev att skriva ut", 0, posted)
                return
            wait_for("brevens PDF", lambda: counts.is_printed(run), seconds=180)
            lifecycle.mark_as_posted(run=run, on=timezone.localdate(), actor=self.planners[0])
            must_equal("postade brev", counts.posted(batch).count(), posted)
            told += [f"{posted} postade", f"{run.sheets} ark", f"{without.count() - posted} rings"]

    def answer(self, batch: InvitationBatch, links: dict[int, str]) -> None:
        with self.report.step("Svaren över HTTP") as told:
            for link in links.values():
                theirs.answer_by_link(link, self.random.choice(ANSWERS))
            by_state = Counter(batch.dialogues.values_list("state", flat=True))
            must_equal("huvudmän utan svar trots brev", counts.unanswered(batch), 0)
            told += [f"{by_state[state]} {S(state).label}" for state in (S.ACCEPTED, S.POSTPONED, S.DECLINED)]

    def introduce(self, batch: InvitationBatch) -> None:
        with self.report.step("Introduktionsmötena") as told:
            accepted = batch.dialogues.filter(state=S.ACCEPTED).count()
            groups = -(-accepted // GROUP_SEATS)
            held = [self.hold_group(batch, number) for number in range(groups)]
            must_equal("introducerade", batch.dialogues.filter(state=S.INTRODUCED).count(), accepted)
            told += [f"{groups} grupper", f"{sum(held)} deltog", f"{accepted - sum(held)} kunde inte komma"]

    def hold_group(self, batch: InvitationBatch, number: int) -> int:
        starts = _day(number + 14, 9)
        meeting = introductions.set_up_introduction(
            batch=batch,
            arrangement=Arrangement(
                starts_at=starts,
                ends_at=starts + datetime.timedelta(hours=1),
                link=f"https://mote.example/introduktion-{number + 1}",
                staff=self.pairs[number % len(self.pairs)],
            ),
            seats=GROUP_SEATS,
            actor=self.planners[0],
        )
        seated = list(meeting.taken_seats.filter(is_current=True).values_list("dialogue_id", flat=True))
        came = set(seated[1:] if len(seated) > 1 else seated)
        introductions.hold_introduction(
            meeting=meeting, attended=came, actor=self.planners[0], held_at=timezone.now()
        )
        return len(came)

    def send_underlag(self, batch: InvitationBatch) -> None:
        with self.report.step("Analysunderlagen") as told:
            wanted = batch.dialogues.filter(state=S.INTRODUCED)
            number = wanted.count()
            for meeting in batch.meetings.filter(kind=MeetingKind.INTRODUCTION):
                underlag.order_underlag_for_meeting(meeting=meeting, actor=self.planners[0])
            wait_for(
                "alla framtagna", lambda: counts.rendered(batch) >= number, seconds=60 + 6 * number, every=1
            )
            self.propose_times(list(wanted.order_by("pk")))
            for row in Underlag.objects.filter(dialogue__batch=batch):
                for user in self.pairs[0]:
                    underlag.confirm_underlag(underlag=row, actor=person(user))
                underlag.issue_underlag(underlag=row, actor=self.planners[0])
            self.wait_until_sent(batch, LetterKind.UNDERLAG)
            self.read_mail(batch)
            pdfs = theirs.pdfs_in(self.inbox.letters)
            must_equal("brev med PDF", len(pdfs), counts.sent(batch, LetterKind.UNDERLAG).count())
            told += [f"{number} framtagna och fastställda", f"{len(pdfs)} brev med PDF"]

    def propose_times(self, dialogues: list[Dialogue]) -> None:
        for dialogue, (starts, pair) in zip(dialogues, self.free_times(), strict=False):
            declare_none(dialogue, pair)
            meetings.propose_time(
                dialogue=dialogue,
                arrangement=Arrangement(
                    starts_at=starts,
                    ends_at=starts + datetime.timedelta(hours=2),
                    form=MeetingForm.IN_PERSON,
                    place=f"Hos {dialogue.huvudman}"[:300],
                    staff=pair,
                ),
                actor=self.planners[0],
            )

    def free_times(self, first_day: int = 40) -> Iterator[tuple[datetime.datetime, list[User]]]:
        """Two times a day for every pair of leaders."""
        day = first_day
        while True:
            for hour in (9, 13):
                yield from ((_day(day, hour), pair) for pair in self.pairs)
            day += 1

    def settle_times(self, batch: InvitationBatch) -> None:
        with self.report.step("Tiderna") as told:
            waiting = list(batch.dialogues.filter(state=S.UNDERLAG_SENT).select_related("huvudman"))
            for dialogue in waiting[:IN_PORTAL]:
                self.in_portal(dialogue).accept_time()
            for dialogue in waiting[IN_PORTAL:]:
                meeting = counts.meeting(dialogue, MeetingKind.DIALOGUE)
                meetings.accept_time(
                    meeting=meeting, given_by="skolchefen", channel=Channel.PHONE, actor=self.planners[0]
                )
            must_equal("bestämda tider", batch.dialogues.filter(state=S.TIME_FIXED).count(), len(waiting))
            told += [
                f"{min(IN_PORTAL, len(waiting))} i portalen",
                f"{max(0, len(waiting) - IN_PORTAL)} på telefon",
            ]

    def ask_questions(self, batch: InvitationBatch) -> None:
        with self.report.step("De prioriterade frågorna") as told:
            waiting = list(batch.dialogues.filter(state=S.TIME_FIXED).select_related("huvudman"))
            for dialogue in waiting[:IN_PORTAL]:
                self.in_portal(dialogue).send_questions()
            areas = around(Area)
            for dialogue in waiting[IN_PORTAL:]:
                send_questions(
                    dialogue=dialogue,
                    rows=[Row(area=next(areas), text="", sub_goal=None)],
                    told_by="skolchefen",
                    channel=Channel.PHONE,
                    actor=self.planners[0],
                )
            told_us = batch.dialogues.filter(questions__isnull=False).count()
            must_equal("huvudmän med frågor", told_us, len(waiting))
            told.append(f"{told_us} huvudmän har berättat")

    def hold_dialogues(self, batch: InvitationBatch) -> None:
        with self.report.step("Dialogerna") as told:
            ready = list(batch.dialogues.filter(state=S.TIME_FIXED))
            for dialogue in ready:
                records.hold_dialogue(
                    dialogue=dialogue,
                    summary="Vi talade om skillnader mellan enheterna och hur de kan minska.",
                    discussed_skolformer=[Skolform.GR],
                    actor=person(self.pairs[0][0]),
                    held_at=timezone.now(),
                )
            told.append(f"{len(ready)} hållna")

    def give_feedback(self, batch: InvitationBatch) -> None:
        with self.report.step("Återkopplingen") as told:
            ready = list(batch.dialogues.filter(state=S.DIALOGUE_HELD))
            for dialogue, (starts, pair) in zip(ready, self.free_times(first_day=100), strict=False):
                self.feed_back(dialogue, starts, pair)
            must_equal("avslutade", batch.dialogues.filter(state=S.CLOSED).count(), len(ready))
            told.append(f"{len(ready)} hållna och avslutade")

    def feed_back(self, dialogue: Dialogue, starts: datetime.datetime, pair: list[User]) -> None:
        leader = person(pair[0])
        declare_none(dialogue, pair)
        meetings.set_up_feedback(
            dialogue=dialogue,
            arrangement=Arrangement(
                starts_at=starts,
                ends_at=starts + datetime.timedelta(hours=1),
                link="https://mote.example/aterkoppling",
                staff=pair,
            ),
            actor=leader,
        )
        records.hold_feedback(
            dialogue=dialogue, feedback="Arbetet fortsätter lokalt.", actor=leader, held_at=timezone.now()
        )
        records.close_dialogue(dialogue=dialogue, actor=leader)

    def check_letters(self, batch: InvitationBatch) -> None:
        with self.report.step("Alla brev") as told:
            self.wait_until_sent(batch)
            self.read_mail(batch)
            sent = set(counts.sent(batch).values_list("message_id", flat=True))
            twice = [key for key, count in self.delivered.items() if count > 1]
            must_equal("brev som kom två gånger", len(twice), 0)
            must_equal("brev som aldrig kom", len(sent - set(self.delivered)), 0)
            kinds = set(counts.sent(batch).values_list("kind", flat=True))
            told += [f"{len(sent)} med e-post, {len(kinds)} slag, alla framme en gång"]
            told += [f"{counts.posted(batch).count()} med posten"]

    def in_portal(self, dialogue: Dialogue) -> theirs.InPortal:
        """The dialogue's skolchef, who signs in once."""
        if dialogue.pk not in self.visitors:
            self.visitors[dialogue.pk] = theirs.InPortal(dialogue, self.inbox)
        return self.visitors[dialogue.pk]

    def wait_until_sent(self, batch: InvitationBatch, kind: LetterKind | None = None) -> None:
        """Wait until no letter is on its way. One may be stopped, when what it tells is over already."""
        letters = Letter.objects.filter(batch=batch, **({"kind": kind} if kind else {}))
        waiting = letters.exclude(state__in=[LetterState.SENT, LetterState.STOPPED])
        wait_for("alla brev skickade", lambda: letters.exists() and not waiting.exists(), seconds=240)

    def read_mail(self, batch: InvitationBatch) -> None:
        """Read the mail until all the batch's sent letters have come."""
        wanted = set(counts.sent(batch).values_list("message_id", flat=True))

        def all_have_come() -> bool:
            self.inbox.look()
            self.delivered = Counter(letter["Message-ID"] for letter in self.inbox.letters)
            return wanted <= set(self.delivered)

        wait_for("breven framme", all_have_come, seconds=120)


def _actor(name: str) -> Actor:
    return person(User.objects.get(email=f"{name}@skolverket.example"))


def _day(days: int, hour: int) -> datetime.datetime:
    day = timezone.localdate() + datetime.timedelta(days=days)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))
