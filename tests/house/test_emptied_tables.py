"""Between tests the tables are emptied, but never under the hands of a question that is still asked."""

from __future__ import annotations

import threading

import pytest
from django.core.management import CommandError
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase

from accounts.models import Agency
from tests.conftest import _emptied, _nobody_is_at_work
from tests.polling import until


@pytest.mark.django_db(transaction=True)
def test_somebody_in_the_middle_of_something_is_seen() -> None:
    may_go = threading.Event()
    assert _nobody_is_at_work()

    def asks() -> None:
        with transaction.atomic():
            Agency.objects.count()
            may_go.wait(20)
        connection.close()

    other = threading.Thread(target=asks)
    other.start()
    try:
        until(lambda: not _nobody_is_at_work())
    finally:
        may_go.set()
        other.join()
    assert _nobody_is_at_work()


def test_emptying_that_met_somebody_is_tried_again_and_another_fault_is_told() -> None:
    def fails_by(cause: Exception) -> None:
        raise CommandError("could not be flushed") from cause

    case = TransactionTestCase()
    assert not _emptied(case, lambda _case: fails_by(OperationalError("deadlock detected")))
    with pytest.raises(CommandError):
        _emptied(case, lambda _case: fails_by(ValueError("no such table")))
    assert _emptied(case, lambda _case: None)
