"""What may be shown, so that nothing hidden can be read out of what is shown. Plain Python.

Every function takes values and answers values: it hides more, never less.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor, inf

from quality_system.bounds import Interval, Sum, narrowed, wider
from quality_system.values import NEARLY_ALL, SUPPRESSED, Value, ValueKind

FEW_PUPILS, FEW_TEACHERS, FEW_ANSWERS = "few_pupils", "few_teachers", "few_answers"
DERIVABLE = "derivable"

MINIMUM: Mapping[tuple[str, str], tuple[int, str]] = {
    ("pupils", "unit"): (10, FEW_PUPILS),
    ("pupils", "huvudman"): (5, FEW_PUPILS),
    ("children", "unit"): (10, FEW_PUPILS),
    ("children", "huvudman"): (5, FEW_PUPILS),
    ("teachers", "unit"): (3, FEW_TEACHERS),
    ("teachers", "huvudman"): (3, FEW_TEACHERS),
    ("answers", "unit"): (5, FEW_ANSWERS),
    ("answers", "huvudman"): (5, FEW_ANSWERS),
}
"""The smallest group a figure may rest on, by (what it is based on, level), and the reason given."""

KOMMUNALA = frozenset({"kommun", "kommunalforbund"})
FEW_LEFT = range(1, 5)
"""How many may fall short of a measure before the exact share can be shown."""
ROOM = FEW_LEFT.stop
"""How many must reach, and fall short of, a share in what is left of a whole: less tells of each of them."""
WIDTH = FEW_LEFT[-1] - FEW_LEFT[0]
"""How many persons apart the least and the most of a hidden share must be, as they are from 1 to 4."""
TENTH = 0.1
"""The same for a mean, as a part of its scale for each person."""
SECRET = frozenset({ValueKind.SUPPRESSED, ValueKind.NEARLY_ALL})
"""The kinds that hide a figure there is; of the other hidden kinds there is nothing to tell."""
TOPS: Mapping[str, tuple[int, ...]] = {"%": (100,), "index": (10,), "poäng": (20, 340)}
"""The highest that a unit's figures can be: points are those of a test or a meritvärde."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What protects an indicator's figures: what they are based on, and their unit.

    `smallest` and `fewest_short` are the source's own, where it asks for more than `MINIMUM` and `ROOM`.
    """

    based_on: str
    unit: str
    smallest: int = 0
    fewest_short: int = ROOM

    @property
    def is_share(self) -> bool:
        """Whether the figures are shares of pupils, of whom few must not be told to fall short."""
        return self.unit == "%" and self.based_on == "pupils"

    @property
    def room(self) -> int:
        """How far from nobody and from everybody what is left of a whole must be, in persons."""
        return self.fewest_short if self.unit == "%" else 1

    @property
    def few_left(self) -> range:
        """How many may fall short of a measure before the exact share can be shown."""
        return range(FEW_LEFT.start, self.fewest_short)

    def top(self, figures: Iterable[Figure]) -> Decimal | None:
        """The highest that any of `figures` could have been; None where there is no highest."""
        highest = max((f.value.number for f in figures if f.value.number is not None), default=Decimal(0))
        return next((Decimal(top) for top in TOPS.get(self.unit, ()) if highest <= top), None)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure before protection, how many it rests on (None: not known), and its level."""

    value: Value
    count: int | None
    level: str = "huvudman"


def is_published(publication: str, huvudman_type: str) -> bool:
    """Tell whether an indicator with this publication rule is shown for a huvudman of this type."""
    return publication == "everyone" or huvudman_type in KOMMUNALA


def protect(
    value: Value,
    *,
    count: int | None,
    based_on: str,
    level: str,
    is_share: bool = False,
    smallest: int = 0,
    fewest_short: int = ROOM,
) -> Value:
    """`value` as it may be shown: suppressed under the smallest group, `~100` where 1–4 fall short.

    `count` is how many the figure rests on (None: not known, then the source's own rules have to do).
    A value that the source hides is given the reason of its kind of source. `smallest` and `fewest_short`
    are as in `Rule`: they hide more, never less.
    """
    least, reason = MINIMUM.get((based_on, level), (0, ""))
    if value.kind is ValueKind.SUPPRESSED:
        return replace(value, reason=value.reason or reason)
    if count is None or value.number is None:
        return value
    if count < max(least, smallest):
        return replace(SUPPRESSED, reason=reason)
    few = range(FEW_LEFT.start, max(ROOM, fewest_short))
    return NEARLY_ALL if is_share and _left_out(value.number, count) in few else value


def _left_out(share: Decimal, count: int) -> int:
    return int(((100 - share) * count / 100).to_integral_value(ROUND_HALF_UP))


def protect_alone(figure: Figure, rule: Rule) -> Value:
    """`protect` for a figure with its count and level, under its indicator's rule."""
    return protect(
        figure.value,
        count=figure.count,
        based_on=rule.based_on,
        level=figure.level,
        is_share=rule.is_share,
        smallest=rule.smallest,
        fewest_short=rule.fewest_short,
    )


