"""Where the public data for measurements lies, if it is here."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("KD_SHARED_DATA", ROOT.parent / "shared" / "data"))
REGISTER = FOLDER / "register" / "skolenhetsregistret_2020.xlsx"
