"""What the register does not say of a huvudman but its units do: kommuner, pupils, skolformer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from huvudman.register.rows import HuvudmanRow, UnitRow


def derive_from_units(huvudman: Mapping[str, HuvudmanRow], units: Iterable[UnitRow]) -> None:
    """Fill in main kommun, kommuner, pupils and skolformer of each huvudman from its units, in place.

    The main kommun is the one with most pupils, then most units, then the lowest code. A huvudman without
    units gets the kommun in which units with its postal code, or else post town, mostly lie; if there is
    none, it has no kommun.
    """
    units = list(units)
    own: dict[str, list[UnitRow]] = defaultdict(list)
    for unit in units:
        own[unit.orgnr].append(unit)
    places = _Places(units)
    for orgnr, row in huvudman.items():
        theirs = own.get(orgnr, [])
        kommuner = _kommuner(theirs) or places.near(row)
        row.main_kommun = kommuner[0] if kommuner else ""
        row.kommuner = tuple(sorted(kommuner))
        known = [pupils for unit in theirs if (pupils := unit.pupils) is not None]
        row.pupils = sum(known) if known else None
        row.skolformer = _skolformer(row, theirs)


def _kommuner(units: list[UnitRow]) -> tuple[str, ...]:
    pupils: Counter[str] = Counter()
    number: Counter[str] = Counter()
    for unit in units:
        pupils[unit.kommun] += unit.pupils or 0
        number[unit.kommun] += 1
    return tuple(sorted(number, key=lambda code: (-pupils[code], -number[code], code)))


def _skolformer(row: HuvudmanRow, units: list[UnitRow]) -> tuple[str, ...]:
    """What is marked for the huvudman and what its units offer.

    The sheet of huvudmän has no column for sameskola and marks grundskola in its place.
    """
    offered = {skolform for unit in units for skolform in unit.offers}
    found = set(row.skolformer) | offered
    if "SAM" in offered and "GR" not in offered:
        found.discard("GR")
    return tuple(sorted(found))


class _Places:
    """Which kommun a postal code or a post town lies in, as most units have it."""

    def __init__(self, units: list[UnitRow]) -> None:
        self.codes: dict[str, Counter[str]] = defaultdict(Counter)
        self.towns: dict[str, Counter[str]] = defaultdict(Counter)
        for unit in units:
            for code in {unit.postal_code, unit.visiting_postal_code} - {""}:
                self.codes[code.replace(" ", "")][unit.kommun] += 1
            if unit.post_town:
                self.towns[unit.post_town.casefold()][unit.kommun] += 1

    def near(self, row: HuvudmanRow) -> tuple[str, ...]:
        found = self.codes.get(row.postal_code.replace(" ", "")) or self.towns.get(row.post_town.casefold())
        return (min(found, key=lambda code: (-found[code], code)),) if found else ()
