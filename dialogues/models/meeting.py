"""Meetings of the three phases: who, when, where."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MeetingKind(models.TextChoices):
    """The three phases."""

    INTRODUCTION = "introduction", _("introduktionsmöte")
    DIALOGUE = "dialogue", _("dialog")
    FEEDBACK = "feedback", _("återkopplingsmöte")


class MeetingState(models.TextChoices):
    """The life of a meeting. A group introduction starts as fixed."""

    PROPOSED = "proposed", _("föreslaget")
    OTHER_WISHED = "other_wished", _("annan tid önskas")
    FIXED = "fixed", _("bestämt")
    HELD = "held", _("hållet")
    MISSED = "missed", _("blev inte av")
    CANCELLED = "cancelled", _("avbokat")


class MeetingForm(models.TextChoices):
    """How people meet."""

    IN_PERSON = "in_person", _("på plats")
    DIGITAL = "digital", _("digitalt")


class Meeting(models.Model):
    """A meeting. `sequence` counts changes, for calendars."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("slag"), max_length=15, choices=MeetingKind.choices)
    state = models.CharField(
        _("läge"), max_length=15, choices=MeetingState.choices, default=MeetingState.PROPOSED, db_index=True
    )
    starts_at = models.DateTimeField(_("börjar"))
    ends_at = models.DateTimeField(_("slutar"))
    form = models.CharField(_("form"), max_length=10, choices=MeetingForm.choices)
    place = models.CharField(_("plats"), max_length=300, blank=True)
    link = models.URLField(_("möteslänk"), max_length=500, blank=True)
    seats = models.PositiveSmallIntegerField(_("platser"), null=True, blank=True)
    batch = models.ForeignKey(
        "dialogues.InvitationBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="meetings"
    )
    wish = models.TextField(_("önskemål om annan tid"), blank=True)
    sequence = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("möte")
        verbose_name_plural = _("möten")
        ordering = ("starts_at",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="meeting_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="introduction") | models.Q(seats__isnull=False, batch__isnull=False),
                name="introduction_is_a_group_with_seats",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {timezone.localtime(self.starts_at):%Y-%m-%d %H.%M}"

    @property
    def is_over(self) -> bool:
        """Whether the meeting's time has been, held or not."""
        return self.ends_at <= timezone.now()

    @property
    def where(self) -> str:
        """Where one goes to meet: the place, or the link of a digital meeting."""
        return self.link if self.form == MeetingForm.DIGITAL else self.place

    @property
    def takes_wishes(self) -> bool:
        """Whether the huvudman may wish another time: not of a fixed one that has been. (A proposal that has
        passed, nobody has met at.)
        """
        if self.state == MeetingState.FIXED:
            return not self.is_over
        return self.state in {MeetingState.PROPOSED, MeetingState.OTHER_WISHED}

    @property
    def proposal_has_passed(self) -> bool:
        """Whether it is a proposal that nobody answered before its time."""
        return self.state == MeetingState.PROPOSED and self.starts_at <= timezone.now()


class Seat(models.Model):
    """A huvudman's seat in a meeting: one of many in an introduction, the only one otherwise."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="taken_seats")
    dialogue = models.ForeignKey("dialogues.Dialogue", on_delete=models.PROTECT, related_name="seats")
    kind = models.CharField(max_length=15, choices=MeetingKind.choices)
    is_current = models.BooleanField(default=True)
    attended = models.BooleanField(_("deltog"), null=True)

    class Meta:
        verbose_name = _("plats på möte")
        verbose_name_plural = _("platser på möten")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "dialogue"], name="one_seat_per_meeting"),
            models.UniqueConstraint(
                fields=["dialogue", "kind"],
                condition=models.Q(is_current=True),
                name="one_current_meeting_per_phase",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dialogue}: {self.meeting}"


class MeetingStaff(models.Model):
    """Somebody from an agency at a meeting. The database refuses one person in two meetings at once."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="staff")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="meetings")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    during = DateTimeRangeField(_("tid"))
    is_booked = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("medverkande från myndighet")
        verbose_name_plural = _("medverkande från myndigheter")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="staff_once_per_meeting"),
            ExclusionConstraint(
                name="nobody_in_two_meetings_at_once",
                expressions=[("user", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=models.Q(is_booked=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.agency})"
