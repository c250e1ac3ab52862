"""The summary of a dialogue: one text that both agencies write, and the rounds in which it is agreed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SummaryDraft(models.Model):
    """The text as the agencies write it now; `version` is one more each time somebody saves."""

    dialogue = models.OneToOneField(
        "dialogues.Dialogue", on_delete=models.PROTECT, related_name="summary_draft"
    )
    talked_about = models.TextField(_("det här talade vi om"))
    agreements = models.TextField(_("det här kom vi överens om"), blank=True)
    support = models.TextField(_("stöd som erbjöds"), blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(_("sparad"), auto_now=True)

    class Meta:
        verbose_name = _("utkast till sammanfattning")
        verbose_name_plural = _("utkast till sammanfattningar")
        ordering = ("dialogue",)

    def __str__(self) -> str:
        return str(self.dialogue)


class RoundState(models.TextChoices):
    """Where a summary that has been sent to the huvudman stands."""

    OPEN = "open", _("väntar på godkännande")
    AGREED = "agreed", _("överenskommen")
    RETURNED = "returned", _("tillbaka med önskemål")
    REPLACED = "replaced", _("ersatt av en ny version")
    UNANSWERED = "unanswered", _("avslutad utan svar")


class SummaryRound(models.Model):
    """A version of the summary as it was sent to the huvudman: words and PDFs are never changed.

    `content` is as `dialogues.summary.content`. `note` is what was said with it, `comment` what the huvudman
    answered, `closing_note` why it was closed without an answer, for the huvudman to read. All who agree,
    agree to this version.
    """

    dialogue = models.ForeignKey(
        "dialogues.Dialogue", on_delete=models.PROTECT, related_name="summary_rounds"
    )
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(
        _("läge"), max_length=12, choices=RoundState.choices, default=RoundState.OPEN, db_index=True
    )
    content = models.JSONField(_("innehåll"))
    note = models.TextField(_("hälsning"), blank=True)
    pdf = models.ForeignKey("dialogues.StoredFile", on_delete=models.PROTECT, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("skickad"), default=timezone.now)
    answer_by = models.DateField(_("svar senast"))
    answered_by = models.CharField(_("besvarad av"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("besvarad"), null=True, blank=True)
    comment = models.TextField(_("kommentar"), blank=True)
    settled_at = models.DateTimeField(_("klar"), null=True, blank=True)
    agreed_pdf = models.ForeignKey(
        "dialogues.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closing_note = models.TextField(_("meddelande till huvudmannen"), blank=True)

    class Meta:
        verbose_name = _("sammanfattning")
        verbose_name_plural = _("sammanfattningar")
        ordering = ("dialogue", "-number")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "number"], name="summary_version_once"),
            models.UniqueConstraint(
                fields=["dialogue"],
                condition=models.Q(state__in=["open", "agreed"]),
                name="one_summary_counts",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="agreed")
                | models.Q(answered_at__isnull=False, settled_at__isnull=False, agreed_pdf__isnull=False),
                name="agreed_summary_is_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="returned") | ~models.Q(comment="") & ~models.Q(answered_at=None),
                name="returned_summary_says_why",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="unanswered")
                | ~models.Q(closing_note="") & models.Q(answered_at=None, settled_at__isnull=False),
                name="unanswered_summary_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answered_by="")
                | models.Q(answered_at__isnull=False) & ~models.Q(answered_by=""),
                name="summary_answer_has_its_giver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dialogue}, {_('version')} {self.number}"


class SummaryConfirmation(models.Model):
    """An agency stands behind a version of the summary."""

    round = models.ForeignKey(SummaryRound, on_delete=models.PROTECT, related_name="confirmations")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("godkännande av sammanfattning")
        verbose_name_plural = _("godkännanden av sammanfattningar")
        ordering = ("round", "pk")
        constraints = [
            models.UniqueConstraint(fields=["round", "agency"], name="summary_confirmed_once_per_agency")
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.round}"
