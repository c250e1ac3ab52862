"""The huvudman's own goals after the dialogue: in its own space, without history, closed to the agencies.

What it shares is a copy, which the agencies have received and keep.
"""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _


class GoalKind(models.TextChoices):
    """What a goal is about."""

    QUALITY_WORK = "quality", _("lokalt kvalitetsarbete")
    ORGANISATION = "organisation", _("utvecklingsorganisation")
    PROCESSES = "processes", _("processer")


class Goal(models.Model):
    """Something that the huvudman wants to reach. `saved_in` names the form that saved it last."""

    public_id = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    saved_in = models.UUIDField(db_default=RandomUUID(), editable=False)
    dialogue = models.ForeignKey("dialogues.Dialogue", on_delete=models.PROTECT, related_name="goals")
    kind = models.CharField(_("slag"), max_length=15, choices=GoalKind.choices)
    text = models.TextField(_("mål"))
    success_factor = models.ForeignKey(
        "quality_system.SuccessFactor",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("framgångsfaktor"),
    )
    saved_at = models.DateTimeField(_("sparat"), auto_now=True)
    closed_on = models.DateField(_("avslutat"), null=True, blank=True)
    outcome = models.TextField(_("hur det blev"), blank=True)

    class Meta:
        verbose_name = _("mål")
        verbose_name_plural = _("mål")
        ordering = ("dialogue", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_on=None, outcome="")
                | models.Q(closed_on__isnull=False) & ~models.Q(outcome=""),
                name="closed_goal_has_its_outcome",
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]


class GoalFollowUp(models.Model):
    """What has happened to a goal by a day. A goal that has one can't be deleted: the database refuses."""

    public_id = models.UUIDField(unique=True, editable=False)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="follow_ups")
    day = models.DateField(_("dag"))
    text = models.TextField(_("vad har hänt"))

    class Meta:
        verbose_name = _("uppföljning av mål")
        verbose_name_plural = _("uppföljningar av mål")
        ordering = ("goal", "day", "pk")

    def __str__(self) -> str:
        return self.text[:80]


class SharedGoal(models.Model):
    """A goal as the huvudman shared it with the agencies: a copy that is never changed.

    `content` is `{kind, text, success_factor, follow_ups: [{day, text}], closed_on, outcome}` with texts and
    ISO dates. `withdrawn_at`: it is not shown any more, and kept, for it has been received.
    """

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="shared")
    content = models.JSONField(_("innehåll"))
    shared_by = models.CharField(_("delat av"), max_length=200)
    shared_at = models.DateTimeField(_("delat"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("delas inte längre"), null=True, blank=True)

    class Meta:
        verbose_name = _("delat mål")
        verbose_name_plural = _("delade mål")
        ordering = ("goal", "-shared_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["goal"], condition=models.Q(withdrawn_at=None), name="one_shared_copy_of_a_goal"
            )
        ]

    def __str__(self) -> str:
        return str(self.content["text"])[:80]
