"""Planning: how even, how fast, how fair, beside random, serpentine, stratified and iterative draws.

`PLAN_PARTS` names the parts to run (else all); the chances are counted over `PLAN_DRAWS` draws. Seconds are
the processor's, since other work may run beside; those by the clock are told in the last column.
"""

from __future__ import annotations

import os
import random
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from statistics import median

from bench.baselines.planning import METHODS
from bench.growth import grown
from bench.marks import Mark
from bench.registers import random_register, real_register, synthetic_register, with_giants, worst_of
from dialogues.planning import Block, Plan, Rules, Unit, certify, plan
from dialogues.planning.alike import group_units
from dialogues.planning.bounds import CAPACITY
from dialogues.planning.draw import draw, drawn_blocks
from dialogues.planning.pupils import apart_of, giants_of, least_totals, unevenness
from dialogues.planning.replan import replan
from dialogues.planning.units import FAMILIES, all_blocks

SHAPES = ((5, 5), (3, 5), (3, 8), (6, 4))
JOINT = Rules(
    families={
        **FAMILIES,
        "form": ("form",),
        "office_form": ("office", "form"),
        "size_form": ("size", "form"),
        "type_form": ("type", "form"),
    }
)
DRAWS = int(os.environ.get("PLAN_DRAWS", "250"))


def run() -> list[Mark]:
    """Every part that is wanted, in the order of the plan's own requirements."""
    wanted = os.environ.get("PLAN_PARTS", "").split() or list(PARTS)
    marks: list[Mark] = []
    for name in wanted:
        clock, processor = time.perf_counter(), time.process_time()
        marks += PARTS[name]()
        taken, passed = time.process_time() - processor, time.perf_counter() - clock
        print(f"  {name}: {taken:.1f} s of processor, {passed:.1f} s by the clock", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*marks, Mark("peak memory of all but the growth", peak, None, 500, "MB")]


def _units() -> list[Unit]:
    return synthetic_register(2_500)


def _shapes() -> list[Mark]:
    return [
        mark
        for years, batches in SHAPES
        for mark in _whole(f"2 500 in {years} × {batches}", _units(), years, batches)
    ]


def _real() -> list[Mark]:
    units = real_register()
    if not units:
        print("  the real register is not here (set KD_SHARED_DATA)")
        return []
    return _whole(f"the real register of {len(units)}", units, 5, 5)


def _joint() -> list[Mark]:
    return _whole("region, office and form jointly", _units(), 5, 5, JOINT, pupils=False)


def _beside() -> list[Mark]:
    """The largest deviation of this plan against that of each other way, on the same register."""
    units = _units()
    ours = plan(units, years=5, batches=5, seed="bench").certificate
    print(f"  this plan: worst deviation {worst_of(ours)}, pupils' CV {ours['pupils_variation']} %")
    marks = []
    for name, way in METHODS.items():
        print(f"  {name}: {_said(units, way)}")
        other = worst_of(certify(units, way(units, 5, 5), years=5, batches=5))
        marks.append(Mark("largest deviation, 5 × 5", worst_of(ours), other, 0.5, "units", name))
    return marks


def _said(units: Sequence[Unit], draw: Callable[..., dict[str, Block]]) -> str:
    began = time.perf_counter()
    assignment = draw(units, 5, 5)
    took = time.perf_counter() - began
    found = certify(units, assignment, years=5, batches=5)
    off = sum(each[per]["breaches"] for each in found["worst"].values() for per in ("batch", "year"))
    return (
        f"worst deviation {worst_of(found)}, {off} counts off by 1 or more, "
        f"pupils' CV {found['pupils_variation']} %, {took:.2f} s"
    )


def _timed(work: Callable[[], Plan]) -> tuple[Plan, float, str]:
    """The plan, the seconds of processor it took, and those by the clock in words."""
    clock, processor = time.perf_counter(), time.process_time()
    made = work()
    taken = time.process_time() - processor
    return made, taken, f"{time.perf_counter() - clock:.1f} s by the clock, beside other work"


