"""The agencies that run the dialogues together, and their staff."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Agency(models.Model):
    """Skolverket or SPSM. Each has a registry of its own."""

    code = models.SlugField(_("kod"), unique=True)
    name = models.CharField(_("namn"), max_length=100, unique=True)
    sender = models.CharField(_("avsändare i e-post"), max_length=200)
    telephone = models.CharField(_("telefon"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("myndighet")
        verbose_name_plural = _("myndigheter")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class StaffRole(models.TextChoices):
    """What a person at an agency does; one person may have several roles."""

    PLANNER = "planner", _("planerare")
    LEADER = "leader", _("dialogledare")
    REGISTRAR = "registrar", _("registrator")
    STATISTICIAN = "statistician", _("statistiker")
    ADMINISTRATOR = "administrator", _("administratör")


class StaffMember(models.Model):
    """A person's work at one agency."""

    user = models.OneToOneField(
        "accounts.User", on_delete=models.PROTECT, related_name="staff", verbose_name=_("användare")
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="staff", verbose_name=_("myndighet")
    )
    title = models.CharField(_("titel"), max_length=100, blank=True)
    telephone = models.CharField(_("telefon"), max_length=30, blank=True)
    roles = ArrayField(
        models.CharField(max_length=20, choices=StaffRole.choices), default=list, verbose_name=_("roller")
    )

    class Meta:
        verbose_name = _("medarbetare")
        verbose_name_plural = _("medarbetare")
        ordering = ("user__name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=StaffRole.values), name="staff_roles_are_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.agency}"
