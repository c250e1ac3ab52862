"""Pages whose attempts are counted, so that nobody can guess: without the counter nothing is let through."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

View = Callable[..., HttpResponseBase]
TRY_AGAIN_AFTER = 60
"""Seconds."""

logger = logging.getLogger(__name__)


def counted(view: View) -> View:
    """A page that says to try again in a while when the attempts can't be counted, and then does nothing."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **rest)
        except (NoConnection, NoAnswer):
            logger.exception("Attempts to sign in can't be counted: the cache does not answer")
        answer = render(request, "503.html", status=503)
        answer.headers["Retry-After"] = str(TRY_AGAIN_AFTER)
        return answer

    return page
