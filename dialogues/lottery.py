"""The honest lottery in plain Python: what is committed, and how a public value becomes the seed.

Anyone can do the same with a few lines: see docs/decisions/0029.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from dialogues.planning.certificate import method_told
from dialogues.planning.units import FAMILIES
from dialogues.planning.verify import Flaw, Wrong

LEAST_DIGITS = 4
"""Fewer digits than this could be tried one by one before the register is committed."""


def canonical(value: Any) -> str:
    """JSON in one way only: sorted keys, no spaces, letters as they are."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256_of(text: str) -> str:
    """The hash of a text in UTF-8, as hexadecimal figures."""
    return hashlib.sha256(text.encode()).hexdigest()


def commitment_of(facts: Mapping[str, Any]) -> tuple[str, str]:
    """What is committed as text, and the hash of that text."""
    text = canonical(dict(facts))
    return text, sha256_of(text)


def digits_of(value: str) -> str:
    """The digits 0–9 of a value in their order: what of it counts, so that it can be written in one way only.

    `2 501,35` and `2501.35` are the same.
    """
    return "".join(sign for sign in value if sign in "0123456789")


def seed_from(commitment_sha256: str, value: str) -> str:
    """HMAC-SHA256 with the commitment's hash as key and the value's digits as message, in hexadecimal.

    The value is public and nobody here can choose it; the hash ties it to this register and these
    numbers.
    """
    key, message = bytes.fromhex(commitment_sha256), digits_of(value).encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def require_committed(text: str, certificate: Mapping[str, Any], value: str | None = None) -> None:
    """Raise Wrong unless a certificate that holds is of what was committed, and its seed of the value."""
    facts = json.loads(text)
    rules = certificate["rules"]
    said = {
        "years": certificate["years"],
        "batches": certificate["batches"],
        "families": [name for name in FAMILIES if name in rules["families"]],
        "by_year_only": [name for name in FAMILIES if name in rules["by_year_only"]],
        "input_sha256": certificate["input_sha256"],
        "method": method_told(certificate["method"], certificate["versions"]),
    }
    for name, found in said.items():
        if facts.get(name) != found:
            raise Wrong(Flaw.COMMITTED, name)
    meant = {name: list(FAMILIES.get(name, ())) for name in rules["families"]}
    if rules["families"] != meant or rules["sizes"] or rules["capacity"]:
        raise Wrong(Flaw.COMMITTED, "rules")
    if value is not None and certificate["seed"] != seed_from(sha256_of(text), value):
        raise Wrong(Flaw.COMMITTED, "seed")
