"""Week numbers, red days, eves and school breaks."""

from __future__ import annotations

import datetime

import pytest
from django.utils import translation

from dialogues import days


def on(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-12-01", "tisdag 1 december 2026 (vecka 49)"),
        ("2026-12-31", "torsdag 31 december 2026 (vecka 53)"),
        ("2027-01-03", "söndag 3 januari 2027 (vecka 53)"),
        ("2027-01-04", "måndag 4 januari 2027 (vecka 1)"),
    ],
)
def test_a_day_in_words_with_its_iso_week(day: str, words: str) -> None:
    with translation.override("sv"):
        assert days.in_words(on(day)) == words


def test_english_days_and_months_have_capitals() -> None:
    with translation.override("en"):
        assert days.in_words(on("2026-12-15")).startswith("Tuesday 15 December 2026")
        assert any(
            remark.startswith("Thursday: ")
            for week in days.coming_weeks(8, today=on("2026-11-26"))
            for remark in week.remarks
        )


@pytest.mark.parametrize(
    ("day", "remark"),
    [
        ("2026-05-14", "Kristi himmelsfärdsdag"),
        ("2026-12-24", "Julafton"),
        ("2026-06-19", "Midsommarafton"),
        ("2026-11-28", "helg"),
        ("2026-10-28", "höstlov"),
        ("2027-02-17", "sportlov i delar av landet"),
        ("2026-07-01", "sommarveckor"),
        ("2026-12-15", "veckorna kring jul och nyår"),
        ("2027-03-23", "påskveckan eller påsklov"),
        ("2027-03-30", "påskveckan eller påsklov"),
    ],
)
def test_a_day_to_think_about(day: str, remark: str) -> None:
    with translation.override("sv"):
        assert remark in days.remarks(on(day))


@pytest.mark.parametrize("day", ["2026-11-24", "2026-12-11", "2027-01-20", "2027-04-07"])
def test_an_ordinary_day_has_no_remarks(day: str) -> None:
    assert days.remarks(on(day)) == []


def test_the_coming_weeks_begin_with_this_week_and_name_each_special_day() -> None:
    with translation.override("sv"):
        weeks = days.coming_weeks(6, today=on("2026-11-26"))
    assert [week.number for week in weeks] == [48, 49, 50, 51, 52, 53]
    assert weeks[0].monday == on("2026-11-23")
    assert weeks[0].friday == on("2026-11-27")
    assert weeks[0].remarks == []
    assert "torsdag: Julafton" in weeks[4].remarks