def protect_figures(
    figures: Mapping[Hashable, Figure], sums: Collection[Sum], rule: Rule, *, by_heart: bool = False
) -> dict[Hashable, Value]:
    """All figures of one indicator as they may be shown together, so that the sums give none of them away.

    First each by itself, then every sum, then what all sums tell together, until nothing more has to be
    hidden. `sums` may overlap: girls and boys at every place, units under their huvudman, skolformer or years
    under their total. Which of many parts are hidden can tell why: with `by_heart` it is taken to be known of
    each that is hidden because 1–4 fall short.
    """
    alone = {key: protect_alone(figure, rule) for key, figure in figures.items()}
    if all(_tells_nothing([alone[key] for key in (each.whole, *each.parts)]) for each in sums):
        return alone
    return _Table(figures, sums, rule, alone, rule.top(figures.values()), by_heart).protected()


def _tells_nothing(values: Sequence[Value]) -> bool:
    """Whether a whole (the first) and its parts hide no figure: all parts are shown, or there are none."""
    shown = {value.number is not None for value in values[1:]}
    return len(shown) < 2 and all(value.kind not in SECRET for value in values)


@dataclass(frozen=True, slots=True)
class _Table:
    """Figures, their sums and the highest they can be; `alone` is what each is shown as by itself."""

    figures: Mapping[Hashable, Figure]
    sums: Collection[Sum]
    rule: Rule
    alone: Mapping[Hashable, Value]
    top: Decimal | None
    by_heart: bool

    def protected(self) -> dict[Hashable, Value]:
        """Hide until neither a single sum nor all of them together tell what is secret."""
        shown = dict(self.alone)
        while True:
            shown = self._settled(shown)
            more = self._more_hidden(self._told(shown), shown)
            if not more:
                return shown
            shown |= more

    # Every sum by itself ----------------------------------------------------------------------------------
    def _settled(self, shown: dict[Hashable, Value]) -> dict[Hashable, Value]:
        """What is shown when every sum has been looked at until none hides more."""
        before: dict[Hashable, Value] = {}
        while shown != before:
            before, shown = shown, dict(shown)
            for each in self.sums:
                shown |= self._beside_hidden(each, shown)
        return shown

    def _beside_hidden(self, each: Sum, shown: Mapping[Hashable, Value]) -> dict[Hashable, Value]:
        """The sum's values, with what must be hidden beside those that are hidden already.

        A hidden whole hides its parts. Under a shown whole the smallest parts are hidden until those hidden
        together have room; when all are and still have none, the whole gives way.
        """
        values = {key: shown[key] for key in (each.whole, *each.parts)}
        numbers = {key for key in each.parts if values[key].number is not None}
        if values[each.whole].kind in SECRET:
            return {key: hide(values[key]) for key in each.parts}
        if values[each.whole].is_hidden or len(numbers) == len(each.parts):
            return values
        while numbers and not self._has_room(each, numbers):
            numbers.remove(self._smallest(numbers))
        secret = any(values[key].kind in SECRET for key in each.parts)
        values |= {key: hide(values[key]) for key in each.parts if key not in numbers}
        if secret and not numbers and not self._has_room(each, numbers):
            values[each.whole] = _given_way(self.figures[each.whole], self.rule)
        return values

    def _has_room(self, each: Sum, numbers: Collection[Hashable]) -> bool:
        """Tell whether the hidden parts are several, and their sum far enough from nobody and everybody."""
        if len(each.parts) - len(numbers) < 2:
            return False
        whole = self.figures[each.whole]
        left = _left(whole, [self.figures[key] for key in numbers])
        if not has_room(whole, left, self.rule, self.top):
            return False
        if left is None or self.top is None:
            return True
        points, count = left
        return not self._reason_tells(each, numbers, count, round(count - points / self.top))

    def _reason_tells(self, each: Sum, numbers: Collection[Hashable], count: int, short: int) -> bool:
        """Tell whether it can be seen how many of 1–4 fall short, where that alone is why parts are hidden.

        So it is where some of 1–4 can be a part's and some not, as the others are too few for the rest.
        """
        kinds = {self.alone[key].kind for key in each.parts}
        if ValueKind.SUPPRESSED in kinds or ValueKind.NEARLY_ALL not in kinds:
            return False
        counts = (self.figures[key].count or 0 for key in each.parts if key not in numbers)
        return any(short - (count - own) in self.rule.few_left[1:] for own in counts)

    # All sums together ------------------------------------------------------------------------------------
    def _told(self, shown: Mapping[Hashable, Value]) -> set[Hashable]:
        """The secret figures that the sums tell too well."""
        found = narrowed({key: self._known(key, value) for key, value in shown.items()}, self.sums)
        secret = (key for key, value in self.alone.items() if value.kind in SECRET)
        return {key for key in secret if found[key][1] - found[key][0] < self._due(key)}

    def _known(self, key: Hashable, value: Value) -> Interval:
        """What a value says, in persons, to anyone who knows how many it rests on."""
        count, top = self.figures[key].count, self.top
        if value.kind is ValueKind.MISSING:
            return 0.0, 0.0
        if count is None or top is None:
            return 0.0, inf
        if value.kind is not ValueKind.NUMBER:
            reason = self.alone[key] if self.by_heart else value
            least = count - self.rule.few_left[-1] if reason.kind is ValueKind.NEARLY_ALL else 0
            return float(least), float(count)
        half = Decimal(5).scaleb(int(value.exact.as_tuple().exponent) - 1)
        low, high = ((value.exact + slack) * count / top for slack in (-half, half))
        whole = self.rule.is_share and ceil(low) <= floor(high)
        return (ceil(low), floor(high)) if whole else (float(low), float(high))

    def _due(self, key: Hashable) -> float:
        """How far apart the least and the most must be: not more than the group, or the rest of a wider."""
        count = self.figures[key].count
        if count is None:
            return 1 if self.rule.is_share else TENTH
        own = min(WIDTH, count) if self.rule.is_share else TENTH * count
        rests = ((self.figures[whole].count or 0) - count for whole in wider(key, self.sums))
        return min([own, *(rest for rest in rests if rest > 0)])

    def _more_hidden(self, told: set[Hashable], shown: Mapping[Hashable, Value]) -> dict[Hashable, Value]:
        """The smallest figure beside what is told, hidden; over it, where all beside it are; else none."""
        beside = {part for each in self.sums if not told.isdisjoint(each.parts) for part in each.parts}
        over = {whole for key in told for whole in wider(key, self.sums)}
        for near in (beside, over):
            numbers = [key for key in near if shown[key].number is not None]
            if numbers:
                smallest = self._smallest(numbers)
                return {smallest: hide(shown[smallest])}
        return {}

    def _smallest(self, keys: Iterable[Hashable]) -> Hashable:
        return min(keys, key=lambda key: (self.figures[key].count or 0, str(key)))


