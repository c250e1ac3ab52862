"""School units and what they offer."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from huvudman.models.source import Source


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


class Orientation(models.TextChoices):
    """An independent school's orientation, as the register names it."""

    ALLMAN = "allman", _("allmän")
    KONFESSIONELL = "konfessionell", _("konfessionell")
    WALDORF = "waldorf", _("waldorf")
    INTERNATIONELL = "internationell", _("internationell")
    RIKSINTERNAT = "riksinternat", _("riksinternat")


@pghistory.track(level=pgtrigger.Statement, model_name="SchoolUnitHistory")
class SchoolUnit(models.Model):
    """A school unit (skolenhet), by its eight-figure code."""

    code = models.CharField(_("skolenhetskod"), max_length=8, unique=True)
    name = models.CharField(_("namn"), max_length=200, db_collation="sv_natural")
    huvudman = models.ForeignKey(
        "huvudman.Huvudman", on_delete=models.PROTECT, related_name="units", verbose_name=_("huvudman")
    )
    kommun = models.ForeignKey(
        "huvudman.Kommun", on_delete=models.PROTECT, related_name="units", verbose_name=_("kommun")
    )
    street = models.CharField(_("adress"), max_length=200, blank=True)
    postal_code = models.CharField(_("postnummer"), max_length=10, blank=True)
    post_town = models.CharField(_("postort"), max_length=100, blank=True)
    visiting_postal_code = models.CharField(_("besöksadressens postnummer"), max_length=10, blank=True)
    telephone = models.CharField(_("telefon"), max_length=40, blank=True)
    email = models.EmailField(_("e-post"), blank=True)
    website = models.CharField(_("webbplats"), max_length=300, blank=True)
    orientation = models.CharField(
        _("inriktning"), max_length=20, choices=Orientation.choices, blank=True, default=""
    )
    active_from = models.DateField(_("verksam från"), null=True, blank=True)
    active_to = models.DateField(_("verksam till"), null=True, blank=True)
    source = models.CharField(_("källa"), max_length=40, choices=Source.choices, default=Source.MANUAL)

    class Meta:
        verbose_name = _("skolenhet")
        verbose_name_plural = _("skolenheter")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^\d{8}$"), name="unit_code_is_eight_figures"
            ),
            models.CheckConstraint(
                condition=models.Q(active_to__gte=models.F("active_from"))
                | models.Q(active_from__isnull=True)
                | models.Q(active_to__isnull=True),
                name="unit_period_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SkolformOffer(models.Model):
    """A skolform that a unit offers now: which year groups, programmes or parts, and all its pupils."""

    unit = models.ForeignKey(SchoolUnit, on_delete=models.CASCADE, related_name="offers", db_index=False)
    skolform = models.CharField(_("skolform"), max_length=10, choices=Skolform.choices)
    groups = ArrayField(
        models.CharField(max_length=10),
        default=list,
        blank=True,
        verbose_name=_("årskurser eller program"),
    )
    pupils = models.PositiveIntegerField(_("elever"), null=True, blank=True)

    class Meta:
        verbose_name = _("erbjuden skolform")
        verbose_name_plural = _("erbjudna skolformer")
        constraints = [models.UniqueConstraint(fields=["unit", "skolform"], name="one_offer_per_skolform")]

    def __str__(self) -> str:
        return f"{self.unit}: {self.get_skolform_display()}"


class PupilCount(models.Model):
    """Pupils in one year group or programme at a unit, as the register of one year has it."""

    unit = models.ForeignKey(SchoolUnit, on_delete=models.CASCADE, related_name="counts", db_index=False)
    year = models.PositiveSmallIntegerField(_("registrets år"))
    skolform = models.CharField(_("skolform"), max_length=10, choices=Skolform.choices)
    group = models.CharField(_("årskurs eller program"), max_length=10)
    pupils = models.PositiveIntegerField(_("elever"))

    class Meta:
        verbose_name = _("elevantal")
        verbose_name_plural = _("elevantal")
        ordering = ("-year", "skolform", "group")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "skolform", "group"], name="one_count_per_group_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.skolform} {self.group} {self.year}"
