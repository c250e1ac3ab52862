"""What tests read on a page."""

import re


def seen_on(page: str) -> str:
    """The version of the row, or the answer, that a form on the page says it shows."""
    return re.search(r'name="seen" value="(\d+)"', page)[1]
