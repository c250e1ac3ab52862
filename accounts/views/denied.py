"""The page for what somebody may not do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.actors import Barred


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that it is not for them, and why, where something keeps just them from just that."""
    why = str(exception) if isinstance(exception, Barred) else ""
    return render(request, "403.html", {"why": why}, status=403)
