"""The tasks of a dialogue in its three phases: what is done, what can be done now, and what locks the rest.

One table (`TASKS`) says it all. A task is open when one of its steps is (`steps.py`), or when all its gates
hold and it has a page. At other times the verb behind it refuses, so that no page promises what is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dialogues.conditions import (
    SETTLED,
    Holds,
    Words,
    awaited,
    booked_at,
    can_be_sent,
    has_underlag,
    is_held,
    left_out,
    may_still_change,
    own_to_settle,
    own_waiting,
    past,
    stands,
    state,
    waits_not_for,
    why_not_sent,
    why_summary_waits,
)
from dialogues.domain.closing import are_parts_over
from dialogues.domain.summary_waits import Waits
from dialogues.facts import Facts
from dialogues.models import BEFORE_DIALOGUE, MeetingKind
from dialogues.models import DialogueState as S
from dialogues.models import RoundState as R
from dialogues.models import UnderlagState as U
from dialogues.task_pages import Page, group_page, issue_page, own_questions_place, underlag_page
from dialogues.turns import Standing

INTRODUCTION, DIALOGUE, FEEDBACK = MeetingKind.INTRODUCTION, MeetingKind.DIALOGUE, MeetingKind.FEEDBACK
PLANNERS, LEADERS, EITHER = _("Planerare"), _("Dialogledare"), _("Planerare och dialogledare")
THE_HUVUDMAN = _("Huvudmannen, eller den av oss som skriver in vad den säger")
NOBODY = _("Ingen behöver göra något")
BOTH_AGENCIES = _("En dialogledare från varje myndighet")


class Status(StrEnum):
    """Where a task stands."""

    DONE = "done"
    OPEN = "open"
    LOCKED = "locked"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Gate:
    """What must be so before a task can be done: why it is locked while it is not, and who can unlock it."""

    holds: Holds
    why: str | Promise | Words
    who: str | Promise
    opened_by: tuple[str, ...] = ()
    """The steps of other tasks that open it, by their names in `STEPS`."""

    def reason(self, facts: Facts) -> str:
        """Why the task is locked."""
        return str(self.why(facts) if callable(self.why) else self.why)


@dataclass(frozen=True)
class Task:
    """A task of a phase.

    `steps` do it, by their names in `STEPS`: the first that is open; the others change what is done, and
    those `around` it let the dialogue go on without it. One with no steps but a `page` is open while all its
    gates hold. `shown` tells where it belongs at all, `skipped` that the dialogue has gone on without it and
    why, and `hint` what to know now.
    """

    key: str
    phase: MeetingKind
    title: str | Promise
    done: Holds
    gates: tuple[Gate, ...]
    who: str | Promise | Words = EITHER
    steps: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    page: Page | None = None
    shown: Holds = field(default=lambda _facts: True)
    skipped: Words = field(default=lambda _facts: "")
    hint: Words = field(default=lambda _facts: "")


BEFORE_THE_END = frozenset(S) - {S.DIALOGUE_HELD, S.FEEDBACK_HELD, S.CLOSED}
NOT_ASKED = _("Dialogen hölls utan att frågor hade lämnats i förväg.")
MISSED = _("Huvudmannen kunde inte komma, och dialogen är hållen.")
INVITED = Gate(past(S.PLANNED), _("Inbjudan går ut när omgången skickas."), PLANNERS)
ANSWERED_YES = Gate(
    past(S.PLANNED, S.INVITED, S.POSTPONED, S.DECLINED), _("Huvudmannen har inte tackat ja."), THE_HUVUDMAN
)
INTRODUCED = Gate(
    past(S.PLANNED, S.INVITED, S.POSTPONED, S.DECLINED, S.ACCEPTED),
    _("Öppnas när introduktionen är hållen."),
    EITHER,
)
SENT = Gate(
    past(S.PLANNED, S.INVITED, S.POSTPONED, S.DECLINED, S.ACCEPTED, S.INTRODUCED),
    _("Förslaget går till huvudmannen med analysunderlaget."),
    EITHER,
)
DIALOGUE_HELD = Gate(
    state(S.DIALOGUE_HELD, S.FEEDBACK_HELD, S.CLOSED), _("Öppnas när dialogen är hållen."), LEADERS
)
DONE_UNDERLAG = has_underlag(U.RENDERED, U.CONFIRMED, U.ISSUED)

TASKS: tuple[Task, ...] = (
    Task(
        "svar",
        INTRODUCTION,
        _("Svar på inbjudan"),
        done=lambda facts: facts.answer is not None or facts.dialogue.state not in (S.PLANNED, S.INVITED),
        gates=(INVITED,),
        steps=("svar",),
    ),
    Task(
        "senare",
        INTRODUCTION,
        _("En senare omgång"),
        done=lambda facts: is_open_step(facts, "byt-omgang"),
        gates=(
            Gate(state(S.POSTPONED), _("Huvudmannen har inte bett om en senare omgång."), THE_HUVUDMAN),
            Gate(lambda facts: not may_still_change(facts), may_still_change, NOBODY),
        ),
        who=PLANNERS,
        steps=("senare-omgang", "byt-omgang"),
        shown=lambda facts: facts.dialogue.state == S.POSTPONED or is_open_step(facts, "byt-omgang"),
    ),
    Task(
        "plats",
        INTRODUCTION,
        _("Plats på ett introduktionsmöte"),
        done=lambda facts: stands(INTRODUCTION, Standing.BOOKED, Standing.OVER)(facts) or is_held(facts),
        gates=(ANSWERED_YES,),
        steps=("plats",),
        shown=lambda facts: not is_held(facts),
        skipped=lambda facts: MISSED if facts.missed and facts.dialogue.state not in BEFORE_DIALOGUE else "",
    ),
    Task(
        "introduktion",
        INTRODUCTION,
        _("Introduktionsmötet, och vilka som deltog"),
        done=is_held,
        gates=(
            ANSWERED_YES,
            Gate(stands(INTRODUCTION, Standing.BOOKED, Standing.OVER), _("Ingen plats är bokad."), EITHER),
        ),
        page=Page(group_page, "dialogues.run_introduction"),
        hint=booked_at(INTRODUCTION),
        skipped=lambda facts: MISSED if facts.missed and facts.dialogue.state not in BEFORE_DIALOGUE else "",
    ),
    Task(
        "ta-fram",
        DIALOGUE,
        _("Ta fram analysunderlaget"),
        done=DONE_UNDERLAG,
        gates=(
            INTRODUCED,
            Gate(lambda facts: not has_underlag(U.ORDERED)(facts), _("Underlaget tas fram just nu."), NOBODY),
        ),
        page=Page(underlag_page, "dialogues.order_underlag"),
    ),
    Task(
        "faststall",
        DIALOGUE,
        _("Fastställ analysunderlaget"),
        done=has_underlag(U.CONFIRMED, U.ISSUED),
        gates=(INTRODUCED, Gate(DONE_UNDERLAG, _("Underlaget är inte framtaget än."), EITHER)),
        who=awaited,
        page=Page(underlag_page, "dialogues.confirm_underlag"),
    ),
    Task(
        "tid",
        DIALOGUE,
        _("Föreslå tid för dialogen"),
        done=lambda facts: facts.stands(DIALOGUE) in SETTLED,
        gates=(INTRODUCED,),
        steps=("foresla-tid", "ny-tid", "medverkande"),
    ),
    Task(
        "skicka",
        DIALOGUE,
        _("Skicka analysunderlaget med förslaget på tid"),
        done=has_underlag(U.ISSUED),
        gates=(
            INTRODUCED,
            Gate(has_underlag(U.CONFIRMED, U.ISSUED), _("Underlaget är inte fastställt än."), BOTH_AGENCIES),
            Gate(can_be_sent, why_not_sent, EITHER),
        ),
        page=Page(issue_page, "dialogues.issue_underlag"),
    ),
    Task(
        "fragor",
        DIALOGUE,
        _("Prioriterade frågor"),
        done=lambda facts: facts.has_questions,
        gates=(ANSWERED_YES,),
        who=THE_HUVUDMAN,
        steps=("fragor",),
        skipped=lambda facts: "" if facts.dialogue.state in BEFORE_THE_END else NOT_ASKED,
    ),
    Task(
        "fragor-till-oss",
        DIALOGUE,
        _("Huvudmannens egna frågor till oss"),
        done=lambda facts: facts.own_questions > 0 and not facts.own_waiting,
        gates=(ANSWERED_YES,),
        who=lambda facts: EITHER if facts.own_waiting else THE_HUVUDMAN,
        steps=("fraga-till-oss",),
        page=Page(
            own_questions_place, "dialogues.answer_own_question", when=lambda facts: facts.own_waiting > 0
        ),
        hint=own_waiting,
    ),
    Task(
        "svar-om-tid",
        DIALOGUE,
        _("Svar på förslaget på tid"),
        done=stands(DIALOGUE, Standing.BOOKED, Standing.OVER, Standing.HELD),
        gates=(
            SENT,
            Gate(
                stands(DIALOGUE, Standing.PROPOSED, Standing.PASSED),
                _("En ny tid behöver föreslås först."),
                EITHER,
            ),
        ),
        who=THE_HUVUDMAN,
        steps=("godta-tid", "blev-av", "annan-tid"),
    ),
    Task(
        "dialog",
        DIALOGUE,
        _("Håll och dokumentera dialogen"),
        done=state(S.DIALOGUE_HELD, S.FEEDBACK_HELD, S.CLOSED),
        gates=(
            Gate(
                state(S.TIME_FIXED),
                _("Öppnas när tiden är bestämd."),
                THE_HUVUDMAN,
                opened_by=("foresla-tid", "godta-tid", "ny-tid"),
            ),
        ),
        who=LEADERS,
        steps=("dialog-hallen", "dokumentation", "dialogen-holls"),
        around=("blev-inte-av", "hoppa-over"),
        hint=booked_at(DIALOGUE),
        skipped=left_out(DIALOGUE),
    ),
    Task(
        "aterkoppling-tid",
        FEEDBACK,
        _("Boka återkopplingsmötet"),
        done=lambda facts: facts.stands(FEEDBACK) in SETTLED,
        gates=(DIALOGUE_HELD,),
        steps=("boka-aterkoppling", "aterkoppling-ny-tid", "aterkoppling-medverkande"),
    ),
    Task(
        "aterkoppling-svar",
        FEEDBACK,
        _("Svar på förslaget på tid för återkopplingen"),
        done=stands(FEEDBACK, Standing.BOOKED, Standing.OVER, Standing.HELD),
        gates=(
            DIALOGUE_HELD,
            Gate(
                stands(FEEDBACK, Standing.PROPOSED, Standing.PASSED),
                _("En ny tid behöver föreslås först."),
                EITHER,
            ),
        ),
        who=THE_HUVUDMAN,
        steps=("aterkoppling-godta-tid", "aterkoppling-blev-av", "aterkoppling-annan-tid"),
        shown=stands(FEEDBACK, Standing.PROPOSED, Standing.PASSED, Standing.WISHED, Standing.BOOKED),
    ),
    Task(
        "aterkoppling",
        FEEDBACK,
        _("Håll och dokumentera återkopplingen"),
        done=state(S.FEEDBACK_HELD, S.CLOSED),
        gates=(
            DIALOGUE_HELD,
            Gate(
                stands(FEEDBACK, Standing.BOOKED, Standing.OVER),
                _("Öppnas när tiden för återkopplingen är bestämd."),
                EITHER,
                opened_by=("boka-aterkoppling", "aterkoppling-godta-tid", "aterkoppling-ny-tid"),
            ),
        ),
        who=LEADERS,
        steps=("aterkoppling-hallen", "aterkopplingen-holls"),
        around=("aterkoppling-blev-inte-av", "hoppa-over-aterkoppling"),
        skipped=left_out(FEEDBACK),
        hint=booked_at(FEEDBACK),
    ),
    Task(
        "sammanfattning",
        FEEDBACK,
        _("Den gemensamma sammanfattningen"),
        done=lambda facts: facts.summary is not None and facts.summary.state in (R.AGREED, R.UNANSWERED),
        gates=(DIALOGUE_HELD,),
        who=LEADERS,
        steps=(
            "godkann-sammanfattning",
            "svar-om-sammanfattning",
            "sammanfattning-utan-svar",
            "sammanfattning",
            "skicka-sammanfattning",
        ),
    ),
    Task(
        "avsluta",
        FEEDBACK,
        _("Avsluta dialogen"),
        done=state(S.CLOSED),
        gates=(
            Gate(
                lambda facts: are_parts_over(facts.dialogue),
                _("Öppnas när återkopplingen är hållen, eller en del hoppas över."),
                LEADERS,
            ),
            Gate(waits_not_for(Waits.HUVUDMAN), why_summary_waits, THE_HUVUDMAN),
            Gate(waits_not_for(*set(Waits) - {Waits.NOTHING}), why_summary_waits, LEADERS),
        ),
        hint=own_to_settle,
        steps=("avsluta",),
    ),
)
WHOLE = ("jav", "pausa", "ateruppta", "avboka")
"""Steps about the whole dialogue, which belong to no task."""


def status_of(task: Task, facts: Facts) -> Status:
    """Where a task stands, whoever looks."""
    if task.done(facts):
        return Status.DONE
    if is_open(task, facts):
        return Status.OPEN
    is_skipped = facts.is_over or task.skipped(facts)
    waits = facts.dialogue.is_paused or closed_gate(task, facts) is not None
    return Status.LOCKED if waits and not is_skipped else Status.SKIPPED


def is_open(task: Task, facts: Facts) -> bool:
    """Tell whether a task that is not done can be done now."""
    if task.steps:
        return any(is_open_step(facts, name) for name in task.steps)
    rests = facts.dialogue.is_paused or facts.is_over or task.skipped(facts)
    return not rests and closed_gate(task, facts) is None


def is_open_step(facts: Facts, name: str) -> bool:
    """Tell whether a step can be taken now."""
    return name in facts.open_steps


def closed_gate(task: Task, facts: Facts) -> Gate | None:
    """The first gate that locks a task; None when all of them hold."""
    return next((gate for gate in task.gates if not gate.holds(facts)), None)
