"""The real `bin/manage plan` and `verify_plan`, from another folder and with no database to reach."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOWHERE = {"DATABASE_URL": "postgres://127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"}
PREPARED = (ROOT / ".local" / "venv" / "bin" / "python").exists()
pytestmark = pytest.mark.skipif(not PREPARED, reason="bin/ has not prepared its Python environment here")
FILES = ("--input", "units.csv", "--output", "plan.csv", "--certificate", "cert.json")
SHAPE = ("--years", "2", "--batches", "2", "--seed", "s")
CHECK = ("--input", "units.csv", "--plan", "plan.csv", "--certificate", "cert.json")


def manage(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it as a person would who stands in that folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [str(ROOT / "bin" / "manage"), *words]
    return subprocess.run(
        command, cwd=folder, env=kept | NOWHERE, capture_output=True, text=True, timeout=240
    )


def test_a_plan_is_made_checked_and_found_out_when_changed(tmp_path: Path) -> None:
    rows = [f"h{n};{n % 3};s{n % 2};enskild;{n + 10}" for n in range(40)]
    (tmp_path / "units.csv").write_text("\n".join(["id;region;size;type;pupils", *rows]))
    made = manage(tmp_path, "plan", *FILES, *SHAPE)
    assert made.returncode == 0, made.stderr
    held = manage(tmp_path, "verify_plan", *CHECK)
    assert (held.returncode, held.stdout) == (
        0,
        "Planen stämmer: 40 enheter, 0 avsteg från det jämnaste, 0 byten.\n"
        "Räknat är: Alla huvudmän (1), Län (3), Storlek (2), Typ (1), Län och storlek (6), Län och typ (3), "
        "Storlek och typ (2), Län, storlek och typ (6), Regionalt kontor (1).\n",
    )
    lines = (tmp_path / "plan.csv").read_text().splitlines()
    (tmp_path / "plan.csv").write_text("\n".join([lines[0], *lines[2:]]))
    changed = manage(tmp_path, "verify_plan", *CHECK)
    assert changed.returncode == 1
    assert "finns bara i en av filerna" in changed.stderr


def test_a_bad_file_is_told_by_line_and_what_was_written_before_stays(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("id;region;size;type;pupils\na;1;2;3;4\nb;1;2;3;many\n")
    (tmp_path / "plan.csv").write_text("before")
    made = manage(tmp_path, "plan", *FILES, *SHAPE)
    assert made.returncode == 2
    assert "units.csv, rad 3: inte ett heltal som går att använda: pupils: many" in made.stderr
    assert made.stdout == ""
    assert sorted(each.name for each in tmp_path.iterdir()) == ["plan.csv", "units.csv"]
    assert (tmp_path / "plan.csv").read_text() == "before"
