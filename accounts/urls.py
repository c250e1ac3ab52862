"""Signing in and out, and the health check. Only these of allauth's pages exist; the names are allauth's."""

from allauth.account.views import (
    confirm_login_code,
    logout,
    password_reset,
    password_reset_done,
    password_reset_from_key,
    password_reset_from_key_done,
)
from allauth.mfa.base.views import authenticate
from django.urls import path, re_path

from accounts.counted import counted
from accounts.views.health import health
from accounts.views.sign_in import PasswordSignIn, RequestCode, SetUpTotp, home

urlpatterns = [
    path("halsa/", health, name="health"),
    path("hem/", home, name="home"),
    path("konto/logga-in/", counted(RequestCode.as_view()), name="account_request_login_code"),
    path("konto/logga-in/kod/", counted(confirm_login_code), name="account_confirm_login_code"),
    path("konto/logga-in/personal/", counted(PasswordSignIn.as_view()), name="account_login"),
    path("konto/logga-in/personal/kod/", counted(authenticate), name="mfa_authenticate"),
    path("konto/logga-in/personal/ny-app/", counted(SetUpTotp.as_view()), name="mfa_activate_totp"),
    path("konto/losenord/", counted(password_reset), name="account_reset_password"),
    path("konto/losenord/skickat/", password_reset_done, name="account_reset_password_done"),
    path("konto/losenord/klart/", password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^konto/losenord/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        counted(password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("konto/logga-ut/", logout, name="account_logout"),
]