def _whole(
    name: str,
    units: Sequence[Unit],
    years: int,
    batches: int,
    rules: Rules | None = None,
    *,
    pupils: bool = True,
) -> list[Mark]:
    made, took, clock = _timed(lambda: plan(units, years=years, batches=batches, seed="bench", rules=rules))
    found = made.certificate
    marks = [
        Mark(f"{name}: largest deviation", worst_of(found), None, 0.9999, "units"),
        Mark(f"{name}: counts off", len(found["breaches"]), None, 0, "counts"),
        Mark(f"{name}: whole plan", took, None, 15, "s of processor", clock),
    ]
    if pupils:
        above = found["pupils_variation"] - found["pupils_variation_bound_solved"]
        against = f"CV {found['pupils_variation']}, proved bound {found['pupils_variation_bound_solved']}"
        marks.append(Mark(f"{name}: pupils' CV above the bound", above, None, 1, "points", against))
    return marks


def _pupils() -> list[Mark]:
    """The worst of ten other registers, with giants half to three times as large, two draws of each shape."""
    above, rest = [], []
    for number in range(2, 12):
        units = with_giants(synthetic_register(2_500, seed=number), (0.5, 1, 1.5, 2, 3)[number % 5])
        for (years, batches), seed in product(SHAPES, ("one", "two")):
            found = plan(units, years=years, batches=batches, seed=seed).certificate
            above.append(found["pupils_variation"] - found["pupils_variation_bound_solved"])
            giants = len(giants_of(units, least_totals(units, years * batches, Rules())))
            rest.append(unevenness(found["pupils"].values(), giants))
    print(f"  median {median(above):.2f} points above the bound, {median(rest):.2f} % without giants")
    return [
        Mark(f"{len(above)} plans: pupils' CV above the bound, worst", max(above), None, 1, "points"),
        Mark(f"{len(rest)} plans: pupils' CV of batches without a giant, worst", max(rest), None, 3.5, "%"),
    ]


def _many(count: int = 300) -> list[Mark]:
    """Random registers of any kind: how many were not as even as can be."""
    missed, began = 0, time.process_time()
    for number in range(count):
        units, years, batches = random_register(number)
        missed += bool(plan(units, years=years, batches=batches, seed="bench").certificate["breaches"])
    print(f"  {count} random registers: {time.process_time() - began:.0f} s")
    return [Mark(f"random registers of {count} that were not even", missed, None, 0, "registers")]


