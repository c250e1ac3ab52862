"""The invitation to a dialogue and the answers to it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from dialogues.half_years import half_year_name


class Answer(models.TextChoices):
    """What a huvudman may answer."""

    YES = "yes", _("Ja, vi vill delta")
    LATER = "later", _("Ja, men senare")
    NO = "no", _("Nej, inte den här gången")


class Channel(models.TextChoices):
    """How something reached us."""

    LINK = "link", _("personlig länk")
    PORTAL = "portal", _("portalen")
    PHONE = "phone", _("telefon")
    MAIL = "mail", _("e-post")
    LETTER = "letter", _("brev")


class DeclineReason(models.TextChoices):
    """Why a huvudman says no. Telling is voluntary."""

    NOT_GIVEN = "", _("Vill inte ange")
    TIME = "time", _("Vi har inte tid just nu")
    RESOURCES = "resources", _("Vi har inte resurser till det just nu")
    INSPECTION = "inspection", _("Pågående tillsyn")
    REORGANISATION = "reorganisation", _("Omorganisation")
    OTHER = "other", _("Annat")


class Invitation(models.Model):
    """An invitation to one huvudman in one batch. Several people may get it; there is one answer."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dialogue = models.ForeignKey("dialogues.Dialogue", on_delete=models.PROTECT, related_name="invitations")
    batch = models.ForeignKey(
        "dialogues.InvitationBatch", on_delete=models.PROTECT, related_name="invitations"
    )
    answer_by = models.DateField(_("svara senast"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("inbjudan")
        verbose_name_plural = _("inbjudningar")
        constraints = [models.UniqueConstraint(fields=["dialogue", "batch"], name="one_invitation_per_batch")]

    def __str__(self) -> str:
        return str(self.dialogue)


class InvitationAnswer(models.Model):
    """One answer; the latest counts, the earlier ones are kept."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="answers")
    answer = models.CharField(_("svar"), max_length=5, choices=Answer.choices)
    reason = models.CharField(
        _("skäl"), max_length=15, choices=DeclineReason.choices, blank=True, default=DeclineReason.NOT_GIVEN
    )
    comment = models.TextField(_("kommentar"), blank=True)
    wants_digital = models.BooleanField(_("önskar digital dialog"), default=False)
    wished_half_year = models.CharField(_("önskat halvår"), max_length=6, blank=True, default="")
    given_by = models.CharField(_("svarat av"), max_length=200)
    contact = models.ForeignKey(
        "huvudman.Contact", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField(_("kanal"), max_length=10, choices=Channel.choices)
    given_at = models.DateTimeField(_("svarat"), auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("svar på inbjudan")
        verbose_name_plural = _("svar på inbjudningar")
        ordering = ("-given_at", "-pk")
        get_latest_by = ("given_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wants_digital=False) | models.Q(answer="yes"),
                name="digital_is_wished_with_a_yes",
            ),
            models.CheckConstraint(
                condition=models.Q(wished_half_year="")
                | models.Q(answer="later", wished_half_year__regex=r"^20\d\d-[12]$"),
                name="half_year_is_wished_with_later",
            ),
        ]

    def __str__(self) -> str:
        return self.get_answer_display()

    @property
    def wished_time(self) -> str:
        """The half-year in which a huvudman that wants to take part later wishes to be invited, in words."""
        return half_year_name(self.wished_half_year)
