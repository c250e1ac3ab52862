"""What a source says about a unit, a huvudman or a place. A value is not a number."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quality_system.models.edition import Level
from quality_system.values import Value, ValueKind, format_value


class Sex(models.TextChoices):
    """Whose figure it is."""

    ALL = "all", _("alla")
    GIRLS = "girls", _("flickor")
    BOYS = "boys", _("pojkar")


class Organizers(models.TextChoices):
    """Whose units in a kommun, a län or the country a figure is about."""

    ALL = "all", _("alla huvudmän")
    KOMMUNALA = "kommunala", _("kommunala huvudmän")
    ENSKILDA = "enskilda", _("enskilda huvudmän")
    STATLIGA = "statliga", _("statliga huvudmän")
    REGIONALA = "regionala", _("regioner")
    INTERNATIONELLA = "internationella", _("internationella skolor")


def _target(level: Level, **present: bool) -> Q:
    """What a row of a level must say about its target: the named columns are filled, or must be empty."""
    return Q(level=level, **{f"{column}__isnull": not there for column, there in present.items()})


class ObservedValue(models.Model):
    """One value from one source for one period. A corrected figure is a new row; the old one is superseded.

    A unit's value keeps the unit's code and the huvudman that ran it by then, also where the register does
    not know the unit. `count` is how many the figure rests on, where the source says so.
    """

    class Kind(models.TextChoices):
        NUMBER = "number", _("tal")
        MISSING = "missing", _("uppgift saknas")
        SUPPRESSED = "suppressed", _("visas inte")
        NEARLY_ALL = "nearly_all", _("nästan alla")
        NOT_APPLICABLE = "not_applicable", _("inte aktuellt")
        APPROXIMATE = "approximate", _("ungefär")

    indicator_key = models.SlugField(_("indikator"), max_length=60, db_index=False)
    level = models.CharField(_("nivå"), max_length=10, choices=Level.choices)
    huvudman = models.ForeignKey(
        "huvudman.Huvudman",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("huvudman"),
    )
    unit = models.ForeignKey(
        "huvudman.SchoolUnit",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("skolenhet"),
    )
    unit_code = models.CharField(_("skolenhetskod"), max_length=8, blank=True, default="")
    kommun = models.ForeignKey(
        "huvudman.Kommun",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("kommun"),
    )
    lan = models.ForeignKey(
        "huvudman.Lan",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("län"),
    )
    organizers = models.CharField(
        _("vilka huvudmän"),
        max_length=20,
        choices=Organizers.choices,
        default=Organizers.ALL,
        db_default=Organizers.ALL,
    )
    sex = models.CharField(_("kön"), max_length=6, choices=Sex.choices, default=Sex.ALL)
    period = models.CharField(_("period"), max_length=10, blank=True)
    kind = models.CharField(_("slag"), max_length=20, choices=Kind.choices)
    number = models.DecimalField(_("tal"), max_digits=14, decimal_places=4, null=True, blank=True)
    count = models.PositiveIntegerField(_("antal bakom värdet"), null=True, blank=True)
    is_derived = models.BooleanField(_("beräknat av enheternas värden"), default=False)
    source = models.CharField(_("källa"), max_length=40)
    source_version = models.CharField(_("källans version"), max_length=40)
    retrieved_at = models.DateTimeField(_("hämtat"), default=timezone.now)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    superseded_at = models.DateTimeField(_("ersatt"), null=True, blank=True)

    class Meta:
        verbose_name = _("värde")
        verbose_name_plural = _("värden")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["number", "approximate"], number__isnull=False)
                | (~Q(kind__in=["number", "approximate"]) & Q(number__isnull=True)),
                name="number_only_where_kind_has_one",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "number",
                        "missing",
                        "suppressed",
                        "nearly_all",
                        "not_applicable",
                        "approximate",
                    ]
                ),
                name="observed_value_kind_is_known",
            ),
            models.CheckConstraint(
                condition=(_target(Level.UNIT, huvudman=True, kommun=False, lan=False) & ~Q(unit_code=""))
                | (
                    Q(unit_code="")
                    & (
                        _target(Level.HUVUDMAN, huvudman=True, unit=False, kommun=False, lan=False)
                        | _target(Level.KOMMUN, huvudman=False, unit=False, kommun=True, lan=False)
                        | _target(Level.LAN, huvudman=False, unit=False, kommun=False, lan=True)
                        | _target(Level.RIKET, huvudman=False, unit=False, kommun=False, lan=False)
                    )
                ),
                name="observed_value_target_fits_level",
            ),
            models.CheckConstraint(
                condition=Q(organizers="all") | Q(level__in=["kommun", "lan", "riket"]),
                name="organizers_only_of_a_place",
            ),
            models.UniqueConstraint(
                fields=["unit_code", "indicator_key", "period", "sex", "source"],
                condition=Q(level="unit", superseded_at__isnull=True),
                name="one_current_value_per_unit",
            ),
            models.UniqueConstraint(
                fields=[
                    "huvudman",
                    "indicator_key",
                    "period",
                    "sex",
                    "source",
                    "is_derived",
                    "level",
                    "kommun",
                    "lan",
                    "organizers",
                ],
                condition=~Q(level="unit") & Q(superseded_at__isnull=True),
                nulls_distinct=False,
                name="one_current_value_per_place",
            ),
        ]
        indexes = [
            models.Index(
                fields=["indicator_key"],
                condition=Q(level="riket", superseded_at__isnull=True),
                name="current_values_of_riket",
            ),
            models.Index(
                fields=["superseded_at"],
                condition=Q(superseded_at__isnull=False),
                name="values_by_when_superseded",
            ),
            BrinIndex(fields=["retrieved_at"], name="values_by_when_they_came"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_key} {self.period}: {format_value(self.value)}"

    @property
    def value(self) -> Value:
        """The value with its kind."""
        return stored_value(self.kind, self.number)


def stored_value(kind: str, number: Decimal | None) -> Value:
    """A value as the database keeps it."""
    return Value(ValueKind(kind), number)
