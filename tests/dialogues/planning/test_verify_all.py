"""Every kind of certificate holds, and nothing in any of them can be changed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.planning import Block
from dialogues.planning.certificate import METHOD, REPLANNED
from dialogues.planning.moves import plan_sha256
from dialogues.planning.verify import Flaw, Wrong
from tests.dialogues.planning.certificates import (
    LAST,
    Case,
    apart,
    drawn,
    replanned,
    with_swaps,
    with_told,
)

FIRST, AGAIN = drawn(), replanned()


def a_draw() -> Case:
    return copy.deepcopy(FIRST)


def a_swapped_draw() -> Case:
    """Two swaps, the second of one that has moved already, and one that takes another's place."""
    case = a_draw()
    first, second = apart(case)
    third, fourth = apart(case, skip=20)
    alone = next(name for name in case.plan if case.plan[name] != LAST)
    return with_swaps(case, [(first, second), (second, third), (third, fourth), (alone, None)])


def a_replan() -> Case:
    return copy.deepcopy(AGAIN)


def a_swapped_replan() -> Case:
    case = a_replan()
    first, second = apart(case)
    return with_swaps(case, [(first, second), (second, apart(case, skip=30)[0])])


KINDS = {
    "drawn": a_draw,
    "swapped": a_swapped_draw,
    "replanned": a_replan,
    "replanned and swapped": a_swapped_replan,
}
SWAPPED, MADE_ANEW = ("swapped", "replanned and swapped"), ("replanned", "replanned and swapped")


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_made_holds(kind: str) -> None:
    KINDS[kind]().verify()


def test_a_certificate_from_a_database_that_keeps_no_order_of_keys_holds() -> None:
    case = a_swapped_draw()
    assert len(case.certificate["breaches"]) > 1
    families = case.certificate["rules"]["families"]
    case.certificate["rules"]["families"] = dict(reversed(families.items()))
    case.verify()


def set_to(*path: str | int, to: object) -> Callable[[Case], None]:
    """Change one value of the certificate, found by its keys; callables get the old value."""

    def change(case: Case) -> None:
        holder = case.certificate
        for key in path[:-1]:
            holder = holder[min(holder) if key == "*" else key]
        key = min(holder) if path[-1] == "*" else path[-1]
        holder[key] = to(holder[key]) if callable(to) else to

    return change


def without(name: str) -> Callable[[Case], None]:
    return lambda case: case.certificate.pop(name)


def one_more(number: int) -> int:
    return number + 1


def moved_in_the_plan(case: Case) -> None:
    unit = min(case.plan)
    case.plan[unit] = Block(case.plan[unit].year, case.plan[unit].batch % 3 + 1)


def moved_and_counted(case: Case) -> None:
    moved_in_the_plan(case)
    with_told(case, case.certificate.get("swaps", []))


def smaller_unit(case: Case) -> None:
    case.units[0] = replace(case.units[0], pupils=case.units[0].pupils + 1)


def closed_unit(case: Case) -> None:
    case.units[0] = replace(case.units[0], closed=True)


def tied_unit(case: Case) -> None:
    unit = case.units[0]
    case.units[0] = replace(unit, forbidden=(case.plan[unit.id],))


def another_place_before(case: Case) -> None:
    unit = min(case.previous or {})
    case.previous[unit] = Block(case.previous[unit].year % 2 + 1, 1)


def another_place_before_with_its_hash(case: Case) -> None:
    """The earlier plan is changed for one who stayed, and the certificate is of that plan."""
    unit = next(name for name in sorted(case.plan) if case.plan[name] == case.previous.get(name))
    case.previous[unit] = Block(case.previous[unit].year % 2 + 1, 2)
    case.certificate["previous_sha256"] = plan_sha256(case.previous)


def no_previous(case: Case) -> None:
    case.previous = None


def unasked_previous(case: Case) -> None:
    case.previous = dict(case.plan)


def no_swaps_told(case: Case) -> None:
    del case.certificate["swaps"]


def swapped_twice(case: Case) -> None:
    case.certificate["swaps"].append(case.certificate["swaps"][-1])


def swapped_in_another_order(case: Case) -> None:
    case.certificate["swaps"][:2] = case.certificate["swaps"][1::-1]


def swapped_without_moving(case: Case) -> None:
    """A swap back and forth between the same block."""
    unit = min(case.plan)
    block = str(case.plan[unit])
    row = {"first": unit, "second": None, "first_block": block, "second_block": block}
    case.certificate["swaps"].append(row)


