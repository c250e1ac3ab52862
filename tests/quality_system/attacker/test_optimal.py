"""How much we lose: our pattern beside the smallest that the attacker does not break."""

from __future__ import annotations

import random

from tests.quality_system.attacker.optimal import fewest_hidden, hidden_in
from tests.quality_system.attacker.registers import SEXES, Truth
from tests.quality_system.attacker.tables import breaks, protected

MOST_LOSS = 1.25
"""Hidden figures, ours through the fewest: measured 1.15 on the first forty tables."""


def ordinary(rng: random.Random) -> Truth:
    """A huvudman with up to four units, most of ordinary size, where half or more reach the measure."""
    pupils, reach = {}, {}
    for cell in [(f"u{n}", sex) for n in range(rng.randint(1, 4)) for sex in SEXES]:
        pupils[cell] = rng.choice([rng.randint(1, 9), rng.randint(10, 60), rng.randint(10, 60)])
        rate = rng.uniform(0.5, 1)
        reach[cell] = sum(rng.random() < rate for _pupil in range(pupils[cell]))
    return Truth(pupils, reach)


def test_we_hide_little_more_than_has_to_be() -> None:
    rng = random.Random(1)
    ours = fewest = 0
    for truth in [ordinary(rng) for _n in range(20)]:
        shown = protected(truth)
        assert breaks(truth, shown) == []
        mine, least = hidden_in(shown, truth), fewest_hidden(truth)
        assert len(mine) >= len(least)
        ours, fewest = ours + len(mine), fewest + len(least)
    assert ours <= MOST_LOSS * fewest
