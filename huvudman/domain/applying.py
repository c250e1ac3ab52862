"""Putting a register file into the register."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.machine import NotPossible
from huvudman.domain.comparison import Comparison, compare_register, older_text
from huvudman.domain.import_work import Progress, no_progress
from huvudman.domain.one_at_a_time import one_at_a_time
from huvudman.domain.writing import write_huvudman, write_units
from huvudman.register.rows import Register


class RowsLeftOut(NotPossible):
    """Rows could not be read, and nobody has accepted that they are left out."""

    def __init__(self) -> None:
        super().__init__(
            _("Några rader går inte att läsa. Godkänn att de lämnas utanför, eller rätta filen.")
        )


class RegisterMoved(NotPossible):
    """The register has changed since the changes were approved. `comparison` is how it looks now."""

    def __init__(self, comparison: Comparison) -> None:
        super().__init__(_("Registret har ändrats sedan förhandsgranskningen."))
        self.comparison = comparison


@transaction.atomic
def apply_register(
    register: Register,
    *,
    kind: str,
    year: int,
    leave_out: bool = False,
    approved: str = "",
    progress: Progress = no_progress,
) -> Comparison:
    """Compare `register` with the database and write what differs, all or nothing; again, it changes nothing.

    `approved` is the digest of the changes that a person has seen. Raises RowsLeftOut if rows could not be
    read and leaving them out (`leave_out`) was not accepted, RegisterMoved if the changes are others,
    NotPossible if the database has a later register's numbers of pupils.
    """
    if register.rejected and not leave_out:
        raise RowsLeftOut
    one_at_a_time()
    today = timezone.localdate()
    progress(20, _("Lägger in: jämför med registret"))
    comparison = compare_register(register, kind=kind, year=year, on=today)
    if comparison.newer:
        raise NotPossible(older_text(newer=comparison.newer, year=year))
    if approved and comparison.digest() != approved:
        raise RegisterMoved(comparison)
    progress(40, _("Lägger in huvudmän"))
    write_huvudman(comparison, on=today)
    progress(60, _("Lägger in skolenheter"))
    write_units(comparison, on=today)
    progress(95, _("Avslutar"))
    return comparison
