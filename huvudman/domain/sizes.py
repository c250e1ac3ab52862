"""Size classes by children and pupils together."""

from __future__ import annotations

from bisect import bisect_right

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from huvudman.models import Huvudman, SizeClass

CLASSES = (SizeClass.NOT_KNOWN, SizeClass.S1, SizeClass.S2, SizeClass.S3, SizeClass.S4, SizeClass.S5)


def size_limits() -> list[int]:
    """The least size of each class from the smallest, as set. Raises ImproperlyConfigured."""
    limits = list(settings.SIZE_CLASS_LIMITS)
    if len(limits) != len(CLASSES) - 1 or limits != sorted(set(limits)) or limits[0] < 1:
        raise ImproperlyConfigured(
            f"SIZE_CLASS_LIMITS must be {len(CLASSES) - 1} rising numbers from 1, not {limits}"
        )
    return limits


def size_class(size: int | None) -> SizeClass:
    """The class of a huvudman with `size` children and pupils; None and 0 are not known."""
    return CLASSES[bisect_right(size_limits(), size or 0)]


def refresh_size_classes(rows: QuerySet[Huvudman] | None = None) -> int:
    """Set the class of all huvudmän (or `rows`) anew; answer how many changed."""
    queryset = Huvudman.objects.all() if rows is None else rows
    limits = size_limits()
    size = Coalesce(F("children"), 0) + Coalesce(F("pupils"), 0)
    rules = [
        When(people__gte=limit, then=Value(kind.value))
        for limit, kind in reversed(list(zip(limits, CLASSES[1:], strict=True)))
    ]
    wanted = Case(*rules, default=Value(SizeClass.NOT_KNOWN.value))
    sized = queryset.annotate(people=Value(0, IntegerField()) + size).annotate(wanted=wanted)
    return sized.filter(~Q(size_class=F("wanted"))).update(size_class=wanted)
