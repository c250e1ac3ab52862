"""What people do to their list of things to do: put one to rest for some days, keep a choice by name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Rest(models.Model):
    """A thing to do that rests until a day, for all who have it on their list; it comes back by itself.

    `kind` and `subject_id` name the thing; `agency` is set when it waits for that agency alone. `due` is when
    it was due as it was put to rest: due another day, it is another thing and rests no longer.
    """

    kind = models.SlugField(_("slag"), max_length=40)
    subject_id = models.BigIntegerField()
    agency = models.ForeignKey(
        "accounts.Agency", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due = models.DateField(null=True, blank=True)
    until = models.DateField(_("vilar till"))
    reason = models.CharField(_("varför"), max_length=300)
    since = models.DateField(_("vilar sedan"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("väckt"), null=True, blank=True)

    class Meta:
        verbose_name = _("vila")
        verbose_name_plural = _("vilor")
        ordering = ("until", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "agency"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="one_rest_at_a_time",
            ),
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="rest_is_ahead"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="rest_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}: {self.until}"


class SavedChoice(models.Model):
    """A person's own choice of what to list, by name; `query` is its address's. One may be the usual."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_choices")
    name = models.CharField(_("namn"), max_length=40)
    query = models.CharField(max_length=200)
    is_usual = models.BooleanField(_("visas från början"), default=False)

    class Meta:
        verbose_name = _("sparat urval")
        verbose_name_plural = _("sparade urval")
        ordering = ("user", "name")
        constraints = [
            models.UniqueConstraint("user", Lower("name"), name="saved_choice_name_once"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_usual=True), name="one_usual_choice"
            ),
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(query=""), name="saved_choice_has_name_and_query"
            ),
        ]

    def __str__(self) -> str:
        return self.name
