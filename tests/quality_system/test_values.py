"""A value is not a number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality_system import values
from quality_system.values import HiddenValue, UnreadableValue, Value, ValueKind, format_value, parse_value

NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False)
SPACES = st.sampled_from([" ", "\u00a0", "\u202f", "\u2009", "\u2007"])
HIDDEN = st.sampled_from([values.MISSING, values.SUPPRESSED, values.NEARLY_ALL, values.NOT_APPLICABLE])
SHOWN = st.builds(
    Value, st.sampled_from([ValueKind.NUMBER, ValueKind.APPROXIMATE]), NUMBERS.map(lambda d: d + 0)
)


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("76,5", "number", "76.5"),
        ("0", "number", "0"),
        ("0,0", "number", "0"),
        ("100", "number", "100"),
        ("44%", "number", "44"),
        ("44 %", "number", "44"),
        ("1 234,5", "number", "1234.5"),
        ("1\u00a0234,5", "number", "1234.5"),
        ("1\u202f234\u202f567", "number", "1234567"),
        (" 302 227 ", "number", "302227"),
        ("526708", "number", "526708"),
        ("-3,2", "number", "-3.2"),
        ("\u22123,2", "number", "-3.2"),
        ("cirka 360", "approximate", "360"),
        ("Cirka 1 020", "approximate", "1020"),
        ("ca 40", "approximate", "40"),
        (".", "missing", None),
        ("-", "missing", None),
        ("...", "missing", None),
        ("", "missing", None),
        ("  ", "missing", None),
        (None, "missing", None),
        ("..", "suppressed", None),
        (" .. ", "suppressed", None),
        ("~100", "nearly_all", None),
        ("~ 100 %", "nearly_all", None),
        ("*", "not_applicable", None),
    ],
)
def test_source_text_is_read_as_it_was_meant(text: str | None, kind: str, number: str | None) -> None:
    value = parse_value(text)
    assert value.kind == kind
    assert value.number == (Decimal(number) if number else None)


@pytest.mark.parametrize(
    "text",
    ["abc", "76.5", "1 23", "12 3456", "~57", "76,", ",5", "--3", "٣", "NaN", "1e5", "cirka", "<5", "% 4"],
)
def test_nothing_is_guessed(text: str) -> None:
    with pytest.raises(UnreadableValue):
        parse_value(text)


def test_a_source_may_have_its_own_signs() -> None:
    assert parse_value("-", {**values.SIGNS, "-": values.SUPPRESSED}).kind is ValueKind.SUPPRESSED


@given(SHOWN | HIDDEN)
def test_what_is_written_can_be_read_back(value: Value) -> None:
    assert parse_value(format_value(value)) == value
    assert parse_value(format_value(value, unit="%")) == value


@given(st.integers(0, 10**12), st.text("0123456789", min_size=1, max_size=4), SPACES)
def test_any_space_may_group_the_thousands(whole: int, decimals: str, space: str) -> None:
    text = f"{whole:,}".replace(",", space) + f",{decimals}"
    assert parse_value(text) == values.number(f"{whole}.{decimals}")


@given(st.text())
def test_any_text_is_a_value_or_unreadable(text: str) -> None:
    try:
        value = parse_value(text)
    except UnreadableValue:
        return
    assert (value.number is not None) == any(sign.isdigit() for sign in text) or value is values.NEARLY_ALL


@given(HIDDEN, SHOWN)
def test_a_hidden_value_never_becomes_a_number(hidden: Value, shown: Value) -> None:
    assert hidden.number is None
    for arithmetic in (
        lambda: hidden.exact,
        lambda: values.difference(hidden, shown),
        lambda: values.difference(values.number(1), hidden),
        lambda: values.total([values.number(1), hidden]),
        lambda: values.weighted_mean([(values.number(1), 5), (hidden, 0)]),
    ):
        with pytest.raises(HiddenValue):
            arithmetic()
    for as_number in (float, int, round, abs, sum):
        with pytest.raises(TypeError):
            as_number(hidden)  # type: ignore[operator]
    with pytest.raises(TypeError):
        sorted([hidden, shown])  # type: ignore[type-var]
    assert not any(sign in "0" for sign in format_value(hidden).replace("~100", ""))


@given(st.sampled_from(ValueKind), NUMBERS)
def test_only_kinds_with_a_number_may_have_one(kind: ValueKind, figure: Decimal) -> None:
    has_number = kind in values.KINDS_WITH_NUMBER
    with pytest.raises(ValueError, match="kind"):
        Value(kind, None if has_number else figure)


def test_an_endless_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        values.number("Infinity")


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (values.number("1234.5"), "", None, "1\u00a0234,5"),
        (values.number("81"), "%", None, "81\u00a0%"),
        (values.number("81"), "%", 1, "81,0\u00a0%"),
        (values.number("76.5000"), "", None, "76,5"),
        (values.number("-3.25"), "procentenheter", 1, "\u22123,3\u00a0procentenheter"),
        (values.number("-0.04"), "", 1, "0,0"),
        (values.approximate("360"), "elever", None, "cirka\u00a0360\u00a0elever"),
        (values.number("143700"), "kronor", 0, "143\u00a0700\u00a0kronor"),
        (values.SUPPRESSED, "%", 1, ".."),
        (values.MISSING, "%", 1, "."),
        (values.NEARLY_ALL, "%", 1, "~100"),
        (values.NOT_APPLICABLE, "%", 1, "*"),
    ],
)
def test_figures_are_written_the_swedish_way(
    value: Value, unit: str, decimals: int | None, text: str
) -> None:
    assert format_value(value, unit=unit, decimals=decimals) == text


def test_sums_and_means_of_numbers() -> None:
    a, b = values.number("80"), values.number("90")
    assert values.difference(b, a) == 10
    assert values.total([a, b]) == 170
    assert values.weighted_mean([(a, 30), (b, 10)]) == Decimal("82.5")
    with pytest.raises(ValueError, match="weights"):
        values.weighted_mean([(a, 0)])


def test_a_rounded_number_is_not_counted_with() -> None:
    with pytest.raises(HiddenValue):
        values.total([values.approximate(360)])
