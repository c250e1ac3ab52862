"""The forms of signing in, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ConfirmLoginCodeForm,
    LoginForm,
    RequestLoginCodeForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.entrance import user_for_code
from accounts.models import User

DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code", "autocapitalize": "off"}


def say(field: forms.Field, label: Any, *, required: Any, **attrs: str) -> None:
    """Give a field of allauth's our label and messages, and no placeholder."""
    field.label = label
    field.help_text = ""
    field.error_messages |= {
        "required": required,
        "invalid": _("Skriv en e-postadress, till exempel namn@kommun.se."),
    }
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attrs)


class CodeRequestForm(RequestLoginCodeForm):
    """Ask for a code. The answer is the same whether we know the address or not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["email"], _("Din e-postadress"), required=_("Skriv din e-postadress."))

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not ratelimit.consume(context.request, action="request_login_code", key=email):
            raise get_adapter().validation_error("too_many_login_attempts")
        self._user: User | None = user_for_code(email)
        return email


class CodeForm(ConfirmLoginCodeForm):
    """The code from the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["code"], _("Kod"), required=_("Skriv koden från mejlet."), **DIGITS)


class PasswordForm(LoginForm):
    """E-mail and password, for staff alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["login"], _("E-postadress"), required=_("Skriv din e-postadress."))
        say(self.fields["password"], _("Lösenord"), required=_("Skriv ditt lösenord."))

    def _clean_with_password(self, credentials: dict[str, Any]) -> dict[str, Any]:
        data: dict[str, Any] = super()._clean_with_password(credentials)
        if not (self.user.is_active and self.user.is_staff):
            raise get_adapter().validation_error("email_password_mismatch")
        return data


class ForgottenPasswordForm(ResetPasswordForm):
    """Ask for a link to choose a password: for staff alone, with the same answer to everyone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["email"], _("E-postadress"), required=_("Skriv din e-postadress."))

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users: list[User] = [user for user in self.users if user.is_staff]
        return email


class NewPasswordForm(ResetPasswordKeyForm):
    """Choose a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["password1"], _("Nytt lösenord"), required=_("Skriv ett lösenord."))
        say(self.fields["password2"], _("Samma lösenord igen"), required=_("Skriv lösenordet igen."))


class TotpForm(AuthenticateForm):
    """The code that the app shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["code"], _("Kod från appen"), required=_("Skriv koden som appen visar."), **DIGITS)


class NewTotpForm(ActivateTOTPForm):
    """The first code from an app that was just set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say(self.fields["code"], _("Kod från appen"), required=_("Skriv koden som appen visar."), **DIGITS)
