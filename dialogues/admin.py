"""The dialogues' part of the staff site; Django finds it here."""

from __future__ import annotations

from django.contrib import admin

from accounts.adminsite import site
from accounts.register_admin import RegisterAdmin
from dialogues import staffpages
from dialogues.models import Voice, Webinar

__all__ = ["staffpages"]


@admin.register(Voice, site=site)
class VoiceAdmin(RegisterAdmin):
    """Voices on the open page, each with its consent."""

    list_display = ("name", "role", "language", "is_shown", "consent_on", "withdrawn_on")
    list_filter = ("is_shown", "language")


@admin.register(Webinar, site=site)
class WebinarAdmin(RegisterAdmin):
    """Webinars to come and recorded."""

    list_display = ("title", "starts_at", "live_captions", "recording", "has_captions")
