"""The huvudman's pages as tasks: what each is, where it stands, and which one is next."""

from __future__ import annotations

from typing import TypedDict, TypeGuard

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import day
from dialogues.domain.analysis_drafts import OPEN_FOR_WRITING
from dialogues.domain.goals import OPEN_FOR_GOALS
from dialogues.domain.needs import OPEN_FOR_NEEDS
from dialogues.domain.own_questions import OPEN_FOR_ASKING
from dialogues.domain.questions import OPEN_FOR_QUESTIONS
from dialogues.minutes import MINUTES
from dialogues.models import BEFORE_DIALOGUE, Meeting, MeetingState, RoundState, SkippedPart
from dialogues.models import DialogueState as S
from dialogues.timeline import when
from dialogues.views.portal.case import Case

Status = tuple[str, str]
"""Kind of badge, and its words."""

AFTER_DIALOGUE = (S.DIALOGUE_HELD, S.FEEDBACK_HELD, S.CLOSED)
ASKS_THE_HUVUDMAN = ("now", "note")
LAST = {"summary": 1, "questions": 2}
"""What others wait for is asked for before these."""


class Task(TypedDict, total=False):
    """A page as the task list shows it. `step` names it; `url` is absent while there is nothing to see."""

    step: str
    title: str | Promise
    hint: str
    url: str
    minutes: int
    status: str
    status_text: str
    optional: bool


def tasks(case: Case) -> list[Task]:
    """The pages of a dialogue in their order, each with its status; when it is over only those that came, and
    never those that will not come any more (which have no words).
    """
    pages = [
        _task(case, "answer", _("Svara på inbjudan"), _answer(case), minutes=MINUTES["answer"]),
        _task(case, "introduction", _("Introduktionsmöte"), _introduction(case)),
        _task(case, "underlag", _("Ert analysunderlag"), _underlag(case), minutes=MINUTES["underlag"]),
        _task(case, "analysis", _("Er nulägesanalys"), _analysis(case)) | Task(optional=True),
        _task(
            case, "questions", _("Era prioriterade frågor"), _questions(case), minutes=MINUTES["questions"]
        ),
        _task(case, "own_questions", _("Era frågor till oss"), _own_questions(case)) | Task(optional=True),
        _task(case, "time", _("Tid för dialogen"), _time(case), minutes=MINUTES["time"]),
        _task(case, "participants", _("Vilka kommer från er?"), _participants(case)) | Task(optional=True),
        _task(case, "needs", _("Behöver ni något på mötet?"), _needs(case)),
        _task(case, "summary", _("Sammanfattning av dialogen"), _summary(case), minutes=MINUTES["summary"]),
        _task(case, "feedback", _("Återkopplingsmöte"), _feedback(case)),
        _task(case, "work", _("Ert fortsatta arbete"), _work(case)),
    ]
    to_come = [page for page in pages if page["status"] != "off" or page["status_text"]]
    return [page for page in to_come if page["status"] != "off"] if case.is_over else to_come


def only_read(rows: list[Task]) -> list[Task]:
    """The pages as who only reads sees them: none waits for that person, or takes it any minutes."""
    waits = [row | Task(status="wait") if row["status"] in ASKS_THE_HUVUDMAN else row for row in rows]
    return [Task({name: told for name, told in row.items() if name != "minutes"}) for row in waits]  # type: ignore[misc]


def next_task(case: Case) -> Task | None:
    """The page that waits for the huvudman: a time that was proposed before the summary, the
    questions last.
    """
    waiting = [task for task in tasks(case) if task["status"] in ASKS_THE_HUVUDMAN]
    return min(waiting, key=lambda task: LAST.get(task["step"], 0), default=None)


def steps(case: Case, here: str) -> list[dict[str, object]]:
    """The side list: the front page and every step that has a page."""
    front: dict[str, object] = {
        "title": _("Översikt"),
        "state": "later" if here else "now",
        "url": front_url(case),
    }
    rows: list[dict[str, object]] = [
        {
            "title": task["title"],
            "state": "now" if task["step"] == here else "done" if task["status"] == "ok" else "later",
            "url": task.get("url"),
        }
        for task in tasks(case)
    ]
    return [front, *rows]


def front_url(case: Case) -> str:
    """The address of the front page of the case's huvudman."""
    return reverse("portal_huvudman", args=[case.dialogue.huvudman.public_id])


def _task(case: Case, step: str, title: str, status: Status, minutes: int = 0) -> Task:
    if case.dialogue.is_paused and status[0] in ASKS_THE_HUVUDMAN:
        status = "wait", _("Vilar under pausen")
    task = Task(step=step, title=title, status=status[0], status_text=status[1])
    if status[0] != "off":
        task["url"] = reverse(f"portal_{step}", args=[case.dialogue.public_id])
    if minutes and status[0] in ASKS_THE_HUVUDMAN:
        task["minutes"] = minutes
    return task


def _answer(case: Case) -> Status:
    if case.invitation is None:
        return "off", _("Inbjudan kommer senare")
    if case.answer:
        return "ok", case.answer.get_answer_display()
    if case.may_answer:
        return "now", _("Svara senast %(day)s") % {"day": day(case.invitation.answer_by)}
    if case.is_over:
        return "off", ""
    if case.dialogue.is_paused:
        return "wait", _("Vilar under pausen")
    return "wait", _("Ring oss för att svara")


