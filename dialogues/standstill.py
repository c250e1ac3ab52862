"""Why nothing goes on in a dialogue: it is paused, declined, cancelled or closed; since when, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.domain.audit import latest
from accounts.templatetags.look import day
from dialogues.models import Answer, Dialogue, InvitationAnswer
from dialogues.models import DialogueState as S
from dialogues.turns import Side


@dataclass(frozen=True)
class Standstill:
    """A dialogue at rest or at its end, in the words of one side: what, since when, by whom and why."""

    is_paused: bool
    lead: str
    text: str
    reason: str = ""
    by: str = ""


def standstill(dialogue: Dialogue, side: Side) -> Standstill | None:
    """Why nothing goes on in the dialogue, as `side` is told it; None when it goes on. At most one query for
    the huvudman, two for staff.
    """
    if dialogue.is_paused:
        return _paused(dialogue, side)
    if dialogue.state == S.DECLINED:
        return _declined(dialogue, side)
    if dialogue.state in (S.CLOSED, S.CANCELLED):
        return _over(dialogue, side)
    return None


def _paused(dialogue: Dialogue, side: Side) -> Standstill:
    lead = _("Dialogen är pausad sedan %(day)s.") % {"day": day(dialogue.paused_at)}
    if side == Side.HUVUDMAN:
        text = _("Ni behöver inte göra något. Allt som ni har skrivit och skickat finns kvar. Vi hör av oss.")
        return Standstill(True, lead, text, dialogue.paused_reason)
    text = _("Brev väntar, och inget går att ändra förrän den tas upp igen.")
    if dialogue.look_again_on:
        text += " " + _("Se över pausen %(day)s.") % {"day": day(dialogue.look_again_on)}
    return Standstill(True, lead, text, dialogue.paused_reason, by=str(dialogue.paused_by))


def _declined(dialogue: Dialogue, side: Side) -> Standstill:
    no = InvitationAnswer.objects.filter(invitation__dialogue=dialogue, answer=Answer.NO).first()
    words = [str(no.get_reason_display()).capitalize(), no.comment] if no else []
    reason = "\n".join(filter(None, words))
    if side == Side.HUVUDMAN:
        return Standstill(
            False,
            _("Ni har tackat nej den här gången."),
            _("Ni behöver inte göra något mer."),
            reason,
        )
    lead = _("Huvudmannen tackade nej %(day)s.") % {"day": day(dialogue.state_since)}
    text = _("Ändrar den sig kan svaret skrivas in på nytt.")
    return Standstill(False, lead, text, reason, by=no.given_by if no else "")


def _over(dialogue: Dialogue, side: Side) -> Standstill:
    entry = latest(dialogue, f"dialogue.{dialogue.state}")
    leads = {
        S.CLOSED: _("Dialogen avslutades %(day)s."),
        S.CANCELLED: _("Dialogen avbokades %(day)s."),
    }
    lead = leads[S(dialogue.state)] % {"day": day(dialogue.state_since)}
    reason = str(entry.facts.get("reason", "")) if entry else ""
    if side == Side.STAFF:
        text = _("Allt som skickats och tagits emot finns kvar här.")
        return Standstill(False, lead, text, reason, by=entry.who if entry else "")
    texts = {
        S.CLOSED: _("Tack för att ni var med! Det fortsatta arbetet är ert eget."),
        S.CANCELLED: _("Ni behöver inte göra något mer. Ring oss om ni har frågor."),
    }
    return Standstill(False, lead, texts[S(dialogue.state)], reason)
