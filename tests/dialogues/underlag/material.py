"""Made-up material for tests of the document: every kind of value, several skolformer, or nearly nothing."""

from __future__ import annotations

import datetime
from decimal import Decimal

from dialogues.underlag.shapes import Central, Factor, Goal, Material, Owner
from huvudman.models import Skolform
from quality_system.comparison import Place, Spread
from quality_system.disclosure import DERIVABLE, FEW_PUPILS
from quality_system.edition_text import MEASURES, SUB_GOALS, WITHOUT_COMPLETION, Measure
from quality_system.figures import Group, IndicatorFigures, PeriodValue
from quality_system.units import UnitFigure, UnitSpread
from quality_system.values import MISSING, NEARLY_ALL, NOT_APPLICABLE, Value, ValueKind, approximate, number

HIDDEN = Value(ValueKind.SUPPRESSED, reason=FEW_PUPILS)
BESIDE = Value(ValueKind.SUPPRESSED, reason=DERIVABLE)
SPREAD = Spread(
    members=112,
    q1=Decimal("70.5"),
    median=Decimal("80.8"),
    q3=Decimal("91.8"),
    p5=Decimal(55),
    p95=Decimal(98),
)
GROUP = Group("kommun", "s4", SPREAD)
MORE = "Fler når målen."
BIG = {"FSK", "FKLASS", "FTH", "GR", "GRAN", "GY", "GYAN", "VUX"}
FACTORS = (
    Factor(1, "Systematiskt kvalitetsarbete med undervisningen i fokus", False),
    Factor(2, "Styrkedja med gemensamt ansvar och tillit", True),
    Factor(3, "Pedagogiskt ledarskap", True),
    Factor(4, "Kompetensförsörjning och professionsutveckling", True),
    Factor(5, "Kompensatorisk resursfördelning", True),
    Factor(6, "Trygg och inkluderande lärmiljö", True),
    Factor(7, "Tidiga insatser och stöd", True),
    Factor(8, "En egen faktor", True),
)
GOALS = (
    Goal(1, "equity", "GR", "Skillnader mellan enheter och grupper minskar.", True),
    Goal(3, "quality", "GR", "Undervisningen bedrivs av legitimerade och behöriga.", True),
    Goal(5, "learning", "GR", MORE, True),
    Goal(6, "learning", "GY", "Fler fullföljer sin utbildning.", False),
)


def figure(key: str, own: Value, **fields: object) -> IndicatorFigures:
    """A figure with a name of its own, seen against riket and a group of kommuner."""
    given: dict[str, object] = {
        "indicator_id": 1,
        "name": f"Mått {key}",
        "definition": f"Så mäts {key}.",
        "skolform": "GR",
        "kind": "result",
        "area": "",
        "sub_goal": "",
        "unit": "%",
        "decimals": 1,
        "direction": "up",
        "based_on": "pupils",
        "period": "2024/25",
        "source": "planned-educations",
        "source_version": "2026-04-21",
        "riket": number("83.7"),
        "group": GROUP,
    }
    return IndicatorFigures(key=key, own=own, **given | fields)  # type: ignore[arg-type]


def learning(key: str, own: Value, **fields: object) -> IndicatorFigures:
    """A figure under the grundskola's sub-goal in the area of learning."""
    return figure(key, own, **{"area": "learning", "sub_goal": MORE} | fields)


def units(**values: Value) -> UnitSpread:
    """Units by name."""
    return UnitSpread(len(values), tuple(UnitFigure(name, value) for name, value in values.items()))


def many_units(many: int, around: int, decimals: int = 1) -> UnitSpread:
    """So many schools, every seventh of them hidden or without a value, the others around a number."""
    hidden = (HIDDEN, BESIDE, MISSING)
    spread = {n: round(Decimal(around) * (70 + n * 37 % 60) / 100, decimals) for n in range(1, many + 1)}
    each = {n: hidden[n % 3] if n % 7 == 3 else number(value) for n, value in spread.items()}
    return units(**{f"Skolan {n}": value for n, value in each.items()})