def hidden_swap(case: Case) -> None:
    """Two more change places, and nobody says so."""
    told = case.certificate["swaps"]
    with_swaps(case, [apart(case, skip=40)])
    case.certificate["swaps"] = told


EVERYWHERE = [
    (moved_in_the_plan, Flaw.COUNTS),
    (moved_and_counted, Flaw.DRAW),
    (smaller_unit, Flaw.COUNTS),
    (closed_unit, Flaw.MISSING),
    (tied_unit, Flaw.BLOCK),
    (set_to("seed", to="abd"), {Flaw.DRAW, Flaw.MOVED, Flaw.SWAP}),
    (set_to("seed", to=None), Flaw.FORM),
    (set_to("method", to="exact-0"), Flaw.FORM),
    (set_to("versions", to={}), Flaw.FORM),
    (set_to("versions", "numpy", to=""), Flaw.FORM),
    (set_to("versions", "highspy", to=1), Flaw.FORM),
    (set_to("years", to=one_more), Flaw.COUNTS),
    (set_to("batches", to=one_more), Flaw.COUNTS),
    (set_to("years", to=0), Flaw.FORM),
    (set_to("years", to=True), Flaw.FORM),
    (set_to("batches", to=10**9), Flaw.FORM),
    (set_to("units", to=one_more), Flaw.COUNTS),
    (set_to("input_sha256", to="0" * 64), Flaw.COUNTS),
    (set_to("rules", to=[]), Flaw.FORM),
    (set_to("rules", "families", to={"all": []}), Flaw.COUNTS),
    (set_to("rules", "families", "region", to=["colour"]), Flaw.FORM),
    (set_to("rules", "sizes", to=[1, 2, 3]), Flaw.FORM),
    (set_to("rules", "sizes", to=[1, 2, 3, 4, 5, 6]), Flaw.COUNTS),
    (set_to("rules", "capacity", to=[["00", 1]]), Flaw.FORM),
    (set_to("blocks", to=["1:1"]), Flaw.COUNTS),
    (set_to("counts", "region", "*", 0, to=one_more), Flaw.COUNTS),
    (set_to("counts", "region", to={}), Flaw.COUNTS),
    (set_to("breaches", to=[{"family": "all", "cause": "pinned"}]), Flaw.COUNTS),
    (set_to("worst", "region", "batch", "deviation", to=0.0), Flaw.COUNTS),
    (set_to("pupils", "1:1", to=one_more), Flaw.COUNTS),
    (set_to("pupils_variation", to=0.0), Flaw.COUNTS),
    (set_to("pupils_variation_bound", to=one_more), Flaw.COUNTS),
    (set_to("pupils_variation_bound_solved", to=-1.0), Flaw.COUNTS),
    (set_to("pupils_variation_bound_solved", to="0"), Flaw.COUNTS),
    (set_to("groups", "*", 0, to=one_more), Flaw.GROUPS),
    (set_to("groups", "*", to=[]), Flaw.GROUPS),
    (set_to("groups", "*", to=lambda row: [float(n) for n in row]), Flaw.GROUPS),
    (set_to("groups", "nobody", to=[0] * 6), Flaw.GROUPS),
    (set_to("swaps", to={}), Flaw.FORM),
    *((without(name), Flaw.FORM) for name in ("years", "batches", "seed", "method", "versions", "rules")),
    *((without(name), Flaw.COUNTS) for name in ("counts", "breaches", "worst", "pupils", "blocks", "units")),
    (without("groups"), Flaw.FORM),
]
IN_SWAPS = [
    (no_swaps_told, Flaw.DRAW),
    (hidden_swap, Flaw.DRAW),
    (swapped_twice, Flaw.SWAP),
    (swapped_in_another_order, Flaw.SWAP),
    (swapped_without_moving, Flaw.SWAP),
    (set_to("swaps", to=[]), Flaw.DRAW),
    (set_to("swaps", 0, to=None), Flaw.SWAP),
    (set_to("swaps", 0, to="swap"), Flaw.SWAP),
    (set_to("swaps", 0, to={}), Flaw.SWAP),
    (set_to("swaps", 0, "first", to="nobody"), Flaw.SWAP),
    (set_to("swaps", 0, "first", to=[]), Flaw.SWAP),
    (set_to("swaps", 0, "second", to="nobody"), Flaw.SWAP),
    (set_to("swaps", 0, "second", to=None), {Flaw.SWAP, Flaw.DRAW}),
    (set_to("swaps", 0, "first_block", to="9:9"), Flaw.SWAP),
    (set_to("swaps", 0, "second_block", to=None), Flaw.SWAP),
    (set_to("swaps", 0, "second_block", to=[2, 1]), Flaw.SWAP),
]
IN_REPLANS = [
    (another_place_before, Flaw.PREVIOUS),
    (another_place_before_with_its_hash, {Flaw.GROUPS, Flaw.MOVED, Flaw.DRAW, Flaw.SWAP}),
    (no_previous, Flaw.PREVIOUS),
    (set_to("previous_sha256", to="0" * 64), Flaw.PREVIOUS),
    (set_to("previous_sha256", to=None), Flaw.FORM),
    (without("previous_sha256"), Flaw.FORM),
    (without("sent"), Flaw.FORM),
    (without("moved"), Flaw.FORM),
    (without("moved_bound"), Flaw.FORM),
    (set_to("sent", to=[]), Flaw.GROUPS),
    (set_to("sent", to=["1:1", "9:9"]), Flaw.FORM),
    (set_to("sent", to=["1:1", "1:1"]), Flaw.FORM),
    (set_to("sent", to=["1:1", "1:2"]), Flaw.GROUPS),
    (set_to("moved", to=one_more), Flaw.MOVED),
    (set_to("moved_bound", to=10_000), Flaw.MOVED),
    (set_to("moved_bound", to=-1), Flaw.MOVED),
    (set_to("method", to=METHOD), Flaw.FORM),
]
IN_DRAWS = [
    (unasked_previous, Flaw.NOT_REPLANNED),
    (set_to("method", to=REPLANNED), Flaw.FORM),
    (set_to("previous_sha256", to="0" * 64), Flaw.FORM),
]
MATRIX = (
    [(kind, *row) for kind in KINDS for row in EVERYWHERE]
    + [(kind, *row) for kind in SWAPPED for row in IN_SWAPS]
    + [(kind, *row) for kind in MADE_ANEW for row in IN_REPLANS]
    + [(kind, *row) for kind in KINDS if kind not in MADE_ANEW for row in IN_DRAWS]
)


