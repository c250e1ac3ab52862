"""Where a thing to do belongs and whose it is, worked out from its model: the same for every kind.

A kind may know better: what its rows are annotated with already (`office`, `is_own`, `is_agencys`) stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast

from dialogues.models import (
    ConflictDeclaration,
    Dialogue,
    InvitationBatch,
    Meeting,
    MeetingKind,
    MeetingStaff,
    MeetingState,
    Seat,
    Underlag,
)

if TYPE_CHECKING:
    from dialogues.desk.todo import Desk

OFFICE = "huvudman__main_kommun__lan__office"
NOWHERE = Cast(Value(None), BigIntegerField())
NOBODYS = Value(False, output_field=BooleanField())
ALONE = (MeetingKind.DIALOGUE, MeetingKind.FEEDBACK)
"""Meetings with one huvudman: who is booked for one of them has its dialogue as their own."""


def belonging(rows: QuerySet[Any], desk: Desk) -> QuerySet[Any]:
    """The rows with `office` (an id, or null for what concerns the whole country), `is_own` (the user is
    booked for it or made it) and `is_agencys` (somebody at the user's agency is or did).
    """
    found = {"office": _office(rows.model), **_whose(rows.model, desk)}
    return rows.annotate(**{name: how for name, how in found.items() if name not in rows.query.annotations})


def without_paused(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows but those of a paused dialogue: what is to be done in it rests, but for its letters."""
    if rows.model is Dialogue:
        return rows.filter(paused_at=None)
    if rows.model is Underlag:
        return rows.filter(dialogue__paused_at=None)
    if rows.model is Meeting:
        seats = Seat.objects.filter(meeting=OuterRef("pk"), is_current=True, kind__in=ALONE)
        return rows.exclude(Exists(seats.filter(dialogue__paused_at__isnull=False)))
    return rows


def without_barred(rows: QuerySet[Any], desk: Desk) -> QuerySet[Any]:
    """The rows but those of dialogues in which the user has a conflict of interest: others do them."""
    said = ConflictDeclaration.objects.filter(user=desk.user, has_conflict=True).values("dialogue")
    if rows.model is Dialogue:
        return rows.exclude(pk__in=said)
    if rows.model is Underlag:
        return rows.exclude(dialogue__in=said)
    if rows.model is Meeting:
        seats = Seat.objects.filter(meeting=OuterRef("pk"), is_current=True, kind__in=ALONE)
        return rows.exclude(Exists(seats.filter(dialogue__in=said)))
    return rows


def _office(model: type[Model]) -> Any:
    if model is Meeting:
        seats = Seat.objects.filter(meeting=OuterRef("pk"), is_current=True, kind__in=ALONE)
        return Subquery(seats.values(f"dialogue__{OFFICE}")[:1], output_field=BigIntegerField())
    path = _path_to_dialogue(model)
    return NOWHERE if path is None else F(f"{path}{OFFICE}")


def _whose(model: type[Model], desk: Desk) -> dict[str, Any]:
    people = _people(model)
    if people is not None:
        return {
            "is_own": Exists(people.filter(user=desk.user)),
            "is_agencys": Exists(people.filter(agency=desk.agency_id)),
        }
    if model is InvitationBatch:
        made = InvitationBatch.objects.filter(pk=OuterRef("pk"))
        return {
            "is_own": Exists(made.filter(prepared_by=desk.user)),
            "is_agencys": Exists(made.filter(prepared_by__staff__agency=desk.agency_id)),
        }
    return {"is_own": NOBODYS, "is_agencys": NOBODYS}


def _people(model: type[Model]) -> QuerySet[MeetingStaff] | None:
    """Those booked for the row's meeting, or for the dialogue's meetings; also those who were, while another
    time is wished for.
    """
    if model is Meeting:
        there = Q(is_booked=True) | Q(meeting__state=MeetingState.OTHER_WISHED)
        return MeetingStaff.objects.filter(there, meeting=OuterRef("pk"))
    path = _path_to_dialogue(model)
    if path is None:
        return None
    seats = Seat.objects.filter(dialogue=OuterRef(OuterRef(f"{path}pk")), is_current=True, kind__in=ALONE)
    return MeetingStaff.objects.filter(is_booked=True, meeting__in=seats.values("meeting"))


def _path_to_dialogue(model: type[Model]) -> str | None:
    """The lookup from a row to its dialogue, ending in `__` or empty; none when it has no dialogue."""
    if model is Dialogue:
        return ""
    try:
        field = model._meta.get_field("dialogue")
    except FieldDoesNotExist:
        return None
    return "dialogue__" if field.related_model is Dialogue else None
