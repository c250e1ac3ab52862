"""One of each kind of huvudman that a batch can hold, as material: all that their documents can differ in."""

from __future__ import annotations

from dataclasses import replace

from dialogues.underlag.shapes import Central, Goal, Material, Owner
from quality_system.comparison import Place
from quality_system.values import MISSING, NEARLY_ALL, NOT_APPLICABLE, Value, approximate, number
from tests.dialogues.underlag.material import (
    HIDDEN,
    big_material,
    figure,
    full_material,
    preschool_material,
)

KOMMUNER = ("Exempelkommunen", "Provköping", "Övningsås", "Testeröd", "Mönsterås by", "Skisstorp", "Utkasta")
CHAIN = Owner("Exempelskolorna AB", "enskild huvudman", (("GR", "grundskola"),), 24, None, 9120, KOMMUNER)
LONE = Owner(
    "Föräldraföreningen Exempelgården ideell förening",
    "enskild huvudman",
    (("FKLASS", "förskoleklass"), ("FTH", "fritidshem"), ("GR", "grundskola")),
    1,
    None,
    61,
    ("Övningsås",),
)
REGION = Owner("Exempelregionen", "region", (("GY", "gymnasieskola"),), 2, None, 418, ("Provköping",))
SAMI = Owner("Sameskolstyrelsen", "statlig huvudman", (("SAM", "sameskola"),), 5, 60, 170, KOMMUNER[:5])


def small_kommun() -> Material:
    """A small kommun, much of whose figures is hidden in each of the ways there are."""
    values = (HIDDEN, NEARLY_ALL, MISSING, NOT_APPLICABLE, approximate("60"), number("71.5"))
    return full_material(
        figures=tuple(
            figure(f"v{place}", value, skolform=skolform, kind=kind, **_by_sex(value))
            for place, value in enumerate(values)
            for skolform in ("GR", "GY")
            for kind in ("result", "condition")
        ),
    )


def _by_sex(value: Value) -> dict[str, Value]:
    return {"girls": HIDDEN, "boys": HIDDEN} if value == HIDDEN else {}


def chain() -> Material:
    """A chain of schools in many kommuner, compared in every place of the group, with all areas central."""
    places = (Place.LOWER, Place.MIDDLE, Place.UPPER)
    return full_material(
        owner=CHAIN,
        is_example=False,
        figures=tuple(
            figure(f"k{n}", number(60 + n), area="learning", sub_goal="Fler når målen.", place=places[n % 3])
            for n in range(9)
        ),
        central=tuple(
            Central(kind, area, f"Något att samtala om inom {area} <b>&</b> ”citat”.", "k1")
            for kind in ("strength", "need")
            for area in ("equity", "quality", "learning")
        ),
    )


def lone() -> Material:
    """A förening with one small school: every figure is hidden."""
    figures = tuple(figure(f"h{n}", HIDDEN, riket=HIDDEN if n else MISSING, group=None) for n in range(3))
    return full_material(owner=LONE, is_example=False, figures=figures, central=())


def region() -> Material:
    """A region with a gymnasieskola, and no group to be compared with."""
    goals = (Goal(6, "learning", "GY", "Fler fullföljer sin utbildning.", False),)
    shown = figure(
        "examen", number("77.1"), skolform="GY", sub_goal=goals[0].text, area="learning", group=None
    )
    return full_material(owner=REGION, is_example=False, goals=goals, figures=(shown,), central=())


def sami() -> Material:
    """The state's own schools, with an edition that says nothing of them."""
    return full_material(
        owner=SAMI, is_example=False, goals=(), figures=(figure("s", number(90), skolform="SAM"),), central=()
    )


def batch() -> dict[str, Material]:
    """A batch by its members' kinds; `example` has the watermark of an edition with example texts."""
    return {
        "large kommun": big_material(),
        "small kommun": small_kommun(),
        "chain": chain(),
        "one school": lone(),
        "region": region(),
        "state": sami(),
        "preschool only": replace(preschool_material(), is_example=False),
        "example": full_material(),
        "nothing at all": replace(preschool_material(), goals=(), factors=()),
    }
