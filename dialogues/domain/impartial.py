"""Who may lead a dialogue, by what people have said about conflicts of interest (jäv): reads and checks."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.domain.machine import NotPossible
from accounts.models import User
from dialogues.models import ConflictDeclaration, Dialogue, Meeting, MeetingKind, MeetingStaff

ALONE = (MeetingKind.DIALOGUE, MeetingKind.FEEDBACK)
"""Meetings with one huvudman: a group is nobody's own, and nothing is said about it."""


def taking_part(people: QuerySet[MeetingStaff], dialogue: Dialogue) -> QuerySet[MeetingStaff]:
    """Of those booked, those who have said that they have no conflict: whom the huvudman is told of."""
    said = ConflictDeclaration.objects.filter(dialogue=dialogue, user=OuterRef("user"), has_conflict=False)
    return people.filter(Exists(said))


def silent_about(meeting: Meeting, dialogue: Dialogue) -> list[str]:
    """The names of those who are booked and have not said that they have no conflict of interest."""
    booked = meeting.staff.filter(is_booked=True)
    said = taking_part(booked, dialogue).values("pk")
    rows = booked.exclude(pk__in=said).select_related("user").order_by("pk")
    return [str(person.user) for person in rows]


def require_declared(meeting: Meeting, dialogue: Dialogue) -> None:
    """Raise NotPossible unless everybody who is booked has said that they have no conflict of interest."""
    silent = silent_about(meeting, dialogue)
    if silent:
        text = _("De som leder dialogen säger först om de är jäviga. Det här saknas från: %(names)s.")
        raise NotPossible(text % {"names": ", ".join(silent)})


def require_no_conflict(meeting: Meeting, people: Iterable[User]) -> None:
    """Raise NotPossible when somebody in `people` has said that they have a conflict of interest in the
    dialogue of a meeting with one huvudman.
    """
    if meeting.kind not in ALONE:
        return
    seats = meeting.taken_seats.filter(is_current=True)
    rows = ConflictDeclaration.objects.filter(
        dialogue__in=seats.values("dialogue"), user__in=list(people), has_conflict=True
    )
    names = [str(row.user) for row in rows.select_related("user").order_by("pk")]
    if names:
        raise NotPossible(_("Välj någon annan: %(names)s har anmält jäv.") % {"names": ", ".join(names)})
