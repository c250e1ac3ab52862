"""Settings that must fit together."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def claims_outlive_tasks(**_kwargs: Any) -> list[CheckMessage]:
    """A letter may be taken from a worker only when the worker surely is dead."""
    if settings.LETTER_CLAIM_LIMIT > settings.CELERY_TASK_TIME_LIMIT:
        return []
    return [
        Error(
            "LETTER_CLAIM_LIMIT must be longer than CELERY_TASK_TIME_LIMIT.",
            hint="Otherwise letters are taken from workers that are still sending them.",
            id="dialogues.E001",
        )
    ]
