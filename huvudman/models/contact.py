"""People who represent a huvudman."""

from __future__ import annotations

import datetime

import pghistory
import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import fit_for_name


class ContactRole(models.TextChoices):
    """In what capacity a person represents a huvudman."""

    SKOLCHEF = "skolchef", _("skolchef")
    CHAIR = "chair", _("ordförande i nämnd eller styrelse")
    BOARD = "board", _("ledamot i nämnd eller styrelse")
    ADMINISTRATION = "administration", _("förvaltning")
    REGISTRY = "registry", _("registratur eller funktionsbrevlåda")
    OTHER = "other", _("annan")


class Access(models.TextChoices):
    """What a person who represents a huvudman may do in the portal."""

    WRITE = "write", _("läser och skriver")
    READ = "read", _("läser")


@pghistory.track(level=pgtrigger.Statement, model_name="ContactHistory")
class Contact(models.Model):
    """A person (or a functional mailbox) that represents a huvudman for a time."""

    huvudman = models.ForeignKey(
        "huvudman.Huvudman", on_delete=models.PROTECT, related_name="contacts", verbose_name=_("huvudman")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contacts",
        verbose_name=_("inloggning"),
    )
    name = models.CharField(_("namn"), max_length=200, blank=True)
    title = models.CharField(_("titel"), max_length=100, blank=True)
    role = models.CharField(_("roll"), max_length=20, choices=ContactRole.choices)
    email = models.EmailField(_("e-post"), blank=True)
    telephone = models.CharField(_("telefon"), max_length=40, blank=True)
    access = models.CharField(
        _("i portalen"),
        max_length=5,
        choices=Access.choices,
        default=Access.WRITE,
        help_text=_("Den som läser ser allt om dialogen, men kan inte svara eller skicka."),
    )
    invited_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invited",
        verbose_name=_("inbjuden av"),
    )
    valid_from = models.DateField(_("gäller från"))
    valid_to = models.DateField(_("gäller till"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("bekräftad"), null=True, blank=True)

    class Meta:
        verbose_name = _("kontakt")
        verbose_name_plural = _("kontakter")
        ordering = ("huvudman__name", "role", "name")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from") - datetime.timedelta(days=1)),
                name="contact_period_in_order",
            ),
            models.UniqueConstraint(
                "huvudman",
                Lower("email"),
                "role",
                condition=models.Q(valid_to__isnull=True) & ~models.Q(email=""),
                name="contact_once_per_role",
            ),
            models.CheckConstraint(
                condition=models.Q(access__in=Access.values), name="contact_access_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(invited_by__isnull=True) | ~models.Q(invited_by=models.F("pk")),
                name="contact_invited_by_another",
            ),
        ]

    def __str__(self) -> str:
        words = self.role_or_title
        return f"{self.name or self.email} ({words})" if words else self.name or self.email

    @property
    def role_or_title(self) -> str:
        """The role in words; of who has another role its title, if there is one, which says more."""
        return self.title if self.role == ContactRole.OTHER else self.get_role_display()

    @property
    def ended_at_once(self) -> bool:
        """Whether it was ended on the day that it began, and so is valid on no day."""
        return self.valid_to is not None and self.valid_to < self.valid_from

    def clean(self) -> None:
        """Refuse unfit names, and the address of a member of staff, who never signs in by a code alone."""
        for field in ("name", "title"):
            try:
                fit_for_name(getattr(self, field))
            except ValidationError as error:
                raise ValidationError({field: error}) from error
        if self.email and User.objects.filter(email__iexact=self.email, is_staff=True).exists():
            told = _("Adressen hör till en medarbetare på en myndighet. Ange en annan adress.")
            raise ValidationError({"email": told})
