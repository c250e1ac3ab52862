"""The underlag as HTML: the whole document for the PDF, or its body for a page."""

from __future__ import annotations

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from dialogues.underlag.content import Json
from dialogues.underlag.present import present, present_area, present_loose

LANGUAGE = "sv"
STYLES = ("css/underlag.css", "css/underlag-pdf.css")
WATERMARK = "css/underlag-example.css"


def document_html(content: Json) -> str:
    """The whole document, with its styles, ready to be made into a PDF."""
    with translation.override(LANGUAGE):
        styles = STYLES + ((WATERMARK,) if content["edition"]["is_example"] else ())
        return render_to_string("underlag/document.html", present(content) | {"styles": read_styles(*styles)})


def body_html(content: Json) -> SafeString:
    """The same document's body, for a page that has its own frame and main heading."""
    with translation.override(LANGUAGE):
        return render_to_string("underlag/body.html", present(content) | {"on_screen": True})


def figures_html(content: Json, area: str) -> SafeString:
    """The figures of an area, to have beside what one writes; without an area, those tied to no goal.

    Values keep their kinds. Empty where there is nothing to show.
    """
    with translation.override(LANGUAGE):
        shown = present_area(content, area) if area else present_loose(content)
        if not any(shown.values()):
            return SafeString("")
        return render_to_string("underlag/beside.html", shown | {"on_screen": True})


def read_styles(*names: str) -> SafeString:
    """Our own style sheets as text, for a document that carries them with it."""
    return mark_safe("\n".join(_read(name) for name in names))  # noqa: S308  (our own files)


def _read(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    with open(path, encoding="utf-8") as file:
        return file.read()
