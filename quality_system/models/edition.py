"""An edition of the national quality system and its parts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huvudman.models import Skolform
from quality_system.figures import Bar

LEAST_GROUP = {"pupils": 5, "children": 5, "answers": 5, "teachers": 3, "money": 1}
"""What an indicator's own smallest group must be over: the limit of its basis (`disclosure.MINIMUM`)."""
LEAST_SHORT = 5
"""What `fewest_short` must be over (`disclosure.ROOM`)."""


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


class Worded(models.Model):
    """A part with a wording, which may be an example until staff replace or confirm it."""

    is_example_text = models.BooleanField(_("exempeltext"), default=True)

    class Meta:
        abstract = True

    @property
    def marked_text(self) -> str:
        """The wording as it is shown where there is no room for a tag: an example says that it is one."""
        text: str = self.text  # type: ignore[attr-defined]
        return f"{text} ({gettext('exempeltext')})" if self.is_example_text else text


class Objective(Worded):
    """A national objective: one per skolform, and one for fritidshem."""

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="objectives", verbose_name=_("utgåva")
    )
    skolform = models.CharField(_("skolform"), max_length=10, choices=Skolform.choices)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("målsättning")
        verbose_name_plural = _("målsättningar")
        constraints = [
            models.UniqueConstraint(fields=["edition", "skolform"], name="one_objective_per_skolform")
        ]

    def __str__(self) -> str:
        return self.text[:80]


class SubGoal(Worded):
    """A sub-goal (delmål) under an objective."""

    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, related_name="sub_goals", verbose_name=_("målsättning")
    )
    number = models.PositiveSmallIntegerField(_("nummer"))
    area = models.CharField(_("område"), max_length=10, choices=Area.choices)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("delmål")
        verbose_name_plural = _("delmål")
        ordering = ("objective", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["objective", "number"], name="sub_goal_number_once", deferrable=Deferrable.IMMEDIATE
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Indicator(models.Model):
    """A measured figure, or a condition, within an edition. `key` is its identity across editions.

    `smallest_group` and `fewest_short` (how many must fall short of a share for it to be shown) are there
    only where the source asks for more than its basis does. Past `usable_to` the law no longer lets the
    figures be used.
    """

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
    smallest_group = models.PositiveSmallIntegerField(_("minsta grupp"), null=True, blank=True)
    fewest_short = models.PositiveSmallIntegerField(
        _("minsta antal som inte når målet"), null=True, blank=True
    )
    legal_basis = models.CharField(_("rättslig grund"), max_length=300, blank=True)
    usable_from = models.DateField(_("får användas från och med"), null=True, blank=True)
    usable_to = models.DateField(_("får användas till och med"), null=True, blank=True)

    class Meta:
        verbose_name = _("indikator")
        verbose_name_plural = _("indikatorer")
        ordering = ("edition", "position", "key")
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="indicator_key_once"),
            models.CheckConstraint(
                condition=Q(smallest_group__isnull=True)
                | Q(based_on__in=["pupils", "children", "answers"], smallest_group__gt=5)
                | Q(based_on="teachers", smallest_group__gt=3)
                | Q(based_on="money", smallest_group__gt=1),
                name="indicator_group_is_stricter",
            ),
            models.CheckConstraint(
                condition=Q(fewest_short__isnull=True) | Q(unit="%", based_on="pupils", fewest_short__gt=5),
                name="indicator_fewest_short_is_stricter",
            ),
            models.CheckConstraint(
                condition=Q(usable_from__isnull=True)
                | Q(usable_to__isnull=True)
                | Q(usable_to__gte=F("usable_from")),
                name="indicator_use_in_order",
            ),
            models.CheckConstraint(
                condition=Q(usable_from__isnull=True, usable_to__isnull=True) | ~Q(legal_basis=""),
                name="indicator_use_has_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_skolform_display()})"

    def clean(self) -> None:
        """Raise ValidationError, by field, for what does not go together."""
        wrong = {field: told for field, is_wrong, told in self._checks() if is_wrong}
        if wrong:
            raise ValidationError(wrong)

    def _checks(self) -> Iterator[tuple[str, bool, Any]]:
        objective = self.sub_goal.objective if self.sub_goal else None
        yield (
            "sub_goal",
            objective is not None
            and (objective.edition_id, objective.skolform) != (self.edition_id, self.skolform),
            _("Delmålet hör till en annan utgåva eller skolform än indikatorn. Välj ett som hör ihop."),
        )
        least = LEAST_GROUP.get(self.based_on, 0)
        yield (
            "smallest_group",
            self.smallest_group is not None and self.smallest_group <= least,
            _("Gränsen kan bara vara strängare än den som redan gäller: över 5, för lärare över 3."),
        )
        is_share = self.unit == "%" and self.based_on == self.Basis.PUPILS
        yield (
            "fewest_short",
            self.fewest_short is not None and (self.fewest_short <= LEAST_SHORT or not is_share),
            _("Gränsen gäller bara andelar av elever i procent, och kan bara vara över 5."),
        )
        days = (self.usable_from, self.usable_to)
        yield (
            "usable_to",
            None not in days and days[1] < days[0],  # type: ignore[operator]
            _("Sista dagen kan inte komma före den första."),
        )
        yield (
            "legal_basis",
            any(days) and not self.legal_basis,
            _("Skriv den rättsliga grund som dagarna gäller."),
        )

    def bar_on(self, day: datetime.date) -> Bar | None:
        """Why the law does not let the figures be used on a day; None where it does, or none is written."""
        if self.usable_from and day < self.usable_from:
            return Bar(self.legal_basis, begins=str(self.usable_from))
        if self.usable_to and self.usable_to < day:
            return Bar(self.legal_basis, ended=str(self.usable_to))
        return None

    @property
    def area(self) -> str:
        """The area of the sub-goal that the indicator measures; empty for a condition without one."""
        return self.sub_goal.area if self.sub_goal else ""


class SuccessFactor(Worded):
    """A research-based success factor."""

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="success_factors", verbose_name=_("utgåva")
    )
    number = models.PositiveSmallIntegerField(_("nummer"))
    text = models.CharField(_("text"), max_length=300)

    class Meta:
        verbose_name = _("framgångsfaktor")
        verbose_name_plural = _("framgångsfaktorer")
        ordering = ("edition", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "number"],
                name="success_factor_number_once",
                deferrable=Deferrable.IMMEDIATE,
            )
        ]

    def __str__(self) -> str:
        return self.text
