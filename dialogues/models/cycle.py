"""The cycle in which every huvudman is offered one dialogue, and its batches."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.half_years import half_year_of


class Cycle(models.Model):
    """The years in which every huvudman is offered one dialogue."""

    name = models.CharField(_("namn"), max_length=100, unique=True)
    first_year = models.PositiveSmallIntegerField(_("första år"))
    years = models.PositiveSmallIntegerField(_("antal år"))
    batches_per_year = models.PositiveSmallIntegerField(_("omgångar per år"))
    seed = models.CharField(_("frö till lottningen"), max_length=100)
    certificate = models.JSONField(_("intyg"), default=dict, blank=True)
    planned_at = models.DateTimeField(_("planerad"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("cykel")
        verbose_name_plural = _("cykler")
        ordering = ("-first_year",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(years__gte=1, batches_per_year__gte=1), name="cycle_has_batches"
            )
        ]

    def __str__(self) -> str:
        return self.name


class BatchState(models.TextChoices):
    """The life of a batch."""

    DRAFT = "draft", _("utkast")
    APPROVED = "approved", _("godkänd")
    SCHEDULED = "scheduled", _("schemalagd")
    SENDING = "sending", _("skickas")
    STOPPED = "stopped", _("stoppad")
    SENT = "sent", _("skickad")
    CLOSED = "closed", _("avslutad")


class InvitationBatch(models.Model):
    """About 100 huvudmän that are invited together."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="batches")
    year = models.PositiveSmallIntegerField(_("år"))
    number = models.PositiveSmallIntegerField(_("nummer under året"))
    state = models.CharField(
        _("läge"), max_length=12, choices=BatchState.choices, default=BatchState.DRAFT, db_index=True
    )
    is_pilot = models.BooleanField(_("pilot"), default=False)
    send_at = models.DateTimeField(_("skickas"), null=True, blank=True)
    answer_by = models.DateField(_("svara senast"), null=True, blank=True)
    figures_as_of = models.DateTimeField(_("siffror som de var"), null=True, blank=True, editable=False)
    """The moment whose figures all the batch's underlag rest on; set when the first is made."""
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("inbjudningsomgång")
        verbose_name_plural = _("inbjudningsomgångar")
        ordering = ("year", "number")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "year", "number"], name="batch_number_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "approved"])
                | models.Q(send_at__isnull=False, answer_by__isnull=False),
                name="scheduled_batch_has_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Omgång')} {self.year}:{self.number}"

    @property
    def half_year(self) -> str:
        """The half-year in which the batch goes out, by its date or by its place among the year's batches."""
        if self.send_at:
            return half_year_of(timezone.localdate(self.send_at))
        is_spring = self.number * 2 <= max(self.cycle.batches_per_year, 2)
        return f"{self.year}-{1 if is_spring else 2}"
