"""What happens in an introduction group and to each dialogue in it, by the same verbs as in real life."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from accounts.actors import Actor, person
from accounts.models import User
from dialogues.demo.groups import Group, Journey
from dialogues.demo.people import kommun_tried
from dialogues.demo.story import Story
from dialogues.domain import introductions, meetings, records, underlag
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.questions import Row, send_questions
from dialogues.models import Channel, Dialogue, InvitationBatch, Meeting, MeetingForm, MeetingKind, Underlag
from dialogues.underlag.tasks import render_underlag
from huvudman.models import Skolform
from quality_system.models import Area

SEATS = 100
QUESTIONS_AFTER, FEEDBACK_BOOKED_AFTER = 2, 2
"""Days after the time was accepted, and after the dialogue."""

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
        if self.group.meets > 0:
            return
        yield Scene(self.begins + datetime.timedelta(minutes=75), self.hold)
        for place, journey in enumerate(self.group.journeys):
            yield from JourneyTold(self, place, journey).scenes()

    def set_up(self) -> None:
        """Set up the introduction; who waits, or says yes later, gets a seat."""
        introductions.set_up_introduction(
            batch=self.batch,
            arrangement=Arrangement(
                starts_at=self.begins,
                ends_at=self.begins + AN_HOUR,
                link="https://mote.example/introduktion",
                staff=self.pairs[0],
            ),
            seats=len(self.group.journeys) or SEATS,
            actor=self.planner,
        )

    def hold(self) -> None:
        """Hold the introduction and make its underlag."""
        seated = [dialogue.pk for dialogue in self.seated()]
        came = set(seated[: len(seated) - self.group.missed])
        introductions.hold_introduction(meeting=self.meeting(), attended=came, actor=self.planner)
        for version in Underlag.objects.filter(dialogue__in=seated).order_by("pk"):
            render_underlag([version.pk])

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
        yield from self._scenes_of_feedback()

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
        if self.dialogue_on < 0:
            yield Scene(at(self.dialogue_on, 11, 30), self.hold_dialogue)

    def _scenes_of_feedback(self) -> Iterator[Scene]:
        at, feedback, closed = self.told.story.at, self.journey.feedback, self.journey.closed
        if feedback is None:
            return
        yield Scene(at(self.dialogue_on + FEEDBACK_BOOKED_AFTER, 10), self.book_feedback)
        if feedback < 0:
            yield Scene(at(feedback, 16, 20), self.hold_feedback)
        if closed is not None:
            yield Scene(at(closed, 11), self.close)

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
        """Propose a time and a place for the dialogue."""
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

    def hold_dialogue(self) -> None:
        """Note the dialogue, on its day."""
        records.hold_dialogue(
            dialogue=self.dialogue,
            summary="Vi talade om hur skillnaderna mellan enheterna kan minska, och om vad som går bra.",
            discussed_skolformer=[Skolform.GR],
            actor=person(self.pair[0]),
        )

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
        """Note the feedback meeting, on its day."""
        feedback = "Skolorna fortsätter med kollegial planering."
        records.hold_feedback(dialogue=self.dialogue, feedback=feedback, actor=person(self.pair[0]))

    def close(self) -> None:
        """Close the dialogue."""
        records.close_dialogue(dialogue=self.dialogue, actor=person(self.pair[0]))
