"""From an ordered underlag to its frozen content and PDF."""

from __future__ import annotations

from accounts.actors import Actor
from dialogues.domain.files import store_file
from dialogues.domain.underlag import AreaText, finish_rendering
from dialogues.models import CentralArea, Underlag
from dialogues.underlag.content import build_content
from dialogues.underlag.html import document_html
from dialogues.underlag.pdf import pdf_from
from dialogues.underlag.shapes import Material
from quality_system.models import Area, Indicator

PDF = "application/pdf"


def render(underlag: Underlag, material: Material, *, actor: Actor) -> Underlag:
    """Freeze the material, make the PDF and keep both. Raises Superseded when ordered again meanwhile."""
    content = build_content(material)
    pdf = store_file(pdf_from(document_html(content)), PDF)
    areas = _areas(underlag, material)
    return finish_rendering(
        underlag=underlag,
        content=content,
        figures_as_of=material.figures_as_of,
        areas=areas,
        pdf=pdf,
        actor=actor,
    )


def _areas(underlag: Underlag, material: Material) -> list[AreaText]:
    indicators = {i.key: i for i in Indicator.objects.filter(edition=underlag.edition_id)}
    return [
        AreaText(
            kind=CentralArea.Kind(central.kind),
            area=Area(central.area),
            text=central.text,
            indicator=indicators.get(central.indicator),
        )
        for central in material.central
    ]
