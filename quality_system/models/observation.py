"""What a source says about a unit, a huvudman or a place. A value is not a number."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ObservedValue(models.Model):
    """One value from one source for one period."""

    class Kind(models.TextChoices):
        NUMBER = "number", _("tal")
        MISSING = "missing", _("saknas")
        SUPPRESSED = "suppressed", _("visas inte")
        NEARLY_ALL = "nearly_all", _("nästan alla")
        NOT_APPLICABLE = "not_applicable", _("inte aktuellt")
        APPROXIMATE = "approximate", _("ungefär")

    class Level(models.TextChoices):
        UNIT = "unit", _("skolenhet")
        HUVUDMAN = "huvudman", _("huvudman")
        RIKET = "riket", _("riket")

    indicator_key = models.SlugField(_("indikator"), max_length=60)
    level = models.CharField(_("nivå"), max_length=10, choices=Level.choices)
    huvudman = models.ForeignKey("huvudman.Huvudman", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("huvudman.SchoolUnit", null=True, on_delete=models.PROTECT, related_name="+")
    sex = models.CharField(_("kön"), max_length=6, default="all")
    period = models.CharField(_("period"), max_length=10)
    kind = models.CharField(_("slag"), max_length=20, choices=Kind.choices)
    number = models.DecimalField(_("tal"), max_digits=14, decimal_places=4, null=True)
    source = models.CharField(_("källa"), max_length=40)
    source_version = models.CharField(_("källans version"), max_length=40)
    retrieved_at = models.DateTimeField(_("hämtad"))

    class Meta:
        verbose_name = _("värde")
        verbose_name_plural = _("värden")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["number", "approximate"], number__isnull=False)
                | (~models.Q(kind__in=["number", "approximate"]) & models.Q(number__isnull=True)),
                name="number_only_where_kind_has_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_key} {self.period} {self.level}"
