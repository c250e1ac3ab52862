"""A file that does not know what has happened here: old numbers, and huvudmän that events have closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from huvudman.domain.known import Ending, Known
from huvudman.register.problems import Problem, Reason
from huvudman.register.rows import HuvudmanRow, Register


def follow_changed_orgnr(register: Register, known: Known) -> None:
    """A file that still has a number the huvudman has left is about the huvudman with its new number."""
    for before, now in known.former.items():
        row = register.huvudman.get(before)
        if row is None or before in known.huvudman or now in register.huvudman:
            continue
        del register.huvudman[before]
        register.huvudman[now] = replace(row, orgnr=now)
        register.mentioned_huvudman.add(now)
        register.remarks.append(Problem(Reason.FORMER_ORGNR, detail=before))
        _move_units(register, before, partial(_always, now))


def follow_endings(register: Register, known: Known) -> None:
    """A file cannot undo an event: the row of a huvudman that one has closed is left, with a remark.

    Its units are those of the huvudman it went up in; after another ending they stay where they are here.
    """
    for orgnr, ending in known.endings.items():
        row = register.huvudman.pop(orgnr, None)
        if row is None:
            continue
        register.remarks.append(_remark(ending))
        heir = _heir(known, orgnr)
        if heir:
            _add_children(register, row, heir)
        _move_units(register, orgnr, partial(_always, heir) if heir else partial(_standing, known, orgnr))


def _heir(known: Known, orgnr: str) -> str:
    """The huvudman it went up in, or the one which that went up in later; "" where it went up in none."""
    seen = {orgnr}
    heir = known.endings[orgnr].into
    while heir not in seen and heir in known.endings and known.endings[heir].into:
        seen.add(heir)
        heir = known.endings[heir].into
    return heir


def _always(orgnr: str, _code: str) -> str:
    return orgnr


def _standing(known: Known, orgnr: str, code: str) -> str:
    unit = known.units.get(code)
    return unit.orgnr if unit else orgnr


def _add_children(register: Register, row: HuvudmanRow, heir: str) -> None:
    other = register.huvudman.get(heir)
    if other is not None and row.children is not None:
        other.children = (other.children or 0) + row.children


def _move_units(register: Register, orgnr: str, owner: Callable[[str], str]) -> None:
    for unit in register.units.values():
        if unit.orgnr == orgnr:
            unit.orgnr = owner(unit.code)


def _remark(ending: Ending) -> Problem:
    names = f"{ending.name} → {ending.into_name}" if ending.into else ending.name
    reason = Reason.MERGED_HERE if ending.into else Reason.CLOSED_HERE
    return Problem(reason, detail=f"{names}, {ending.on.isoformat()}")
