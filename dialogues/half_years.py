"""Half-years: when a huvudman that wants to take part later wishes to be invited. "2027-1" is spring."""

from __future__ import annotations

import datetime
import re

from django.utils.translation import gettext as _

CODE = re.compile(r"(20\d\d)-([12])")
AHEAD = 5
"""How many half-years a huvudman may choose among."""
SPRING_ENDS = 6


def half_year_of(day: datetime.date) -> str:
    """The half-year of a day, as a code: codes sort by time."""
    return f"{day.year}-{1 if day.month <= SPRING_ENDS else 2}"


def next_half_year(code: str) -> str:
    """The half-year after another. Raises ValueError for what is no code."""
    year, half = _parts(code)
    return f"{year}-2" if half == 1 else f"{year + 1}-1"


def coming_half_years(today: datetime.date, count: int = AHEAD) -> list[str]:
    """The codes of the half-years after the one that `today` is in."""
    found, code = [], half_year_of(today)
    for _nth in range(count):
        code = next_half_year(code)
        found.append(code)
    return found


def half_year_name(code: str) -> str:
    """A half-year in words, "våren 2027"; nothing for no code."""
    if not code:
        return ""
    year, half = _parts(code)
    text = _("våren %(year)s") if half == 1 else _("hösten %(year)s")
    return text % {"year": year}


def _parts(code: str) -> tuple[int, int]:
    found = CODE.fullmatch(code)
    if found is None:
        raise ValueError(code)
    return int(found[1]), int(found[2])
