"""Files kept byte for byte."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A file named by its sha256; the same bytes are stored once and never changed."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    file = models.FileField(upload_to="files/", max_length=120)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("fil")
        verbose_name_plural = _("filer")

    def __str__(self) -> str:
        return self.sha256[:12]
