"""Working notes of one agency about a dialogue. No history keeps them, and they are cleared at its end."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AgencyNote(models.Model):
    """A working note. Only the agency's own leaders and planners read it, until they share it.

    `public_id` is its address. `saved_in` names the form that saved it last, so that a form made from an
    older text never overwrites a newer one.
    """

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    saved_in = models.UUIDField(default=uuid.uuid4, editable=False)
    dialogue = models.ForeignKey("dialogues.Dialogue", on_delete=models.CASCADE, related_name="notes")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("anteckning"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(_("sparad"), auto_now=True)
    shared_at = models.DateTimeField(_("delad"), null=True, blank=True)

    class Meta:
        verbose_name = _("arbetsanteckning")
        verbose_name_plural = _("arbetsanteckningar")
        ordering = ("dialogue", "pk")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "public_id"], name="note_address_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.dialogue}"
