"""Where the real files are, if they are here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("KD_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")


def shared_file(name: str) -> Path:
    """The real file `name` under shared/data; the test is skipped where the folder is absent."""
    path = ROOT / name
    if not path.exists():
        pytest.skip(f"shared/data absent: {name}")
    return path


PLANNED = "statistics/planned_educations_v4_statistics_gr.ndjson.gz"
UNITS = "statistics/planned_educations_v4_school_units.ndjson.gz"
GRADES = "statistics/skolverket_csv/Grundskola - Slutbetyg årskurs 9, samtliga elever 2025 Skolenhet.csv"
