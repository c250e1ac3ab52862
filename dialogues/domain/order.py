"""The order of what takes place: the invitation, the introduction, the dialogue, the feedback."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain.machine import NotPossible
from accounts.templatetags.look import moment
from dialogues.models import Invitation, Meeting, MeetingKind, MeetingState, Seat

ORDER = [MeetingKind.INTRODUCTION, MeetingKind.DIALOGUE, MeetingKind.FEEDBACK]
NOT_BEFORE = {
    MeetingKind.DIALOGUE: gettext_lazy("Dialogen kan inte vara före introduktionsmötet, som hölls %(when)s."),
    MeetingKind.FEEDBACK: gettext_lazy("Återkopplingen kan inte vara före dialogen, som hölls %(when)s."),
}
NOT_AFTER = {
    MeetingKind.INTRODUCTION: gettext_lazy(
        "Introduktionsmötet kan inte vara efter en dialog med någon i gruppen, som hölls %(when)s."
    ),
    MeetingKind.DIALOGUE: gettext_lazy("Dialogen kan inte vara efter återkopplingen, som hölls %(when)s."),
}

KEPT = Q(is_current=True) | Q(attended__isnull=False)
"""Seats that were not given up before the meeting."""


class Held(NamedTuple):
    """When a dialogue's first meeting of a kind was held."""

    dialogue: int
    kind: MeetingKind
    at: datetime.datetime


def dialogues_at(meeting: Meeting) -> Iterable[int]:
    """The ids of the dialogues that a meeting is or was for."""
    seats = meeting.taken_seats.filter(KEPT)
    return list(seats.values_list("dialogue", flat=True))


def require_order(meeting: Meeting, dialogues: Iterable[int]) -> None:
    """Raise NotPossible when a meeting of the dialogues, at the time it has on the row, is before the
    invitation, or before or after another phase's meeting that is held.

    To the minute, as times are typed. Of two introductions, the first counts.
    """
    _require_invited(meeting, dialogues)
    others = list(_held_besides(meeting, dialogues))
    introduced = {other.dialogue for other in others if other.kind == MeetingKind.INTRODUCTION}
    place, starts_at = ORDER.index(MeetingKind(meeting.kind)), _minute(meeting.starts_at)
    for other in others:
        if ORDER.index(other.kind) == place - 1 and starts_at < _minute(other.at):
            raise NotPossible(NOT_BEFORE[ORDER[place]] % {"when": moment(other.at)})
        is_second = meeting.kind == MeetingKind.INTRODUCTION and other.dialogue in introduced
        if ORDER.index(other.kind) == place + 1 and starts_at > _minute(other.at) and not is_second:
            raise NotPossible(NOT_AFTER[ORDER[place]] % {"when": moment(other.at)})


def _require_invited(meeting: Meeting, dialogues: Iterable[int]) -> None:
    is_group = meeting.kind == MeetingKind.INTRODUCTION
    whose = Q(batch=meeting.batch_id) if is_group else Q(dialogue__in=dialogues)
    invited = Invitation.objects.filter(whose).aggregate(at=Min("created_at"))["at"]
    if invited and meeting.starts_at < _minute(invited):
        text = _("Mötet kan inte vara före inbjudan, som skickades %(when)s.")
        raise NotPossible(text % {"when": moment(invited)})


def _held_besides(meeting: Meeting, dialogues: Iterable[int]) -> Iterable[Held]:
    """When the other phases' meetings were held, the earliest of each dialogue first."""
    seats = Seat.objects.filter(KEPT, dialogue__in=dialogues, meeting__state=MeetingState.HELD)
    rows = seats.exclude(meeting=meeting.pk).values_list("dialogue", "kind")
    for dialogue, kind, at in rows.annotate(at=Min("meeting__starts_at")).order_by("at"):
        yield Held(dialogue, MeetingKind(kind), at)


def _minute(at: datetime.datetime) -> datetime.datetime:
    return at.replace(second=0, microsecond=0)
