"""What huvudmän are compared by, read from the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import Count, Q, Sum
from django.utils import timezone

from huvudman.models import Huvudman, HuvudmanType, LegalForm, SchoolUnit, Skolform, SkolformOffer
from quality_system.grouping import Profile

COMPANY, ASSOCIATION = "company", "association"
"""The kinds of enskilda: those owned for profit or by one person, and those without owners."""
COMPANIES = {LegalForm.AKTIEBOLAG, LegalForm.HANDELSBOLAG, LegalForm.ENSKILD_FIRMA}
ACTIVE_UNIT = Q(unit__active_to__isnull=True)


def read_profiles() -> list[Profile]:
    """A profile of every huvudman that is active. Four queries."""
    today = timezone.localdate()
    active = Huvudman.objects.filter(Q(active_to__isnull=True) | Q(active_to__gte=today)).order_by("pk")
    pupils, units, places = _pupils(), _units(), _places()
    return [
        _profile(huvudman, pupils.get(huvudman.pk, {}), units.get(huvudman.pk, 0), places)
        for huvudman in active
    ]


def kind_of(huvudman: Huvudman) -> str:
    """The type of huvudman; an enskild one is a company or an association."""
    if huvudman.type != HuvudmanType.ENSKILD:
        return huvudman.type
    return COMPANY if huvudman.legal_form in COMPANIES else ASSOCIATION


def _profile(
    huvudman: Huvudman, pupils: Mapping[str, int], units: int, places: Mapping[str | None, int]
) -> Profile:
    people = dict(pupils)
    if huvudman.children:
        people[Skolform.FSK] = huvudman.children
    total = sum(people.values())
    is_enskild = huvudman.type == HuvudmanType.ENSKILD
    return Profile(
        id=huvudman.pk,
        owner=("koncern", huvudman.koncern_id) if huvudman.koncern_id else ("huvudman", huvudman.pk),
        kind=kind_of(huvudman),
        size=huvudman.size or None,
        units=units,
        place=places.get(huvudman.main_kommun_id, 0) if is_enskild else None,
        skolformer=frozenset({*map(str, people), *huvudman.skolformer}),
        shares={str(form): count / total for form, count in people.items()} if total else {},
    )


def _pupils() -> dict[int, dict[str, int]]:
    """Pupils by huvudman and skolform."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    offers = SkolformOffer.objects.filter(ACTIVE_UNIT)
    for who, form, pupils in offers.values_list("unit__huvudman_id", "skolform").annotate(Sum("pupils")):
        found[who][form] = pupils or 0
    return found


def _units() -> dict[int, int]:
    units = SchoolUnit.objects.filter(active_to__isnull=True)
    return dict(units.order_by().values_list("huvudman_id").annotate(Count("pk")))


def _places() -> dict[str | None, int]:
    """Pupils in each kommun, all huvudmän together."""
    offers = SkolformOffer.objects.filter(ACTIVE_UNIT)
    rows = offers.values_list("unit__kommun_id").annotate(Sum("pupils"))
    return {kommun: pupils or 0 for kommun, pupils in rows}
