"""What was done, by whom, when. Rows are only added."""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import in_readers_words


class AuditEntry(models.Model):
    """One thing that was done (or a read of personal data by support)."""

    at = models.DateTimeField(_("när"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("vem")
    )
    actor_label = models.CharField(_("vem, i ord"), max_length=200)
    verb = models.CharField(_("vad"), max_length=60)
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    facts = models.JSONField(_("uppgifter"), default=dict)

    class Meta:
        verbose_name = _("logghändelse")
        verbose_name_plural = _("logghändelser")
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=["subject_type", "subject_id", "at"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.actor_label}: {self.verb}"

    @property
    def who(self) -> str:
        """Who did it, in the reader's language."""
        return in_readers_words(self.actor_label)
