"""Answering an invitation on paper: the code in it opens the same page as the link in a mail.

GET shows, POST decides; a code that does not open anything is answered in one way, whatever the reason.
"""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dialogues.forms.paper import CodeForm
from dialogues.links import answer_path, has_expired
from dialogues.queries import invitation_with_code

ACTION = "answer_code"
"""How often one may try is settings.ACCOUNT_RATE_LIMITS[ACTION]."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_by_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and lead to the answer page."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and not ratelimit.consume(request, action=ACTION):
        form.add_error(None, _("Du har försökt många gånger. Vänta några minuter, eller ring oss."))
        return render(request, "answering/code.html", {"form": form}, status=429)
    if form.is_bound and form.is_valid():
        invitation = invitation_with_code(form.cleaned_data["code"])
        if invitation and not has_expired(invitation):
            return redirect(answer_path(invitation, None))
        form.add_error("code", _("Koden stämmer inte. Kontrollera den mot brevet, eller ring oss."))
    return render(request, "answering/code.html", {"form": form}, status=422 if form.errors else 200)
