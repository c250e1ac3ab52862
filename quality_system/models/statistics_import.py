"""Imports of statistics: what was uploaded, what it would change, what became of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from huvudman.models import ImportState

READ = (ImportState.PREVIEW, ImportState.QUEUED, ImportState.APPLIED)
"""The states of an import whose files have been read and compared."""


class StatisticsImport(models.Model):
    """Uploaded files of one source on their way to the observed values.

    `counts` is the report of `import_statistics` as counts; `measures` says per measure which periods and
    how much is new, changed and unchanged; `corrections` are the first corrected figures, `unknown` the first
    codes that nobody knows and `rejected` the first places that could not be read. `problems` are what stops
    all of it. `tries` counts how often a worker began what the import waits for.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField(_("källa"), max_length=40, blank=True)
    state = models.CharField(
        _("läge"), max_length=20, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    created_at = models.DateTimeField(_("uppladdad"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("av")
    )
    read_at = models.DateTimeField(_("läst"), null=True)
    applied_at = models.DateTimeField(_("inlagd"), null=True)
    counts = models.JSONField(default=dict)
    measures = models.JSONField(default=list)
    corrections = models.JSONField(default=list)
    unknown = models.JSONField(default=list)
    rejected = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    digest = models.CharField(max_length=80, blank=True)
    leave_out = models.BooleanField(_("rader som inte gick att läsa lämnas utanför"), default=False)
    tries = models.PositiveSmallIntegerField(_("försök"), default=0)
    moved = models.BooleanField(_("statistiken ändrades efter förhandsgranskningen"), default=False)

    class Meta:
        verbose_name = _("statistikimport")
        verbose_name_plural = _("statistikimporter")
        ordering = ("-created_at", "-pk")
        permissions = [("import_statistics", _("Kan lägga in statistik"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="statistics_import_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=READ) | (~Q(source="") & ~Q(digest="") & Q(read_at__isnull=False)),
                name="statistics_import_is_read_before_it_is_seen",
            ),
            models.CheckConstraint(
                condition=Q(state=ImportState.APPLIED, applied_at__isnull=False)
                | (~Q(state=ImportState.APPLIED) & Q(applied_at__isnull=True)),
                name="statistics_import_applied_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ImportState.FAILED) | ~Q(problems=[]),
                name="statistics_import_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return _("statistik från %(when)s") % {"when": date_format(localtime(self.created_at), "Y-m-d H.i")}


class StatisticsFile(models.Model):
    """One of the files of an import, kept as it came, named by sha256."""

    statistics_import = models.ForeignKey(
        StatisticsImport, on_delete=models.CASCADE, related_name="files", db_index=False
    )
    position = models.PositiveSmallIntegerField(_("plats"))
    file = models.FileField(_("fil"), upload_to="statistics")
    name = models.CharField(_("filens namn"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(_("storlek"))

    class Meta:
        verbose_name = _("statistikfil")
        verbose_name_plural = _("statistikfiler")
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(
                fields=["statistics_import", "position"], name="one_file_per_place_in_an_import"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="statistics_file_has_its_sha256"
            ),
        ]

    def __str__(self) -> str:
        return self.name
