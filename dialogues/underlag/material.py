"""Gathering what goes into an underlag, from the register and the quality system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM
from dialogues.domain.freezes import freeze_figures
from dialogues.models import CentralArea, Underlag
from dialogues.underlag.shapes import Central, Factor, Goal, Material, Owner
from huvudman.models import Huvudman, Skolform, SkolformOffer
from quality_system import analysis, wording
from quality_system.figures import IndicatorFigures
from quality_system.models import Edition, SubGoal
from quality_system.queries import figures_for_many
from quality_system.values import number


def gather(underlag: Sequence[Underlag]) -> dict[int, Material]:
    """What goes into each underlag, by its id. Figures and groups are read together, as they stood when the
    figures of the batch were frozen; the first to ask freezes them.

    Central areas that an underlag has already (in people's words) are kept; else they are found.
    """
    found: dict[int, Material] = {}
    for (edition, batch), same in _alike(underlag).items():
        as_of = freeze_figures(batch_id=batch, actor=SYSTEM) if batch else None
        figures = figures_for_many([u.dialogue.huvudman_id for u in same], edition, as_of=as_of)
        for one in same:
            material = _material(one, edition, figures[one.dialogue.huvudman_id])
            found[one.pk] = replace(material, figures_as_of=as_of)
    return found


def _alike(underlag: Sequence[Underlag]) -> dict[tuple[Edition, int | None], list[Underlag]]:
    """The underlag of each edition and batch."""
    found: dict[tuple[Edition, int | None], list[Underlag]] = {}
    for one in underlag:
        found.setdefault((one.edition, one.dialogue.batch_id), []).append(one)
    return found


def owner_of(huvudman: Huvudman, skolformer: Iterable[str] = ()) -> Owner:
    """The huvudman as the document names it. `skolformer` are codes it runs besides those of its units."""
    offers = SkolformOffer.objects.filter(unit__huvudman=huvudman, unit__active_to__isnull=True)
    codes = {*offers.values_list("skolform", flat=True), *skolformer}
    if huvudman.children or not codes:
        codes.add(Skolform.FSK)
    return Owner(
        name=huvudman.name,
        type=huvudman.get_type_display(),
        skolformer=tuple((form.value, str(form.label)) for form in Skolform if form.value in codes),
        units=huvudman.units.filter(active_to__isnull=True).count(),
        children=huvudman.children,
        pupils=huvudman.pupils,
        kommuner=_kommuner(huvudman),
    )


def central_in_words(found: Iterable[analysis.Central]) -> tuple[Central, ...]:
    """What the analysis found central, in plain sentences."""
    return tuple(
        Central(
            kind=str(central.kind),
            area=central.area,
            text=_words(central.figures),
            indicator=central.figures.key,
        )
        for central in found
    )


def _material(underlag: Underlag, edition: Edition, figures: list[IndicatorFigures]) -> Material:
    owner = owner_of(underlag.dialogue.huvudman, {figure.skolform for figure in figures})
    return Material(
        owner=owner,
        edition=edition.name,
        edition_id=edition.pk,
        is_example=edition.contains_example_text,
        made_on=timezone.localdate(),
        goals=_goals(edition, [code for code, _name in owner.skolformer]),
        figures=tuple(figures),
        central=_written(underlag) or central_in_words(analysis.central_areas(figures)),
        factors=tuple(
            Factor(f.number, f.text, f.is_example_text) for f in edition.success_factors.order_by("number")
        ),
    )


def _kommuner(huvudman: Huvudman) -> tuple[str, ...]:
    names = tuple(huvudman.kommuner.order_by("name").values_list("name", flat=True))
    return names or ((huvudman.main_kommun.name,) if huvudman.main_kommun else ())


def _goals(edition: Edition, skolformer: list[str]) -> tuple[Goal, ...]:
    rows = SubGoal.objects.filter(objective__edition=edition, objective__skolform__in=skolformer)
    return tuple(
        Goal(goal.number, goal.area, goal.objective.skolform, goal.text, goal.is_example_text)
        for goal in rows.select_related("objective").order_by("number", "pk")
    )


def _written(underlag: Underlag) -> tuple[Central, ...]:
    """The areas in people's words, without those that tell of figures that may not be used any more."""
    today = timezone.localdate()
    rows = underlag.central_areas.select_related("indicator")
    return tuple(_as_central(row) for row in rows if not (row.indicator and row.indicator.bar_on(today)))


def _as_central(area: CentralArea) -> Central:
    key = area.indicator.key if area.indicator else ""
    return Central(kind=area.kind, area=area.area, text=area.text, indicator=key)


def _words(figures: IndicatorFigures) -> str:
    """`Examen inom tre år, gymnasieskola: 72 %. Mitten bland jämförbara huvudmän är 68,5 %.`"""
    assert figures.group is not None  # noqa: S101  (what is central has been compared)
    return _("%(name)s, %(skolform)s: %(own)s. Mitten bland jämförbara huvudmän är %(median)s.") % {
        "name": figures.name,
        "skolform": Skolform(figures.skolform).label,
        "own": wording.value_text(figures, figures.own),
        "median": wording.value_text(figures, number(figures.group.spread.median)),
    }
