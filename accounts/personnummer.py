"""What looks like a personnummer in a text, and the text without it."""

from __future__ import annotations

import re

# Year, month, day (a samordningsnummer adds 60 to the day), then four figures. The check figure is not asked
# for: a personnummer with a slip of the pen is a person's all the same. Between may stand any dash, plus or
# other sign that people write there, also twice, with a space (also one that does not break) on either side;
# the day may have spaces in it.
PERSONNUMMER = re.compile(
    r"(?<![0-9])((?:18|19|20)?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01]))"
    r"[^\S\r\n]?[-+._/:\u00ad\u2010-\u2015\u2212]{0,2}[^\S\r\n]?[0-9]{4}(?![0-9])"
)

PUBLIC_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def mask_personnummer(text: str) -> str:
    """`text` with the last four figures of everything that looks like a personnummer as XXXX."""
    return PERSONNUMMER.sub(r"\1-XXXX", text)


def first_personnummer(text: str) -> str:
    """The first that looks like a personnummer in `text`, masked; empty if there is none."""
    found = PERSONNUMMER.search(text)
    return mask_personnummer(found[0]) if found else ""


def mask_address(address: str) -> str:
    """As `mask_personnummer`, but public ids, in which figures may fall like a personnummer, stay whole."""
    parts = PUBLIC_ID.split(address)
    return "".join(part if PUBLIC_ID.fullmatch(part) else mask_personnummer(part) for part in parts)
