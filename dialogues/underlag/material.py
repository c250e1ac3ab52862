"""Gathering what goes into an underlag, from the register and the quality system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM
from dialogues.domain.freezes import freeze_figures
from dialogues.models import CentralArea, Underlag
from dialogues.underlag.shapes import Central, Factor, Goal, Material, Owner
from huvudman.models import Huvudman, Kommun, SchoolUnit, Skolform
from quality_system import analysis, wording
from quality_system.figures import IndicatorFigures
from quality_system.models import Edition, SubGoal
from quality_system.queries import figures_for_many
from quality_system.values import number

NOBODY = Owner("", "", (), 0, None, None, ())


def gather(underlag: Sequence[Underlag]) -> dict[int, Material]:
    """What goes into each underlag, by its id. Figures and groups are read together, as they stood when the
    figures of the batch were frozen; the first to ask freezes them.

    Central areas that an underlag has already (in people's words) are kept; else they are found. As many
    queries for many underlag of a batch as for one.
    """
    found: dict[int, Material] = {}
    huvudman = _register(one.dialogue.huvudman_id for one in underlag)
    written = _written(underlag)
    for (edition, batch), same in _alike(underlag).items():
        as_of = freeze_figures(batch_id=batch, actor=SYSTEM) if batch else None
        figures = figures_for_many([u.dialogue.huvudman_id for u in same], edition, as_of=as_of)
        texts = _texts(edition)
        for one in same:
            owned = figures[one.dialogue.huvudman_id]
            owner = owner_of(huvudman[one.dialogue.huvudman_id], {figure.skolform for figure in owned})
            material = _material(owner, texts, owned, written.get(one.pk, ()))
            found[one.pk] = replace(material, figures_as_of=as_of)
    return found


def _alike(underlag: Sequence[Underlag]) -> dict[tuple[Edition, int | None], list[Underlag]]:
    """The underlag of each edition and batch."""
    found: dict[tuple[Edition, int | None], list[Underlag]] = {}
    for one in underlag:
        found.setdefault((one.edition, one.dialogue.batch_id), []).append(one)
    return found


def owner_of(huvudman: Huvudman, skolformer: Iterable[str] = ()) -> Owner:
    """The huvudman as the document names it, from a row of `_register`. `skolformer` are codes it runs
    besides those of its units.
    """
    units = huvudman.units.all()
    codes = {*(offer.skolform for unit in units for offer in unit.offers.all()), *skolformer}
    if huvudman.children or not codes:
        codes.add(Skolform.FSK)
    return Owner(
        name=huvudman.name,
        type=huvudman.get_type_display(),
        skolformer=tuple((form.value, str(form.label)) for form in Skolform if form.value in codes),
        units=len(units),
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


def _material(
    owner: Owner, texts: Material, figures: Sequence[IndicatorFigures], written: tuple[Central, ...]
) -> Material:
    """The edition's texts with what is the huvudman's own: its skolformer's goals, figures, central areas."""
    codes = {code for code, _name in owner.skolformer}
    return replace(
        texts,
        owner=owner,
        goals=tuple(goal for goal in texts.goals if goal.skolform in codes),
        figures=tuple(figures),
        central=written or central_in_words(analysis.central_areas(figures)),
    )


def _texts(edition: Edition) -> Material:
    """What all underlag of an edition have in common, with the goals of every skolform, and nobody's own."""
    factors = edition.success_factors.order_by("number")
    return Material(
        owner=NOBODY,
        edition=edition.name,
        edition_id=edition.pk,
        is_example=edition.contains_example_text,
        made_on=timezone.localdate(),
        goals=_goals(edition),
        factors=tuple(Factor(f.number, f.text, f.is_example_text) for f in factors),
    )


def _register(ids: Iterable[int]) -> dict[int, Huvudman]:
    """The huvudmän by id, with their kommuner, the units they run now and what those offer."""
    units = SchoolUnit.objects.filter(active_to__isnull=True).prefetch_related("offers")
    rows = Huvudman.objects.filter(pk__in=set(ids)).select_related("main_kommun")
    kommuner = Prefetch("kommuner", Kommun.objects.order_by("name"))
    return {row.pk: row for row in rows.prefetch_related(Prefetch("units", units), kommuner)}


def _kommuner(huvudman: Huvudman) -> tuple[str, ...]:
    names = tuple(kommun.name for kommun in huvudman.kommuner.all())
    return names or ((huvudman.main_kommun.name,) if huvudman.main_kommun else ())


def _goals(edition: Edition) -> tuple[Goal, ...]:
    rows = SubGoal.objects.filter(objective__edition=edition)
    return tuple(
        Goal(goal.number, goal.area, goal.objective.skolform, goal.text, goal.is_example_text)
        for goal in rows.select_related("objective").order_by("number", "pk")
    )


def _written(underlag: Iterable[Underlag]) -> dict[int, tuple[Central, ...]]:
    """The areas in people's words by underlag, without those of figures that may not be used."""
    today = timezone.localdate()
    found: dict[int, tuple[Central, ...]] = {}
    for row in CentralArea.objects.filter(underlag__in=list(underlag)).select_related("indicator"):
        if not (row.indicator and row.indicator.bar_on(today)):
            found[row.underlag_id] = (*found.get(row.underlag_id, ()), _as_central(row))
    return found


def _as_central(area: CentralArea) -> Central:
    key = area.indicator.key if area.indicator else ""
    return Central(kind=area.kind, area=area.area, text=area.text, indicator=key)


def _words(figures: IndicatorFigures) -> str:
    """`Examen inom tre år, gymnasieskola: 72 %. Mitten bland jämförbara huvudmän är 68,5 %.`, and chance."""
    return " ".join(filter(None, [_own_and_middle(figures), wording.uncertainty_words(figures)]))


def _own_and_middle(figures: IndicatorFigures) -> str:
    facts = {
        "name": figures.name,
        "skolform": Skolform(figures.skolform).label,
        "own": wording.value_text(figures, figures.own),
    }
    if figures.group is None:
        return _("%(name)s, %(skolform)s: %(own)s.") % facts
    facts["median"] = wording.value_text(figures, number(figures.group.spread.median))
    return _("%(name)s, %(skolform)s: %(own)s. Mitten bland jämförbara huvudmän är %(median)s.") % facts
