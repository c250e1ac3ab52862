"""What a huvudman needs at its dialogue, and who comes: soon taken away, in no history and no log."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class MeetingNeeds(models.Model):
    """What the huvudman needs to be able to take part; all empty when it needs nothing.

    The row is deleted when the dialogue has been held. `version` counts how often it was told.
    """

    dialogue = models.OneToOneField("dialogues.Dialogue", on_delete=models.CASCADE, related_name="needs")
    interpreter = models.CharField(_("tolk"), max_length=100, blank=True)
    hearing_loop = models.BooleanField(_("hörslinga"), default=False)
    premises = models.BooleanField(_("tillgänglig lokal"), default=False)
    other = models.CharField(_("annat"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)
    told_at = models.DateTimeField(_("berättat"), auto_now=True)

    class Meta:
        verbose_name = _("behov på mötet")
        verbose_name_plural = _("behov på mötet")

    def __str__(self) -> str:
        return str(self.dialogue)


class Participant(models.Model):
    """Somebody whom the huvudman brings to the dialogue. Deleted when the dialogue is closed or cancelled.

    `email` is for the huvudman's own invitation: we write to nobody here.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dialogue = models.ForeignKey("dialogues.Dialogue", on_delete=models.CASCADE, related_name="participants")
    name = models.CharField(_("namn"), max_length=150)
    role = models.CharField(_("roll"), max_length=150)
    email = models.EmailField(_("e-post"), blank=True)

    class Meta:
        verbose_name = _("deltagare")
        verbose_name_plural = _("deltagare")
        ordering = ("dialogue", "pk")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "name", "role"], name="participant_once"),
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(role=""), name="participant_has_name_and_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"
