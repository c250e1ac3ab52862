"""Figures in plain Swedish: for screens, screen readers, charts and their alternatives."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.templatetags.look import day
from huvudman.models import SizeClass, Skolform
from quality_system.comparison import Place, Spread
from quality_system.disclosure import DERIVABLE, FEW_ANSWERS, FEW_PUPILS, FEW_TEACHERS
from quality_system.figures import Bar, Group, IndicatorFigures
from quality_system.grouping import Rule
from quality_system.units import UnitSpread
from quality_system.values import NBSP, Value, ValueKind, format_number, format_value
from quality_system.weighting import NotComputable

REASONS = {
    FEW_PUPILS: gettext_lazy("för få elever"),
    FEW_TEACHERS: gettext_lazy("för få lärare"),
    FEW_ANSWERS: gettext_lazy("för få svar"),
    DERIVABLE: gettext_lazy("en annan dold uppgift skulle kunna räknas fram"),
}
NOT_COMPUTABLE = {
    NotComputable.NO_UNITS: gettext_lazy("det finns ingen statistik för era enheter"),
    NotComputable.UNITS_LACKING: gettext_lazy("det saknas uppgifter för någon av era enheter"),
    NotComputable.HIDDEN_PARTS: gettext_lazy("någon enhets värde visas inte eller saknas"),
    NotComputable.ROUNDED_PARTS: gettext_lazy("någon enhets värde är avrundat"),
    NotComputable.COUNTS_UNKNOWN: gettext_lazy("källan anger inte hur många varje enhets värde bygger på"),
}
PLACES = {
    Place.LOWER: gettext_lazy("lägre än den mittersta hälften av gruppen"),
    Place.MIDDLE: gettext_lazy("inom den mittersta hälften av gruppen"),
    Place.UPPER: gettext_lazy("högre än den mittersta hälften av gruppen"),
}
GROUPS = {
    "kommun": pgettext_lazy("jämförelsegrupp", "kommuner"),
    "kommunalforbund": pgettext_lazy("jämförelsegrupp", "kommunalförbund"),
    "region": pgettext_lazy("jämförelsegrupp", "regioner"),
    "stat": pgettext_lazy("jämförelsegrupp", "statliga huvudmän"),
    "enskild": pgettext_lazy("jämförelsegrupp", "enskilda huvudmän"),
    "company": pgettext_lazy("jämförelsegrupp", "bolag"),
    "association": pgettext_lazy("jämförelsegrupp", "föreningar, stiftelser och trossamfund"),
}
RESTS_ON = {
    "pupils": pgettext_lazy("bygger på", "elever"),
    "children": pgettext_lazy("bygger på", "barn"),
    "teachers": pgettext_lazy("bygger på", "lärare, omräknat till heltid"),
    "answers": pgettext_lazy("bygger på", "svar"),
}
TRENDS = {
    "up": gettext_lazy("Ökningen sedan %(since)s är större än vad slumpen brukar ge."),
    "down": gettext_lazy("Minskningen sedan %(since)s är större än vad slumpen brukar ge."),
}
SOURCES: dict[str, str | Promise] = {
    "planned-educations": gettext_lazy("Skolverket, statistik om skolenheter"),
    "skolverket-csv": gettext_lazy("Skolverket, statistik om huvudmän och skolenheter"),
    "skolverket": gettext_lazy("Skolverket, statistik om huvudmän"),
    "skolenkaten": gettext_lazy("Skolinspektionen, Skolenkäten"),
    "pxweb": gettext_lazy("Skolverket, underlag för analys inom kvalitetssystemet"),
    "kolada": gettext_lazy("Kolada"),
    "salsa": gettext_lazy("Skolverket, SALSA"),
    "example": gettext_lazy("Påhittade exempelvärden"),
}


def source_name(source: str) -> str:
    """What the source is called; the key itself for one that has no name here."""
    return str(SOURCES.get(source, source))


def value_text(figures: IndicatorFigures, value: Value) -> str:
    """The value with its unit, as in running text: `81,2 %`, `..`."""
    return format_value(value, unit=figures.unit, decimals=decimals_of(figures, value))


def cell_text(figures: IndicatorFigures, value: Value) -> str:
    """The value without unit, as in a table whose head has it."""
    return format_value(value, decimals=decimals_of(figures, value))


def decimals_of(figures: IndicatorFigures, value: Value) -> int:
    """The indicator's decimals; none for what the source has rounded."""
    return 0 if value.kind is ValueKind.APPROXIMATE else figures.decimals


