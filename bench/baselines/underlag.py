"""The plain way to make the documents: one process, WeasyPrint's own call, untagged; and a plain document.

The plain document says the same with the styles that were written first (`underlag.css` here): lists in
balanced columns, grids side by side, tables whose columns find their own widths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from dialogues.underlag.html import WATERMARK, read_styles

HERE = Path(__file__).parent
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


def render_plainly(htmls: Iterable[str]) -> None:
    """Make each document as WeasyPrint's manual shows it."""
    from weasyprint import HTML

    for html in htmls:
        HTML(string=html).write_pdf()


def first_html(html: str) -> str:
    """The same document with the styles that were written first."""
    watermark = read_styles(WATERMARK) if "Exempeltext" in html else ""
    styles = f"{read_styles('css/underlag.css')}\n{(HERE / 'underlag.css').read_text()}\n{watermark}"
    return STYLE.sub(lambda _found: f"<style>{styles}</style>", html)
