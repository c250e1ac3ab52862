"""Keys for measures that the sources name in words of their own. Plain Python."""

from __future__ import annotations

import hashlib
import re

LONGEST_KEY = 60

SKOLFORMER = {
    "anpassad gymnasieskola": "gyan",
    "gymnasiesärskola": "gyan",
    "anpassad grundskola": "gran",
    "grundsärskola": "gran",
    "kommunal vuxenutbildning": "vux",
    "komvux": "vux",
    "förskoleklass": "fklass",
    "specialskola": "sp",
    "gymnasieskola": "gy",
    "fritidshem": "fth",
    "grundskola": "gr",
    "sameskola": "sam",
    "förskola": "fsk",
}
"""Names of skolformer and the first part of our keys; a name stands before any that is part of it."""

_PLAIN = str.maketrans("åäöéü", "aaoeu")


def plain(text: str) -> str:
    """The words of a text in a–z and 0–9, with one hyphen between: `Elever, åk 9` is `elever-ak-9`."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold().translate(_PLAIN)).strip("-")


def skolform_in(text: str) -> str:
    """The first part of the keys of the skolform that a text names; empty where it names none."""
    letters = plain(text).replace("-", "")
    return next((key for name, key in SKOLFORMER.items() if plain(name).replace("-", "") in letters), "")


def key_of(*names: str) -> str:
    """A measure's key made of what the source calls it: the same names give the same key, always.

    In a long one each name after the first is cut alike, and eight signs tell it from others so cut.
    """
    parts = [part for part in map(plain, names) if part]
    key = "-".join(parts)
    if len(key) <= LONGEST_KEY:
        return key
    told = hashlib.sha256(key.encode()).hexdigest()[:8]
    share = (LONGEST_KEY - len(told) - 1 - min(len(parts[0]), 12)) // max(len(parts) - 1, 1) - 1
    cut = [parts[0][:12], *(part[:share].strip("-") for part in parts[1:])]
    return "-".join([*cut, told])
