"""The settings: all registers that the signed-in person may look into, in one place."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.adminsite import site


def settings_page(request: HttpRequest) -> HttpResponse:
    """Links to people, agencies, the log and the reference data."""
    if not request.user.has_perm("accounts.see_settings"):
        raise PermissionDenied
    registers = site.get_app_list(request)
    registers.sort(key=lambda app: app["app_label"] != "accounts")
    context = {**site.each_context(request), "title": _("Inställningar"), "app_list": registers}
    return TemplateResponse(request, "admin/settings.html", context)
