"""Län, kommuner and the regional offices that look after whole län."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegionalOffice(models.Model):
    """One of Skolverket's regional offices: a set of whole län."""

    name = models.CharField(_("namn"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("regionalt kontor")
        verbose_name_plural = _("regionala kontor")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Lan(models.Model):
    """A län, by its two-figure code."""

    code = models.CharField(_("kod"), max_length=2, primary_key=True)
    name = models.CharField(_("namn"), max_length=50, unique=True, db_collation="sv-x-icu")
    office = models.ForeignKey(
        RegionalOffice,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lan",
        verbose_name=_("regionalt kontor"),
    )

    class Meta:
        verbose_name = _("län")
        verbose_name_plural = _("län")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Kommun(models.Model):
    """A kommun, by its four-figure code."""

    code = models.CharField(_("kod"), max_length=4, primary_key=True)
    name = models.CharField(_("namn"), max_length=50, unique=True, db_collation="sv-x-icu")
    lan = models.ForeignKey(Lan, on_delete=models.PROTECT, related_name="kommuner", verbose_name=_("län"))

    class Meta:
        verbose_name = _("kommun")
        verbose_name_plural = _("kommuner")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
