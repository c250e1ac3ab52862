"""How states, meeting times and history are shown."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import AuditEntry
from accounts.templatetags.look import badge, moment
from dialogues.deeds import sentence_of, words_in
from dialogues.domain.questions import SENT
from dialogues.models import (
    Channel,
    Dialogue,
    DialogueRecord,
    Letter,
    LetterState,
    Meeting,
    MeetingKind,
    MeetingState,
    OwnQuestion,
    OwnQuestionState,
    RoundState,
    SummaryRound,
    UnderlagState,
)
from dialogues.models import DialogueState as S
from dialogues.timeline import when
from huvudman.models import Skolform
from quality_system.models import Area

register = template.Library()

DIALOGUE_BADGES: dict[str, str] = {
    S.PLANNED: "off",
    S.INVITED: "wait",
    S.POSTPONED: "wait",
    S.DECLINED: "off",
    S.ACCEPTED: "now",
    S.INTRODUCED: "now",
    S.UNDERLAG_SENT: "wait",
    S.TIME_FIXED: "now",
    S.DIALOGUE_HELD: "now",
    S.FEEDBACK_HELD: "now",
    S.CLOSED: "ok",
    S.CANCELLED: "off",
}
UNDERLAG_BADGES: dict[str, str] = {
    UnderlagState.ORDERED: "wait",
    UnderlagState.RENDERED: "now",
    UnderlagState.CONFIRMED: "ok",
    UnderlagState.ISSUED: "ok",
    UnderlagState.FAILED: "stop",
}
SUMMARY_BADGES: dict[str, str] = {
    RoundState.OPEN: "wait",
    RoundState.AGREED: "ok",
    RoundState.RETURNED: "now",
    RoundState.REPLACED: "off",
    RoundState.UNANSWERED: "off",
}
LETTER_BADGES: dict[str, str] = {
    LetterState.SENT: "ok",
    LetterState.FAILED: "stop",
    LetterState.UNCERTAIN: "note",
    LetterState.RETRY: "note",
    LetterState.STOPPED: "off",
}
OWN_QUESTION_BADGES: dict[str, str] = {
    OwnQuestionState.OPEN: "wait",
    OwnQuestionState.ANSWERED: "ok",
    OwnQuestionState.LEFT: "off",
    OwnQuestionState.WITHDRAWN: "off",
}


@register.simple_tag
def underlag_badge(state: str | None) -> SafeString:
    """How far an underlag has come; None is of one that nobody has ordered."""
    if state is None:
        return badge("off", _("inte beställt"))
    return badge(UNDERLAG_BADGES[state], UnderlagState(state).label)


@register.simple_tag
def dialogue_badge(dialogue: Dialogue) -> SafeString:
    """The dialogue's state as a badge; for one that is paused or no invitation could be sent to, that."""
    if dialogue.is_paused:
        return badge("off", _("pausad"))
    if dialogue.letterless:
        return badge("note", _("inbjudan inte skickad"))
    return badge(DIALOGUE_BADGES[dialogue.state], S(dialogue.state).label)


@register.simple_tag
def summary_badge(sent: SummaryRound) -> SafeString:
    """Where a version of the summary stands, as a badge."""
    return badge(SUMMARY_BADGES[sent.state], RoundState(sent.state).label)


@register.simple_tag
def letter_badge(letter: Letter) -> SafeString:
    """The letter's state as a badge."""
    return badge(LETTER_BADGES.get(letter.state, "wait"), LetterState(letter.state).label)


@register.simple_tag
def own_question_badge(question: OwnQuestion) -> SafeString:
    """The state of the huvudman's question as a badge."""
    return badge(OWN_QUESTION_BADGES[question.state], OwnQuestionState(question.state).label)


@register.filter
def meeting_time(meeting: Meeting) -> str:
    """`24 november 2026 kl. 13.15–15.15`."""
    return when(meeting)


@register.filter
def meeting_state(meeting: Meeting) -> str:
    """The meeting's state; a group that does not meet is called off, as its pages say."""
    if meeting.kind == MeetingKind.INTRODUCTION and meeting.state == MeetingState.CANCELLED:
        return _("inställt")
    return str(MeetingState(meeting.state).label)


@register.filter
def skolformer(record: DialogueRecord) -> str:
    """The discussed skolformer in words, separated by commas."""
    return ", ".join(str(Skolform(code).label) for code in record.discussed_skolformer)


@register.filter
def questions_told(entry: AuditEntry) -> list[dict[str, str]]:
    """The questions that an audit entry says were told: area in words, and text. None for other entries."""
    rows = entry.facts.get("rows", []) if entry.verb == SENT else []
    return [
        {
            "area": str(Area(row["area"]).label),
            "text": row["text"],
            "builds_on": "\n".join(filter(None, (row.get("figure"), row.get("evidence")))),
        }
        for row in rows
    ]


@register.filter
def told_how(entry: AuditEntry) -> str:
    """Who told the questions of an audit entry, how and when, and who of us was told."""
    facts = entry.facts
    told = [facts.get("told_by") or entry.who, str(Channel(facts["channel"]).label), moment(entry.at)]
    if facts.get("called_by"):
        told.append(_("samtalet tog %(who)s") % {"who": facts["called_by"]})
    return ", ".join(told)


@register.filter
def what_was_done(entry: AuditEntry) -> str:
    """An audit entry as a sentence."""
    return sentence_of(entry)


@register.filter
def words_of(entry: AuditEntry) -> str:
    """What somebody wrote when that was done which the entry tells; empty for most."""
    return words_in(entry)
