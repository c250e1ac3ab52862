"""Analysunderlag that wait: to be made, confirmed, sent."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.templatetags.look import day
from dialogues.desk.todo import Desk, Todo, day_of
from dialogues.models import (
    Dialogue,
    DialogueState,
    MeetingKind,
    MeetingState,
    Seat,
    Underlag,
    UnderlagConfirmation,
    UnderlagState,
)

DAYS = 7
"""How many days each step of an underlag should take at most."""


def to_order(_desk: Desk) -> QuerySet[Dialogue]:
    """Dialogues whose introduction is held and that have no underlag."""
    underlag = Underlag.objects.filter(dialogue=OuterRef("pk"))
    rows = Dialogue.objects.filter(~Exists(underlag), state=DialogueState.INTRODUCED)
    return rows.select_related("huvudman").annotate(due=day_of("state_since", plus=DAYS))


def failed(_desk: Desk) -> QuerySet[Underlag]:
    """Underlag that could not be made."""
    return _underlag(UnderlagState.FAILED).annotate(due=day_of("ordered_at"))


def to_confirm(desk: Desk) -> QuerySet[Underlag]:
    """Underlag that wait for the user's agency."""
    own = UnderlagConfirmation.objects.filter(underlag=OuterRef("pk"), agency=desk.agency_id)
    rows = _underlag(UnderlagState.RENDERED).filter(~Exists(own))
    return rows.annotate(due=day_of("rendered_at", plus=DAYS))


def to_issue(_desk: Desk) -> QuerySet[Underlag]:
    """Underlag confirmed by both agencies and not sent."""
    time = Seat.objects.filter(
        dialogue=OuterRef("dialogue"),
        kind=MeetingKind.DIALOGUE,
        is_current=True,
        meeting__state=MeetingState.PROPOSED,
    )
    rows = _underlag(UnderlagState.CONFIRMED)
    return rows.annotate(due=day_of("rendered_at", plus=2 * DAYS), has_time=Exists(time))


def show_to_order(dialogue: Dialogue, _desk: Desk) -> Todo:
    """An underlag that nobody has ordered, in words."""
    why = _("Introduktionen är hållen sedan %(day)s.") % {"day": day(dialogue.state_since)}
    return _todo(_("Ta fram analysunderlag för %(name)s"), why, dialogue, _("Planerare och dialogledare"))


def show_failed(underlag: Underlag, _desk: Desk) -> Todo:
    """An underlag that failed, in words."""
    what, why = _("Ta fram analysunderlag för %(name)s igen"), _("Det kunde inte tas fram.")
    return _todo(what, why, underlag.dialogue, _("Planerare och dialogledare"))


def show_to_confirm(underlag: Underlag, desk: Desk) -> Todo:
    """An underlag to confirm, in words."""
    why = _("Framtaget %(day)s och väntar på er myndighet.") % {"day": day(underlag.rendered_at)}
    whose = _("Dialogledare, %(agency)s") % {"agency": desk.user.staff.agency}
    return _todo(_("Fastställ analysunderlag för %(name)s"), why, underlag.dialogue, whose)


def show_to_issue(underlag: Underlag, _desk: Desk) -> Todo:
    """An underlag to send, in words; without a proposed time that comes first."""
    whose = _("Planerare och dialogledare")
    if underlag.has_time:  # type: ignore[attr-defined]
        why = _("Båda myndigheterna har fastställt det.")
        return _todo(_("Skicka analysunderlag till %(name)s"), why, underlag.dialogue, whose)
    why = _("Analysunderlaget är fastställt och kan skickas när en tid är föreslagen.")
    address = reverse("admin:dialogue_step", args=[underlag.dialogue.public_id, "foresla-tid"])
    what = _("Föreslå tid för dialogen med %(name)s") % {"name": underlag.dialogue.huvudman}
    return Todo(what, why, whose, address)


def _underlag(state: UnderlagState) -> QuerySet[Underlag]:
    return Underlag.objects.filter(state=state).select_related("dialogue__huvudman").defer("content")


def _todo(what: str, why: str, dialogue: Dialogue, whose: str) -> Todo:
    address = reverse("admin:underlag", args=[dialogue.public_id])
    return Todo(what % {"name": dialogue.huvudman}, why, whose, address)
