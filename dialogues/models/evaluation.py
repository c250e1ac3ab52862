"""What huvudmän think of the parts of a dialogue: who was asked and, not linked to that, what was said."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Part(models.TextChoices):
    """What is evaluated: each part of a dialogue, and once more when some time has passed."""

    INTRODUCTION = "introduction", _("introduktionen")
    DIALOGUE = "dialogue", _("dialogen")
    FEEDBACK = "feedback", _("återkopplingen")
    AFTERWARDS = "afterwards", _("tiden efteråt")


class Scale(models.TextChoices):
    """What the five steps of a question mean."""

    AGREE = "agree", _("från ”stämmer inte alls” till ”stämmer helt”")
    EXTENT = "extent", _("från ”inte alls” till ”mycket”")


class Sort(models.TextChoices):
    """Who owns a huvudman, as coarsely as answers are kept; empty where too few were asked to tell."""

    PRIVATE = "enskild", _("enskilda huvudmän")
    PUBLIC = "offentlig", _("offentliga huvudmän")


class Questionnaire(models.Model):
    """The questions about one part, in one edition: the latest that is valid is the one that is asked."""

    part = models.CharField(_("del"), max_length=15, choices=Part.choices)
    edition = models.PositiveSmallIntegerField(_("utgåva"))
    valid_from = models.DateField(_("gäller från"))

    class Meta:
        verbose_name = _("frågeformulär")
        verbose_name_plural = _("frågeformulär")
        ordering = ("part", "-edition")
        constraints = [models.UniqueConstraint(fields=["part", "edition"], name="questionnaire_edition_once")]

    def __str__(self) -> str:
        return f"{self.get_part_display()}, {_('utgåva')} {self.edition}"


class EvaluationQuestion(models.Model):
    """A question that is answered by one of five steps."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="questions")
    number = models.PositiveSmallIntegerField(_("nummer"))
    scale = models.CharField(_("skala"), max_length=10, choices=Scale.choices)
    text = models.CharField(_("fråga"), max_length=200)
    text_en = models.CharField(_("fråga på engelska"), max_length=200)
    is_required = models.BooleanField(_("måste besvaras"), default=False)

    class Meta:
        verbose_name = _("fråga i utvärderingen")
        verbose_name_plural = _("frågor i utvärderingen")
        ordering = ("questionnaire", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "number"], name="evaluation_question_number_once"
            )
        ]

    def __str__(self) -> str:
        """The question in the reader's language."""
        return self.text_en if get_language() == "en" else self.text


class EvaluationRequest(models.Model):
    """A huvudman was asked about a part. `is_answered` says only that somebody has answered, not what or
    when: there is no history of it, and no page shows it to the agencies.
    """

    dialogue = models.ForeignKey(
        "dialogues.Dialogue", on_delete=models.PROTECT, related_name="evaluation_requests"
    )
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(_("del"), max_length=15, choices=Part.choices)
    half_year = models.CharField(_("halvår"), max_length=6)
    closes_on = models.DateField(_("öppen till och med"))
    is_answered = models.BooleanField(_("besvarad"), default=False)

    class Meta:
        verbose_name = _("fråga om utvärdering")
        verbose_name_plural = _("frågor om utvärdering")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "part"], name="asked_once_about_a_part"),
        ]
        indexes = [models.Index(fields=["part", "half_year"], name="evaluations_of_half_year")]

    def __str__(self) -> str:
        return f"{self.dialogue}, {self.get_part_display()}"


class EvaluationTally(models.Model):
    """How many gave a question an answer. There is no row for one answer, and so none that can be traced.

    `sort` and `size_class` are empty where too few were asked for them to be kept.
    """

    question = models.ForeignKey(EvaluationQuestion, on_delete=models.PROTECT, related_name="tallies")
    half_year = models.CharField(_("halvår"), max_length=6)
    sort = models.CharField(_("ägare"), max_length=10, choices=Sort.choices, blank=True)
    size_class = models.CharField(_("storlek"), max_length=10, blank=True)
    value = models.PositiveSmallIntegerField(_("svar"))
    count = models.PositiveIntegerField(_("antal"))

    class Meta:
        verbose_name = _("antal svar i utvärderingen")
        verbose_name_plural = _("antal svar i utvärderingen")
        constraints = [
            models.UniqueConstraint(
                fields=["half_year", "question", "sort", "size_class", "value"], name="evaluation_tally_once"
            ),
            models.CheckConstraint(
                condition=models.Q(value__gte=1, value__lte=5), name="evaluation_answer_is_a_step"
            ),
            models.CheckConstraint(
                condition=models.Q(size_class="") | ~models.Q(sort=""), name="evaluation_size_within_a_sort"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"


class EvaluationText(models.Model):
    """What somebody wrote in its own words, known by part and half-year only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    part = models.CharField(_("del"), max_length=15, choices=Part.choices)
    half_year = models.CharField(_("halvår"), max_length=6)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("fritt svar i utvärderingen")
        verbose_name_plural = _("fria svar i utvärderingen")
        indexes = [models.Index(fields=["part", "half_year"], name="evaluation_texts")]

    def __str__(self) -> str:
        return self.get_part_display()
