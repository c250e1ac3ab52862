"""Readers of single cells: what a sheet or a CSV file writes, as values we can trust."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from stdnum import luhn

from accounts.personnummer import mask_personnummer
from huvudman.register.problems import CellError, Reason

FOUR_FIGURES = re.compile(r"[0-9]{4}")
"""What every personnummer ends with: names without, nearly all, are soon looked through."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b\ufeff]+")
SEPARATORS = re.compile(r"[-\s\u00ad\u2010-\u2015\u2212]")  # spaces and dashes of every kind
EMAIL = re.compile(r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[^@\s<>,;\"()]+")

FLAGS = {"J": True, "JA": True, "N": False, "NEJ": False, "": False}

TYPES = {
    "kommunal": "kommun",
    "kommun": "kommun",
    "kommunalförbund": "kommunalforbund",
    "kommforb": "kommunalforbund",
    "region": "region",
    "landsting": "region",
    "statlig": "stat",
    "stat": "stat",
    "same": "stat",
    "special": "stat",
    "enskild": "enskild",
    "fristående": "enskild",
}

# SCB's two-figure codes, and how the names of the same forms begin.
LEGAL_FORM_CODES = {
    "10": "enskild_firma",
    "31": "hb",
    "41": "ab",
    "42": "ab",
    "43": "ab",
    "49": "ab",
    "51": "ek_for",
    "53": "ek_for",
    "54": "ek_for",
    "61": "ideell",
    "63": "trossamfund",
    "71": "stiftelse",
    "72": "stiftelse",
    "81": "stat",
    "82": "kommun",
    "83": "kommunalforbund",
    "84": "region",
    "87": "offentlig",
    "88": "stiftelse",
}
LEGAL_FORM_STEMS = (
    ("aktiebolag", "ab"),
    ("övriga aktiebolag", "ab"),
    ("ekonomisk", "ek_for"),
    ("ideell", "ideell"),
    ("handelsbolag", "hb"),
    ("kommanditbolag", "hb"),
    ("registrerade trossamfund", "trossamfund"),
    ("registrerat trossamfund", "trossamfund"),
    ("trossamfund", "trossamfund"),
    ("fysisk", "enskild_firma"),
    ("enskild", "enskild_firma"),
    ("kommunalförbund", "kommunalforbund"),
    ("kommun", "kommun"),
    ("region", "region"),
    ("landsting", "region"),
    ("statlig", "stat"),
    ("offentlig", "offentlig"),
)


def text(value: Any) -> str:
    """A cell as text without padding, control characters or decomposed letters; whole numbers lose `.0`."""
    if type(value) is str:
        if value.isascii() and value.isprintable():
            return value.strip()
        return CONTROL.sub(" ", unicodedata.normalize("NFC", value)).strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def digits(value: Any, length: int) -> str:
    """A code of `length` figures, with the leading zeros a number lost; "" if it cannot be one."""
    found = text(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        found = found.zfill(length)
    return found if len(found) == length and found.isascii() and found.isdigit() else ""


def orgnr(value: Any) -> str:
    """Ten figures with a right check figure, with or without a dash or spaces. Raises CellError."""
    found = SEPARATORS.sub("", text(value))
    if isinstance(value, (int, float)):
        found = found.zfill(10)
    if len(found) == 12 and found[:2] in {"16", "18", "19", "20"}:
        found = found[2:]
    if len(found) == 10 and found.isascii() and found.isdigit() and int(found) and luhn.is_valid(found):
        return found
    raise CellError(Reason.BAD_ORGNR, detail=_begun(found) if re.search(r"\d", found) else value)


def _begun(number: str) -> str:
    """How a wrong number begins: it may be a personnummer, whose end is secret, however it is written.

    One that is shorter than the secret itself is shown as it is.
    """
    return f"{number[:-4][:6]}-XXXX" if len(number) >= 4 else number


def known_orgnr(value: Any) -> str:
    """The orgnr, or "" where it cannot be read."""
    try:
        return orgnr(value)
    except CellError:
        return ""


def flag(value: Any) -> bool:
    """`J` is yes; `N`, a space or nothing is no. Raises CellError for anything else."""
    known = FLAGS.get(value)
    if known is None:
        known = FLAGS.get(text(value).upper())
    if known is None:
        raise CellError(Reason.BAD_FLAG, detail=value)
    return known


def count(value: Any) -> int | None:
    """A number of people, 0 or more; None where the cell is empty. Raises CellError."""
    if type(value) is float and value.is_integer() and 0 <= value <= 999_999:
        return int(value)
    found = text(value).replace("\u00a0", "").replace(" ", "")
    if not found:
        return None
    if not (found.isascii() and found.isdigit() and len(found) <= 6):
        raise CellError(Reason.BAD_NUMBER, detail=value)
    return int(found)


def email(value: Any) -> str:
    """An e-mail address or "". Raises CellError if it cannot be one."""
    found = text(value)
    if found and (len(found) > 254 or not EMAIL.fullmatch(found)):
        raise CellError(Reason.BAD_EMAIL, detail=value)
    return found


def huvudman_type(value: Any, legal_form: str = "") -> str:
    """The type in our words. A kommunalförbund stands as `Kommunal`: its legal form tells it apart."""
    found = TYPES.get(text(value).casefold())
    if found is None:
        raise CellError(Reason.UNKNOWN_TYPE, detail=value)
    return "kommunalforbund" if found == "kommun" and legal_form == "kommunalforbund" else found


def legal_form(value: Any) -> str:
    """The legal form by SCB's name or code; "other" where SCB has a form we have no word for."""
    found = text(value).casefold()
    if not found:
        raise CellError(Reason.UNKNOWN_LEGAL_FORM, detail=value)
    if found.isdigit():
        return LEGAL_FORM_CODES.get(found, "other")
    if "stiftelse" in found:
        return "stiftelse"
    return next((form for stem, form in LEGAL_FORM_STEMS if found.startswith(stem)), "other")


def bounded(value: Any, limit: int) -> str:
    """A text of at most `limit` characters. Raises CellError."""
    found = text(value)
    if len(found) > limit:
        raise CellError(Reason.TOO_LONG, detail=found)
    return found


def register_name(value: Any) -> str:
    """A huvudman's or a unit's name, without a personnummer that stands in it. Raises CellError."""
    found = bounded(value, 200)
    return mask_personnummer(found) if FOUR_FIGURES.search(found) else found


GENERIC = {
    "kommun",
    "kommunalförbund",
    "förbund",
    "landsting",
    "läns",
    "län",
    "stad",
    "i",
    "och",
    "för",
    "av",
}


def calm_name(name: str) -> str:
    """A public body's name without the register's capitals: `UPPLANDS VÄSBY KOMMUN` → Upplands Väsby kommun.

    A name that has a small letter is somebody's choice and stays as it is.
    """
    if not name.isupper():
        return name
    words = name.casefold().split()
    rest = [w if w in GENERIC or w.endswith(("förbund", "myndigheten")) else w.title() for w in words[1:]]
    return " ".join([words[0].title(), *rest])
