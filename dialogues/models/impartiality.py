"""What people at the agencies say about conflicts of interest (jäv), each about one dialogue."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ConflictDeclaration(models.Model):
    """Whether a person has a conflict of interest in a dialogue. Nothing else takes a person's word for it.

    `reason` is read at the person's own agency alone, kept in no history, and cleared when the dialogue ends.
    """

    dialogue = models.ForeignKey(
        "dialogues.Dialogue", on_delete=models.PROTECT, related_name="conflict_declarations"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    has_conflict = models.BooleanField(_("jäv"))
    reason = models.TextField(_("skäl"), blank=True)
    declared_at = models.DateTimeField(_("anmält"), auto_now=True)

    class Meta:
        verbose_name = _("anmälan om jäv")
        verbose_name_plural = _("anmälningar om jäv")
        ordering = ("dialogue", "pk")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "user"], name="one_declaration_of_conflict"),
            models.CheckConstraint(
                condition=models.Q(reason="") | models.Q(has_conflict=True),
                name="only_a_conflict_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.dialogue}"
