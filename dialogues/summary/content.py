"""What a summary says, as frozen JSON in Swedish: only the parts that say something."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from dialogues.models import Dialogue, DialogueRecord, MeetingKind, SummaryDraft
from dialogues.timeline import when
from huvudman.models import Skolform

SCHEMA = 1
LANGUAGE = "sv"
PARTS = ("talked_about", "agreements", "support")

Json = dict[str, Any]


def build_content(draft: SummaryDraft) -> Json:
    """The draft with which skolformer were discussed and when: the same words give the same content."""
    dialogue = draft.dialogue
    with translation.override(LANGUAGE):
        titles = {name: str(SummaryDraft._meta.get_field(name).verbose_name) for name in PARTS}  # type: ignore[union-attr]
        rows = [{"title": _heading(titles[name]), "text": getattr(draft, name)} for name in PARTS]
        return {
            "schema": SCHEMA,
            "huvudman": dialogue.huvudman.name,
            "cycle": str(dialogue.cycle),
            "met": _when_they_met(dialogue),
            "skolformer": _discussed(dialogue),
            "parts": [row for row in rows if row["text"]],
        }


def as_texts(content: Json) -> list[tuple[str, str]]:
    """The document as headings and texts, the skolformer last."""
    rows = [(part["title"], part["text"]) for part in content["parts"]]
    with translation.override(LANGUAGE):
        return [*rows, (SKOLFORMER_HEADING, ", ".join(content["skolformer"]))]


SKOLFORMER_HEADING = "Skolformer som togs upp"


def _heading(text: str) -> str:
    return text[:1].upper() + text[1:]


def _discussed(dialogue: Dialogue) -> list[str]:
    record = DialogueRecord.objects.filter(dialogue=dialogue).first()
    return [str(Skolform(code).label) for code in (record.discussed_skolformer if record else [])]


def _when_they_met(dialogue: Dialogue) -> str:
    seat = dialogue.seats.filter(kind=MeetingKind.DIALOGUE, is_current=True).select_related("meeting").first()
    return when(seat.meeting) if seat else ""
