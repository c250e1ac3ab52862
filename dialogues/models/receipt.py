"""What a huvudman has sent, each thing once: the list that its people can read and print."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dialogues.models.invitation import Channel


class Sent(models.TextChoices):
    """What kinds of things a huvudman sends. The database keeps the key alone: a new kind is a line here."""

    ANSWER = "answer", _("Svar på inbjudan")
    INTRODUCTION = "introduction", _("Val av introduktionsmöte")
    TIME = "time", _("Godtagen tid")
    WISH = "wish", _("Önskemål om annan tid")
    QUESTIONS = "questions", _("Prioriterade frågor")
    ANALYSIS = "analysis", _("Nulägesanalys")
    OWN_QUESTION = "own_question", _("Fråga till oss")
    OWN_WITHDRAWN = "own_withdrawn", _("Återtagen fråga till oss")
    NEEDS = "needs", _("Vad ni behöver på mötet")
    SUMMARY_AGREED = "summary_agreed", _("Godkänd sammanfattning")
    SUMMARY_RETURNED = "summary_returned", _("Önskemål om sammanfattningen")
    CANCELLED = "cancelled", _("Avbokning av dialogen")
    GOAL = "goal", _("Delat mål")
    PEOPLE = "people", _("Ändring bland medarbetare")
    CHECKED = "checked", _("Bekräftade kontaktuppgifter")


class Receipt(models.Model):
    """One thing that was sent: what, when, by whom and how. Rows are only added.

    `body` is what was sent in the huvudman's own words, in Swedish; empty where it must not be kept here.
    Without a dialogue it is about the huvudman itself.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    huvudman = models.ForeignKey("huvudman.Huvudman", on_delete=models.PROTECT, related_name="receipts")
    dialogue = models.ForeignKey(
        "dialogues.Dialogue", null=True, blank=True, on_delete=models.PROTECT, related_name="receipts"
    )
    kind = models.CharField(_("vad"), max_length=30)
    body = models.TextField(_("innehåll"), blank=True)
    given_by = models.CharField(_("av"), max_length=200)
    channel = models.CharField(_("kanal"), max_length=10, choices=Channel.choices)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(_("när"), auto_now_add=True)

    class Meta:
        verbose_name = _("kvitto")
        verbose_name_plural = _("kvitton")
        ordering = ("-sent_at", "-pk")
        indexes = [models.Index(fields=["huvudman", "-sent_at", "-id"], name="receipts_latest")]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def title(self) -> str | Promise:
        """What was sent, as its heading."""
        return Sent(self.kind).label
