"""The huvudman's own questions to the agencies: received when sent, and each gets an answer or a reason."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import MD5
from django.utils.translation import gettext_lazy as _

from dialogues.models.invitation import Channel


class OwnQuestionState(models.TextChoices):
    """The life of a question."""

    OPEN = "open", _("väntar på svar")
    ANSWERED = "answered", _("besvarad")
    LEFT = "left", _("avslutad utan svar")
    WITHDRAWN = "withdrawn", _("återtagen")


class AnsweredHow(models.TextChoices):
    """When an answer was given."""

    BEFORE = "before", _("före dialogen")
    AT_DIALOGUE = "at_dialogue", _("på dialogen")
    AFTER = "after", _("efter dialogen")
    AT_FEEDBACK = "at_feedback", _("på återkopplingsmötet")


NOT_SETTLED = models.Q(answer="", how="", reason="")
SETTLED_BY_SOMEBODY = models.Q(settled_by__isnull=False, settled_at__isnull=False)


class OwnQuestion(models.Model):
    """A question that the huvudman asks the agencies. `version` counts how often its words were changed.

    `answer` and `how` are of one that is answered, `reason` of one that is closed without an answer.
    `settled_by` is who at an agency did either.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dialogue = models.ForeignKey("dialogues.Dialogue", on_delete=models.PROTECT, related_name="own_questions")
    text = models.TextField(_("fråga"))
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(
        _("läge"), max_length=10, choices=OwnQuestionState.choices, default=OwnQuestionState.OPEN
    )
    asked_by = models.CharField(_("ställd av"), max_length=200)
    channel = models.CharField(_("kanal"), max_length=10, choices=Channel.choices)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("ställd"), auto_now_add=True)
    answer = models.TextField(_("svar"), blank=True)
    how = models.CharField(_("när svaret gavs"), max_length=15, choices=AnsweredHow.choices, blank=True)
    reason = models.TextField(_("varför den inte får svar"), blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(_("avgjord"), null=True, blank=True)

    class Meta:
        verbose_name = _("fråga till myndigheterna")
        verbose_name_plural = _("frågor till myndigheterna")
        ordering = ("dialogue", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", settled_by=None, settled_at=None) & NOT_SETTLED
                | models.Q(state="withdrawn", settled_by=None, settled_at__isnull=False) & NOT_SETTLED
                | models.Q(state="answered", reason="")
                & ~models.Q(answer="")
                & ~models.Q(how="")
                & SETTLED_BY_SOMEBODY
                | models.Q(state="left", answer="", how="") & ~models.Q(reason="") & SETTLED_BY_SOMEBODY,
                name="own_question_has_what_its_state_says",
            ),
            models.CheckConstraint(
                condition=models.Q(channel="portal", noted_by=None)
                | ~models.Q(channel="portal") & models.Q(noted_by__isnull=False),
                name="own_question_told_is_noted_by_somebody",
            ),
            models.UniqueConstraint(
                "dialogue", MD5("text"), condition=models.Q(state="open"), name="own_question_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]
