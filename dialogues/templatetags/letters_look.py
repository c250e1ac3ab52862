"""How what happened to a letter is told."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from dialogues.models import LetterState as S

register = template.Library()

EVENTS = {
    f"letter.{S.QUEUED}": _("Brevet lades i kön igen."),
    f"letter.{S.CLAIMED}": _("Brevet togs ur kön."),
    f"letter.{S.HANDING_OVER}": _("Överlämningen till e-postservern började."),
    f"letter.{S.SENT}": _("E-postservern tog emot brevet."),
    f"letter.{S.RETRY}": _("Det gick inte nu, ett nytt försök görs."),
    f"letter.{S.UNCERTAIN}": _("Inget svar kom: det är osäkert om brevet kom fram."),
    f"letter.{S.FAILED}": _("Brevet kunde inte skickas."),
    f"letter.{S.STOPPED}": _("Brevet stoppades."),
    "letter.late_reply": _("E-postservern svarade sent att den hade tagit emot brevet."),
}
BY_A_PERSON = {f"letter.{S.SENT}": _("Brevet markerades som framkommet.")}


@register.filter
def letter_event(entry: AuditEntry) -> str:
    """An audit entry of a letter as a sentence."""
    by_a_person = BY_A_PERSON.get(entry.verb) if entry.actor_id else None
    return str(by_a_person or EVENTS.get(entry.verb) or entry.verb)
