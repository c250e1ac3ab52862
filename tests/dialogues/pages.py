"""What tests read on a page."""

import datetime
import re

from django.utils import timezone


def seen_on(page: str) -> str:
    """The version of the row, or the answer, that a form on the page says it shows."""
    return re.search(r'name="seen" value="(\d+)"', page)[1]


def just_now(minutes_ago: int = 0) -> dict[str, str]:
    """The day and time when a meeting was held, as they are typed."""
    then = timezone.localtime() - datetime.timedelta(minutes=minutes_ago)
    return {"day": f"{then:%Y-%m-%d}", "time": f"{then:%H:%M}"}


def tick_on(page: str) -> dict[str, str]:
    """The tick that the unusual time which a page asks about is meant."""
    tick = re.search(r'<input type="checkbox" name="unusual"[^>]*>', page)[0]
    assert "checked" not in tick
    return {"unusual": re.search(r'value="([^"]+)"', tick)[1]}
