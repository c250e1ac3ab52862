"""Starting the task that renders underlag."""

from __future__ import annotations

from collections.abc import Callable

from celery import current_app
from django.db import transaction

CHUNK = 10
"""How many underlag one task takes: together they share the reading of figures and groups."""
RENDER_TASK = "dialogues.render_underlag"

Start = Callable[[list[int]], None]
"""Told the ids of what is to be rendered."""


def start_rendering(ids: list[int]) -> None:
    """Start after commit. Should the broker be away, `dialogues.take_up_lost_underlag` starts it later."""

    def start() -> None:  # no partial: Django can't tell of one that fails
        for at in range(0, len(ids), CHUNK):
            current_app.send_task(RENDER_TASK, args=[ids[at : at + CHUNK]], retry=False)

    transaction.on_commit(start, robust=True)
