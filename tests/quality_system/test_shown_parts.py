"""Parts of a shown whole: what is left when the shown are taken away is never a small group."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality_system.disclosure import shown_parts


@pytest.mark.parametrize(
    ("counts", "never", "shown"),
    [
        ({"a": 5, "b": 5}, (), {"a", "b"}),
        ({"a": 4, "b": 9}, (), set()),
        ({"a": 4, "b": 6, "c": 9}, (), {"c"}),
        ({"a": 0, "b": 6}, (), {"b"}),
        ({"a": 3, "b": 2, "c": 9}, (), {"c"}),
        ({"a": 9, "": 2}, ("",), set()),
        ({"a": 9, "b": 7, "": 2}, ("",), {"a"}),
        ({"a": 9, "": 5}, ("",), {"a"}),
        ({}, (), set()),
    ],
)
def test_hides_the_small_and_what_would_give_them_away(counts, never, shown):
    assert shown_parts(counts, smallest=5, never=never) == shown


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 20)), st.integers(1, 9))
def test_what_is_left_is_nobody_or_enough(counts, smallest):
    shown = shown_parts(counts, smallest=smallest, never={"a"})
    left = sum(counts.values()) - sum(counts[name] for name in shown)
    assert left == 0 or left >= smallest or not shown
    assert all(counts[name] >= smallest for name in shown)
    assert "a" not in shown