FIGURES = (
    learning(
        "tal",
        number("72.4"),
        name="Behöriga till yrkesprogram, årskurs 9",
        place=Place.MIDDLE,
        girls=number("74.1"),
        boys=number("70.6"),
        series=(PeriodValue("2023/24", number("71")), PeriodValue("2024/25", number("72.4"))),
        units=units(
            Björkskolan=number("80.1"), Furuskolan=BESIDE, Tallskolan=number("65.2"), Lindskolan=HIDDEN
        ),
    ),
    learning(
        "dolt",
        HIDDEN,
        name="Uppfyllda betygskriterier i alla ämnen, årskurs 9",
        units=units(Björkskolan=BESIDE, Furuskolan=BESIDE, Tallskolan=BESIDE, Lindskolan=HIDDEN),
    ),
    figure(
        "cirka",
        approximate("71"),
        name="Lärare med legitimation och behörighet i minst ett ämne",
        kind="condition",
        area="quality",
        sub_goal="Undervisningen bedrivs av legitimerade och behöriga.",
        units=UnitSpread(4),
    ),
    figure(
        "nastan",
        NEARLY_ALL,
        name="Examen inom tre år",
        skolform="GY",
        area="learning",
        sub_goal="Fler fullföljer sin utbildning.",
    ),
    figure("inte", NOT_APPLICABLE, name="Elever per lärare", kind="condition", unit="elever", group=None),
    figure(
        "kostnad",
        number("143700"),
        name="Kostnad per elev",
        kind="condition",
        unit="kronor",
        decimals=0,
        riket=number(140000),
        group=Group("kommun", "s4", Spread(64, Decimal(127100), Decimal(143000), Decimal(176000))),
        place=Place.MIDDLE,
    ),
)


def full_material(**fields: object) -> Material:
    """A kommun with two skolformer and one figure of each kind."""
    given: dict[str, object] = {
        "owner": Owner(
            name="Exempelkommunen",
            type="kommun",
            skolformer=(("GR", "grundskola"), ("GY", "gymnasieskola")),
            units=14,
            children=820,
            pupils=3120,
            kommuner=("Exempelkommunen",),
        ),
        "edition": "Nationella kvalitetssystemet 2023",
        "edition_id": 1,
        "is_example": True,
        "made_on": datetime.date(2026, 11, 24),
        "goals": GOALS,
        "figures": FIGURES,
        "central": (
            Central("strength", "learning", "Fler når målen än hos de flesta.", "tal"),
            Central("need", "quality", "Andelen behöriga lärare är något att samtala om.", "cirka"),
        ),
        "factors": FACTORS,
    }
    return Material(**given | fields)  # type: ignore[arg-type]


def preschool_material() -> Material:
    """A small förening that runs preschool only: no figures at all."""
    return full_material(
        owner=Owner("Exempelblomman ek. för.", "enskild huvudman", (("FSK", "förskola"),), 0, 38, None, ()),
        goals=(Goal(3, "quality", "FSK", "Undervisningen bedrivs av legitimerade och behöriga.", True),),
        figures=(),
        central=(),
    )


def big_material() -> Material:
    """A big kommun: all skolformer that a kommun can run, and a value for each indicator of the edition."""
    labels = {form.value: str(form.label) for form in Skolform if form.value in BIG}
    goals = tuple(
        Goal(number_, area, code, text, False)
        for number_, area, text in SUB_GOALS
        for code in labels
        if number_ != 6 or code not in WITHOUT_COMPLETION
    )
    texts = {(goal.skolform, goal.number): goal for goal in goals}
    return full_material(
        owner=Owner("Storkommunen", "kommun", tuple(labels.items()), 96, 4210, 18340, ("Storkommunen",)),
        goals=goals,
        figures=tuple(_measured(measure, texts) for measure in MEASURES if measure.skolform in labels),
        is_example=False,
    )


def _measured(measure: Measure, goals: dict[tuple[str, int], Goal]) -> IndicatorFigures:
    goal = goals.get((measure.skolform, measure.sub_goal or 0))
    by_sex = {"girls": number("74.1"), "boys": number("70.6")} if measure.by_sex else {}
    return figure(
        measure.key,
        number("72.4"),
        name=measure.name,
        definition=measure.definition,
        skolform=measure.skolform,
        kind=measure.kind,
        area=goal.area if goal else "",
        sub_goal=goal.text if goal else "",
        unit=measure.unit,
        decimals=measure.decimals,
        source=measure.source,
        place=Place.MIDDLE,
        series=(PeriodValue("2023/24", number("71")), PeriodValue("2024/25", number("72.4"))),
        **by_sex,
    )
