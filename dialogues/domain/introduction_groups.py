"""Introductions for all who have said yes in a batch, in one go: proposed, looked at, and then made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import Conflict, NotPossible
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.introductions import lock_for_placing, make_group, place, waiting_for_seat
from dialogues.domain.staffing import require_from_both
from dialogues.models import Dialogue, InvitationBatch, Meeting
from dialogues.planning.groups import Group, Waiting, propose_groups

FOR_GROUPS = ("huvudman__main_kommun__lan__office", "batch")


@dataclass(frozen=True)
class TimedGroup:
    """Those who are to meet, by dialogue id, and when."""

    members: Sequence[int]
    arrangement: Arrangement


class GroupNotPossible(NotPossible):
    """One of the groups cannot be made: which one, counted from 0, and why."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.number = number


def proposed_groups(batch: InvitationBatch, *, seats: int, smallest: int) -> list[Group]:
    """Who could meet whom of those in the batch who wait for a seat; members are dialogue ids. One query.

    A region is a regional office's län, or the län itself where it has no office.
    """
    waiting = waiting_for_seat(batch).select_related(*FOR_GROUPS)
    return propose_groups([_waiting(dialogue) for dialogue in waiting], seats=seats, smallest=smallest)


def set_up_groups(
    *, batch: InvitationBatch, groups: Sequence[TimedGroup], seats: int, actor: Actor
) -> list[Meeting]:
    """Make the groups and give their members their seats, all or nothing; everyone is told.

    Raises Conflict when others wait for a seat now than those in the groups, GroupNotPossible when somebody
    from the agencies is booked elsewhere, and NotPossible when one agency is not there.
    """
    actor.require("dialogues.run_introduction", batch)
    for group in groups:
        require_from_both(group.arrangement.staff)
    with transaction.atomic():
        lock_for_placing(Meeting(batch=batch))
        waiting = {dialogue.pk: dialogue for dialogue in waiting_for_seat(batch).select_related(*FOR_GROUPS)}
        if sorted(waiting) != sorted(pk for group in groups for pk in group.members):
            raise Conflict(
                _("Andra väntar på plats nu än när förslaget gjordes. Läs det nya förslaget och boka igen.")
            )
        made = []
        for number, group in enumerate(groups):
            try:
                made.append(_make(batch, [waiting[pk] for pk in sorted(group.members)], group, seats, actor))
            except Conflict:
                raise
            except NotPossible as why:
                raise GroupNotPossible(number, str(why)) from why
        return made


def _make(
    batch: InvitationBatch, members: Sequence[Dialogue], group: TimedGroup, seats: int, actor: Actor
) -> Meeting:
    meeting = make_group(batch=batch, arrangement=group.arrangement, seats=seats, actor=actor)
    for dialogue in members:
        place(dialogue=dialogue, meeting=meeting, actor=actor)
    return meeting


def _waiting(dialogue: Dialogue) -> Waiting:
    huvudman = dialogue.huvudman
    lan = huvudman.main_kommun.lan if huvudman.main_kommun else None
    region = str(lan.office or lan) if lan else ""
    return Waiting(dialogue.pk, region, "offentlig" if huvudman.is_offentlig else "enskild")
