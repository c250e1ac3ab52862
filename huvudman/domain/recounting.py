"""What a huvudman is by its units, counted anew when they have moved: pupils, skolformer, kommuner, size."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils import timezone

from huvudman.domain.known import load_known
from huvudman.domain.sizes import size_class
from huvudman.models import Huvudman, Kommun
from huvudman.register.derive import derive_from_units


def take_over(into: Huvudman, parts: Sequence[Huvudman]) -> None:
    """Count a huvudman anew after the units of `parts` have become its own, as an import would.

    What no unit tells is added up: children, and the pupils of those whose units' numbers are not known.
    """
    everyone = [into, *parts]
    known, today = load_known(), timezone.localdate()
    row = known.huvudman[into.orgnr]
    row.skolformer = tuple({skolform for one in everyone for skolform in one.skolformer})
    standing = [unit for code, unit in known.units.items() if known.ends.get(code, datetime.date.max) > today]
    derive_from_units({into.orgnr: row}, standing)
    into.children = _sum([one.children for one in everyone])
    into.pupils = _sum([one.pupils for one in everyone]) if row.pupils is None else row.pupils
    into.skolformer = list(row.skolformer)
    into.main_kommun_id = row.main_kommun or into.main_kommun_id
    into.size_class = size_class(into.size)
    into.save(update_fields=["children", "pupils", "skolformer", "main_kommun", "size_class"])
    into.kommuner.add(*Kommun.objects.filter(code__in=row.kommuner))


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
