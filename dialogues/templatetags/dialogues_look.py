"""How states, meeting times and history are shown."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import AuditEntry
from accounts.templatetags.look import badge, moment
from dialogues.domain.analyses import SENT as ANALYSIS_SENT
from dialogues.domain.notes import CLEARED, SHARED
from dialogues.domain.questions import SENT
from dialogues.domain.wishes import WISH_ADDED, WISHED
from dialogues.models import (
    Channel,
    Dialogue,
    DialogueRecord,
    Letter,
    LetterState,
    Meeting,
    MeetingKind,
    MeetingState,
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
LETTER_BADGES: dict[str, str] = {
    LetterState.SENT: "ok",
    LetterState.FAILED: "stop",
    LetterState.UNCERTAIN: "note",
    LetterState.RETRY: "note",
    LetterState.STOPPED: "off",
}
DEEDS = {
    f"dialogue.{S.PLANNED}": gettext_lazy("Flyttades till en senare omgång."),
    f"dialogue.{S.INVITED}": gettext_lazy("Inbjudan köades."),
    f"dialogue.{S.ACCEPTED}": gettext_lazy("Huvudmannen tackade ja."),
    f"dialogue.{S.POSTPONED}": gettext_lazy("Huvudmannen vill delta senare."),
    f"dialogue.{S.DECLINED}": gettext_lazy("Huvudmannen tackade nej."),
    f"dialogue.{S.INTRODUCED}": gettext_lazy("Introduktionsmötet hölls."),
    f"dialogue.{S.UNDERLAG_SENT}": gettext_lazy("Analysunderlaget skickades."),
    f"dialogue.{S.TIME_FIXED}": gettext_lazy("Dialogtiden bestämdes."),
    f"dialogue.{S.DIALOGUE_HELD}": gettext_lazy("Dialogen hölls."),
    f"dialogue.{S.FEEDBACK_HELD}": gettext_lazy("Återkopplingen hölls."),
    f"dialogue.{S.CLOSED}": gettext_lazy("Dialogen avslutades."),
    f"dialogue.{S.CANCELLED}": gettext_lazy("Dialogen avbokades."),
    "dialogue.written_late": gettext_lazy("Huvudmannen fick en e-postadress, och inbjudan köades dit."),
    "dialogue.reminded": gettext_lazy("Huvudmannen har påmints om inbjudan."),
    "dialogue.answered_again": gettext_lazy("Huvudmannen gav samma svar en gång till."),
    "dialogue.record_changed": gettext_lazy("Dokumentationen ändrades."),
    "dialogue.held_time_changed": gettext_lazy("Tiden då mötet hölls ändrades."),
    "dialogue.placed": gettext_lazy("Huvudmannen fick plats på ett introduktionsmöte."),
    WISHED: gettext_lazy("Huvudmannen önskade en annan tid."),
    WISH_ADDED: gettext_lazy("Huvudmannen skrev mer om vilka tider som passar."),
    ANALYSIS_SENT: gettext_lazy("Huvudmannen skickade sin nulägesanalys."),
    SENT: gettext_lazy("Prioriterade frågor lämnades."),
    SHARED: gettext_lazy("En arbetsanteckning delades med den andra myndigheten."),
}
WORDS = {WISHED: "wish", WISH_ADDED: "wish", f"dialogue.{S.CANCELLED}": "reason"}
"""Where an entry keeps what somebody wrote, by what was done."""
NOT_WRITTEN = gettext_lazy("Ingen inbjudan kunde skickas: huvudmannen saknade e-postadress och postadress.")
ON_PAPER = gettext_lazy("Inbjudan skrevs på papper: huvudmannen saknade e-postadress.")
TIME_LET_GO = gettext_lazy("Dialogtiden gäller inte längre. En ny ska bestämmas.")


@register.simple_tag
def dialogue_badge(dialogue: Dialogue) -> SafeString:
    """The dialogue's state as a badge; for one that no invitation could be sent to, that."""
    if dialogue.letterless:
        return badge("note", _("inbjudan inte skickad"))
    return badge(DIALOGUE_BADGES[dialogue.state], S(dialogue.state).label)


@register.simple_tag
def letter_badge(letter: Letter) -> SafeString:
    """The letter's state as a badge."""
    return badge(LETTER_BADGES.get(letter.state, "wait"), LetterState(letter.state).label)


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
    if entry.verb == f"dialogue.{S.INVITED}" and entry.facts.get("letters") == 0:
        return str(ON_PAPER if entry.facts.get("on_paper") else NOT_WRITTEN)
    if entry.verb == CLEARED:
        number = sum(entry.facts.get("notes", {}).values())
        text = ngettext("%(n)s arbetsanteckning rensades.", "%(n)s arbetsanteckningar rensades.", number)
        return text % {"n": number}
    if entry.verb == f"dialogue.{S.UNDERLAG_SENT}" and entry.facts.get("was") == S.TIME_FIXED:
        return str(TIME_LET_GO)
    return str(DEEDS.get(entry.verb, _("Något ändrades.")))


@register.filter
def words_of(entry: AuditEntry) -> str:
    """What somebody wrote when that was done which the entry tells; empty for most."""
    return str(entry.facts.get(WORDS.get(entry.verb, ""), ""))
