"""What stands on the open pages beside the texts: voices, webinars, and problems that visitors report."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Voice(models.Model):
    """What somebody at a huvudman says about the dialogues. It is shown while there is a consent."""

    quote = models.TextField(_("citat"), max_length=600)
    name = models.CharField(_("namn"), max_length=100)
    role = models.CharField(
        _("uppdrag"), max_length=100, help_text=_("Till exempel skolchef i Exempelköping.")
    )
    language = models.CharField(
        _("språk"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGES[0][0]
    )
    consent_on = models.DateField(_("samtycke gavs"), null=True, blank=True)
    consent_how = models.CharField(
        _("hur samtycket gavs"),
        max_length=200,
        blank=True,
        help_text=_("Till exempel mejl, med diarienummer."),
    )
    withdrawn_on = models.DateField(_("samtycke togs tillbaka"), null=True, blank=True)
    is_shown = models.BooleanField(_("visas"), default=False)

    class Meta:
        verbose_name = _("röst")
        verbose_name_plural = _("röster")
        ordering = ("-consent_on", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_shown=False)
                | (Q(consent_on__isnull=False, withdrawn_on__isnull=True) & ~Q(consent_how="")),
                name="shown_voice_has_consent",
                violation_error_message=_(
                    "En röst visas bara med samtycke. Fyll i när och hur det gavs; "
                    "är det taget tillbaka kan rösten inte visas."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"


class Webinar(models.Model):
    """A webinar about the dialogues, to come or recorded."""

    title = models.CharField(_("rubrik"), max_length=120)
    starts_at = models.DateTimeField(_("börjar"))
    minutes = models.PositiveSmallIntegerField(_("minuter"), default=45)
    link = models.URLField(_("länk till sändningen"), max_length=500, blank=True)
    live_captions = models.BooleanField(_("direkttextas"), default=False)
    recording = models.URLField(_("länk till inspelningen"), max_length=500, blank=True)
    has_captions = models.BooleanField(_("inspelningen har undertexter"), default=False)
    transcript = models.TextField(_("det som sägs, i text"), blank=True)

    class Meta:
        verbose_name = _("webbinarium")
        verbose_name_plural = _("webbinarier")
        ordering = ("-starts_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(recording="") | Q(has_captions=True),
                name="recording_has_captions",
                violation_error_message=_("En inspelning visas bara med undertexter."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ends_at(self) -> datetime.datetime:
        """When it is over."""
        return self.starts_at + datetime.timedelta(minutes=self.minutes)


class ReportState(models.TextChoices):
    """The life of a reported problem."""

    NEW = "new", _("ny")
    HANDLED = "handled", _("omhändertagen")


class AccessibilityReport(models.Model):
    """A problem with a page that a visitor told us about. The address to answer to is kept until then."""

    place = models.CharField(_("var"), max_length=200, blank=True)
    problem = models.TextField(_("problem"), max_length=2_000)
    reply_to = models.EmailField(_("svara till"), blank=True)
    state = models.CharField(_("läge"), max_length=10, choices=ReportState.choices, default=ReportState.NEW)
    received_at = models.DateTimeField(_("kom in"), auto_now_add=True)
    handled_at = models.DateTimeField(_("omhändertagen"), null=True, blank=True)
    outcome = models.TextField(_("vad som gjordes"), max_length=2_000, blank=True)

    class Meta:
        verbose_name = _("anmält tillgänglighetsproblem")
        verbose_name_plural = _("anmälda tillgänglighetsproblem")
        ordering = ("-received_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="new", handled_at__isnull=True)
                | (Q(state="handled", handled_at__isnull=False, reply_to="") & ~Q(outcome="")),
                name="handled_report_has_an_outcome_and_no_address",
            )
        ]

    def __str__(self) -> str:
        return self.problem[:80]
