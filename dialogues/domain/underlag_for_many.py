"""The underlag of many huvudmän at once: ordered, made anew with the batch's figures, sent."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from dialogues.domain.many import Outcome, for_each
from dialogues.domain.rendering import start_rendering
from dialogues.domain.underlag import (
    areas_are_revised,
    issue_underlag,
    order_again,
    order_underlag,
)
from dialogues.models import Dialogue, DialogueState, Meeting, MeetingKind, MeetingState, Underlag
from dialogues.models import UnderlagState as S


def to_order() -> Q:
    """Holds for a dialogue whose introduction is held, and that has no underlag or one that failed."""
    there = _underlag()
    missing = Q(~Exists(there)) | Q(Exists(there.filter(state=S.FAILED)))
    return Q(missing, state=DialogueState.INTRODUCED, paused_at=None)


def of_old_figures() -> Q:
    """Holds for a dialogue whose underlag has not gone out, and rests on figures that its batch has left."""
    made = _underlag().filter(
        state__in=(S.RENDERED, S.CONFIRMED), dialogue__batch__figures_as_of__isnull=False
    )
    old = made.exclude(figures_as_of=F("dialogue__batch__figures_as_of"))
    return Q(Exists(old), state=DialogueState.INTRODUCED, paused_at=None)


def to_issue() -> Q:
    """Holds for a dialogue whose underlag both agencies have confirmed, with a time to come."""
    times = Meeting.objects.filter(
        taken_seats__dialogue=OuterRef("pk"),
        taken_seats__is_current=True,
        kind=MeetingKind.DIALOGUE,
        state=MeetingState.PROPOSED,
        starts_at__gt=timezone.now(),
    )
    confirmed = _underlag().filter(state=S.CONFIRMED)
    return Q(Exists(confirmed), Exists(times), state=DialogueState.INTRODUCED, paused_at=None)


def order_for_all(*, dialogues: Iterable[Dialogue], actor: Actor) -> Outcome:
    """Order the underlag of each; their figures are read together."""
    ids: list[int] = []
    outcome = for_each(dialogues, lambda row: order_underlag(dialogue=row, actor=actor, start=ids.extend))
    start_rendering(ids)
    return outcome


def make_anew_for_all(*, dialogues: Iterable[Dialogue], actor: Actor) -> Outcome:
    """Make the underlag of each anew; central areas in people's words stay, others are found anew."""
    ids: list[int] = []

    def make_anew(dialogue: Dialogue) -> None:
        latest = _latest(dialogue)
        keep = areas_are_revised(latest)
        order_again(underlag=latest, actor=actor, keep_areas=keep, start=ids.extend)

    outcome = for_each(dialogues, make_anew)
    start_rendering(ids)
    return outcome


def issue_for_all(*, dialogues: Iterable[Dialogue], actor: Actor) -> Outcome:
    """Send the underlag of each, with its proposed time."""
    return for_each(dialogues, lambda row: issue_underlag(underlag=_latest(row), actor=actor))


def _underlag() -> QuerySet[Underlag]:
    return Underlag.objects.filter(dialogue=OuterRef("pk"))


def _latest(dialogue: Dialogue) -> Underlag:
    return dialogue.underlag.latest("version")
