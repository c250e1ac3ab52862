"""Drawing the example huvudmän: their names, forms and sizes. Plain Python; the same seed, the same world."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from stdnum import luhn

WORDS = [
    "Almen",
    "Aspen",
    "Björken",
    "Boken",
    "Eken",
    "Enen",
    "Granen",
    "Hasseln",
    "Häggen",
    "Idegranen",
    "Kastanjen",
    "Lärken",
    "Linden",
    "Lönnen",
    "Oxeln",
    "Pilen",
    "Rönnen",
    "Silvergranen",
    "Sälgen",
    "Tallen",
    "Valnöten",
    "Blåsippan",
    "Gullvivan",
    "Kattfoten",
    "Linnean",
    "Liljan",
    "Prästkragen",
    "Smörblomman",
    "Vitsippan",
    "Åkerbäret",
    "Domherren",
    "Gärdsmygen",
    "Koltrasten",
    "Lärkan",
    "Nötväckan",
    "Rödhaken",
    "Sidensvansen",
    "Svalan",
    "Talgoxen",
    "Tranan",
]

MEDIAN_PUPILS = 149
SPREAD_OF_PUPILS = 1.15
"""Log-normal spread that puts the 95th percentile of an enskild huvudman near 991 pupils."""
MEDIAN_CHILDREN = 42
SPREAD_OF_CHILDREN = 0.75
PUPILS_PER_UNIT = 240
LARGEST_ENSKILD = 26_763

SCHOOLS = {"ab": 429, "ek_for": 147, "ideell": 127, "stiftelse": 103, "hb": 9, "trossamfund": 6}
# 2 800 huvudmän in all: every batch of the demo's cycle has as many, whatever the seed.
PRESCHOOLS = {"ab": 700, "ek_for": 620, "ideell": 210, "stiftelse": 80, "enskild_firma": 57}
NAMES = {
    "ab": "{what} {word} i {place} AB",
    "ek_for": "Föräldrakooperativet {word} i {place} ekonomisk förening",
    "ideell": "Föreningen {what} {word} i {place}",
    "stiftelse": "Stiftelsen {what} {word} i {place}",
    "hb": "{what} {word} i {place} handelsbolag",
    "trossamfund": "Församlingen {what} {word} i {place}",
    "enskild_firma": "{what} {word} i {place}, enskild firma",
}


@dataclass
class ExampleUnit:
    """An example school unit: pupils per year group by skolform."""

    code: str
    name: str
    kommun: str
    offers: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def pupils(self) -> int:
        """All its pupils."""
        return sum(sum(groups.values()) for groups in self.offers.values())


@dataclass
class Example:
    """An example huvudman, ready to be written to the register."""

    orgnr: str
    name: str
    type: str
    legal_form: str
    kommun: str
    children: int | None
    units: list[ExampleUnit] = field(default_factory=list)

    @property
    def pupils(self) -> int | None:
        """All its pupils, or None for one that runs preschools only."""
        return sum(unit.pupils for unit in self.units) if self.units else None


class Drawing:
    """Draws examples one after another from one seed; codes and orgnr never repeat."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)  # noqa: S311  (examples, not secrets)
        self._orgnr = iter(_orgnrs())
        self._taken: set[str] = set()
        self._codes = iter(range(90_000_001, 99_999_999))

    def kommun(self, code: str, name: str, orgnr: str, pupils: int) -> Example:
        """A real kommun with example units that share its real number of pupils."""
        example = Example(orgnr, kommun_name(name), "kommun", "offentlig", code, children=pupils // 2)
        self._add_units(example, pupils, f"Exempelskolan {name}", gymnasium=pupils > 900)
        return example

    def enskild(self, form: str, kommuner: list[str], names: dict[str, str]) -> Example:
        """An enskild huvudman with schools; a few of the large ones span several kommuner."""
        size = self._size(MEDIAN_PUPILS, SPREAD_OF_PUPILS, LARGEST_ENSKILD)
        home = self.random.choice(kommuner)
        example = Example(
            next(self._orgnr),
            self._name(form, "Exempelskolan", names[home]),
            "enskild",
            form,
            home,
            children=None,
        )
        gymnasium = self.random.random() < 0.25
        self._add_units(example, size, example.name, gymnasium=gymnasium, also=self._spread(size, kommuner))
        return example

    def preschool(self, form: str, kommuner: list[str], names: dict[str, str]) -> Example:
        """An enskild huvudman that runs preschools only: no school units, no grades."""
        home = self.random.choice(kommuner)
        size = self._size(MEDIAN_CHILDREN, SPREAD_OF_CHILDREN, 2_000)
        orgnr = self._personnummer() if form == "enskild_firma" else next(self._orgnr)
        return Example(orgnr, self._name(form, "Exempelförskolan", names[home]), "enskild", form, home, size)

    def public(self, type_: str, name: str, kommun: str, pupils: int) -> Example:
        """A region, a kommunalförbund or a state huvudman with example units."""
        example = Example(next(self._orgnr), name, type_, "offentlig", kommun, children=None)
        self._add_units(example, pupils, name, gymnasium=type_ in {"region", "kommunalforbund"})
        return example

    def small_association(self, kommun: str, place: str) -> Example:
        """The demo's förening with 40 pupils, where one person does everything."""
        name = f"Föreningen Exempelskolan Backen i {place}"
        example = Example(next(self._orgnr), name, "enskild", "ideell", kommun, children=12)
        example.units = [
            ExampleUnit(str(next(self._codes)), "Exempelskolan Backen", kommun, {"GR": _years(40)})
        ]
        return example

    def _name(self, form: str, what: str, place: str) -> str:
        return NAMES[form].format(what=what, word=self.random.choice(WORDS), place=place)

    def _size(self, median: int, spread: float, most: int) -> int:
        return max(8, min(most, round(self.random.lognormvariate(math.log(median), spread))))

    def _spread(self, size: int, kommuner: list[str]) -> list[str]:
        return self.random.choices(kommuner, k=3) if size > 1_500 else []

    def _add_units(
        self, example: Example, pupils: int, name: str, *, gymnasium: bool, also: list[str] | None = None
    ) -> None:
        number = max(1, round(pupils / PUPILS_PER_UNIT))
        places = [example.kommun, *(also or [])]
        for index, share in enumerate(self._shares(pupils, number), start=1):
            place = example.kommun if index == 1 else self.random.choice(places)
            example.units.append(self._unit(f"{name} {index}", place, share, gymnasium and index % 5 == 1))

    def _unit(self, name: str, kommun: str, pupils: int, gymnasium: bool) -> ExampleUnit:
        unit = ExampleUnit(str(next(self._codes)), name, kommun)
        if gymnasium:
            unit.offers["GY"] = {str(year): pupils // 3 + (year <= pupils % 3) for year in (1, 2, 3)}
        else:
            unit.offers["GR"] = _years(pupils)
        return unit

    def _shares(self, pupils: int, number: int) -> list[int]:
        weights = [self.random.uniform(0.5, 1.5) for _n in range(number)]
        total = sum(weights)
        shares = [int(pupils * weight / total) for weight in weights]
        shares[0] += pupils - sum(shares)
        return shares

    def _personnummer(self) -> str:
        """A sole trader's number with a birth number (980–999) that is kept for tests and given to nobody."""
        first_nine = (
            f"{self.random.randint(50, 99)}{self.random.randint(1, 12):02d}{self.random.randint(1, 28):02d}"
            f"{self.random.randint(980, 999)}"
        )
        number = first_nine + luhn.calc_check_digit(first_nine)
        if number in self._taken:
            return self._personnummer()
        self._taken.add(number)
        return number


def kommun_name(place: str) -> str:
    """The kommun as most are called: `Lunds kommun`, `Umeå kommun`, `Borås kommun`."""
    genitive = "" if place[-1].lower() in "aeiouyåäösxz" else "s"
    return f"{place}{genitive} kommun"


def _orgnrs() -> Iterator[str]:
    """Well-formed orgnr in a series (49…) that is given to nobody."""
    for number in range(1_000_000):
        first_nine = f"499{number:06d}"
        yield first_nine + luhn.calc_check_digit(first_nine)


def _years(pupils: int) -> dict[str, int]:
    """Pupils spread over the nine years of grundskola."""
    return {str(year): pupils // 9 + (year <= pupils % 9) for year in range(1, 10)}
