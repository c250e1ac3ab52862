"""An edition of the national quality system and its parts."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from huvudman.models import Skolform


class Level(models.TextChoices):
    """What a figure is about."""

    UNIT = "unit", _("skolenhet")
    HUVUDMAN = "huvudman", _("huvudman")
    KOMMUN = "kommun", _("kommun")
    LAN = "lan", _("län")
    RIKET = "riket", _("riket")


class Area(models.TextChoices):
    """The three areas of the quality system."""

    EQUITY = "equity", _("likvärdighet")
    QUALITY = "quality", _("kvalitet")
    LEARNING = "learning", _("barns och elevers utveckling och lärande")


class Edition(models.Model):
    """The quality system as it stood during a period. Dialogues keep the edition they were held under."""

    class State(models.TextChoices):
        DRAFT = "draft", _("utkast")
        IN_FORCE = "in_force", _("gällande")
        CLOSED = "closed", _("tidigare")

    name = models.CharField(_("namn"), max_length=100, unique=True)
    state = models.CharField(_("läge"), max_length=10, choices=State.choices, default=State.DRAFT)
    valid_from = models.DateField(_("gäller från"))
    valid_to = models.DateField(_("gäller till"), null=True, blank=True)

    class Meta:
        verbose_name = _("utgåva")
        verbose_name_plural = _("utgåvor")
        ordering = ("-valid_from",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="edition_period_in_order",
            ),
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="in_force"), name="one_edition_in_force"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def contains_example_text(self) -> bool:
        """Tell whether any wording is an example that staff have not yet replaced (three queries at most)."""
        return (
            self.objectives.filter(is_example_text=True).exists()
            or SubGoal.objects.filter(objective__edition=self, is_example_text=True).exists()
            or self.success_factors.filter(is_example_text=True).exists()
        )


class Objective(models.Model):
    """A national objective: one per skolform, and one for fritidshem."""

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="objectives", verbose_name=_("utgåva")
    )
    skolform = models.CharField(_("skolform"), max_length=10, choices=Skolform.choices)
    text = models.TextField(_("text"))
    is_example_text = models.BooleanField(_("exempeltext"), default=True)

    class Meta:
        verbose_name = _("målsättning")
        verbose_name_plural = _("målsättningar")
        constraints = [
            models.UniqueConstraint(fields=["edition", "skolform"], name="one_objective_per_skolform")
        ]

    def __str__(self) -> str:
        return self.text[:80]


class SubGoal(models.Model):
    """A sub-goal (delmål) under an objective."""

    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, related_name="sub_goals", verbose_name=_("målsättning")
    )
    number = models.PositiveSmallIntegerField(_("nummer"))
    area = models.CharField(_("område"), max_length=10, choices=Area.choices)
    text = models.TextField(_("text"))
    is_example_text = models.BooleanField(_("exempeltext"), default=True)

    class Meta:
        verbose_name = _("delmål")
        verbose_name_plural = _("delmål")
        ordering = ("objective", "number")
        constraints = [models.UniqueConstraint(fields=["objective", "number"], name="sub_goal_number_once")]

    def __str__(self) -> str:
        return self.text[:80]


class Indicator(models.Model):
    """A measured figure, or a condition, within an edition. `key` is its identity across editions."""

    class Kind(models.TextChoices):
        RESULT = "result", _("resultat")
        CONDITION = "condition", _("förutsättning")

    class Direction(models.TextChoices):
        UP = "up", _("högre är bättre")
        DOWN = "down", _("lägre är bättre")
        NONE = "none", _("ingen riktning")

    class PeriodType(models.TextChoices):
        SCHOOL_YEAR = "school_year", _("läsår")
        CALENDAR_YEAR = "calendar_year", _("kalenderår")

    class Basis(models.TextChoices):
        PUPILS = "pupils", _("elever")
        CHILDREN = "children", _("barn")
        TEACHERS = "teachers", _("lärare (heltidstjänster)")
        ANSWERS = "answers", _("enkätsvar")
        MONEY = "money", _("kostnader")

    class Publication(models.TextChoices):
        EVERYONE = "everyone", _("alla huvudmän")
        KOMMUNALA = "kommunala", _("bara kommunala huvudmän")

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="indicators", verbose_name=_("utgåva")
    )
    position = models.PositiveSmallIntegerField(_("ordning"), default=0)
    key = models.SlugField(_("nyckel"), max_length=60)
    name = models.CharField(_("namn"), max_length=200)
    skolform = models.CharField(_("skolform"), max_length=10, choices=Skolform.choices)
    year_group = models.CharField(
        _("årskurs"), max_length=10, blank=True, help_text=_("Om måttet bara gäller en årskurs.")
    )
    sub_goal = models.ForeignKey(
        SubGoal,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="indicators",
        verbose_name=_("delmål"),
    )
    kind = models.CharField(_("slag"), max_length=10, choices=Kind.choices)
    definition = models.TextField(_("definition"), blank=True)
    unit = models.CharField(_("enhet"), max_length=30, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimaler"), default=1)
    direction = models.CharField(
        _("riktning"), max_length=4, choices=Direction.choices, default=Direction.NONE
    )
    source = models.CharField(_("källa"), max_length=40, blank=True)
    source_key = models.CharField(_("källans namn på måttet"), max_length=100, blank=True)
    period_type = models.CharField(
        _("period"), max_length=20, choices=PeriodType.choices, default=PeriodType.SCHOOL_YEAR
    )
    level = models.CharField(_("lägsta nivå"), max_length=10, choices=Level.choices, default=Level.UNIT)
    by_sex = models.BooleanField(_("visas per kön"), default=False)
    based_on = models.CharField(_("bygger på"), max_length=10, choices=Basis.choices, default=Basis.PUPILS)
    publication = models.CharField(
        _("visas för"), max_length=10, choices=Publication.choices, default=Publication.EVERYONE
    )

    class Meta:
        verbose_name = _("indikator")
        verbose_name_plural = _("indikatorer")
        ordering = ("edition", "position", "key")
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="indicator_key_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_skolform_display()})"

    def clean(self) -> None:
        """Raise ValidationError for a sub-goal of another edition or skolform."""
        if self.sub_goal is None:
            return
        objective = self.sub_goal.objective
        if (objective.edition_id, objective.skolform) != (self.edition_id, self.skolform):
            told = _("Delmålet hör till en annan utgåva eller skolform än indikatorn. Välj ett som hör ihop.")
            raise ValidationError({"sub_goal": told})

    @property
    def area(self) -> str:
        """The area of the sub-goal that the indicator measures; empty for a condition without one."""
        return self.sub_goal.area if self.sub_goal else ""


class SuccessFactor(models.Model):
    """A research-based success factor."""

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="success_factors", verbose_name=_("utgåva")
    )
    number = models.PositiveSmallIntegerField(_("nummer"))
    text = models.CharField(_("text"), max_length=300)
    is_example_text = models.BooleanField(_("exempeltext"), default=True)

    class Meta:
        verbose_name = _("framgångsfaktor")
        verbose_name_plural = _("framgångsfaktorer")
        ordering = ("edition", "number")
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="success_factor_number_once")
        ]

    def __str__(self) -> str:
        return self.text
