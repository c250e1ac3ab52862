"""The one door through which every lifecycle changes state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.domain.audit import record

if TYPE_CHECKING:
    from accounts.actors import Actor

Row = TypeVar("Row", bound=models.Model)


class NotPossible(Exception):
    """What was asked for cannot be done now. The text says why, in words for a person."""


class WrongState(NotPossible):
    """The row is in a state from which the wanted one cannot be reached."""


class Conflict(NotPossible):
    """It has been done already, but with other words or choices than these, which must not be lost."""


@dataclass(frozen=True)
class Machine(Generic[Row]):
    """A lifecycle: which state may follow which, and the permission needed to get there.

    `table` maps a state to the states that may follow it; `permissions` maps a wanted state to a permission.
    """

    model: type[Row]
    table: Mapping[str, frozenset[str]]
    permissions: Mapping[str, str]

    def walk(
        self,
        row: Row,
        *,
        to: str,
        actor: Actor,
        check: Callable[[Row], None] | None = None,
        change: Callable[[Row], None] | None = None,
        after: Callable[[Row], None] | None = None,
        again: Callable[[Row], None] | None = None,
        **facts: object,
    ) -> Row:
        """Lock `row`, re-read its state and move it to the state `to`; answer the changed row.

        `check` may raise NotPossible; `change` sets other fields before saving; `after` does what belongs to
        the same transaction (letters, child rows). A row already in the state is answered as it is: a button
        was pressed twice. `again` is told, to raise Conflict or keep what was said when it is not the same.
        Raises PermissionDenied, WrongState or NotPossible, and then nothing has changed.
        """
        with transaction.atomic():
            locked = self.locked_as_it_stands(row)
            actor.require(self.permissions[to], locked)
            self.require_open(locked, to)
            if locked.state == to:  # type: ignore[attr-defined]
                if again:
                    again(locked)
                return locked
            self._move(locked, to=to, actor=actor, check=check, change=change, facts=facts)
            if after:
                after(locked)
        return locked

    def require_open(self, row: Row, to: str = "") -> None:
        """Raise NotPossible when nothing in the row may be changed now; `to` is the wanted state, if any.

        Nothing stands in the way, unless a lifecycle says what does.
        """

    def locked(self, row: Row) -> Row:
        """The row as it stands in the database now, locked until the transaction ends. Raises as
        `require_open`.
        """
        locked = self.locked_as_it_stands(row)
        self.require_open(locked)
        return locked

    def locked_as_it_stands(self, row: Row) -> Row:
        """The row locked as by `locked`, also when nothing in it may be changed.

        NO KEY: rows that only point at this one are written meanwhile, so that two who write letters about
        each other's rows do not wait for each other.
        """
        return self.model._default_manager.select_for_update(of=("self",), no_key=True).get(pk=row.pk)

    def allows(self, row: Row, to: str) -> bool:
        """Tell whether the state `to` may follow the row's state."""
        return to in self.table[row.state]  # type: ignore[attr-defined]

    def _move(
        self,
        row: Row,
        *,
        to: str,
        actor: Actor,
        check: Callable[[Row], None] | None,
        change: Callable[[Row], None] | None,
        facts: dict[str, object],
    ) -> None:
        was = row.state  # type: ignore[attr-defined]
        if not self.allows(row, to):
            raise WrongState(
                _("Det går inte nu: %(subject)s är i läget ”%(state)s”.")
                % {"subject": row, "state": row.get_state_display()}  # type: ignore[attr-defined]
            )
        if check:
            check(row)
        row.state = to  # type: ignore[attr-defined]
        if change:
            change(row)
        row.save()
        record(actor=actor, verb=f"{self.model._meta.model_name}.{to}", subject=row, was=was, **facts)
