"""The demo's days: schools can be reached on them, whenever the demo is made."""

from __future__ import annotations

import datetime
import importlib

import pytest
import time_machine

from dialogues import days
from dialogues.demo import under_way
from dialogues.demo.another_day import at

FIRST_HALF = ["INVITED", "ANSWERED", "INTRODUCED", "SENT", "FIXED"]
NAMES = [*FIRST_HALF, "HELD_FROM", "HELD", "FED_BACK_FROM", "FED_BACK"]
RECENT = ["RECENTLY_INVITED", "RECENTLY_ANSWERED"]


@pytest.mark.parametrize("month", range(1, 13))
def test_the_demo_has_no_day_in_a_break_and_takes_its_steps_in_order(month: int) -> None:
    try:
        with time_machine.travel(datetime.datetime(2027, month, 20, 12), tick=False):
            importlib.reload(under_way)
            for names in (NAMES, RECENT):
                steps = [getattr(under_way, name) for name in names]
                assert steps == sorted(set(steps))
                assert steps[-1] < 0
                for step in steps:
                    assert days.remarks(at(step, 12).date()) == []
            begins = under_way.feedback_for(at(under_way.HELD_FROM, 9))
            assert begins == at(under_way.FED_BACK_FROM, 9)
    finally:
        importlib.reload(under_way)