def _introduction(case: Case) -> Status:
    if _is_booked(case.introduction):
        return _to_come(case.introduction)
    if case.missed_introduction:
        if case.may_choose_introduction:
            return "wait", _("Välj ett annat möte")
        is_offered = case.dialogue.state in BEFORE_DIALOGUE
        return ("wait", _("Vi erbjuder en annan grupp")) if is_offered else ("off", _("Ni deltog inte"))
    if case.introduction:
        return _meeting_status(case.introduction)
    if case.dialogue.state == S.ACCEPTED:
        return "wait", _("Vi bokar ett möte")
    return "off", _("Senare")


def _underlag(case: Case) -> Status:
    if case.underlag:
        return "ok", _("Skickat %(day)s") % {"day": day(case.underlag.issued_at)}
    return "off", _("Kommer efter introduktionen")


def _analysis(case: Case) -> Status:
    """What is optional asks for nothing: it waits, with no turn and no minutes until it is opened."""
    is_open = case.dialogue.state in OPEN_FOR_WRITING and not case.is_over
    if not is_open and not case.analysis.is_begun:
        return "off", _("Öppnas när ni tackat ja")
    if case.analysis.sent:
        return "ok", _("Version %(number)s skickad") % {"number": case.analysis.sent}
    if case.analysis.is_begun:
        return "wait", _("Påbörjad i ert eget utrymme")
    return "wait", _("Öppen för er")


def _questions(case: Case) -> Status:
    is_open = case.dialogue.state in OPEN_FOR_QUESTIONS
    if case.has_draft and is_open:
        return "note", _("Utkast som inte är skickat")
    if case.has_draft:
        return "wait", _("Utkast som inte skickades")
    if case.questions:
        return "ok", _("Skickade %(day)s") % {"day": day(case.questions.sent_at)}
    if is_open:
        return "now", _("Ni kan börja när ni vill")
    return "off", "" if case.dialogue.state in AFTER_DIALOGUE else _("Öppnas när ni tackat ja")


def _own_questions(case: Case) -> Status:
    """What is optional asks for nothing: it waits, with no turn and no minutes."""
    waiting, settled = case.own_questions
    if waiting and not case.is_over:
        return "wait", ngettext("%(n)s väntar på svar", "%(n)s väntar på svar", waiting) % {"n": waiting}
    if settled:
        return "ok", _("Svaren finns att läsa")
    if case.dialogue.state in OPEN_FOR_ASKING:
        return "wait", _("Öppen för er")
    return "off", _("Öppnas när ni tackat ja")


def _time(case: Case) -> Status:
    if case.dialogue.skipped == SkippedPart.DIALOGUE:
        return "ok", _("Hoppas över")
    if case.meeting is None:
        return "off", _("Kommer med underlaget")
    return _meeting_status(case.meeting)


def _participants(case: Case) -> Status:
    """Optional, as the questions to us."""
    number = case.meets.participants
    if number:
        return "ok", ngettext("%(n)s på listan", "%(n)s på listan", number) % {"n": number}
    if case.dialogue.state in BEFORE_DIALOGUE:
        return "wait", _("Öppen för er")
    return "off", _("Öppnas när ni tackat ja") if not _has_met(case) else ""


def _needs(case: Case) -> Status:
    """Asked once, when the time is fixed; it does not hold up what the agencies wait for."""
    if _has_met(case) or case.dialogue.state not in BEFORE_DIALOGUE:
        return "off", ""
    if case.dialogue.state not in OPEN_FOR_NEEDS:
        return "off", _("Frågas när en tid är föreslagen")
    if case.meets.has_told_needs:
        return "ok", _("Ni har svarat")
    return "wait", _("Berätta gärna")


def _has_met(case: Case) -> bool:
    return case.meeting is not None and case.meeting.state == MeetingState.HELD


def _summary(case: Case) -> Status:
    sent = case.summary
    if sent is None:
        return "off", _("Skickas efter dialogen")
    if sent.state == RoundState.OPEN and not case.is_over:
        if sent.answered_at:
            return "wait", _("Godkänd av er")
        return "now", _("Svara senast %(day)s") % {"day": day(sent.answer_by)}
    if sent.state == RoundState.RETURNED:
        return "wait", _("Vi skriver en ny version")
    if sent.state == RoundState.AGREED:
        return "ok", _("Överenskommen %(day)s") % {"day": day(sent.settled_at)}
    return "ok", _("Avslutad utan svar")


def _feedback(case: Case) -> Status:
    if case.dialogue.skipped:
        return "ok", _("Hoppas över")
    if _is_booked(case.feedback):
        return _to_come(case.feedback)
    return _meeting_status(case.feedback) if case.feedback else ("off", _("Efter dialogen"))


def _work(case: Case) -> Status:
    if case.dialogue.state not in OPEN_FOR_GOALS:
        return "off", _("Öppnas efter dialogen")
    if not case.goals:
        return "wait", _("Frivilligt")
    return "ok", ngettext("%(n)s mål", "%(n)s mål", case.goals) % {"n": case.goals}


def _is_booked(meeting: Meeting | None) -> TypeGuard[Meeting]:
    return meeting is not None and meeting.state == MeetingState.FIXED


def _to_come(meeting: Meeting) -> Status:
    """A booked meeting is not done before it is held."""
    return "wait", _("Tiden har varit") if meeting.is_over else when(meeting)


def _meeting_status(meeting: Meeting) -> Status:
    if meeting.proposal_has_passed:
        return "wait", _("Tiden har passerat")
    if meeting.state == MeetingState.PROPOSED:
        return "now", _("Svara på förslaget")
    if meeting.state in (MeetingState.OTHER_WISHED, MeetingState.MISSED):
        return "wait", _("Vi föreslår en ny tid")
    if meeting.state == MeetingState.HELD:
        return "ok", _("Genomfört")
    if meeting.state == MeetingState.CANCELLED:
        return "off", _("Avbokat")
    return "ok", when(meeting)
