"""Telling what was done, with a way back."""

from django.contrib import messages
from django.http import HttpRequest


def tell_done(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Say on the next page that `text` was done; `undo` is the path that takes it back by POST."""
    messages.success(request, text, extra_tags=f"undo:{undo}" if undo else "")
