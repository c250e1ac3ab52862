"""Where the public data lies that tests may read and the project may not contain."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("KD_SHARED_DATA", ROOT.parent / "shared" / "data"))


def shared_file(name: str) -> Path:
    """The path of a shared file; skips the test where it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"shared/data absent: {name}")
    return path


def real_register() -> Path:
    """The official register of 2020."""
    return shared_file("register/skolenhetsregistret_2020.xlsx")
