"""The outbox: a letter is a row written in the business transaction."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class LetterKind(models.TextChoices):
    """What a letter is about."""

    INVITATION = "invitation", _("inbjudan")
    REMINDER = "reminder", _("påminnelse om inbjudan")
    RECEIPT = "receipt", _("kvitto på svar")
    CARRIED = "carried", _("besked om plats i en senare omgång")
    INTRODUCTION = "introduction", _("kallelse till introduktionsmöte")
    MISSED = "missed", _("erbjudande om ett annat introduktionsmöte")
    UNDERLAG = "underlag", _("analysunderlag med förslag på tid")
    TIME_PROPOSED = "time_proposed", _("nytt förslag på tid")
    TIME_FIXED = "time_fixed", _("bekräftad tid för dialogen")
    QUESTIONS = "questions", _("kvitto på prioriterade frågor")
    SENT = "sent", _("kvitto på det ni har skickat")
    ANALYSIS = "analysis", _("kvitto på nulägesanalys")
    OWN_ANSWER = "own_answer", _("svar på er fråga")
    SUMMARY = "summary", _("sammanfattning att läsa")
    SUMMARY_DONE = "summary_done", _("färdig sammanfattning")
    FEEDBACK = "feedback", _("kallelse till återkopplingsmöte")
    BRIEF = "brief", _("inför dialogen, till den som leder den")
    MEETING_CANCELLED = "meeting_cancelled", _("avbokat möte")
    CANCELLED = "cancelled", _("avbokning")
    CLOSED = "closed", _("tack för dialogen")
    PAUSED = "paused", _("dialogen pausas")
    RESUMED = "resumed", _("dialogen tas upp igen")
    EVALUATION = "evaluation", _("fråga om utvärdering")
    COLLEAGUE = "colleague", _("inbjudan till medarbetare")
    CONTACT_CHECK = "contact_check", _("fråga om kontakterna stämmer")


class LetterState(models.TextChoices):
    """The life of a letter."""

    QUEUED = "queued", _("i kö")
    CLAIMED = "claimed", _("på väg att skickas")
    HANDING_OVER = "handing_over", _("lämnas över")
    SENT = "sent", _("skickat")
    RETRY = "retry", _("nytt försök väntar")
    UNCERTAIN = "uncertain", _("osäkert")
    FAILED = "failed", _("kunde inte skickas")
    STOPPED = "stopped", _("stoppat")


class Letter(models.Model):
    """A letter to one recipient, unique on (kind, subject, recipient, occasion).

    `subject_key` names the row it is about ("dialogue:17"); `occasion` tells two letters of a kind apart.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("slag"), max_length=20, choices=LetterKind.choices)
    subject_key = models.CharField(max_length=60)
    occasion = models.CharField(max_length=60, default="1")
    dialogue = models.ForeignKey(
        "dialogues.Dialogue", null=True, blank=True, on_delete=models.PROTECT, related_name="letters"
    )
    batch = models.ForeignKey(
        "dialogues.InvitationBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="letters"
    )
    contact = models.ForeignKey(
        "huvudman.Contact", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    recipient = models.EmailField(_("till"))
    recipient_name = models.CharField(_("mottagare"), max_length=200, blank=True)
    title = models.CharField(_("ämne"), max_length=300)
    text = models.TextField(_("text"))
    html = models.TextField(_("html"), blank=True)
    state = models.CharField(
        _("läge"), max_length=15, choices=LetterState.choices, default=LetterState.QUEUED
    )
    due_at = models.DateTimeField(_("skickas tidigast"))
    queued_at = models.DateTimeField(_("köad"), auto_now_add=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("skickat"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("försök"), default=0)
    last_reply = models.TextField(_("serverns senaste svar"), blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    sent_bytes = models.ForeignKey(
        "dialogues.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("brev")
        verbose_name_plural = _("utskick")
        ordering = ("-queued_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_key", "recipient", "occasion"], name="a_letter_is_written_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False, sent_bytes__isnull=False),
                name="what_was_sent_is_kept",
            ),
        ]
        indexes = [
            models.Index(fields=["-queued_at", "-id"], name="letters_latest"),
            models.Index(fields=["state", "-queued_at", "-id"], name="letters_by_state"),
            models.Index(
                fields=["due_at", "id"], condition=models.Q(state__in=["queued", "retry"]), name="letters_due"
            ),
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(state__in=["claimed", "handing_over"]),
                name="letters_under_way",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class LetterAttachment(models.Model):
    """A file that goes with a letter."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey("dialogues.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("filnamn"), max_length=200)
    media_type = models.CharField(max_length=100)

    class Meta:
        verbose_name = _("bilaga")
        verbose_name_plural = _("bilagor")

    def __str__(self) -> str:
        return self.name
