"""Dialogues in which somebody is asked to take part, and has not said whether they have a conflict."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.templatetags.look import day
from dialogues.desk.todo import Desk, Todo, due_before
from dialogues.domain.impartial import ALONE
from dialogues.domain.impartiality import TO_COME
from dialogues.models import ConflictDeclaration, Dialogue, MeetingStaff

AHEAD, WITHIN = 21, 3
"""Days before the meeting that one should have said it, and days to do it in at least."""


def to_declare(desk: Desk) -> QuerySet[Dialogue]:
    """Dialogues for whose coming meetings the user is booked, without having said anything."""
    said = ConflictDeclaration.objects.filter(dialogue=OuterRef("pk"), user=desk.user)
    asked = MeetingStaff.objects.filter(
        user=desk.user,
        is_booked=True,
        meeting__kind__in=ALONE,
        meeting__state__in=TO_COME,
        meeting__starts_at__gt=desk.now,
        meeting__taken_seats__is_current=True,
        meeting__taken_seats__dialogue=OuterRef("pk"),
    ).order_by("meeting__starts_at")
    rows = Dialogue.objects.filter(Exists(asked), ~Exists(said)).select_related("huvudman")
    rows = rows.annotate(meets_at=Subquery(asked.values("meeting__starts_at")[:1]))
    return rows.annotate(due=due_before("meets_at", ahead=AHEAD, since="state_since", within=WITHIN))


def show_to_declare(dialogue: Dialogue, _desk: Desk) -> Todo:
    """A dialogue to say it about, in words."""
    why = _("Du är tänkt för mötet %(day)s. Du syns för huvudmannen när du har sagt att du inte är jävig.")
    facts = {"day": day(dialogue.meets_at)}  # type: ignore[attr-defined]
    address = reverse("admin:dialogue_step", args=[dialogue.public_id, "jav"])
    what = _("Säg om du är jävig i dialogen med %(name)s") % {"name": dialogue.huvudman}
    return Todo(what, why % facts, _("Du själv"), address)
