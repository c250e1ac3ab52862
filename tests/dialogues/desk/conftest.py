import pytest
import time_machine

from tests.dialogues.desk.kinds import NOW


@pytest.fixture
def at_nine():
    with time_machine.travel(NOW, tick=False):
        yield
