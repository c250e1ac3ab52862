"""The few figures of a plan that its approver should know, beside the page that has them all."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.templatetags.look import number
from dialogues.domain.swaps import current_places
from dialogues.models import Draw
from dialogues.plan_heat import pupils_of
from dialogues.replan_queries import diff_of, told


@dataclass(frozen=True)
class Figure:
    """A figure with its name, and what to know of it."""

    label: str
    value: str
    note: str = ""


def figures_of(draw: Draw) -> list[Figure]:
    """How large and how even a plan is, its swaps, and what it changes when it is a replan."""
    return [*_changes(draw), *_size(draw), _evenness(draw), _pupils(draw), _swaps(draw)]


def _changes(draw: Draw) -> list[Figure]:
    if not draw.is_replan:
        return []
    found = [Figure(label, number(count)) for label, count in told(diff_of(draw))]
    bound, proved = number(draw.certificate["moved_bound"]), _("bevisat för varje plan som är lika jämn")
    return [*found, Figure(_("Minst så många måste flyttas"), bound, proved)]


def _size(draw: Draw) -> list[Figure]:
    batches = _("%(years)s år med %(batches)s omgångar") % {
        "years": number(draw.years),
        "batches": number(draw.batches_per_year),
    }
    return [
        Figure(_("Huvudmän"), number(len(current_places(draw)))),
        Figure(_("Omgångar"), number(draw.years * draw.batches_per_year), batches),
    ]


def _evenness(draw: Draw) -> Figure:
    off = len(draw.counted.get("breaches") or [])
    if not off:
        return Figure(_("Avvikelser"), _("Inga"), _("inget antal är en eller mer från sin andel"))
    return Figure(_("Avvikelser"), number(off), _("antal som är en eller mer från sin andel"))


def _pupils(draw: Draw) -> Figure:
    varies = _("%(percent)s %%") % {"percent": number(pupils_of(draw, current_places(draw)).variation, 1)}
    bound = draw.counted.get("pupils_variation_bound")
    least = _("ingen plan kan komma under %(percent)s %%") % {"percent": number(bound, 1)} if bound else ""
    return Figure(_("Barn och elever varierar mellan omgångarna med"), varies, least)


def _swaps(draw: Draw) -> Figure:
    return Figure(_("Byten efter lottningen"), number(draw.swaps.count()))