def _pins() -> list[Mark]:
    """Random pins, as many as one in twenty, and one in ten."""
    marks, units = [], _units()
    for percent, limit in ((5, 30), (10, 60)):
        rnd = random.Random(percent)
        chosen = {unit.id for unit in rnd.sample(list(units), len(units) * percent // 100)}
        pinned = [
            replace(unit, pin_year=rnd.randint(1, 5), pin_batch=rnd.randint(1, 5))
            if unit.id in chosen
            else unit
            for unit in units
        ]
        made, took, clock = _timed(partial(plan, pinned, years=5, batches=5, seed="bench"))
        found = made.certificate["breaches"]
        causes = Counter(breach["cause"].partition(":")[0] for breach in found)
        free = sum(count for cause, count in causes.items() if cause != "pinned")
        marks += [
            Mark(
                f"{percent} % pinned: counts off that pins alone don't force",
                free,
                None,
                0,
                "counts",
                str(dict(causes)),
            ),
            Mark(f"{percent} % pinned: time", took, None, limit, "s of processor", clock),
        ]
    return marks


def _chances() -> list[Mark]:
    """Whether every huvudman has the same chance of every batch: chi-square over its degrees of freedom."""
    units = _units()
    hits: dict[str, Counter[Block]] = defaultdict(Counter)
    for number in range(DRAWS):
        for unit, block in plan(units, years=5, batches=5, seed=f"draw {number}").assignment.items():
            hits[unit][block] += 1
    expected, blocks = DRAWS / 25, all_blocks(5, 5)
    chi_square = sum((row[block] - expected) ** 2 / expected for row in hits.values() for block in blocks)
    ratio = chi_square / (len(units) * 24)
    print(f"  chances over {DRAWS} draws: chi-square / degrees of freedom {ratio:.4f}")
    return [Mark(f"chances over {DRAWS} draws: |chi-square/df - 1|", abs(ratio - 1), None, 0.02, "")]


def _together(draws: int = 1_000) -> list[Mark]:
    """Forty koncerner of three: how many are together, and whether their chances stay even."""
    units = [
        replace(unit, koncern=f"k{at // 15}") if at % 15 in (0, 5, 10) and at < 600 else unit
        for at, unit in enumerate(synthetic_register(1_000))
    ]
    found = plan(units, years=3, batches=3, seed="bench").certificate
    blocks = all_blocks(3, 3)
    groups = group_units(units, Rules(), blocks, apart_of(units, 9, Rules()))
    members = [unit.id for unit in units if unit.koncern]
    hits: Counter[tuple[str, Block]] = Counter()
    for number in range(draws):
        seed = f"draw {number}"
        assignment = draw(groups, found["groups"], drawn_blocks(3, 3, seed), seed)
        hits.update((unit, assignment[unit]) for unit in members)
    expected = draws / 9
    chi_square = sum((hits[unit, at] - expected) ** 2 / expected for unit in members for at in blocks)
    ratio = chi_square / (len(members) * 8)
    return [
        Mark("koncerner of 40 not wholly together", 40 - found["koncern"]["whole"], None, 20, "koncerner"),
        Mark("koncerner: counts off", len(found["breaches"]), None, 0, "counts"),
        Mark(f"koncerner over {draws} draws: |chi-square/df - 1|", abs(ratio - 1), None, 0.25, ""),
    ]


def _changed(units: Sequence[Unit]) -> list[Unit]:
    """One in twenty closed, and as many new."""
    rnd = random.Random("changes")
    closed = {unit.id for unit in rnd.sample(list(units), len(units) // 20)}
    new = rnd.sample(synthetic_register(len(units), seed=2), len(closed))
    after = [replace(unit, closed=unit.id in closed) for unit in units]
    return after + [replace(unit, id=f"new {unit.id}") for unit in new]


def _replanned() -> list[Mark]:
    """How many of those who stay have to move."""
    units = _units()
    first = plan(units, years=5, batches=5, seed="bench").assignment
    after = _changed(units)
    made, took, clock = _timed(lambda: replan(after, first, years=5, batches=5, seed="again"))
    found = made.certificate
    percent = 100 * found["moved"] / sum(not unit.closed for unit in after[: len(units)])
    proved = f"proved least: {found['moved_bound']} units"
    return [
        Mark("after 10 % changes: moved", percent, None, 2.5, "%", proved),
        Mark("after 10 % changes: counts off", len(found["breaches"]), None, 0, "counts"),
        Mark("after 10 % changes: time", took, None, 60, "s of processor", clock),
    ]


def _limited() -> list[Mark]:
    """As before, with two batches sent and a limit for the largest region that can't be kept evenly."""
    units = synthetic_register(2_800)
    first = plan(units, years=5, batches=5, seed="bench").assignment
    work = partial(
        replan,
        _changed(units),
        first,
        years=5,
        batches=5,
        seed="again",
        rules=Rules(capacity={("01", Block(2, 1)): 5}),
        sent=[Block(1, 1), Block(1, 2)],
    )
    made, took, clock = _timed(work)
    found = made.certificate
    over = sum(breach["family"] == CAPACITY for breach in found["breaches"])
    above, proved = found["moved"] - found["moved_bound"], f"proved least: {found['moved_bound']} units"
    return [
        Mark("with a limit of a region: limits not kept", over, None, 0, "limits"),
        Mark("with a limit of a region: moved above the proved least", above, None, 5, "units", proved),
        Mark("with a limit of a region: time", took, None, 60, "s of processor", clock),
    ]


PARTS: dict[str, Callable[[], list[Mark]]] = {
    "beside": _beside,
    "shapes": _shapes,
    "real": _real,
    "pupils": _pupils,
    "joint": _joint,
    "pins": _pins,
    "together": _together,
    "replanned": _replanned,
    "limited": _limited,
    "many": _many,
    "chances": _chances,
    "growth": grown,
}
