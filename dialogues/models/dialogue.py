"""One huvudman's dialogue in one cycle: the three phases as one whole."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from huvudman.models import Skolform


class DialogueState(models.TextChoices):
    """Where a dialogue stands."""

    PLANNED = "planned", _("planerad")
    INVITED = "invited", _("inbjuden")
    POSTPONED = "postponed", _("vill delta senare")
    DECLINED = "declined", _("tackat nej")
    ACCEPTED = "accepted", _("tackat ja")
    INTRODUCED = "introduced", _("introduktion hållen")
    UNDERLAG_SENT = "underlag_sent", _("analysunderlag skickat")
    TIME_FIXED = "time_fixed", _("dialogtid bestämd")
    DIALOGUE_HELD = "dialogue_held", _("dialog hållen")
    FEEDBACK_HELD = "feedback_held", _("återkoppling hållen")
    CLOSED = "closed", _("avslutad")
    CANCELLED = "cancelled", _("avbokad")


BEFORE_DIALOGUE = frozenset(
    {DialogueState.ACCEPTED, DialogueState.INTRODUCED, DialogueState.UNDERLAG_SENT, DialogueState.TIME_FIXED}
)
"""States from the huvudman's yes until the dialogue is held."""
UNDER_WAY = frozenset(DialogueState) - {
    DialogueState.PLANNED,
    DialogueState.DECLINED,
    DialogueState.CLOSED,
    DialogueState.CANCELLED,
}
"""States between the invitation and the end: what can be paused."""


class SkippedPart(models.TextChoices):
    """A part that may be left out, with a reason that the huvudman reads. Without the dialogue there is
    nothing to look back on, and the feedback is left out with it.
    """

    DIALOGUE = "dialogue", _("dialogen")
    FEEDBACK = "feedback", _("återkopplingen")


class Dialogue(models.Model):
    """A huvudman's place in a cycle, from the plan to the end of feedback."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cycle = models.ForeignKey("dialogues.Cycle", on_delete=models.PROTECT, related_name="dialogues")
    batch = models.ForeignKey("dialogues.InvitationBatch", on_delete=models.PROTECT, related_name="dialogues")
    huvudman = models.ForeignKey("huvudman.Huvudman", on_delete=models.PROTECT, related_name="dialogues")
    edition = models.ForeignKey(
        "quality_system.Edition", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        _("läge"), max_length=15, choices=DialogueState.choices, default=DialogueState.PLANNED, db_index=True
    )
    skipped = models.CharField(
        _("del som hoppas över"), max_length=15, choices=SkippedPart.choices, blank=True, default=""
    )
    skipped_because = models.TextField(_("varför den hoppas över"), blank=True, default="")
    state_since = models.DateTimeField(_("i detta läge sedan"), auto_now_add=True)
    paused_at = models.DateTimeField(_("pausad sedan"), null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    paused_reason = models.TextField(_("skäl till pausen"), blank=True)
    look_again_on = models.DateField(_("se över pausen"), null=True, blank=True)

    class Meta:
        verbose_name = _("dialog")
        verbose_name_plural = _("dialoger")
        ordering = ("batch", "huvudman__name")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "huvudman"], name="one_dialogue_per_cycle"),
            models.CheckConstraint(
                condition=models.Q(
                    paused_at__isnull=True,
                    paused_by__isnull=True,
                    paused_reason="",
                    look_again_on__isnull=True,
                )
                | (models.Q(paused_at__isnull=False, paused_by__isnull=False) & ~models.Q(paused_reason="")),
                name="a_pause_has_its_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(paused_at__isnull=True) | models.Q(state__in=sorted(UNDER_WAY)),
                name="only_what_is_under_way_is_paused",
            ),
            models.CheckConstraint(
                condition=models.Q(skipped="", skipped_because="")
                | ~models.Q(skipped="") & ~models.Q(skipped_because=""),
                name="skipped_part_has_its_reason",
            ),
        ]
        indexes = [models.Index(fields=["-state_since", "-id"], name="dialogues_latest_first")]

    def __str__(self) -> str:
        return str(self.huvudman)

    @property
    def is_paused(self) -> bool:
        """Tell whether it rests with a reason told: then nothing in it is changed but that."""
        return self.paused_at is not None

    @property
    def letterless(self) -> bool:
        """Tell whether it was invited without a letter: known by rows annotated with `without_letter`."""
        return bool(getattr(self, "without_letter", False))


class DialogueRecord(models.Model):
    """What the dialogue came to: the summary and which skolformer were discussed."""

    dialogue = models.OneToOneField(Dialogue, on_delete=models.PROTECT, related_name="record")
    summary = models.TextField(_("sammanfattning"))
    discussed_skolformer = ArrayField(
        models.CharField(max_length=10, choices=Skolform.choices), verbose_name=_("skolformer som togs upp")
    )
    feedback = models.TextField(_("återkoppling"), blank=True)

    class Meta:
        verbose_name = _("dokumentation av dialogen")
        verbose_name_plural = _("dokumentation av dialoger")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(discussed_skolformer__contained_by=Skolform.values)
                & ~models.Q(discussed_skolformer=[]),
                name="discussed_skolformer_are_known",
            )
        ]

    def __str__(self) -> str:
        return str(self.dialogue)
