"""The half-years that answers are kept by, and when one of them may be shown."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _


def in_words(half_year: str) -> str:
    """`andra halvåret 2026`."""
    year, half = half_year.split("-")
    text = _("första halvåret %(year)s") if half == "1" else _("andra halvåret %(year)s")
    return text % {"year": year}


def shown_from(half_year: str) -> datetime.date:
    """The first day on which the answers of a half-year are shown: no more can come then.

    Shown while they come, what one answer changed would tell what was in it.
    """
    year, half = map(int, half_year.split("-"))
    last = datetime.date(year, 6, 30) if half == 1 else datetime.date(year, 12, 31)
    return last + datetime.timedelta(days=settings.EVALUATION_DAYS + 1)


def is_shown(half_year: str) -> bool:
    """Tell whether the answers of a half-year may be shown today."""
    return timezone.localdate() >= shown_from(half_year)
