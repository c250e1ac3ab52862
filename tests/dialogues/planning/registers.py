"""Made-up registers to plan."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from dialogues.planning import Unit


def register(count: int = 2500, seed: int = 7) -> list[Unit]:
    """A skewed register: a few large regions, most huvudmän small."""
    rnd = random.Random(seed)
    return [
        Unit(
            id=f"h{index}",
            region=f"{min(int(rnd.expovariate(0.15)), 20):02}",
            size=rnd.choices(["s1", "s2", "s3", "s4", "s5"], [45, 30, 10, 9, 6])[0],
            type=rnd.choices(["enskild", "offentlig"], [87, 13])[0],
            pupils=rnd.randint(1, 5000),
        )
        for index in range(count)
    ]


def units_of(**more: Any) -> st.SearchStrategy[list[Unit]]:
    """Small registers of any kind."""
    return st.lists(
        st.builds(
            Unit,
            id=st.uuids().map(str),
            region=st.sampled_from(["01", "03", "12", "25"]),
            size=st.sampled_from(["s1", "s2", "s5"]),
            type=st.sampled_from(["enskild", "offentlig"]),
            pupils=st.integers(0, 100_000),
            form=st.sampled_from(["ab", "ek_for"]),
            **more,
        ),
        max_size=120,
        unique_by=lambda unit: unit.id,
    )


SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 5))