@pytest.mark.parametrize(("kind", "tamper", "flaw"), MATRIX)
def test_nothing_can_be_changed(kind: str, tamper: Callable[[Case], None], flaw: Flaw | set[Flaw]) -> None:
    case = KINDS[kind]()
    tamper(case)
    with pytest.raises(Wrong) as caught:
        case.verify()
    assert caught.value.flaw in (flaw if isinstance(flaw, set) else {flaw})
    assert caught.value.where


PAIRS = st.lists(
    st.tuples(st.integers(0, 99), st.one_of(st.none(), st.integers(0, 99))), min_size=1, max_size=8
)


def swapped_by(pairs: list[tuple[int, int | None]], kind: str) -> Case:
    case = KINDS[kind]()
    names = sorted(case.plan)
    return with_swaps(case, [(names[a], None if b is None else names[b]) for a, b in pairs])


@settings(max_examples=25, deadline=None)
@given(PAIRS, st.sampled_from(["drawn", "replanned"]))
def test_any_swaps_hold(pairs: list[tuple[int, int | None]], kind: str) -> None:
    swapped_by(pairs, kind).verify()


@settings(max_examples=25, deadline=None)
@given(PAIRS, st.sampled_from(["drawn", "replanned"]), st.integers(0, 99), st.integers(1, 5))
def test_after_any_swaps_whoever_is_moved_without_a_word_is_found(
    pairs: list[tuple[int, int | None]], kind: str, who: int, by: int
) -> None:
    case = swapped_by(pairs, kind)
    name = sorted(case.plan)[who]
    at = (case.plan[name].year - 1) * 3 + case.plan[name].batch - 1 + by
    case.plan[name] = Block(at // 3 % 2 + 1, at % 3 + 1)
    with pytest.raises(Wrong) as caught:
        with_told(case, case.certificate["swaps"]).verify()
    assert (caught.value.flaw, caught.value.where) == (Flaw.DRAW, name)


@settings(max_examples=25, deadline=None)
@given(PAIRS, st.data())
def test_after_any_swaps_one_that_is_told_otherwise_is_found(
    pairs: list[tuple[int, int | None]], data: st.DataObject
) -> None:
    case = swapped_by(pairs, "drawn")
    swaps = case.certificate["swaps"]
    if not swaps:
        return
    row = data.draw(st.sampled_from(swaps))
    key = data.draw(st.sampled_from(["first", "first_block", "second_block"]))
    others = sorted(case.plan) if key == "first" else case.certificate["blocks"]
    row[key] = data.draw(st.sampled_from([other for other in others if other != row[key]]))
    with pytest.raises(Wrong) as caught:
        case.verify()
    assert caught.value.flaw in (Flaw.SWAP, Flaw.DRAW)
