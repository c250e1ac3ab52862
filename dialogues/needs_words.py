"""What a huvudman needs at its dialogue, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dialogues.models import MeetingNeeds


def in_words(told: MeetingNeeds | None) -> list[str]:
    """What is needed, one thing a line; nothing when nothing was told, or nothing is needed."""
    if told is None:
        return []
    lines = [_("Tolk: %(language)s") % {"language": told.interpreter}] if told.interpreter else []
    lines += [_("Hörslinga")] if told.hearing_loop else []
    lines += [_("Lokal som går att nå och röra sig i, till exempel med rullstol")] if told.premises else []
    return [*lines, told.other] if told.other else lines
