"""Letters on paper, for huvudmän that no e-mail reaches, and the post runs in which they are printed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dialogues.models.letter import LetterKind


class PaperState(models.TextChoices):
    """The life of a letter on paper."""

    WAITING = "waiting", _("väntar på utskrift")
    IN_RUN = "in_run", _("i en utskrift")
    POSTED = "posted", _("postat")
    WITHDRAWN = "withdrawn", _("återkallat")


class RunState(models.TextChoices):
    """The life of a post run."""

    ORDERED = "ordered", _("tas fram")
    READY = "ready", _("klar att skriva ut")
    FAILED = "failed", _("kunde inte tas fram")
    POSTED = "posted", _("postad")
    UNDONE = "undone", _("upplöst")


class PostRun(models.Model):
    """Letters on paper that are printed and posted together, as one PDF.

    `ordered_at` is when its PDF was last asked for: a rendering of an earlier order is thrown away.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("läge"), max_length=10, choices=RunState.choices, default=RunState.ORDERED)
    made_at = models.DateTimeField(_("gjord"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ordered_at = models.DateTimeField(_("beställd"))
    pdf = models.ForeignKey(
        "dialogues.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sheets = models.PositiveIntegerField(_("ark"), null=True, blank=True)
    failure = models.CharField(_("varför den inte kunde tas fram"), max_length=300, blank=True)
    posted_on = models.DateField(_("postad"), null=True, blank=True)

    class Meta:
        verbose_name = _("utskrift")
        verbose_name_plural = _("utskrifter")
        ordering = ("-made_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "posted"]) | Q(pdf__isnull=False, sheets__isnull=False),
                name="a_ready_post_run_has_its_pdf",
            ),
            models.CheckConstraint(
                condition=Q(state="posted", posted_on__isnull=False)
                | (~Q(state="posted") & Q(posted_on__isnull=True)),
                name="a_posted_run_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Utskrift %(number)s")) % {"number": self.pk}


class PaperLetter(models.Model):
    """A letter on paper to a huvudman, unique on (kind, subject, huvudman, occasion).

    Text and postal address are frozen when it is written. `code` opens the answer page of an invitation;
    where it stands in the text there is `CODE_HERE` instead, so that no page can show it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("slag"), max_length=20, choices=LetterKind.choices)
    subject_key = models.CharField(max_length=60)
    occasion = models.CharField(max_length=60, default="1")
    dialogue = models.ForeignKey("dialogues.Dialogue", on_delete=models.PROTECT, related_name="paper_letters")
    huvudman = models.ForeignKey("huvudman.Huvudman", on_delete=models.PROTECT, related_name="paper_letters")
    batch = models.ForeignKey(
        "dialogues.InvitationBatch", on_delete=models.PROTECT, related_name="paper_letters"
    )
    invitation = models.ForeignKey(
        "dialogues.Invitation", null=True, blank=True, on_delete=models.PROTECT, related_name="paper_letters"
    )
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    address = models.TextField(_("adress"))
    title = models.CharField(_("ämne"), max_length=300)
    text = models.TextField(_("text"))
    code = models.CharField(max_length=12, null=True, blank=True, unique=True, editable=False)
    enclosure = models.ForeignKey(
        "dialogues.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(_("läge"), max_length=10, choices=PaperState.choices, default=PaperState.WAITING)
    run = models.ForeignKey(PostRun, null=True, blank=True, on_delete=models.PROTECT, related_name="letters")
    written_at = models.DateTimeField(_("skrivet"), auto_now_add=True)
    posted_on = models.DateField(_("postat"), null=True, blank=True)

    class Meta:
        verbose_name = _("brev på papper")
        verbose_name_plural = _("brev på papper")
        ordering = ("-written_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_key", "huvudman", "occasion"],
                name="a_letter_on_paper_is_written_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["in_run", "posted"], run__isnull=False)
                | Q(state__in=["waiting", "withdrawn"], run__isnull=True),
                name="a_printed_letter_has_its_run",
            ),
            models.CheckConstraint(
                condition=Q(state="posted", posted_on__isnull=False)
                | (~Q(state="posted") & Q(posted_on__isnull=True)),
                name="a_posted_letter_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(address="") & ~Q(text=""), name="a_letter_on_paper_says_something_to_someone"
            ),
            models.CheckConstraint(
                condition=Q(code__isnull=True) | Q(invitation__isnull=False),
                name="an_answer_code_is_for_an_invitation",
            ),
        ]
        indexes = [
            models.Index(
                fields=["written_at", "id"], condition=Q(state="waiting"), name="paper_letters_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.title