def has_room(whole: Figure, left: tuple[Decimal, int] | None, rule: Rule, top: Decimal | None) -> bool:
    """Tell whether what is `left` of a whole, in points and persons, is far from nobody and from everybody.

    Where the counts do not give that, only what the whole says by itself can be known.
    """
    if left is None or top is None:
        return whole.value.number not in {Decimal(0), top}
    points, count = left
    return min(points / top, count - points / top) >= rule.room


def all_of(whole: Figure) -> tuple[Decimal, int] | None:
    """The points and the persons of a whole of which no part is shown; None where they can't be known."""
    return _left(whole, [])


def _left(whole: Figure, shown: Collection[Figure]) -> tuple[Decimal, int] | None:
    """The points and the count left of the whole without the shown parts; None where they can't be known."""
    together = [whole, *shown]
    if any(figure.value.kind is not ValueKind.NUMBER or not figure.count for figure in together):
        return None
    total, *parts = (figure.value.exact * (figure.count or 0) for figure in together)
    count = (whole.count or 0) - sum(figure.count or 0 for figure in shown)
    return (total - sum(parts), count) if count > 0 else None


def _given_way(whole: Figure, rule: Rule) -> Value:
    """The whole where it would tell its parts: `~100` where at most four fall short, else nothing.

    Of a group so small that it never has room nothing is said: the sign would be chosen by the figure alone.
    """
    share, count = whole.value.number, whole.count
    if not rule.is_share or share is None or (count is not None and count < 2 * rule.fewest_short):
        return replace(SUPPRESSED, reason=DERIVABLE)
    near = share == 100 if count is None else _left_out(share, count) < rule.fewest_short
    return NEARLY_ALL if near else replace(SUPPRESSED, reason=DERIVABLE)


def protect_sexes(total: Figure, girls: Figure, boys: Figure, rule: Rule) -> tuple[Value, Value, Value]:
    """The total's, girls' and boys' values: both sexes are shown, or neither.

    Girls and boys make up the total, so one shown beside a shown total would tell the other; and a total of
    nobody or everybody tells both, so it gives way where they are hidden.
    """
    figures: dict[Hashable, Figure] = {"all": total, "girls": girls, "boys": boys}
    shown = protect_figures(figures, [Sum("all", ("girls", "boys"))], rule)
    if shown["all"].is_hidden:
        return shown["all"], hide(shown["girls"]), hide(shown["boys"])
    return shown["all"], shown["girls"], shown["boys"]


def hide(value: Value) -> Value:
    """`value` hidden beside others: a shown one (or nearly all, which tells much) becomes suppressed."""
    tells = value.number is not None or value.kind is ValueKind.NEARLY_ALL
    return replace(SUPPRESSED, reason=DERIVABLE) if tells else value


def shown_parts(counts: Mapping[str, int], *, smallest: int, never: Collection[str] = ()) -> set[str]:
    """Which parts (name → how many are in it) of a shown whole may be shown; those in `never` are not.

    A part with fewer than `smallest` is hidden. The hidden ones are what is left when the shown are taken
    from the whole: unless nobody is in them, they must be `smallest` together, and until they are the
    smallest shown part is hidden too.
    """
    shown = {name for name, count in counts.items() if count >= smallest and name not in never}
    while 0 < sum(counts[name] for name in counts.keys() - shown) < smallest and shown:
        shown.remove(min(shown, key=lambda name: (counts[name], name)))
    return shown
