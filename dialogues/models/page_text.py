"""What staff have written on the open pages, version by version."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PageTextState(models.TextChoices):
    """The life of a version. What has been shown is kept."""

    DRAFT = "draft", _("utkast")
    PUBLISHED = "published", _("visas")
    REPLACED = "replaced", _("tidigare")


class PageText(models.Model):
    """A version of an open page's text in one language.

    The body is Markdown; `saved_in` names the form that saved it last.
    """

    page = models.SlugField(_("sida"), max_length=30)
    language = models.CharField(_("språk"), max_length=2, choices=settings.LANGUAGES)
    version = models.PositiveIntegerField(_("version"))
    state = models.CharField(
        _("läge"), max_length=10, choices=PageTextState.choices, default=PageTextState.DRAFT
    )
    title = models.CharField(_("rubrik"), max_length=100)
    lead = models.TextField(_("ingress"), max_length=500)
    body = models.TextField(_("text"), max_length=20_000, blank=True)
    saved_in = models.UUIDField(editable=False)
    saved_at = models.DateTimeField(_("sparad"), auto_now=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("publicerad"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("text på öppen sida")
        verbose_name_plural = _("texter på öppna sidor")
        ordering = ("page", "language", "-version")
        constraints = [
            models.UniqueConstraint(fields=["page", "language", "version"], name="page_version_once"),
            models.UniqueConstraint(
                fields=["page", "language"], condition=Q(state="draft"), name="one_draft_of_a_page"
            ),
            models.UniqueConstraint(
                fields=["page", "language"], condition=Q(state="published"), name="one_text_shown_of_a_page"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False, published_by__isnull=False),
                name="shown_text_was_published_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title
