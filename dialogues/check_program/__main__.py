"""Kontrollerar en lottad plan: räknar om alla antal, lottar igen av fröet och gör bytena.

Behöver Python 3.11 eller senare och inget annat. Det låsta och värdet kan utelämnas.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path

from dialogues.lottery import require_committed
from dialogues.planning.files import BadFile, read_plan, read_units
from dialogues.planning.verify import MOST_BLOCKS, Wrong, verify

WRONG, CANNOT = 1, 2
"""Exit statuses: what was checked does not hold, and a file cannot be used."""


def main() -> int:
    """Check what the arguments name, and tell in words what came of it."""
    arguments = _arguments()
    asked = arguments.parse_args()
    if asked.value is not None and not asked.commitment:
        arguments.error("--value kräver --commitment")
    try:
        certificate = json.loads(asked.certificate.read_bytes())
        units = read_units(asked.input.read_bytes(), years=MOST_BLOCKS, batches=MOST_BLOCKS)
        plan = read_plan(asked.plan.read_bytes())
        previous = read_plan(asked.previous.read_bytes()) if asked.previous else None
        verify(units, plan, certificate, previous)
        if asked.commitment:
            require_committed(asked.commitment.read_bytes().decode(), certificate, asked.value)
    except Wrong as error:
        print(f"Planen stämmer inte ({error.flaw}: {error.where}).", file=sys.stderr)
        return WRONG
    except (BadFile, OSError, ValueError, AttributeError, RecursionError) as error:
        print(f"En fil går inte att använda: {error}", file=sys.stderr)
        return CANNOT
    swaps = len(certificate.get("swaps", ()))
    print(
        f"Planen stämmer: {len(units)} enheter, {len(certificate['breaches'])} avsteg från det jämnaste, "
        f"{swaps} byten."
    )
    told = (f"{family} ({len(levels)})" for family, levels in sorted(certificate["counts"].items()))
    print(f"Räknat är: {', '.join(told)}.")
    return 0


def _arguments() -> ArgumentParser:
    parser = ArgumentParser(prog="kontrollprogram.zip", description=__doc__)
    parser.add_argument("--input", type=Path, required=True, help="registret (register.csv)")
    parser.add_argument("--plan", type=Path, required=True, help="planen (plan.csv)")
    parser.add_argument("--certificate", type=Path, required=True, help="intyget (intyg.json)")
    parser.add_argument("--previous", type=Path, help="planen före en omplanering (forra-planen.csv)")
    parser.add_argument("--commitment", type=Path, help="det låsta (lasning.json)")
    parser.add_argument("--value", help="det offentliga värdet, tillsammans med det låsta")
    return parser


if __name__ == "__main__":
    sys.exit(main())
