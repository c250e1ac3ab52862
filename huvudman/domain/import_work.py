"""The work on an uploaded file in the background: asked for, begun, followed and given up, in one way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from celery import current_app
from django.core.cache import cache
from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accounts.actors import SYSTEM
from accounts.domain.machine import Machine, NotPossible

log = logging.getLogger(__name__)

PROGRESS_KEPT = 3600
MOST_TRIES = 3
"""So often may the work on an import end with its worker before it is given up."""
ROUND = 60
"""Seconds between beat's rounds; what a round asked for and nobody took up is asked for by the next."""

Row = TypeVar("Row", bound=models.Model)
Progress = Callable[[int, str], None]


def no_progress(percent: int, step: str) -> None:
    """Tell nobody."""


@contextmanager
def alone_at(pk: int, *, kind: int) -> Iterator[bool]:
    """Tell whether no other worker is at the row (of its `kind` of work), and keep others away.

    The lock is the connection's: that of a killed worker ends with it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, pk])
        (alone,) = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, pk])


@dataclass(frozen=True)
class ImportWork(Generic[Row]):
    """The work that one kind of import waits for.

    `tasks` maps a state to the task that takes an import out of it, `waits` to what is said until then.
    `one_worker` is the class of the advisory locks that keep an import to one worker at a time. The rows
    have `public_id`, `state`, `tries`, `problems` and `read_at`; an import that fails goes to `failed`.
    """

    machine: Machine[Row]
    tasks: Mapping[str, str]
    waits: Mapping[str, str | Promise]
    one_worker: int
    failed: str
    as_it_was: str | Promise
    """Says that nothing has changed."""

    def start(self, row: Row) -> None:
        """Ask for work after commit. Should the broker be away, beat's next round asks."""

        def start() -> None:  # no partial: Django can't tell of one that fails
            with suppress(RedisError):
                cache.delete(self._progress_key(row))
            self.ask_for(row)

        transaction.on_commit(start, robust=True)

    def ask_for(self, row: Any, **options: Any) -> None:
        """Ask a worker to go on with an import that waits. Asked twice, the work is done once."""
        current_app.send_task(self.tasks[row.state], args=[row.pk], retry=False, **options)

    def take_up_waiting(self) -> None:
        """Ask again for what waits: the broker was away, or a worker was killed."""
        for row in self._rows.filter(state__in=list(self.tasks)).only("state").order_by("pk"):
            self.ask_for(row, expires=ROUND)

    def run(self, pk: int, state: str, verb: Callable[[Row], Row]) -> None:
        """Do the work on an import that waits in `state`. Run again, it does nothing."""
        with alone_at(pk, kind=self.one_worker) as alone:
            row = self._rows.filter(pk=pk, state=state).first() if alone else None
            if row is None:
                return
            try:
                if self.begin(row):
                    verb(row)
            except NotPossible as overtaken:
                log.info("%s %s: %s", self.machine.model._meta.model_name, pk, overtaken)
            except Exception:
                self.fail(row, self._in_words(_("Något gick fel hos oss. %(as_it_was)s Försök igen.")))
                raise

    def begin(self, row: Any) -> bool:
        """Count a try before the work, as a killed worker cannot do it after; False: given up instead.

        Call it outside a transaction. Raises NotPossible if somebody else has put the import aside.
        """
        waiting = self._rows.filter(pk=row.pk, state=row.state, tries__lt=MOST_TRIES)
        if waiting.update(tries=F("tries") + 1):
            return True
        words = _(
            "Arbetet med filen avbröts %(tries)s gånger utan att bli klart. %(as_it_was)s "
            "Spara filen på nytt i ett kalkylprogram och försök igen."
        )
        self.fail(row, self._in_words(words))
        return False

    def fail(self, row: Row, problems: list[dict[str, Any]]) -> Row:
        """Say why the file could not be used; what it is about is as it was."""

        def change(locked: Any) -> None:
            locked.problems, locked.read_at = problems, timezone.now()

        return self.machine.walk(
            row, to=self.failed, actor=SYSTEM, check=self.still_as_begun(row), change=change
        )

    def still_as_begun(self, row: Any) -> Callable[[Any], None]:
        """A check that the import still is in the state in which the work on `row` began."""
        begun = row.state

        def check(locked: Any) -> None:
            if locked.state != begun:
                raise NotPossible(f"no longer {begun} but {locked.state}")

        return check

    def teller(self, row: Row) -> Progress:
        """A function that tells how far the work on `row` has come, seen outside its transaction."""
        key = self._progress_key(row)

        def tell(percent: int, step: str) -> None:
            with suppress(RedisError):  # nobody is told for a while: the work goes on
                cache.set(key, {"percent": percent, "step": str(step)}, PROGRESS_KEPT)

        return tell

    def progress_of(self, row: Any) -> dict[str, Any] | None:
        """How far the work has come: percent and step; where nobody can tell, as before its first step.

        None for an import that waits for no work.
        """
        if row.state not in self.tasks:
            return None
        told = None
        with suppress(RedisError):
            told = cache.get(self._progress_key(row))
        return told or {"percent": 0, "step": str(self.waits[row.state])}

    @property
    def _rows(self) -> Any:
        return self.machine.model._default_manager.all()

    def _in_words(self, words: str) -> list[dict[str, Any]]:
        return [{"text": words % {"tries": MOST_TRIES, "as_it_was": self.as_it_was}}]

    def _progress_key(self, row: Any) -> str:
        """Reading the file and putting it in are told of apart."""
        return f"{self.machine.model._meta.model_name}-{row.public_id}-{row.state}"
