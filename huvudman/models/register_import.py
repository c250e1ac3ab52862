"""Imports of register files: what was uploaded, what it would change, what became of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _


class ImportKind(models.TextChoices):
    """What kind of file it is."""

    WORKBOOK = "workbook", _("skolenhetsregistret (arbetsbok)")
    PRESCHOOL = "preschool", _("huvudmän med bara förskola (CSV)")


class ImportState(models.TextChoices):
    """How far an import has come."""

    UPLOADED = "uploaded", _("uppladdad")
    PREVIEW = "preview", _("klar att granska")
    QUEUED = "queued", _("godkänd, väntar på att läggas in")
    APPLIED = "applied", _("inlagd")
    FAILED = "failed", _("kunde inte läsas")
    DISCARDED = "discarded", _("avbruten")


TRANSITIONS: dict[str, frozenset[str]] = {
    ImportState.UPLOADED: frozenset({ImportState.PREVIEW, ImportState.FAILED, ImportState.DISCARDED}),
    ImportState.PREVIEW: frozenset({ImportState.QUEUED, ImportState.DISCARDED}),
    ImportState.QUEUED: frozenset(
        {ImportState.APPLIED, ImportState.PREVIEW, ImportState.FAILED, ImportState.DISCARDED}
    ),
    ImportState.APPLIED: frozenset(),
    ImportState.FAILED: frozenset(),
    ImportState.DISCARDED: frozenset(),
}


class RegisterImport(models.Model):
    """One uploaded file on its way into the register. The file is kept as it came, named by sha256.

    `counts` is {"huvudman": {"new": n, …}, "units": {…}} and `held` {"huvudman": n, "units": n}: how many are
    not in the file and yet not closed. `problems` are what stops the whole file, `rejected` the rows left out
    and `remarks` what was noted about rows that were kept, each with its place. `tries` counts how often a
    worker began what the import waits for.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("slag"), max_length=20, choices=ImportKind.choices)
    file = models.FileField(_("fil"), upload_to="register")
    file_name = models.CharField(_("filens namn"), max_length=200)
    sha256 = models.CharField(max_length=64)
    year = models.PositiveSmallIntegerField(_("uppgifterna gäller år"))
    state = models.CharField(
        _("läge"), max_length=20, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    newer = models.PositiveSmallIntegerField(_("registret har redan uppgifter för"), null=True)
    created_at = models.DateTimeField(_("uppladdad"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("av")
    )
    read_at = models.DateTimeField(_("läst"), null=True)
    applied_at = models.DateTimeField(_("inlagd"), null=True)
    counts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    held = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    problems = models.JSONField(default=list)
    rejected = models.JSONField(default=list)
    remarks = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True)
    leave_out = models.BooleanField(_("rader som inte gick att läsa lämnas utanför"), default=False)
    tries = models.PositiveSmallIntegerField(_("försök"), default=0)
    moved = models.BooleanField(_("registret ändrades efter förhandsgranskningen"), default=False)

    class Meta:
        verbose_name = _("registerimport")
        verbose_name_plural = _("registerimporter")
        ordering = ("-created_at",)
        permissions = [("import_register", _("Kan importera registret"))]

    def __str__(self) -> str:
        return f"{self.file_name} ({date_format(localtime(self.created_at), 'Y-m-d H.i')})"


class ChangeKind(models.TextChoices):
    """What would happen to a row."""

    NEW = "new", _("nya")
    CHANGED = "changed", _("ändrade")
    CLOSED = "closed", _("upphörda")
    KEPT = "kept", _("stängs inte")


class ChangeTable(models.TextChoices):
    """Which register a change is in."""

    HUVUDMAN = "huvudman", _("huvudmän")
    UNITS = "units", _("skolenheter")


class RegisterChange(models.Model):
    """One row that an import would add, change or close, or that it misses and yet keeps.

    `fields` is [[field, before, after], …].
    """

    register_import = models.ForeignKey(
        RegisterImport, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    table = models.CharField(max_length=10, choices=ChangeTable.choices)
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    key = models.CharField(max_length=10)
    name = models.CharField(max_length=200, db_collation="sv-x-icu")
    fields = models.JSONField(default=list)

    class Meta:
        verbose_name = _("ändring i registret")
        verbose_name_plural = _("ändringar i registret")
        ordering = ("name", "key")
        constraints = [
            models.UniqueConstraint(
                fields=["register_import", "table", "kind", "name", "key"], name="one_change_per_row"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"
