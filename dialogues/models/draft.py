"""The huvudman's own space: what it has written and not sent. No history, no agency role reads it."""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from quality_system.models import Area


class QuestionDraft(models.Model):
    """A prioritised question that has not been sent. Anything may still be missing.

    `public_id` is its address, whatever its rank. `saved_in` names the form that saved it last, so that
    a form made from an older text never overwrites a newer one.
    """

    public_id = models.UUIDField(db_default=RandomUUID(), editable=False)
    saved_in = models.UUIDField(db_default=RandomUUID(), editable=False)
    dialogue = models.ForeignKey(
        "dialogues.Dialogue", on_delete=models.CASCADE, related_name="question_drafts"
    )
    rank = models.PositiveSmallIntegerField(_("ordning"))
    area = models.CharField(_("område"), max_length=10, choices=Area.choices, blank=True)
    text = models.TextField(_("fråga"), blank=True)
    sub_goal = models.ForeignKey(
        "quality_system.SubGoal",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("delmål"),
    )
    figure = models.CharField(_("siffra ur underlaget"), max_length=400, blank=True)
    evidence = models.TextField(_("vad frågan bygger på"), blank=True)
    saved_at = models.DateTimeField(_("sparad"), auto_now=True)

    class Meta:
        verbose_name = _("utkast till fråga")
        verbose_name_plural = _("utkast till frågor")
        ordering = ("dialogue", "rank")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "public_id"], name="draft_address_once"),
            models.UniqueConstraint(
                fields=["dialogue", "rank"],
                name="draft_rank_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=models.Q(rank__gte=1, rank__lte=5), name="at_most_five_draft_questions"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80] or self.get_area_display()
