"""Gathering what goes into an underlag, from the register and the quality system."""

from __future__ import annotations

from django.utils import timezone

from dialogues.domain.underlag import has_example_texts
from dialogues.models import CentralArea, Underlag
from dialogues.underlag.shapes import Central, Factor, Goal, Material, Owner
from huvudman.models import Huvudman, Skolform, SkolformOffer
from quality_system.models import Edition, SubGoal


def gather(underlag: Underlag) -> Material:
    """All that goes into the underlag as it stands now. Central areas put in words by people are kept."""
    huvudman, edition = underlag.dialogue.huvudman, underlag.edition
    owner = owner_of(huvudman)
    return Material(
        owner=owner,
        edition=edition.name,
        edition_id=edition.pk,
        is_example=has_example_texts(edition),
        made_on=timezone.localdate(),
        group=None,
        goals=goals_of(edition, [code for code, _name in owner.skolformer]),
        central=written_areas(underlag),
        factors=tuple(
            Factor(f.number, f.text, f.is_example_text) for f in edition.success_factors.order_by("number")
        ),
    )


def owner_of(huvudman: Huvudman) -> Owner:
    """The huvudman as the document names it."""
    offers = SkolformOffer.objects.filter(unit__huvudman=huvudman, unit__active_to__isnull=True)
    codes = set(offers.values_list("skolform", flat=True))
    if huvudman.children:
        codes.add(Skolform.FSK)
    kommuner = [k.name for k in huvudman.kommuner.order_by("name")]
    if not kommuner and huvudman.main_kommun:
        kommuner = [huvudman.main_kommun.name]
    return Owner(
        name=huvudman.name,
        type=huvudman.get_type_display(),
        skolformer=tuple((form.value, str(form.label)) for form in Skolform if form.value in codes),
        units=huvudman.units.filter(active_to__isnull=True).count(),
        children=huvudman.children,
        pupils=huvudman.pupils,
        kommuner=tuple(kommuner),
    )


def goals_of(edition: Edition, skolformer: list[str]) -> tuple[Goal, ...]:
    """The sub-goals of the huvudman's own skolformer, by number."""
    rows = SubGoal.objects.filter(objective__edition=edition, objective__skolform__in=skolformer)
    return tuple(
        Goal(
            id=goal.pk,
            number=goal.number,
            area=goal.area,
            skolform=goal.objective.skolform,
            text=goal.text,
            is_example=goal.is_example_text,
        )
        for goal in rows.select_related("objective").order_by("number", "pk")
    )


def written_areas(underlag: Underlag) -> tuple[Central, ...]:
    """The central areas that the underlag has already."""
    return tuple(as_central(area) for area in underlag.central_areas.select_related("indicator"))


def as_central(area: CentralArea) -> Central:
    """A central area as a plain shape."""
    key = area.indicator.key if area.indicator else ""
    return Central(kind=area.kind, area=area.area, text=area.text, indicator=key)
