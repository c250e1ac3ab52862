"""The checking program that anyone can fetch: the verifier's own files, to be run with Python alone."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).parents[1]
IMPORTED = re.compile(r"^from dialogues\.([a-z_.]+) import", re.MULTILINE)
PACKAGES = ("dialogues/__init__.py", "dialogues/planning/__init__.py")
"""Empty in the program: those of the site bring in the solver."""


@cache
def program_zip() -> bytes:
    """The program as a zip that Python runs as it is: the same bytes for the same files."""
    files = dict.fromkeys(PACKAGES, "") | {f"dialogues/{name}": text for name, text in _needed().items()}
    files["__main__.py"] = files.pop("dialogues/check_program/__main__.py")
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        for name in sorted(files):
            archive.writestr(ZipInfo(name), files[name], ZIP_DEFLATED)
    return made.getvalue()


def _needed() -> dict[str, str]:
    """The program and all that it imports, and what that does, by their paths."""
    found: dict[str, str] = {}
    queue = ["check_program/__main__.py"]
    while queue:
        name = queue.pop()
        if name not in found:
            found[name] = (ROOT / name).read_text(encoding="utf-8")
            queue += [f"{module.replace('.', '/')}.py" for module in IMPORTED.findall(found[name])]
    return found
