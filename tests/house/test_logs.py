"""What the processes of a running site write down, read from their own logs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from tests.dialogues.letters.workers import running_worker, until

PERSON = "190101-3412"


@pytest.mark.django_db(transaction=True)
def test_a_worker_masks_what_its_tasks_were_asked(tmp_path: Path) -> None:
    def said() -> str:
        return "".join(path.read_text() for path in tmp_path.glob("*.log"))

    with running_worker(tmp_path):
        until(lambda: "ready." in said())
        current_app.send_task("huvudman.preview_register_import", args=[PERSON])
        until(lambda: "Traceback" in said())
    assert "190101-XXXX" in said()
    assert PERSON not in said()


def test_a_worker_masks_what_its_tasks_print() -> None:
    code = f"from config import celery_app as a; a.log.setup(redirect_stdouts=True); print('{PERSON}')"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=os.environ, capture_output=True, text=True
    )
    assert "celery.redirected 190101-XXXX" in said.stderr
    assert PERSON not in said.stdout + said.stderr
