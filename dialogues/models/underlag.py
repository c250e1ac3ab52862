"""The analysunderlag: what the agencies send before the dialogue."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quality_system.models import Area


class UnderlagState(models.TextChoices):
    """The life of an analysunderlag."""

    ORDERED = "ordered", _("beställt")
    RENDERED = "rendered", _("framtaget")
    CONFIRMED = "confirmed", _("fastställt")
    ISSUED = "issued", _("skickat")
    FAILED = "failed", _("kunde inte tas fram")


class Underlag(models.Model):
    """One version of a huvudman's analysunderlag. `content` is frozen when it is rendered.

    `ordered_at` names the order: work on an older one is dropped. `tries` counts how often it was begun.
    """

    dialogue = models.ForeignKey("dialogues.Dialogue", on_delete=models.PROTECT, related_name="underlag")
    edition = models.ForeignKey("quality_system.Edition", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(
        _("läge"), max_length=10, choices=UnderlagState.choices, default=UnderlagState.ORDERED, db_index=True
    )
    content = models.JSONField(_("innehåll"), default=dict, blank=True)
    pdf = models.ForeignKey(
        "dialogues.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    failure = models.TextField(_("fel"), blank=True)
    figures_as_of = models.DateTimeField(_("siffror som de var"), null=True, blank=True)
    ordered_at = models.DateTimeField(_("beställt"), default=timezone.now)
    begun_at = models.DateTimeField(_("påbörjat"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("försök"), default=0)
    rendered_at = models.DateTimeField(_("framtaget"), null=True, blank=True)
    issued_at = models.DateTimeField(_("skickat"), null=True, blank=True)

    class Meta:
        verbose_name = _("analysunderlag")
        verbose_name_plural = _("analysunderlag")
        ordering = ("dialogue", "-version")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "version"], name="underlag_version_once"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["rendered", "confirmed", "issued"])
                | models.Q(pdf__isnull=False),
                name="rendered_underlag_has_its_pdf",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dialogue}, {_('version')} {self.version}"


class CentralArea(models.Model):
    """An area identified as central: a strength or a need, with its figures."""

    class Kind(models.TextChoices):
        STRENGTH = "strength", _("styrka")
        NEED = "need", _("utvecklingsområde")

    underlag = models.ForeignKey(Underlag, on_delete=models.CASCADE, related_name="central_areas")
    rank = models.PositiveSmallIntegerField()
    area = models.CharField(_("område"), max_length=10, choices=Area.choices)
    kind = models.CharField(_("slag"), max_length=10, choices=Kind.choices)
    indicator = models.ForeignKey(
        "quality_system.Indicator", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("centralt område")
        verbose_name_plural = _("centrala områden")
        ordering = ("underlag", "rank")
        constraints = [models.UniqueConstraint(fields=["underlag", "rank"], name="central_area_rank_once")]

    def __str__(self) -> str:
        return self.text[:80]


class UnderlagConfirmation(models.Model):
    """An agency stands behind the central areas. Both must before the underlag is sent."""

    underlag = models.ForeignKey(Underlag, on_delete=models.CASCADE, related_name="confirmations")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("fastställande")
        verbose_name_plural = _("fastställanden")
        constraints = [
            models.UniqueConstraint(fields=["underlag", "agency"], name="one_confirmation_per_agency")
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.underlag}"
