"""`verify_plan --again` finds counts that are as even, but that the seed does not give."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dialogues.planning.alike import group_units
from dialogues.planning.certificate import certify
from dialogues.planning.draw import draw, drawn_blocks
from dialogues.planning.units import Rules
from tests.dialogues.planning.certificates import BATCHES, YEARS, Case, as_json, drawn, replanned
from tests.dialogues.planning.test_commands import check, written


def forged() -> Case:
    """Everybody's place moved one on, which is as even, and drawn with the very same seed."""
    case = drawn()
    counts = {name: [*row[1:], row[0]] for name, row in case.certificate["groups"].items()}
    blocks = drawn_blocks(YEARS, BATCHES, case.certificate["seed"])
    plan = draw(group_units(case.units, Rules(), blocks), counts, blocks, case.certificate["seed"])
    certificate = case.certificate | as_json(certify(case.units, plan, years=YEARS, batches=BATCHES))
    return Case(case.units, plan, certificate | {"groups": counts})


def test_a_plan_that_the_seed_gives_holds_again(tmp_path: Path) -> None:
    assert "Planen stämmer" in check(*written(tmp_path, drawn()), again=True)


def test_a_replan_holds_again(tmp_path: Path) -> None:
    case = replanned()
    previous = tmp_path / "previous.csv"
    units, plan, certificate = written(tmp_path, Case(case.units, case.previous, {}))
    plan.replace(previous)
    units, plan, certificate = written(tmp_path, case)
    assert "Planen stämmer" in check(units, plan, certificate, previous=previous, again=True)


def test_counts_that_were_chosen_are_found_out_only_by_making_them_again(tmp_path: Path) -> None:
    case = forged()
    assert case.plan != drawn().plan
    case.verify()
    files = written(tmp_path, case)
    assert "Planen stämmer" in check(*files)
    with pytest.raises(CommandError, match="Görs beräkningen om") as caught:
        check(*files, again=True)
    assert caught.value.returncode == 1
    assert f"highspy {case.certificate['versions']['highspy']}" in str(caught.value)


def test_a_seed_with_half_a_sign_is_told(tmp_path: Path) -> None:
    units, plan, certificate = written(tmp_path, drawn())
    certificate.write_text(json.dumps(drawn().certificate | {"seed": "\ud800"}))
    with pytest.raises(CommandError, match="seed") as caught:
        call_command("verify_plan", input=units, plan=plan, certificate=certificate, stdout=StringIO())
    assert caught.value.returncode == 1


@pytest.mark.parametrize("bound", [float("inf"), 1e999, -1])
def test_a_bound_that_can_not_be_is_refused(bound: float) -> None:
    case = drawn()
    case.certificate["pupils_variation_bound_solved"] = bound
    with pytest.raises(Exception, match="pupils_variation_bound_solved"):
        case.verify()
