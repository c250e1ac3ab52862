"""The attacker against an indicator with limits of its own: it knows them, and wants what they protect."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from quality_system.disclosure import FEW_PUPILS, MINIMUM, Rule, protect_figures
from quality_system.values import ValueKind
from tests.quality_system.attacker import tables
from tests.quality_system.attacker.registers import SHARE, Truth, truths
from tests.quality_system.attacker.test_tables import LEAKS

OWN = Rule("pupils", "%", smallest=12, fewest_short=8)


@pytest.fixture(autouse=True)
def attacker_of_own_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under twelve, and one to seven who fall short, are what must not be known."""
    levels = {("pupils", level): (12, FEW_PUPILS) for level in ("unit", "huvudman")}
    monkeypatch.setattr(tables, "MINIMUM", {**MINIMUM, **levels})
    monkeypatch.setattr(tables, "FEW_LEFT", OWN.few_left)


def shown_of(truth: Truth, rule: Rule) -> tables.Shown:
    return protect_figures(truth.figures(), truth.sums(), rule)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("name", LEAKS)
def test_it_breaks_none_of_them(name: str) -> None:
    assert tables.breaks(LEAKS[name], shown_of(LEAKS[name], OWN)) == []


def test_the_usual_limits_would_tell_what_is_to_be_protected() -> None:
    found = [tables.breaks(truth, shown_of(truth, SHARE)) for truth in LEAKS.values()]
    assert any(found)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(truths())
def test_nothing_hidden_can_be_worked_out(truth: Truth) -> None:
    shown = shown_of(truth, OWN)
    assert tables.breaks(truth, shown) == []
    for cell, figure in truth.figures().items():
        assert shown[cell].number in {None, figure.value.number}
        assert shown[cell].kind is not ValueKind.SUPPRESSED or shown[cell].reason
