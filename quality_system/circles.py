"""Whom a huvudman is compared with: its comparison group, or its type and size class where none are made."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, Q, QuerySet

from huvudman.models import Huvudman
from quality_system.models import ComparisonGroup, GroupMember

Circle = tuple[str, ...] | int
"""A type and a size class, or a comparison group by its id."""


def with_circle(rows: QuerySet[Huvudman]) -> QuerySet[Huvudman]:
    """The huvudmän with what `circle_of` needs, in the same query."""
    are_grouped = Exists(ComparisonGroup.objects.all())
    return rows.select_related("comparison__group").annotate(are_grouped=are_grouped)


def circle_of(huvudman: Huvudman) -> Circle | None:
    """Whom the huvudman is compared with; nobody where groups have been made and it is in none yet."""
    if not huvudman.are_grouped:  # type: ignore[attr-defined]
        return huvudman.type, huvudman.size_class
    member: GroupMember | None = getattr(huvudman, "comparison", None)
    return member.group_id if member else None


def as_circle(kind_of: str, size: str, group_id: int | None) -> Circle:
    """The circle of a member's row. Where groups are made nobody asks for those of a type and size class."""
    return (kind_of, size) if group_id is None else group_id


def within(circles: Iterable[Circle]) -> Q:
    """The values of those in the circles."""
    wanted = Q(pk__in=[])
    grouped = [circle for circle in circles if isinstance(circle, int)]
    if grouped:
        wanted |= Q(huvudman__comparison__group__in=grouped)
    for circle in circles:
        if not isinstance(circle, int):
            wanted |= Q(huvudman__type=circle[0], huvudman__size_class=circle[1])
    return wanted
