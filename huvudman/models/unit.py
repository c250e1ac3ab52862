"""School units and what they offer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Skolform(models.TextChoices):
    """School forms (and fritidshem), by Skolverket's codes."""

    FSK = "FSK", _("förskola")
    FKLASS = "FKLASS", _("förskoleklass")
    FTH = "FTH", _("fritidshem")
    GR = "GR", _("grundskola")
    GRAN = "GRAN", _("anpassad grundskola")
    SAM = "SAM", _("sameskola")
    SP = "SP", _("specialskola")
    GY = "GY", _("gymnasieskola")
    GYAN = "GYAN", _("anpassad gymnasieskola")
    VUX = "VUX", _("komvux")


class SchoolUnit(models.Model):
    """A school unit (skolenhet), by its eight-figure code."""

    code = models.CharField(_("skolenhetskod"), max_length=8, unique=True)
    name = models.CharField(_("namn"), max_length=200, db_collation="sv-x-icu")
    huvudman = models.ForeignKey(
        "huvudman.Huvudman", on_delete=models.PROTECT, related_name="units", verbose_name=_("huvudman")
    )
    kommun = models.ForeignKey(
        "huvudman.Kommun", on_delete=models.PROTECT, related_name="units", verbose_name=_("kommun")
    )
    active_to = models.DateField(_("verksam till"), null=True, blank=True)

    class Meta:
        verbose_name = _("skolenhet")
        verbose_name_plural = _("skolenheter")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class SkolformOffer(models.Model):
    """A skolform that a unit offers, with its pupils per year group or programme (`{"åk 1": 23}`)."""

    unit = models.ForeignKey(SchoolUnit, on_delete=models.CASCADE, related_name="offers")
    skolform = models.CharField(_("skolform"), max_length=10, choices=Skolform.choices)
    pupils = models.PositiveIntegerField(_("elever"), null=True, blank=True)
    pupils_by_group = models.JSONField(_("elever per årskurs eller program"), default=dict, blank=True)

    class Meta:
        verbose_name = _("erbjuden skolform")
        verbose_name_plural = _("erbjudna skolformer")
        constraints = [models.UniqueConstraint(fields=["unit", "skolform"], name="one_offer_per_skolform")]

    def __str__(self) -> str:
        return f"{self.unit}: {self.get_skolform_display()}"
