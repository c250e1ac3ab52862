"""The public report of a lottery: how it was made, what was locked, and how anyone can check it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from redis.exceptions import RedisError

from dialogues.domain.draw_log import entries_for, tally_for
from dialogues.domain.plan_writing import blocks_of
from dialogues.domain.swaps import current_places
from dialogues.letters.rendering import LANGUAGE, ZONE
from dialogues.lottery import digits_of
from dialogues.models import Draw, DrawEvent, DrawKind
from dialogues.plan_heat import block_name
from dialogues.plan_intervals import interval_of
from dialogues.plan_queries import evened_by, worst_rows
from dialogues.plan_together import together_of
from dialogues.planning.replan import changes
from dialogues.replan_queries import capacity_of, sent_names
from dialogues.underlag.html import read_styles
from dialogues.underlag.pdf import pdf_from

STYLES = ("css/underlag.css", "css/underlag-pdf.css", "css/lottery-pdf.css")
PDF_KEPT = 3600
REPLAN_FILES = ("lasning.json", "register.json", "register.csv", "forra-planen.csv", "plan.csv", "intyg.json")
"""What it takes to check a replan."""
TOLD = [event for event in DrawEvent if event != DrawEvent.ASKED]


def lotteries() -> QuerySet[Draw]:
    """The lotteries that anyone may read of, latest first: all that were ever committed."""
    heavy = ("units", "assignment", "certificate", "counted")
    return Draw.objects.filter(kind=DrawKind.LOTTERY).select_related("cycle").defer(*heavy)


def report_of(draw: Draw) -> dict[str, Any]:
    """What the report tells, for page and PDF alike. Names no huvudman and nobody here."""
    first = draw.cycle.first_year
    return {
        "draw": draw,
        "last_year": first + draw.years - 1,
        "families": evened_by(draw),
        "units": len(draw.units),
        "digits": digits_of(draw.value),
        "is_known": bool(draw.seed),
        "is_public": is_public(draw),
        "tally": tally_for(draw.cycle),
        "entries": [
            entry for entry in entries_for(draw.cycle) if entry.event in TOLD and entry.kind != DrawKind.TRIAL
        ],
        "worst": worst_rows(draw.certificate) if is_public(draw) else [],
        "worst_with_swaps": worst_rows(draw.counted) if is_public(draw) else [],
        "swaps": [
            (swap, block_name(swap.first_block, first), block_name(swap.second_block, first))
            for swap in (draw.swaps.all() if is_public(draw) else ())
        ],
        "replans": [_replan(each) for each in replans_of(draw)],
        "replan_files": REPLAN_FILES,
        "source_code_url": settings.SOURCE_CODE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        **interval_of(draw),
        **_koncerner(draw),
    }


def _koncerner(draw: Draw) -> dict[str, Any]:
    """Which koncerner are invited together; from the plan's approval on also who stands apart."""
    told = together_of(draw)
    return told if is_public(draw) else {name: told[name] for name in told if name.endswith("koncerner")}


def is_public(draw: Draw) -> bool:
    """Tell whether the plan itself is public: from its approval on."""
    return draw.written_at is not None


def replans_of(draw: Draw) -> list[Draw]:
    """The replans that have changed a lottery's plan, first things first."""
    found = []
    following = draw.replans.filter(written_at__isnull=False).first()
    while following:
        found.append(following)
        following = following.replans.filter(written_at__isnull=False).first()
    return found


def _replan(draw: Draw) -> dict[str, Any]:
    """What the report tells of a replan. Names no huvudman."""
    before, after = blocks_of(draw.previous), blocks_of(current_places(draw))
    diff = changes(before, after)
    worst = worst_rows(draw.counted)
    return {
        "draw": draw,
        "moved": sum(bool(each.before and each.after) for each in diff),
        "bound": draw.certificate["moved_bound"],
        "came": sum(each.before is None for each in diff),
        "left": sum(each.after is None for each in diff),
        "sent": sent_names(draw),
        "capacity": capacity_of(draw),
        "waits": len(draw.waits),
        "worst": max((max(row["batch"], row["year"]) for row in worst), default=0),
        "breaches": sum(row["breaches"] for row in worst),
        "has_swaps": draw.swaps.exists(),
    }


def place_in(draw: Draw, pseudonym: str) -> str:
    """In which batch a huvudman is now, by its pseudonym; nothing when it is not in the plan."""
    block = current_places([draw, *replans_of(draw)][-1]).get(pseudonym.strip().lower())
    return block_name(block, draw.cycle.first_year) if block else ""


def report_pdf(draw: Draw) -> bytes:
    """The report as an accessible PDF in Swedish; made once for the same words, since anyone can ask."""
    with translation.override(LANGUAGE), timezone.override(ZONE):
        told = report_of(draw) | {"styles": read_styles(*STYLES), "in_print": True}
        html = render_to_string("lottery/document.html", told)
    key = f"lottery-report-{hashlib.sha256(html.encode()).hexdigest()}"
    with suppress(RedisError):
        kept: bytes | None = cache.get(key)
        if kept:
            return kept
    made = pdf_from(html)
    with suppress(RedisError):
        cache.set(key, made, PDF_KEPT)
    return made
