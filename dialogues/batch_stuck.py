"""Huvudmän in a batch that get no further by themselves: why, and what can be done about it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dialogues.batch_queries import postable, reachable
from dialogues.desk.batches import SEAT_WITHIN
from dialogues.domain.dialogues import OPEN
from dialogues.models import DialogueState as S
from dialogues.models import MeetingKind, MeetingState, Seat
from dialogues.paper.instead import refused

LONG = datetime.timedelta(days=28)
"""How long a huvudman waits for a time before it is said to be stuck."""


@dataclass(frozen=True)
class Reason:
    """Why a huvudman is stuck: its key in an address, the words for it, and the dialogues it holds for.

    `deed` says what can be done about it, `permission` who may; where it is done is worked out from the key.
    """

    key: str
    label: str | Promise
    why: str | Promise
    deed: str | Promise
    permission: str
    holds: Callable[[], Q]


def no_address() -> Q:
    """Holds for a dialogue under way whose huvudman neither an e-mail nor a letter on paper reaches."""
    return Q(~reachable(), ~postable(), state__in=OPEN - {S.DECLINED})


def returned() -> Q:
    """Holds for a dialogue under way of which a letter by e-mail was refused, and has not gone on paper."""
    return Q(Exists(refused().filter(dialogue=OuterRef("pk"))), state__in=OPEN - {S.DECLINED})


def silent_too_long() -> Q:
    """Holds for a dialogue whose huvudman has not answered, and whose last day to answer has passed."""
    return Q(state=S.INVITED, paused_at=None, batch__answer_by__lt=timezone.localdate())


def waits_for_introduction() -> Q:
    """Holds for a dialogue whose huvudman said yes long ago, as the desk counts it, and has no seat."""
    today = timezone.localdate()
    since = timezone.now() - datetime.timedelta(days=SEAT_WITHIN)
    no_seat = ~_seat(MeetingKind.INTRODUCTION)
    return Q(no_seat, paused_at=None, state=S.ACCEPTED, state_since__lt=since, batch__answer_by__lt=today)


def waits_for_time() -> Q:
    """Holds for a dialogue that has waited long for a time for its next meeting, or whose proposed time has
    passed or does not suit.
    """
    waited = Q(state_since__lt=timezone.now() - LONG)
    untimed = waited & ~_seat(MeetingKind.DIALOGUE, Q(meeting__state=MeetingState.FIXED))
    unbooked = waited & ~_seat(MeetingKind.FEEDBACK)
    waits = (
        Q(untimed, state=S.INTRODUCED)
        | Q(untimed | _in_vain(MeetingKind.DIALOGUE), state=S.UNDERLAG_SENT)
        | Q(unbooked | _in_vain(MeetingKind.FEEDBACK), state=S.DIALOGUE_HELD)
    )
    return waits & Q(paused_at=None)


REASONS = (
    Reason(
        "adress",
        _("Ingen adress"),
        _("Varken e-post eller postadress finns, så inget brev kan skickas."),
        _("Lägg till en kontakt"),
        "huvudman.change_register",
        no_address,
    ),
    Reason(
        "studsade",
        _("Brev kom inte fram"),
        _("Ett brev med e-post kunde inte skickas till adressen."),
        _("Se över brevet"),
        "dialogues.view_letters",
        returned,
    ),
    Reason(
        "svarsdag",
        _("Svarsdatumet har varit"),
        _("Inget svar har kommit, och svarsdatumet har varit. Det går bra att svara ändå."),
        _("Ring och skriv in svaret"),
        "dialogues.answer_invitation",
        silent_too_long,
    ),
    Reason(
        "introduktion",
        _("Väntar på introduktion"),
        _("Har tackat ja och väntar på plats på ett introduktionsmöte."),
        _("Ge plats på introduktionsmöte"),
        "dialogues.answer_invitation",
        waits_for_introduction,
    ),
    Reason(
        "tid",
        _("Väntar på tid"),
        _("Väntar på en tid för nästa möte."),
        _("Till dialogen"),
        "dialogues.view_dialogue",
        waits_for_time,
    ),
)
"""All reasons, what stands most in the way first."""


def _seat(kind: MeetingKind, having: Q | None = None) -> Q:
    seats = Seat.objects.filter(having or Q(), dialogue=OuterRef("pk"), kind=kind, is_current=True)
    return Q(Exists(seats))


def _in_vain(kind: MeetingKind) -> Q:
    """Holds for a dialogue whose proposed time has passed unanswered, or does not suit the huvudman."""
    passed = Q(meeting__state=MeetingState.PROPOSED, meeting__starts_at__lte=timezone.now())
    return _seat(kind, passed | Q(meeting__state=MeetingState.OTHER_WISHED))
