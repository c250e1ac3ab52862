"""An edition of the national quality system and its parts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from huvudman.models import Skolform


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
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="in_force"), name="one_edition_in_force"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Objective(models.Model):
    """A national objective: one per skolform, and one for fritidshem."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="objectives")
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

    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="sub_goals")
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

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="indicators")
    key = models.SlugField(_("nyckel"), max_length=60)
    name = models.CharField(_("namn"), max_length=200)
    skolform = models.CharField(_("skolform"), max_length=10, choices=Skolform.choices)
    sub_goal = models.ForeignKey(
        SubGoal, null=True, blank=True, on_delete=models.PROTECT, related_name="indicators"
    )
    kind = models.CharField(_("slag"), max_length=10, choices=Kind.choices)
    definition = models.TextField(_("definition"), blank=True)
    unit = models.CharField(_("enhet"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("indikator")
        verbose_name_plural = _("indikatorer")
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="indicator_key_once")]

    def __str__(self) -> str:
        return self.name


class SuccessFactor(models.Model):
    """A research-based success factor."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="success_factors")
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
