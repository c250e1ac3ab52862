"""What to know about a day before something is set for it: week number, red days, eves, school breaks."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache

import holidays
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

SUMMER = range(25, 34)
WINTER = (51, 52, 53, 1, 2)
AUTUMN_BREAK = 44
SPORTS_BREAKS = range(7, 11)
EARLIEST, LATEST = datetime.time(7), datetime.time(19)
ALL = tuple(holidays.Sweden.supported_categories)
RED = (holidays.PUBLIC, holidays.DE_FACTO)


@dataclass(frozen=True)
class Week:
    """A working week: its number, Monday and Friday, and what to know about it."""

    number: int
    monday: datetime.date
    friday: datetime.date
    remarks: list[str]


def week_of(day: datetime.date) -> int:
    """The ISO week number."""
    return day.isocalendar().week


def in_words(day: datetime.date) -> str:
    """`tisdag 1 december 2026 (vecka 49)`, in English `Tuesday 1 December 2026 (week 49)`."""
    return _("%(weekday)s %(day)s (vecka %(week)s)") % {
        "weekday": WEEKDAYS[day.weekday()],
        "day": date_format(day, "j F Y"),
        "week": week_of(day),
    }


def remarks(day: datetime.date) -> list[str]:
    """Why a day may be a bad choice, in plain words; empty for an ordinary day."""
    found = [_special_day(day), _weekend(day), _break(day)]
    return [remark for remark in found if remark]


def day_off(day: datetime.date) -> str:
    """Why hardly anyone works that day: a red day or great eve, by name, or the weekend; else empty."""
    return _special_day(day, RED) or _weekend(day)


def unusual(*, starts_at: datetime.datetime, ends_at: datetime.datetime) -> str:
    """Why a time is unlikely to be meant for a meeting, in plain words; empty for working hours."""
    return day_off(timezone.localdate(starts_at)) or unusual_hours(starts_at, ends_at)


def unusual_hours(starts_at: datetime.datetime, ends_at: datetime.datetime) -> str:
    """Why hardly anyone meets at those hours, whatever the day; empty for working hours."""
    starts, ends = timezone.localtime(starts_at), timezone.localtime(ends_at)
    within = starts.time() >= EARLIEST and ends.time() <= LATEST and starts.date() == ends.date()
    return "" if within else _("före kl. 7 eller efter kl. 19")


def _special_day(day: datetime.date, categories: tuple[str, ...] = ALL) -> str:
    name = _special_days(day.year, "en_US" if get_language() == "en" else "sv", categories).get(day, "")
    return name.split(" (")[0]


@lru_cache(maxsize=40)
def _special_days(year: int, language: str, categories: tuple[str, ...] = ALL) -> dict[datetime.date, str]:
    """Red days, eves and days between, by date."""
    return dict(holidays.Sweden(years=year, language=language, categories=categories))


def _weekend(day: datetime.date) -> str:
    return _("helg") if day.weekday() >= 5 else ""


def _break(day: datetime.date) -> str:
    week = week_of(day)
    if week in SUMMER:
        return _("sommarveckor")
    if week in WINTER:
        return _("veckorna kring jul och nyår")
    if week == AUTUMN_BREAK:
        return _("höstlov")
    if week in SPORTS_BREAKS:
        return _("sportlov i delar av landet")
    return _("påskveckan eller påsklov") if _near_easter(day) else ""


def _near_easter(day: datetime.date) -> bool:
    """In the week of Good Friday or the week after."""
    fridays = [d for d, name in _special_days(day.year, "sv").items() if name.startswith("Långfredagen")]
    return any(0 <= week_of(day) - week_of(friday) <= 1 for friday in fridays)


def coming_weeks(count: int = 14, today: datetime.date | None = None) -> list[Week]:
    """The coming weeks with what to know about them, this week first."""
    first = today or timezone.localdate()
    monday = first - datetime.timedelta(days=first.weekday())
    return [_week(monday + datetime.timedelta(weeks=n)) for n in range(count)]


def _week(monday: datetime.date) -> Week:
    working_days = [monday + datetime.timedelta(days=n) for n in range(5)]
    named = [(day, _special_day(day)) for day in working_days]
    special = [f"{WEEKDAYS[day.weekday()]}: {name}" for day, name in named if name]
    whole = _break(monday)
    return Week(week_of(monday), monday, working_days[-1], ([whole] if whole else []) + special)
