"""Asking a worker to look in the outbox."""

from __future__ import annotations

from celery import current_app
from django.core.cache import cache


def wake_the_post() -> None:
    """Ask for delivery soon; many letters in the same second ask once. Beat asks every minute anyway."""
    if cache.add("letters.woken", True, timeout=1):
        current_app.send_task("dialogues.deliver_letters", countdown=1.5, retry=False, expires=60)
