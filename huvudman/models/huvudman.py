"""Those who run schools and preschools."""

from __future__ import annotations

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.templatetags.look import number
from huvudman.models.orgnr import OrgnrIsValid, is_personnummer, shown
from huvudman.models.source import Source
from huvudman.models.unit import Skolform


class HuvudmanType(models.TextChoices):
    """Who owns the huvudman."""

    KOMMUN = "kommun", _("kommun")
    KOMMUNALFORBUND = "kommunalforbund", _("kommunalförbund")
    REGION = "region", _("region")
    STAT = "stat", _("staten")
    ENSKILD = "enskild", _("enskild huvudman")


class LegalForm(models.TextChoices):
    """The legal form, where it says more than the type."""

    AKTIEBOLAG = "ab", _("aktiebolag")
    EKONOMISK_FORENING = "ek_for", _("ekonomisk förening")
    IDEELL_FORENING = "ideell", _("ideell förening")
    STIFTELSE = "stiftelse", _("stiftelse")
    HANDELSBOLAG = "hb", _("handelsbolag eller kommanditbolag")
    ENSKILD_FIRMA = "enskild_firma", _("enskild firma")
    TROSSAMFUND = "trossamfund", _("trossamfund")
    KOMMUN = "kommun", _("kommun")
    KOMMUNALFORBUND = "kommunalforbund", _("kommunalförbund")
    REGION = "region", _("region")
    STAT = "stat", _("statlig enhet")
    OFFENTLIG = "offentlig", _("offentlig korporation eller anstalt")
    OTHER = "other", _("annan")


def _people(nth: int) -> str:
    """How many children and pupils the nth size class (from 0) has, as the limits are set."""
    least, above = [*settings.SIZE_CLASS_LIMITS, None][nth : nth + 2]
    if above is None:
        return gettext("%(number)s eller fler") % {"number": number(least)}
    return f"{number(least)}–{number(above - 1)}"


people = lazy(_people, str)


class SizeClass(models.TextChoices):
    """Size by children and pupils together; the limits are a setting."""

    NOT_KNOWN = "unknown", _("okänd storlek")
    S1 = "s1", people(0)
    S2 = "s2", people(1)
    S3 = "s3", people(2)
    S4 = "s4", people(3)
    S5 = "s5", people(4)


def size_class_choices() -> list[tuple[str, str | Promise]]:
    """The size classes and their labels: a function, so that no migration keeps how the limits are set."""
    return list(SizeClass.choices)


class PlainName(models.Func):
    """A name in small letters without dots and accents: what searches compare, on both sides."""

    function = "plain_name"
    output_field = models.TextField()


class Koncern(models.Model):
    """A group that owns several huvudmän."""

    name = models.CharField(_("namn"), max_length=200, unique=True)

    class Meta:
        verbose_name = _("koncern")
        verbose_name_plural = _("koncerner")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


