"""Uppföljning: what huvudmän think of the parts, by groups so large that nobody can tell who said what."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts import asked
from dialogues.evaluation.periods import in_words, shown_from
from dialogues.evaluation.results import SMALLEST, STEPS, answered, groups, half_years, may_be_shown, results
from dialogues.models import Part
from dialogues.views.staff.frame import require, staff_page


def evaluation_results(request: HttpRequest) -> HttpResponse:
    """The answers about a part in a half-year, of all huvudmän or of one group."""
    require(request, "dialogues.view_evaluations")
    known = half_years()
    shown = [half_year for half_year in known if may_be_shown(half_year)]
    half_year, part = _opened(request, shown)
    group = asked.choice(request.GET, "grupp", [key for key, _label in groups()])
    context = {
        "title": _("Uppföljning"),
        "parts": [(value, str(label).capitalize()) for value, label in Part.choices],
        "half_years": [(value, in_words(value).capitalize()) for value in shown],
        "groups": groups(),
        "part": part,
        "half_year": half_year,
        "group": group,
        "group_name": dict(groups())[group],
        "when": in_words(half_year) if half_year else "",
        "results": results(part, half_year, group) if half_year else None,
        "steps": STEPS,
        "smallest": SMALLEST,
        "coming": [(in_words(value), shown_from(value)) for value in known if value not in shown],
    }
    return staff_page(request, "staff/evaluations.html", context)


def _opened(request: HttpRequest, shown: list[str]) -> tuple[str, Part]:
    """The half-year and part that are asked for; what is left open is the latest that has answers to show."""
    part = asked.choice(request.GET, "del", Part.values)
    half_year = asked.choice(request.GET, "halvar", shown)
    parts = [part] if part else sorted(Part.values, key=lambda value: value != Part.DIALOGUE)
    times = [half_year] if half_year else shown
    has_answers = answered()
    found = [(when, about) for when in times for about in parts if (when, about) in has_answers]
    when, about = next(iter(found), (next(iter(times), ""), parts[0]))
    return when, Part(about)