def spoken(value: Value) -> str:
    """What a hidden value means, in words ("värdet visas inte: för få elever"); empty for a number."""
    if value.kind is ValueKind.SUPPRESSED:
        reason = REASONS.get(value.reason, gettext_lazy("för få i gruppen"))
        return _("värdet visas inte: %(reason)s") % {"reason": reason}
    words = {
        ValueKind.MISSING: _("uppgift saknas"),
        ValueKind.NEARLY_ALL: _(
            "alla eller nästan alla: så få når inte målet att den exakta andelen inte visas"
        ),
        ValueKind.NOT_APPLICABLE: _("inte aktuellt: det finns inga lärare som behöver legitimation"),
    }
    return words.get(value.kind, "")


def own_reason(figures: IndicatorFigures) -> str:
    """Why there is no own value to show; empty where there is one."""
    if figures.bar:
        return bar_words(figures.bar)
    if figures.own.kind is ValueKind.MISSING and figures.not_computable:
        return _("kan inte beräknas: %(why)s") % {"why": NOT_COMPUTABLE[figures.not_computable]}
    return spoken(figures.own)


def bar_words(bar: Bar) -> str:
    """That the figures may not be used, with the law and the day."""
    if bar.ended:
        words = _("uppgifterna får inte längre användas: %(basis)s gällde till och med %(day)s")
    else:
        words = _("uppgifterna får inte användas ännu: %(basis)s gäller från och med %(day)s")
    when = datetime.date.fromisoformat(bar.ended or bar.begins)
    return words % {"basis": bar.basis, "day": day(when)}


def group_words(group: Group) -> str:
    """The group in words: "kommuner med 2 000–4 999 barn och elever"."""
    if group.rule:
        return rule_words(group.rule)
    if group.size_class == SizeClass.NOT_KNOWN:
        return _("%(who)s av okänd storlek") % {"who": GROUPS[group.type]}
    size = SizeClass(group.size_class).label
    return _("%(who)s med %(size)s barn och elever") % {"who": GROUPS[group.type], "size": size}


def rule_words(stored: dict[str, Any]) -> str:
    """What a group's members have in common: "bolag med 70–199 barn och elever, som har grundskola"."""
    rule = Rule.from_json(stored)
    who = str(GROUPS[rule.kind])
    size = _limits_in_words(rule.size_from, rule.size_below)
    if not rule.size_known:
        who = _("%(who)s av okänd storlek") % {"who": who}
    elif size:
        who = _("%(who)s med %(size)s barn och elever") % {"who": who, "size": size}
    place = _limits_in_words(rule.place_from, rule.place_below)
    parts = [
        who,
        _("som har %(forms)s") % {"forms": _forms(rule.all_run)} if rule.all_run else "",
        _("som inte har %(forms)s") % {"forms": _forms(rule.none_run)} if rule.none_run else "",
        _("i kommuner med %(size)s elever") % {"size": place} if place else "",
    ]
    return ", ".join(filter(None, parts))


def _forms(codes: Collection[str]) -> str:
    *most, last = (str(Skolform(code).label) for code in codes)
    return _("%(most)s och %(last)s") % {"most": ", ".join(most), "last": last} if most else last


def _limits_in_words(least: int | None, below: int | None) -> str:
    """`70–199`, `färre än 70`, `70 eller fler`; empty without limits."""
    low, high = (format_number(Decimal(n), 0) if n else "" for n in (least, below and below - 1))
    if low and high:
        return f"{low}–{high}"
    if low:
        return _("%(number)s eller fler") % {"number": low}
    if below is None:
        return ""
    return _("färre än %(number)s") % {"number": format_number(Decimal(below), 0)}


def place_words(place: Place) -> str:
    """Where the own value stands, in words."""
    return str(PLACES[place])


def period_words(period: str) -> str:
    """`läsåret 2024/25` or `år 2024`; empty without a period."""
    if not period:
        return ""
    words = _("läsåret %(period)s") if "/" in period else _("år %(period)s")
    return words % {"period": period}


def uncertainty_words(figures: IndicatorFigures) -> str:
    """What may be chance, and what is hardly that, in sentences; empty where nothing can be told."""
    found = []
    if figures.may_be_chance and figures.place not in (None, Place.MIDDLE):
        found.append(_chance_sentence(figures))
    if figures.trend:
        found.append(str(TRENDS[figures.trend]) % {"since": figures.trend_since})
    return " ".join(found)


def _chance_sentence(figures: IndicatorFigures) -> str:
    words = _(
        "Skillnaden mot gruppens median kan vara en tillfällighet: värdet bygger på %(count)s %(whom)s."
    )
    count = format_number(Decimal(figures.count or 0), 0)
    return words % {"count": count, "whom": RESTS_ON[figures.based_on]}


