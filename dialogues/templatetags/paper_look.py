"""How letters on paper are shown."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEntry
from accounts.templatetags.look import badge
from dialogues.models import PaperLetter, PaperState, PostRun, RunState
from dialogues.paper import CODE_HERE

register = template.Library()

NUMBERED = re.compile(r"^\d+\. ")
BULLET = "- "
LOOKS = {
    PaperState.WAITING: "wait",
    PaperState.IN_RUN: "now",
    PaperState.POSTED: "ok",
    PaperState.WITHDRAWN: "off",
}
RUN_LOOKS = {
    RunState.ORDERED: "wait",
    RunState.READY: "now",
    RunState.FAILED: "stop",
    RunState.POSTED: "ok",
    RunState.UNDONE: "off",
}
EVENTS = {
    f"paperletter.{PaperState.WAITING}": gettext_lazy("Brevet väntar på utskrift igen."),
    f"paperletter.{PaperState.IN_RUN}": gettext_lazy("Brevet togs med i en utskrift."),
    f"paperletter.{PaperState.POSTED}": gettext_lazy("Brevet postades."),
    f"paperletter.{PaperState.WITHDRAWN}": gettext_lazy("Brevet återkallades."),
    "postrun.made": gettext_lazy("Utskriften gjordes."),
    f"postrun.{RunState.ORDERED}": gettext_lazy("Utskriften beställdes på nytt."),
    f"postrun.{RunState.READY}": gettext_lazy("Utskriften blev klar."),
    f"postrun.{RunState.FAILED}": gettext_lazy("Utskriften kunde inte tas fram."),
    f"postrun.{RunState.POSTED}": gettext_lazy("Utskriften markerades som postad."),
    f"postrun.{RunState.UNDONE}": gettext_lazy("Utskriften löstes upp."),
}


@register.simple_tag
def paper_badge(letter: PaperLetter) -> SafeString:
    """The state of a letter on paper, with the day when it is posted."""
    return badge(LOOKS[PaperState(letter.state)], letter.get_state_display())


@register.simple_tag
def run_badge(run: PostRun) -> SafeString:
    """The state of a post run."""
    return badge(RUN_LOOKS[RunState(run.state)], run.get_state_display())


@register.filter
def paper_event(entry: AuditEntry) -> str:
    """An audit entry of a letter on paper or a post run as a sentence."""
    return str(EVENTS.get(entry.verb) or entry.verb)


@register.filter
def without_code(text: str) -> str:
    """A letter's text for others than its recipient: nobody can answer by the code in it."""
    return text.replace(CODE_HERE, f"[{_('personlig kod')}]")


@register.filter
def paragraphs(text: str) -> SafeString:
    """A letter's plain text as HTML: paragraphs, and lists where every line has a figure or a hyphen."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return mark_safe("\n".join(_block(part.split("\n")) for part in blocks))  # noqa: S308  (escaped below)


def _block(lines: list[str]) -> str:
    lead = next((n for n, line in enumerate(lines) if _is_item(line)), len(lines))
    items = lines[lead:]
    if not items or not all(_is_item(line) for line in items):
        return f"<p>{'<br>'.join(escape(line) for line in lines)}</p>"
    before = f"<p>{'<br>'.join(escape(line) for line in lines[:lead])}</p>" if lead else ""
    tag = "ol" if NUMBERED.match(items[0]) else "ul"
    rows = "".join(f"<li>{escape(_item(line))}</li>" for line in items)
    return f"{before}<{tag}>{rows}</{tag}>"


def _is_item(line: str) -> bool:
    return bool(NUMBERED.match(line)) or line.startswith(BULLET)


def _item(line: str) -> str:
    return NUMBERED.sub("", line).removeprefix(BULLET)
