"""How the register is shown."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from accounts.templatetags.look import badge
from huvudman.import_texts import Names, field_text, kept_text, place_text, reason_text, value_text
from huvudman.models import Huvudman, ImportState, RegisterImport, Skolform
from huvudman.models.orgnr import shown
from huvudman.register.problems import Problem, Reason

register = template.Library()

IMPORT_BADGES = {
    ImportState.UPLOADED: "wait",
    ImportState.PREVIEW: "now",
    ImportState.QUEUED: "wait",
    ImportState.APPLIED: "ok",
    ImportState.FAILED: "stop",
    ImportState.DISCARDED: "off",
}


@register.simple_tag
def import_badge(row: RegisterImport) -> SafeString:
    """The import's state as a badge."""
    label = row.get_state_display()
    return badge(IMPORT_BADGES[ImportState(row.state)], label[:1].upper() + label[1:])


@register.filter
def skolform_names(codes: list[str]) -> str:
    """Skolformer in words, separated by commas."""
    return ", ".join(str(Skolform(code).label) for code in codes)


@register.filter
def place(problem: dict[str, Any]) -> str:
    """Where in the file: sheet, row, column."""
    return place_text(_problem(problem)) if "reason" in problem else ""


@register.filter
def why(problem: dict[str, Any]) -> str:
    """What is wrong, in words."""
    return reason_text(_problem(problem)) if "reason" in problem else str(problem["text"])


@register.simple_tag
def why_kept(row: RegisterImport) -> str:
    """Why those who are not in the file are not closed."""
    return kept_text(len(row.rejected))


@register.simple_tag
def changed_fields(fields: list[list[Any]], table: str, names: Names) -> list[dict[str, str]]:
    """A change's fields in words: name, before, after. `names` is the page's, so that they are read once."""
    return [
        {
            "name": field_text(table, name),
            "before": value_text(table, name, before, names),
            "after": value_text(table, name, after, names),
        }
        for name, before, after in fields
    ]


@register.filter
def shown_key(key: str) -> str:
    """An orgnr as it may be shown, or a unit's code."""
    return shown(key) if len(key) == 10 else key


@register.filter
def size_words(huvudman: Huvudman) -> str:
    """The size class in words."""
    return str(huvudman.get_size_class_display())


def _problem(kept: dict[str, Any]) -> Problem:
    return Problem(Reason(kept["reason"]), kept["sheet"], kept["row"], kept["column"], kept["detail"])
