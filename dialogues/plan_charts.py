"""The heat map and the batches' pupils as SVG made by the server: with title and text, readable in grey."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import number
from dialogues.plan_heat import Heat, PupilRow, Pupils
from quality_system.charts import FONT, GROUND, INK, PINE, PLUM

LETTER = 7.0
"""A letter's mean width at the labels' size."""
CELL, ROW, HEAD = 52, 26, 28
BAR, BAR_AREA = 30, 460
FAINT, CLEAR = 0.5, 1.0
"""Deviations from which a cell gets a faint tint, and is filled and framed: there it is one or more off."""


def heat_map(heat: Heat, key: str) -> SafeString:
    """The deviations of the levels shown as a grid. Sign and number stand in each cell, and what is one or
    more off is framed, so that nothing hangs on colour. `key` makes its ids its own on the page.
    """
    names = [_short(name) for name, _cells in heat.shown]
    left = max((len(name) for name in names), default=0) * LETTER + 12
    width, height = left + CELL * len(heat.columns), HEAD + ROW * len(heat.shown)
    parts = [_head(width, height, key, _title(heat), _description(heat))]
    parts += [_text(left + CELL * (n + 0.5), 18, column) for n, column in enumerate(heat.columns)]
    parts += [_text(left - 8, HEAD + ROW * n + 18, name, anchor="end") for n, name in enumerate(names)]
    parts += _cells(heat, int(left))
    return mark_safe("".join(parts) + "</svg>")  # noqa: S308 - every text is escaped in _text and _head


def pupils_chart(pupils: Pupils, key: str) -> SafeString:
    """A bar for each batch; a giant's part is hatched and named, and a line shows the mean."""
    longest = max((row.pupils for row in pupils.rows), default=0) or 1
    left, height = 76, 30 + BAR * len(pupils.rows)
    width = left + BAR_AREA + 96
    parts = [_head(width, height, key, *_words_for(pupils)), _hatch(key)]
    for n, row in enumerate(pupils.rows):
        parts += _bar(row, left, 24 + BAR * n, BAR_AREA / longest, key)
    x = left + pupils.mean * BAR_AREA / longest
    line = f'd="M{x:.1f} 20V{height - 4}" stroke="{INK}" stroke-width="2" stroke-dasharray="5 3"'
    parts.append(f"<path {line}/>")
    parts.append(_text(x, 14, _("Medel %(n)s") % {"n": number(round(pupils.mean))}))
    return mark_safe("".join(parts) + "</svg>")  # noqa: S308 - every text is escaped in _text and _head


def signed(deviation: float) -> str:
    """A deviation with its sign: `+0,4`, `−1,2`, `0`. What is just below one is not rounded up to it."""
    decimals = 2 if abs(deviation) < CLEAR <= abs(round(deviation, 1)) else 1
    rounded = round(deviation, decimals)
    if not rounded:
        return "0"
    return ("+" if rounded > 0 else "") + number(rounded, decimals)


def _title(heat: Heat) -> str:
    if not heat.off:
        return _("%(family)s: alla antal ligger inom en huvudman från sin andel") % {"family": heat.family}
    text = ngettext(
        "%(family)s: %(n)s antal avviker med en huvudman eller mer",
        "%(family)s: %(n)s antal avviker med en huvudman eller mer",
        heat.off,
    )
    return text % {"family": heat.family, "n": number(heat.off)}


def _description(heat: Heat) -> str:
    return _(
        "En ruta för varje nivå och omgång säger hur många fler (+) eller färre (−) huvudmän den har än sin "
        "andel. Störst avvikelse: %(largest)s. Samma tal står i tabellen efter bilden."
    ) % {"largest": number(heat.largest, 2)}


def _words_for(pupils: Pupils) -> tuple[str, str]:
    title = _("Barn och elever i varje omgång")
    text = _(
        "Medel %(mean)s. Omgångarna varierar med %(all)s procent av medel, och med %(few)s procent om de med "
        "en mycket stor huvudman räknas bort. Samma tal står i tabellen efter bilden."
    )
    return title, text % {
        "mean": number(round(pupils.mean)),
        "all": number(pupils.variation, 1),
        "few": number(pupils.variation_without_giants, 1),
    }


def _head(width: float, height: float, key: str, title: str, description: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{key}-title {key}-desc" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'font-family="{FONT}" font-size="13"><title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-desc">{escape(description)}</desc>'
    )


def _cells(heat: Heat, left: int) -> Iterable[str]:
    """The cells, those that look alike together: one path for their boxes, and a group for their numbers."""
    alike: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for row, (_name, cells) in enumerate(heat.shown):
        for column, cell in enumerate(cells):
            at = (left + CELL * column, HEAD + ROW * row, signed(cell.deviation))
            alike.setdefault(_look(cell.deviation), []).append(at)
    for (box, numbers), places in alike.items():
        edges = "".join(f"M{x + 2} {y + 2}h{CELL - 4}v{ROW - 4}h{4 - CELL}z" for x, y, _words in places)
        yield f'<path d="{edges}" {box}/><g text-anchor="middle" {numbers}>'
        yield from (f'<text x="{x + CELL // 2}" y="{y + 18}">{words}</text>' for x, y, words in places)
        yield "</g>"


def _look(deviation: float) -> tuple[str, str]:
    """How a cell's box and its number look."""
    colour, size = PLUM if deviation > 0 else PINE, abs(deviation)
    if size >= CLEAR:
        framed = f'fill="{colour}" stroke="{INK}" stroke-width="3"'
        return framed, f'fill="{GROUND}" font-weight="bold"'
    return f'fill="{colour}" fill-opacity="{0.05 if size < FAINT else 0.26}"', f'fill="{INK}"'


def _bar(row: PupilRow, left: float, top: float, scale: float, key: str) -> Iterable[str]:
    length, giants = row.pupils * scale, row.in_giants * scale
    yield _text(left - 8, top + 17, row.block, anchor="end")
    yield f'<rect x="{left}" y="{top}" width="{length:.1f}" height="22" fill="{PINE}" fill-opacity="0.3"/>'
    if row.giants:
        yield (
            f'<rect x="{left}" y="{top}" width="{giants:.1f}" height="22" fill="url(#{key}-hatch)" '
            f'stroke="{PLUM}" stroke-width="1"/>'
        )
    yield _text(left + BAR_AREA + 84, top + 17, number(row.pupils), anchor="end")


def _hatch(key: str) -> str:
    return (
        f'<defs><pattern id="{key}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M0 0V6" stroke="{PLUM}" stroke-width="3"/></pattern></defs>'
    )


def _short(name: str, most: int = 50) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _text(x: float, y: float, label: str, *, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" text-anchor="{anchor}">{escape(label)}</text>'
