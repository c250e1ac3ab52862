"""Who is compared with whom."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ComparisonGroup(models.Model):
    """Huvudmän that are compared with each other. `rule` is what they have in common (`grouping.Rule`)."""

    rule = models.JSONField(_("villkor"))
    made_at = models.DateTimeField(_("gjord"), auto_now_add=True)

    class Meta:
        verbose_name = _("jämförelsegrupp")
        verbose_name_plural = _("jämförelsegrupper")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class GroupMember(models.Model):
    """A huvudman in its one group: were it in two, its figures could be told from how they differ."""

    huvudman = models.OneToOneField(
        "huvudman.Huvudman",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="comparison",
        verbose_name=_("huvudman"),
    )
    group = models.ForeignKey(
        ComparisonGroup, on_delete=models.CASCADE, related_name="members", verbose_name=_("jämförelsegrupp")
    )

    class Meta:
        verbose_name = _("medlem i en jämförelsegrupp")
        verbose_name_plural = _("medlemmar i jämförelsegrupper")

    def __str__(self) -> str:
        return f"{self.huvudman} – {self.group}"
