"""What happens in an introduction group and to each dialogue in it, by the same verbs as in real life."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from accounts.actors import Actor, person
from accounts.models import User
from dialogues.demo import summing
from dialogues.demo.groups import Group, Journey
from dialogues.demo.people import declare_none, kommun_tried
from dialogues.demo.story import Story
from dialogues.domain import introductions, meetings, needs, own_questions, participants, records, underlag
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.pausing import pause_dialogue
from dialogues.domain.questions import Row, send_questions
from dialogues.domain.skipping import note_missed, skip_part
from dialogues.models import (
    AnsweredHow,
    Channel,
    Dialogue,
    InvitationBatch,
    Meeting,
    MeetingForm,
    MeetingKind,
    SkippedPart,
    Underlag,
)
from dialogues.underlag.tasks import render_underlag
from huvudman.models import Skolform
from huvudman.queries import writers_of
from quality_system.models import Area

QUESTIONS_AFTER, FEEDBACK_BOOKED_AFTER, SUMMARY_SENT_AFTER = 2, 2, 1
"""Days after the time was accepted, and after the dialogue."""

ANSWERS = {
    "Hur gör andra huvudmän av vår storlek när behöriga lärare inte räcker till?": (
        "Vi gick igenom tre exempel på dialogen. Kollegial planering över skolgränserna var det som flest "
        "hade haft nytta av."
    ),
    "Kan vi få stöd av SPSM i arbetet med tidiga insatser?": (
        "Ja. SPSM ger råd och stöd utan kostnad. Ni når rådgivarna på telefon eller genom SPSM:s webbplats."
    ),
}
"""What a huvudman asks the agencies, with the answers."""
CANCELLED_BECAUSE = "Ni slås ihop med en annan huvudman till sommaren och vill vänta till dess."
LEFT_OUT_BECAUSE = "Ni är klara efter dialogen och vill lägga tiden på det ni kom fram till."
PAUSE_SEEN_TO = 30
"""The day on which the pause is looked at again."""

COMING = (("Alex Exempel", "rektor"), ("Robin Exempel", "kvalitetsstrateg"))
"""Who come from a huvudman."""

AN_HOUR, TWO_HOURS = datetime.timedelta(hours=1), datetime.timedelta(hours=2)


@dataclass(frozen=True)
class Scene:
    """Something that is done at a moment."""

    at: datetime.datetime
    play: Callable[[], object]


@dataclass(frozen=True)
class GroupTold:
    """An introduction group of a batch in a story, led by a pair."""

    story: Story
    group: Group
    batch: InvitationBatch
    pairs: list[list[User]]
    planner: Actor

    @property
    def begins(self) -> datetime.datetime:
        """When the introduction begins."""
        return self.story.at(self.group.meets, 13)

    def scenes(self) -> Iterator[Scene]:
        """All that has happened in the group and to its dialogues."""
        yield Scene(self.story.at(self.group.set_up, 13, 30), self.set_up)
        if self.group.cancelled:
            yield Scene(self.story.at(self.group.cancelled[0], 10), self.cancel)
        if self.group.meets > 0:
            return
        yield Scene(self.begins + datetime.timedelta(minutes=75), self.hold)
        for place, journey in enumerate(self.group.journeys):
            yield from JourneyTold(self, place, journey).scenes()

    def set_up(self) -> None:
        """Set up the introduction; who waits, or says yes later, gets a seat while there is one."""
        introductions.set_up_introduction(
            batch=self.batch,
            arrangement=Arrangement(
                starts_at=self.begins,
                ends_at=self.begins + AN_HOUR,
                link="https://mote.example/introduktion",
                staff=self.pairs[0],
            ),
            seats=self.group.seats or len(self.group.journeys),
            actor=self.planner,
        )

    def hold(self) -> None:
        """Hold the introduction and make its underlag."""
        seated = [dialogue.pk for dialogue in self.seated()]
        came = set(seated[: len(seated) - self.group.missed])
        introductions.hold_introduction(meeting=self.meeting(), attended=came, actor=self.planner)
        for version in Underlag.objects.filter(dialogue__in=seated).order_by("pk"):
            render_underlag([version.pk])

    def cancel(self) -> None:
        """Some of those last in the group cancel, by phone; their seats are free then."""
        assert self.group.cancelled is not None
        for dialogue in self.seated()[-self.group.cancelled[1] :]:
            meetings.cancel_dialogue(dialogue=dialogue, reason=CANCELLED_BECAUSE, actor=self.planner)

    def meeting(self) -> Meeting:
        """The introduction."""
        return self.batch.meetings.get(kind=MeetingKind.INTRODUCTION, starts_at=self.begins)

    def seated(self) -> list[Dialogue]:
        """Who has a seat, the kommun that can be tried first."""
        rows = Dialogue.objects.filter(seats__meeting=self.meeting(), seats__is_current=True)
        tried = kommun_tried().pk
        return sorted(rows.select_related("huvudman", "batch"), key=lambda d: (d.huvudman_id != tried, d.pk))


@dataclass(frozen=True)
class JourneyTold:
    """One dialogue of a group in a story."""

    told: GroupTold
    place: int
    journey: Journey

    def scenes(self) -> Iterator[Scene]:
        """The steps that it has taken."""
        yield from self._scenes_of_underlag()
        yield from self._scenes_of_dialogue()
        yield from self._scenes_of_summary()
        yield from self._scenes_of_feedback()
        if self.journey.paused is not None:
            yield Scene(self.told.story.at(self.journey.paused, 13), self.pause)

    def _scenes_of_underlag(self) -> Iterator[Scene]:
        at, sent, later = self.told.story.at, self.told.group.sent, 12 * self.place
        if sent is None:
            return
        yield Scene(at(sent - 1, 9, later), self.propose_time)
        yield Scene(at(sent - 1, 11, later), lambda: self.confirm(self.pair[0]))
        yield Scene(at(sent - 1, 14, later), lambda: self.confirm(self.pair[1]))
        yield Scene(at(sent, 9, later), self.send_underlag)

    def _scenes_of_dialogue(self) -> Iterator[Scene]:
        at, accepted = self.told.story.at, self.journey.accepted
        if accepted is None:
            return
        yield Scene(at(accepted, 10, 7 * self.place), self.accept_time)
        yield Scene(at(accepted + QUESTIONS_AFTER, 14, 7 * self.place), self.ask)
        yield Scene(at(accepted + QUESTIONS_AFTER, 15, 7 * self.place), self.ask_agencies)
        yield Scene(at(accepted + QUESTIONS_AFTER, 15, 7 * self.place + 3), self.prepare_meeting)
        if self.journey.missed:
            yield Scene(at(self.dialogue_on, 11, 45), self.note_missed)
        elif self.dialogue_on < 0:
            yield Scene(at(self.dialogue_on, 11, 30), self.hold_dialogue)

    def _scenes_of_summary(self) -> Iterator[Scene]:
        at, stage = self.told.story.at, self.journey.summary
        if self.journey.accepted is None or self.journey.missed or self.dialogue_on >= 0:
            return
        first = self.dialogue_on + SUMMARY_SENT_AFTER
        yield Scene(at(first, 13), lambda: summing.write_and_send(self.dialogue, self.pair[0]))
        if stage in ("returned", "changed"):
            yield Scene(at(first + 1, 9), lambda: summing.wish_a_change(self.dialogue, self.told.planner))
        if stage == "changed":
            yield Scene(
                at(first + 2, 13),
                lambda: summing.write_and_send(self.dialogue, self.pair[1], summing.SECOND),
            )
        if stage in ("agreed", "changed"):
            last = first + 3
            other = self.pair[0] if stage == "changed" else self.pair[1]
            yield Scene(at(last, 9), lambda: summing.confirm(self.dialogue, other))
            yield Scene(at(last + 1, 10), lambda: summing.agree(self.dialogue, self.told.planner))

    def _scenes_of_feedback(self) -> Iterator[Scene]:
        at, feedback = self.told.story.at, self.journey.feedback
        if self.journey.left_out is not None:
            yield Scene(at(self.journey.left_out, 10), self.leave_feedback_out)
        if feedback is not None:
            yield Scene(at(self.dialogue_on + FEEDBACK_BOOKED_AFTER, 10), self.book_feedback)
            if feedback < 0:
                yield Scene(at(feedback, 16, 20), self.hold_feedback)
        if self.journey.closed is not None:
            yield Scene(at(self.journey.closed, 11), self.close)

    @cached_property
    def dialogue(self) -> Dialogue:
        """The dialogue, known when its group is full."""
        return self.told.seated()[self.place]

    @property
    def pair(self) -> list[User]:
        """Who come from the agencies."""
        return self.told.pairs[self.place % len(self.told.pairs)]

    @property
    def dialogue_on(self) -> int:
        """The day of the dialogue, which has one."""
        assert self.journey.dialogue is not None
        return self.journey.dialogue

    def propose_time(self) -> None:
        """Propose a time and a place for the dialogue, with people who have no conflict of interest."""
        declare_none(self.dialogue, self.pair)
        starts = self.told.story.at(self.dialogue_on, 9)
        meetings.propose_time(
            dialogue=self.dialogue,
            arrangement=Arrangement(
                starts_at=starts,
                ends_at=starts + TWO_HOURS,
                form=MeetingForm.IN_PERSON,
                place=f"Hos {self.dialogue.huvudman}"[:300],
                staff=self.pair,
            ),
            actor=self.told.planner,
        )

    def confirm(self, user: User) -> None:
        """Let one of the agencies stand behind the underlag."""
        underlag.confirm_underlag(underlag=self.dialogue.underlag.get(), actor=person(user))

    def send_underlag(self) -> None:
        """Send the underlag with the proposed time."""
        underlag.issue_underlag(underlag=self.dialogue.underlag.get(), actor=self.told.planner)

    def accept_time(self) -> None:
        """Accept the time, by phone."""
        meetings.accept_time(
            meeting=self.dialogue.seats.get(kind=MeetingKind.DIALOGUE, is_current=True).meeting,
            given_by="Kim Exempel",
            channel=Channel.PHONE,
            actor=self.told.planner,
        )

    def ask(self) -> None:
        """Tell two questions, by phone."""
        send_questions(
            dialogue=self.dialogue,
            rows=[
                Row(area=Area.EQUITY, text="Hur ger vi alla elever samma möjligheter?", sub_goal=None),
                Row(area=Area.LEARNING, text="", sub_goal=None),
            ],
            told_by="Kim Exempel, skolchef",
            channel=Channel.PHONE,
            actor=self.told.planner,
        )

    def ask_agencies(self) -> None:
        """Ask the agencies two questions, by phone."""
        for text in ANSWERS:
            own_questions.ask_agencies(
                dialogue=self.dialogue,
                text=text,
                asked_by="Kim Exempel, skolchef",
                channel=Channel.PHONE,
                actor=self.told.planner,
            )

    def prepare_meeting(self) -> None:
        """Tell what is needed, by phone, and name those who come, in the portal."""
        needs.tell_needs(
            dialogue=self.dialogue,
            needs=needs.Needs(hearing_loop=True),
            seen=0,
            given_by="Kim Exempel, skolchef",
            channel=Channel.PHONE,
            actor=self.told.planner,
        )
        writer = User.objects.filter(contacts__in=writers_of(self.dialogue.huvudman)).first()
        if writer is None:
            return
        for name, role in COMING:
            participants.save_participant(
                dialogue=self.dialogue,
                participant=None,
                name=name,
                role=role,
                email="",
                actor=person(writer),
            )

    def answer_next(self, how: AnsweredHow) -> None:
        """Answer the question that has waited longest."""
        question = own_questions.open_questions(self.dialogue)[0]
        own_questions.answer_own_question(
            question=question,
            answer=ANSWERS[question.text],
            how=how,
            seen=question.version,
            actor=person(self.pair[1]),
        )

    def hold_dialogue(self) -> None:
        """Note the dialogue, on its day, and the answer to one question."""
        records.hold_dialogue(
            dialogue=self.dialogue,
            summary="Vi talade om hur skillnaderna mellan enheterna kan minska, och om vad som går bra.",
            discussed_skolformer=[Skolform.GR],
            actor=person(self.pair[0]),
        )
        self.answer_next(AnsweredHow.AT_DIALOGUE)

    def book_feedback(self) -> None:
        """Set the feedback meeting."""
        assert self.journey.feedback is not None
        begins = self.told.story.at(self.journey.feedback, 15)
        meetings.set_up_feedback(
            dialogue=self.dialogue,
            arrangement=Arrangement(
                starts_at=begins,
                ends_at=begins + AN_HOUR,
                link="https://mote.example/aterkoppling",
                staff=self.pair,
            ),
            actor=person(self.pair[0]),
        )

    def hold_feedback(self) -> None:
        """Note the feedback meeting, on its day, and the answer to the other question."""
        feedback = "Skolorna fortsätter med kollegial planering."
        records.hold_feedback(dialogue=self.dialogue, feedback=feedback, actor=person(self.pair[0]))
        self.answer_next(AnsweredHow.AT_FEEDBACK)

    def note_missed(self) -> None:
        """Note that the dialogue did not take place: another time is to be proposed."""
        meeting = self.dialogue.seats.get(kind=MeetingKind.DIALOGUE, is_current=True).meeting
        note_missed(meeting=meeting, actor=person(self.pair[0]))

    def leave_feedback_out(self) -> None:
        """Leave the feedback out, as the huvudman wishes; its other question is answered all the same."""
        skip_part(
            dialogue=self.dialogue,
            part=SkippedPart.FEEDBACK,
            reason=LEFT_OUT_BECAUSE,
            actor=person(self.pair[0]),
        )
        self.answer_next(AnsweredHow.AFTER)

    def pause(self) -> None:
        """Let the dialogue rest, to be looked at again in a month."""
        again = self.told.story.day(PAUSE_SEEN_TO)
        reason = "Ni får en ny skolchef efter årsskiftet och vill att hon är med från början."
        pause_dialogue(dialogue=self.dialogue, reason=reason, look_again_on=again, actor=person(self.pair[0]))

    def close(self) -> None:
        """Close the dialogue."""
        records.close_dialogue(dialogue=self.dialogue, actor=person(self.pair[0]))