def describe(figures: IndicatorFigures) -> str:
    """All that the chart shows, in sentences: the chart's text alternative."""
    when = period_words(figures.period)
    heading = f"{figures.name}, {when}." if when else f"{figures.name}."
    return " ".join([heading, *_sentences(figures)])


def _sentences(figures: IndicatorFigures) -> list[str]:
    found = [_own_sentence(figures)]
    if not figures.riket.is_hidden:
        found.append(_("Riket: %(value)s.") % {"value": value_text(figures, figures.riket)})
    if figures.group:
        found.append(_group_sentence(figures, figures.group))
    if figures.place:
        found.append(_("Ert värde ligger %(place)s.") % {"place": place_words(figures.place)})
    return [*found, *filter(None, [units_words(figures)])]


def units_words(figures: IndicatorFigures) -> str:
    """What is shown of the units, how many are not and why; empty where no values of units are known."""
    if figures.units is None or not figures.units.values:
        return ""
    hidden = Counter((u.value.kind, u.value.reason) for u in figures.units.values if u.value.is_hidden)
    why = ", ".join(_hidden_words(kind, reason) % {"many": n} for (kind, reason), n in sorted(hidden.items()))
    sentences = [_units_sentence(figures, figures.units), f"{why[:1].upper()}{why[1:]}." if why else ""]
    return " ".join(filter(None, sentences))


def _units_sentence(figures: IndicatorFigures, units: UnitSpread) -> str:
    """The lowest and the highest of those that are shown."""
    numbers = sorted(unit.value.number for unit in units.shown if unit.value.number is not None)
    if not numbers:
        return _("Inget värde visas för era %(total)s skolenheter.") % {"total": units.total}
    low, high = (format_number(number, figures.decimals) for number in (numbers[0], numbers[-1]))
    facts = {
        "shown": len(numbers),
        "total": units.total,
        "low": low,
        "high": f"{high}{NBSP}{figures.unit}".strip(),
    }
    if len(numbers) == 1:
        return _("Av era %(total)s skolenheter visas en: %(high)s.") % facts
    if len(numbers) == units.total:
        return _("Era %(total)s skolenheter ligger från %(low)s till %(high)s.") % facts
    return _("%(shown)s av era %(total)s skolenheter visas, från %(low)s till %(high)s.") % facts


def _hidden_words(kind: ValueKind, reason: str) -> str:
    """Why units are not shown, with how many they are."""
    words = {
        FEW_PUPILS: _("%(many)s har för få elever"),
        FEW_TEACHERS: _("%(many)s har för få lärare"),
        FEW_ANSWERS: _("%(many)s har för få svar"),
        DERIVABLE: _("%(many)s skyddar en annan"),
        ValueKind.NEARLY_ALL: _("hos %(many)s når alla eller nästan alla målet"),
        ValueKind.MISSING: _("%(many)s saknar uppgift"),
        ValueKind.NOT_APPLICABLE: _("för %(many)s gäller måttet inte"),
    }
    return words.get(reason) or words.get(kind) or _("%(many)s visas inte")


def _own_sentence(figures: IndicatorFigures) -> str:
    if figures.own.is_hidden:
        return _("Ert värde: %(reason)s.") % {"reason": own_reason(figures)}
    return _("Ert värde: %(value)s.") % {"value": value_text(figures, figures.own)}


def _group_sentence(figures: IndicatorFigures, group: Group) -> str:
    spread = group.spread
    q1, median, q3 = (format_number(n, figures.decimals) for n in (spread.q1, spread.median, spread.q3))
    middle = _(
        "Bland %(members)s %(group)s ligger den mittersta hälften mellan %(q1)s och %(q3)s; "
        "medianen är %(median)s."
    ) % {"members": spread.members, "group": group_words(group), "q1": q1, "q3": q3, "median": median}
    return " ".join(filter(None, [middle, _line_sentence(figures, spread)]))


def _line_sentence(figures: IndicatorFigures, spread: Spread) -> str:
    """What the group's line is; it leaves out the lowest and the highest, which are somebody's figures."""
    if spread.p5 is None or spread.p95 is None:
        return ""
    p5, p95 = (format_number(number, figures.decimals) for number in (spread.p5, spread.p95))
    words = _("Linjen går från %(p5)s, som 5 procent ligger under, till %(p95)s, som 5 procent ligger över.")
    return words % {"p5": p5, "p95": p95}
