"""What the huvudman wants to talk about."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from dialogues.models.invitation import Channel
from quality_system.models import Area


class QuestionForm(models.Model):
    """The huvudman's prioritised questions as one record, whatever the channel."""

    dialogue = models.OneToOneField("dialogues.Dialogue", on_delete=models.PROTECT, related_name="questions")
    channel = models.CharField(_("kanal"), max_length=10, choices=Channel.choices)
    told_by = models.CharField(_("lämnat av"), max_length=200)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("samtalet togs av"),
    )
    told_on = models.DateField(_("berättat"), null=True, blank=True)
    sent_at = models.DateTimeField(_("lämnat"))

    class Meta:
        verbose_name = _("prioriterade frågor")
        verbose_name_plural = _("prioriterade frågor")

    def __str__(self) -> str:
        return str(self.dialogue)


class PriorityQuestion(models.Model):
    """One prioritised question. By phone an area is enough.

    `figure` is what the question builds on in the underlag, in words, as it stood when it was told.
    """

    form = models.ForeignKey(QuestionForm, on_delete=models.CASCADE, related_name="rows")
    rank = models.PositiveSmallIntegerField(_("ordning"))
    area = models.CharField(_("område"), max_length=10, choices=Area.choices)
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

    class Meta:
        verbose_name = _("prioriterad fråga")
        verbose_name_plural = _("prioriterade frågor")
        ordering = ("form", "rank")
        constraints = [
            models.UniqueConstraint(
                fields=["form", "rank"], name="question_rank_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=models.Q(rank__gte=1, rank__lte=5), name="at_most_five_questions"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80] or self.get_area_display()
