"""Signing in, in tests: by the real pages, or straight to the session that they would have made."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from accounts.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "en lång och trygg lösenordsfras"


def totp_code(secret: str = SECRET, *, periods_ahead: int = 0) -> str:
    """The code that an app with this secret shows now (or some periods of 30 seconds ahead)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods_ahead))


def record_strong_sign_in(client: Client, user: User) -> None:
    """Leave in the client's session the records that password and time-based code would have left."""
    now = time.time()
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": now, "email": user.email},
        {"method": "mfa", "at": now, "type": "totp"},
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()


class HouseClient(Client):
    """Django's test client, whose `force_login` signs staff in as strongly as the pages do."""

    def force_login(self, user: User, backend: str | None = None) -> None:  # type: ignore[override]
        super().force_login(user, backend or "django.contrib.auth.backends.ModelBackend")
        if user.is_staff:
            record_strong_sign_in(self, user)
