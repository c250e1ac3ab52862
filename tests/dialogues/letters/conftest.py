"""A post office for the tests of letters."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialogues.letters.postmaster import Postmaster, open_post_office


@pytest.fixture
def postmaster(settings: Any) -> Iterator[Postmaster]:
    with open_post_office(settings) as opened:
        yield opened
