"""How allauth behaves in this house: no sign-up, sign-in mail beside the request, our words."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.mail import send_soon
from accounts.models import User

TOO_MANY = _("Du har försökt för många gånger. Vänta några minuter och försök igen.")
WRONG_CODE = _("Koden stämmer inte. Kontrollera siffrorna och försök igen.")


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in for people that the agencies or the register know."""

    error_messages: ClassVar[dict[str, str | Promise]] = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("E-postadressen eller lösenordet stämmer inte."),
        "incorrect_code": WRONG_CODE,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return redirect(settings.LOGIN_URL)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        headers = {"Auto-Submitted": "auto-generated"}
        send_soon(self.render_mail(template_prefix, email, {"email": email} | context, headers=headers))


class MFAAdapter(DefaultMFAAdapter):
    """Time-based codes: kept encrypted, taken away only by an administrator."""

    error_messages: ClassVar[dict[str, str | Promise]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE
    }

    def can_delete_authenticator(self, authenticator: object) -> bool:
        return False

    def encrypt(self, text: str) -> str:
        return _safe().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _safe().decrypt(encrypted_text.encode()).decode()


def _safe() -> MultiFernet:
    """A cipher by SECRET_KEY, which also reads what older keys (SECRET_KEY_FALLBACKS) wrote."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac("accounts.totp", "", secret=k, algorithm="sha256").digest() for k in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
