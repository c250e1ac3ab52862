"""Every pair of token colours that meets on a page, measured as WCAG 2.2 does."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
TEXT = 4.5
EDGE = 3.0
GROUNDS = ["ground", "ground-soft", "plum-tint", "pine-tint", "ok-tint", "note-tint", "stop-tint"]
ON_EVERY_GROUND = ["ink", "ink-soft", "link", "link-dark", "plum", "plum-dark", "pine"]
PAIRS = [
    *[(text, ground, TEXT) for text in ON_EVERY_GROUND for ground in GROUNDS],
    ("ok", "ok-tint", TEXT),
    ("ok", "ground", TEXT),
    ("note", "note-tint", TEXT),
    ("note", "ground", TEXT),
    ("stop", "stop-tint", TEXT),
    ("stop", "ground", TEXT),
    ("stop-dark", "ground", TEXT),
    ("ground", "plum", TEXT),
    ("ground", "plum-dark", TEXT),
    ("ground", "pine", TEXT),
    ("ground", "pine-dark", TEXT),
    ("ground", "stop", TEXT),
    ("ground", "stop-dark", TEXT),
    ("ground", "control", TEXT),
    *[("control", ground, EDGE) for ground in GROUNDS],
    *[("focus", ground, EDGE) for ground in [*GROUNDS, "focus-halo"]],
    ("focus-halo", "pine", EDGE),
    ("focus-halo", "plum", EDGE),
]


def tokens() -> dict[str, str]:
    """The colours by name, as written in tokens.css."""
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", TOKENS.read_text()))


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2, section 1.4.3)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1–21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_pair(front: str, ground: str, least: float) -> None:
    colours = tokens()
    assert contrast(colours[front], colours[ground]) >= least


def test_no_colours_outside_the_tokens() -> None:
    """Other sheets use the tokens, so that the pairs above are all there are; paper may repeat them."""
    allowed = {*tokens().values(), "#000", "#fff"}
    for sheet in TOKENS.parent.glob("*.css"):
        on_paper = sheet.stem == "print" or sheet.stem.startswith(("underlag-", "post-run"))
        found = set(re.findall(r"#[0-9a-f]{3,8}\b", sheet.read_text()))
        assert sheet == TOKENS or found <= (allowed if on_paper else set()), sheet.name
