"""Signing in: huvudmän by a code in the mail, staff by password and a time-based code."""

from __future__ import annotations

from typing import Any

from allauth.account.stages import LoginStage
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView, RequestLoginCodeView
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.strength import has_totp


class AskAgain:
    """A sign-in page that can be reached again while a code is waited for, to correct the address."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        return None


class RequestCode(AskAgain, RequestLoginCodeView):
    """Where a huvudman's contact asks for a code."""


class PasswordSignIn(AskAgain, LoginView):
    """Where staff give their password; the time-based code comes next."""


@method_decorator([never_cache, login_required], name="dispatch")
class SetUpTotp(ActivateTOTPView):
    """Where staff set up their time-based code, before they come in the first time."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_staff:
            raise Http404
        if has_totp(request):
            return redirect("home")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        """The code just given counts for this session too."""
        response: HttpResponse = super().form_valid(form)
        totp = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        post_authentication(self.request, totp)
        self.request.session.cycle_key()
        return response

    def get_success_url(self) -> str:
        return get_next_redirect_url(self.request) or "/"


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Where one's work is: the staff's site or the portal."""
    return redirect("admin:index" if request.user.is_staff else "portal")
