"""How strongly a session was authenticated, by allauth's records of it."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest


def used_password(request: HttpRequest) -> bool:
    """Tell whether the session's user gave a password in this session."""
    return any(record["method"] == "password" for record in _records(request))


def used_totp(request: HttpRequest) -> bool:
    """Tell whether the session's user gave a time-based code in this session."""
    totp = Authenticator.Type.TOTP
    return any(record["method"] == "mfa" and record.get("type") == totp for record in _records(request))


def is_strong(request: HttpRequest) -> bool:
    """Tell whether the session was authenticated by both password and time-based code."""
    return used_password(request) and used_totp(request)


def has_totp(request: HttpRequest) -> bool:
    """Tell whether the session's user has a time-based code set up."""
    return Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists()


def _records(request: HttpRequest) -> list[dict[str, object]]:
    return get_authentication_records(request, request.user)
