"""How numbers, days and states are written."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.paginator import Paginator
from django.utils import translation

from accounts.adminsite import site
from accounts.templatetags import look

SPRITE = (Path(__file__).parents[2] / "static" / "img" / "icons.svg").read_text()
ICONS = set(re.findall(r'<symbol id="([a-z-]+)"', SPRITE))


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (1234.5, None, "1\u00a0234,5"),
        (2800, None, "2\u00a0800"),
        (1234567, 0, "1\u00a0234\u00a0567"),
        (Decimal("-3.2"), None, "\u22123,2"),
        (Decimal("81.50"), 1, "81,5"),
        (0, None, "0"),
        (Decimal("-0.04"), 1, "0,0"),
        (None, None, ""),
    ],
)
def test_number_in_swedish(value: float, decimals: int | None, shown: str) -> None:
    assert look.number(value, decimals) == shown


def test_number_in_english() -> None:
    with translation.override("en"):
        assert look.number(1234.5) == "1,234.5"
        assert look.percent(81) == "81%"


def test_percent_has_a_no_break_space() -> None:
    assert look.percent(81) == "81\u00a0%"
    assert look.percent(None) == ""


def test_moment_is_stockholm_time_in_words() -> None:
    at = datetime(2026, 11, 24, 12, 15, tzinfo=UTC)
    assert look.moment(at) == "24\u00a0november\u00a02026 kl. 13.15"
    assert look.day(date(2026, 1, 1)) == "1\u00a0januari\u00a02026"
    assert look.day(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "1\u00a0januari\u00a02027"


def test_badge_has_icon_and_word_and_escapes() -> None:
    shown = look.badge("ok", "<b>Klart</b>")
    assert "#check-circle" in shown
    assert "&lt;b&gt;Klart" in shown
    assert 'class="badge-status badge-off"' in look.badge("okänt", "Läge")


def test_every_badge_and_rail_entry_has_its_icon() -> None:
    assert set(look.BADGE_ICONS.values()) <= ICONS
    assert {entry.icon for entry in site._rail} <= ICONS


def test_templates_use_icons_that_exist() -> None:
    templates = Path(__file__).parents[2] / "templates"
    texts = [path.read_text() for path in templates.rglob("*.html")]
    used = {name for text in texts for name in re.findall(r'{% icon "([^"]+)"', text)}
    assert used
    assert used <= ICONS


def test_page_links_mark_gaps() -> None:
    pages = Paginator(range(2800), 50)
    assert look.page_links(pages.page(7)) == [1, None, 6, 7, 8, None, 56]


@pytest.mark.parametrize(
    ("phone", "link"), [("08-465 004 00", "+46846500400"), ("+46 8 465 004 00", "+46846500400")]
)
def test_telephone_link(phone: str, link: str) -> None:
    assert look.tel(phone) == link
