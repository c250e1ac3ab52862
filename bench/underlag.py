"""Analysunderlag: content, HTML and tagged PDF against WeasyPrint alone on the same HTML, untagged."""

from __future__ import annotations

from weasyprint import HTML

from bench.marks import Mark, in_turns
from dialogues.underlag.content import build_content
from dialogues.underlag.html import document_html
from dialogues.underlag.pdf import pdf_from
from tests.dialogues.underlag.material import full_material

DOCUMENTS = 100
ROUNDS = 1


def run() -> list[Mark]:
    """Make 100 documents both ways, one process; the seconds of all 100."""
    material = full_material()
    html = document_html(build_content(material))

    def ours() -> None:
        for _document in range(DOCUMENTS):
            pdf_from(document_html(build_content(material)))

    def plain() -> None:
        for _document in range(DOCUMENTS):
            HTML(string=html).write_pdf()

    measured, baseline = in_turns(ROUNDS, (_nothing, ours), (_nothing, plain))
    return [Mark("100 underlag", measured, baseline, limit=1.5, against="write_pdf of the same HTML")]


def _nothing() -> None:
    """Nothing is to be prepared."""
