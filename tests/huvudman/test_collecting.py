"""Python's search for cycles rests while a register is built, and only then."""

from __future__ import annotations

import gc

import pytest

from huvudman.domain.collecting import no_search_for_cycles


def test_rests_meanwhile() -> None:
    with no_search_for_cycles():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_goes_on_after_an_error() -> None:
    @no_search_for_cycles()
    def read() -> None:
        raise ValueError("a bad file")

    with pytest.raises(ValueError, match="a bad file"):
        read()
    assert gc.isenabled()


def test_inside_another_the_outer_one_ends_the_rest() -> None:
    with no_search_for_cycles():
        with no_search_for_cycles():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
