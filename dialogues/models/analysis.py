"""The situation analysis (nulägesanalys): what the huvudman writes in its own space, and what it has sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AnalysisDraft(models.Model):
    """One field of the analysis as it is being written: in the huvudman's own space, with no history.

    `field` names it as in `dialogues.analysis.parts`. `saved_in` names the form that saved it last, and
    `saved_by` who that was, in the words that a colleague reads.
    """

    dialogue = models.ForeignKey(
        "dialogues.Dialogue", on_delete=models.CASCADE, related_name="analysis_drafts"
    )
    field = models.CharField(_("fält"), max_length=40)
    text = models.TextField(_("text"), blank=True)
    saved_in = models.UUIDField(editable=False)
    saved_by = models.CharField(_("sparad av"), max_length=200)
    saved_at = models.DateTimeField(_("sparad"), default=timezone.now)

    class Meta:
        verbose_name = _("utkast till nulägesanalys")
        verbose_name_plural = _("utkast till nulägesanalys")
        ordering = ("dialogue", "field")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "field"], name="analysis_field_once"),
        ]

    def __str__(self) -> str:
        return self.field


class SituationAnalysis(models.Model):
    """One version of the analysis as the huvudman sent it: words and PDF are never changed."""

    dialogue = models.ForeignKey("dialogues.Dialogue", on_delete=models.PROTECT, related_name="analyses")
    version = models.PositiveSmallIntegerField(_("version"))
    content = models.JSONField(_("innehåll"))
    pdf = models.ForeignKey("dialogues.StoredFile", on_delete=models.PROTECT, related_name="+")
    told_by = models.CharField(_("skickad av"), max_length=200)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("skickad"), default=timezone.now)

    class Meta:
        verbose_name = _("nulägesanalys")
        verbose_name_plural = _("nulägesanalyser")
        ordering = ("dialogue", "-version")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "version"], name="analysis_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dialogue}, {_('version')} {self.version}"
