"""What looks like a personnummer in a text, and the text without it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Year, month, day (a samordningsnummer adds 60 to the day), then four figures. The check figure is not asked
# for: a personnummer with a slip of the pen is a person's all the same. Between may stand any dash, plus or
# other sign that people write there, also twice, with spaces on either side; the day may have spaces in it.
YEAR = r"(?P<century>18|19|20)?[0-9]{2}"
MONTH, DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])"
SPACE, DASHES = r"[^\S\r\n]", r"[^\S\r\n]{0,3}[-+]{1,2}[^\S\r\n]{0,3}"
AS_ONE = re.compile(
    rf"(?<![0-9])(?P<day>{YEAR} ?{MONTH} ?{DAY})"
    rf"(?:{DASHES}|{SPACE}?[-+._/:]{{0,2}}{SPACE}?)[0-9]{{4}}(?![0-9])"
)
# The day may also be written as a date is. Then what follows a whole year is dashes and no other year, or it
# is a date and an hour, a sum or the end of a period; and nowhere does a whole date follow.
AS_A_DATE = re.compile(
    rf"(?<![0-9])(?P<day>{YEAR} ?(?P<sign>[-./]) ?{MONTH} ?(?P=sign) ?{DAY})"
    rf"(?:{DASHES}(?(century)(?!(?:19|20)[0-9]{{2}}))|(?(century)(?!)|{SPACE}{{1,2}}))"
    rf"[0-9]{{4}}(?![0-9]|{SPACE}?[-./]{SPACE}?[0-9])"
)
# Signs that look like a hyphen, though Unicode does not call them dashes.
LIKE_A_DASH = frozenset("\u2043\u2212\u02d7\u2796\u00af\u00b7\u2022")

PUBLIC_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def mask_personnummer(text: str) -> str:
    """`text` with the last four figures of everything that looks like a personnummer as XXXX."""
    parts, at = [], 0
    for _start, day_ends, end in _found(text):
        parts += [text[at:day_ends], "-XXXX"]
        at = end
    return "".join([*parts, text[at:]])


def first_personnummer(text: str) -> str:
    """The first that looks like a personnummer in `text`, masked; empty if there is none."""
    for start, day_ends, _end in _found(text):
        return f"{text[start:day_ends]}-XXXX"
    return ""


def mask_address(address: str) -> str:
    """As `mask_personnummer`, but public ids, in which figures may fall like a personnummer, stay whole."""
    parts = PUBLIC_ID.split(address)
    return "".join(part if PUBLIC_ID.fullmatch(part) else mask_personnummer(part) for part in parts)


def _found(text: str) -> Iterator[tuple[int, int, int]]:
    """Where each begins, where its day ends, and where it ends; none over another, in their order."""
    plain, places = _in_plain_signs(text)
    at = 0
    while hit := min(
        filter(None, (pattern.search(plain, at) for pattern in (AS_ONE, AS_A_DATE))),
        key=lambda found: found.start(),
        default=None,
    ):
        at = hit.end()
        yield places[hit.start()], places[hit.end("day") - 1] + 1, places[at - 1] + 1


def _in_plain_signs(text: str) -> tuple[str, range | list[int]]:
    """The text with plain figures and dashes, nothing unseen in it; and where each sign stands in `text`."""
    if text.isascii():
        return text, range(len(text))
    places = [place for place, sign in enumerate(text) if unicodedata.category(sign) != "Cf"]
    return "".join(_plain(text[place]) for place in places), places


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    if sign in LIKE_A_DASH or unicodedata.category(sign) == "Pd":
        return "-"
    kept = unicodedata.normalize("NFKC", sign)  # full-width signs
    return kept if len(kept) == 1 else sign