@pghistory.track(level=pgtrigger.Statement, model_name="HuvudmanHistory")
class Huvudman(models.Model):
    """A school authority. `public_id` is what the world sees: an orgnr can be a personnummer."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    orgnr = models.CharField(_("organisationsnummer"), max_length=10, unique=True)
    name = models.CharField(_("namn"), max_length=200, db_collation="sv-x-icu")
    type = models.CharField(_("typ"), max_length=20, choices=HuvudmanType.choices)
    legal_form = models.CharField(_("juridisk form"), max_length=20, choices=LegalForm.choices)
    main_kommun = models.ForeignKey(
        "huvudman.Kommun",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="main_huvudman",
        verbose_name=_("huvudsaklig kommun"),
    )
    kommuner = models.ManyToManyField(
        "huvudman.Kommun", blank=True, related_name="huvudman", verbose_name=_("kommuner")
    )
    koncern = models.ForeignKey(
        Koncern,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="huvudman",
        verbose_name=_("koncern"),
    )
    email = models.EmailField(_("e-post"), blank=True)
    telephone = models.CharField(_("telefon"), max_length=40, blank=True)
    street = models.CharField(_("adress"), max_length=200, blank=True)
    postal_code = models.CharField(_("postnummer"), max_length=10, blank=True)
    post_town = models.CharField(_("postort"), max_length=100, blank=True)
    skolformer = ArrayField(
        models.CharField(max_length=10, choices=Skolform.choices),
        default=list,
        blank=True,
        verbose_name=_("skolformer"),
    )
    children = models.PositiveIntegerField(_("barn i förskola"), null=True, blank=True)
    pupils = models.PositiveIntegerField(_("elever"), null=True, blank=True)
    size_class = models.CharField(
        _("storlek"), max_length=10, choices=size_class_choices, default=SizeClass.NOT_KNOWN
    )
    active_from = models.DateField(_("verksam från"), null=True, blank=True)
    active_to = models.DateField(_("verksam till"), null=True, blank=True)
    source = models.CharField(_("källa"), max_length=40, choices=Source.choices, default=Source.MANUAL)

    class Meta:
        verbose_name = _("huvudman")
        verbose_name_plural = _("huvudmän")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=OrgnrIsValid(models.F("orgnr")),
                name="huvudman_orgnr_is_valid",
                violation_error_message=_("Organisationsnumret stämmer inte. Kontrollera siffrorna."),
            ),
            models.CheckConstraint(
                condition=models.Q(active_to__gte=models.F("active_from"))
                | models.Q(active_from__isnull=True)
                | models.Q(active_to__isnull=True),
                name="huvudman_period_in_order",
                violation_error_message=_("Sista dagen kan inte ligga före den första."),
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="huvudman_by_name"),
            GinIndex(OpClass(PlainName("name"), name="gin_trgm_ops"), name="huvudman_by_plain_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_offentlig(self) -> bool:
        """Tell whether the huvudman is public (kommun, kommunalförbund, region or the state)."""
        return self.type != HuvudmanType.ENSKILD

    @property
    def is_person(self) -> bool:
        """Tell whether the orgnr is a sole trader's personnummer, never to be shown whole."""
        return is_personnummer(self.orgnr)

    @property
    def shown_orgnr(self) -> str:
        """The orgnr as people may see it: a personnummer loses its last four figures."""
        return shown(self.orgnr)

    @property
    def size(self) -> int | None:
        """Children and pupils together; None when neither is known."""
        if self.children is None and self.pupils is None:
            return None
        return (self.children or 0) + (self.pupils or 0)


class HuvudmanEvent(models.Model):
    """A merger, a split, a changed orgnr: what joins one huvudman's history to another's."""

    class Kind(models.TextChoices):
        MERGER = "merger", _("sammanslagning")
        SPLIT = "split", _("delning")
        NEW_ORGNR = "new_orgnr", _("nytt organisationsnummer")
        CLOSED = "closed", _("upphörd")
        REOPENED = "reopened", _("öppnad igen")

    kind = models.CharField(_("händelse"), max_length=20, choices=Kind.choices)
    on = models.DateField(_("datum"))
    before = models.ForeignKey(
        Huvudman, null=True, blank=True, on_delete=models.PROTECT, related_name="later_events"
    )
    after = models.ForeignKey(
        Huvudman, null=True, blank=True, on_delete=models.PROTECT, related_name="earlier_events"
    )
    orgnr_before = models.CharField(_("organisationsnummer före"), max_length=10, blank=True)
    note = models.TextField(_("anteckning"), blank=True)

    class Meta:
        verbose_name = _("händelse")
        verbose_name_plural = _("händelser")
        ordering = ("-on", "-id")
        indexes = [models.Index(fields=["orgnr_before"], name="huvudman_by_former_orgnr")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="new_orgnr") | models.Q(orgnr_before__regex=r"^\d{10}$"),
                name="huvudman_event_keeps_orgnr",
            ),
            models.CheckConstraint(
                condition=models.Q(before__isnull=False) | models.Q(after__isnull=False),
                name="huvudman_event_concerns_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on:%Y-%m-%d}"
