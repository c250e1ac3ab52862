"""Reading Skolenkäten and Kolada: every value with its group, its sex and its kind."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality_system.sources import READERS, Item, Observation, Rejected, SourceFault
from quality_system.values import number
from tests.quality_system import shared_data
from tests.quality_system.source_samples import kolada, page, question, read, survey
from tests.quality_system.test_pxweb import ANYTHING, observed


def survey_of(*rows: dict, name: str = "a.json") -> list[Item]:
    return read("skolenkaten", {"schoolYearMetrics": list(rows)}, name=name)


# Skolenkäten ----------------------------------------------------------------------------------------------
def test_each_question_gives_its_index_and_its_shares() -> None:
    asked = question("8,6", ratioCorrespondsFully="60%", ratioDoNotKnow="-", ratioAlways=None)
    items = observed(survey_of(survey(securityMetrics=asked)))
    told = {item.measure: (item.value, item.count) for item in items}
    assert told["gr-y5-safety"] == (number("8.6"), 45)
    assert told["gr-y5-safety-corresponds-fully"] == (number(60), 45)
    assert told["gr-y5-safety-do-not-know"][0].kind == "suppressed"
    assert told["gr-y5-answering-frequency"] == (number(90), None)
    assert len(told) == 4
    assert {(item.period, item.source_version) for item in items} == {("2026", "VT26")}


def test_a_question_that_was_not_asked_gives_nothing() -> None:
    items = observed(survey_of(survey(recommendMetrics=question(None), supportMetrics=None)))
    assert [item.measure for item in items] == ["gr-y5-answering-frequency"]


def test_an_index_hidden_or_lacking_keeps_its_kind() -> None:
    asked = {"securityMetrics": question("-"), "workingEnvironmentMetrics": question(None, ratioOften="..")}
    items = {item.measure: item.value.kind for item in observed(survey_of(survey(**asked)))}
    assert (items["gr-y5-safety"], items["gr-y5-calm"]) == ("suppressed", "missing")


@pytest.mark.parametrize(
    ("year", "name", "key"),
    [
        ("ak8", "a.json", "gr-y8-safety"),
        ("ar2", "a.json", "gy-y2-safety"),
        (None, "survey-custodiansgran.json", "gran-custodians-safety"),
        (None, "custodiansfsk.json", "fklass-custodians-safety"),
    ],
)
def test_the_group_is_part_of_the_key(year: str | None, name: str, key: str) -> None:
    row = survey(year=year, securityMetrics=question("7,0"))
    body = {"status": "OK", "message": "Success", "body": row}
    assert observed(read("skolenkaten", body, name=name))[-1].measure == key


def test_an_unknown_question_gets_a_key_of_its_own() -> None:
    items = observed(survey_of(survey(schoolFoodMetrics=question("5,0"))))
    assert items[-1].measure == "gr-y5-school-food"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (survey(unit="4467"), "åtta siffror"),
        (survey(year="ettan"), "årskursen"),
        (survey(year=None), "vilken årskurs eller skolform"),
        (survey() | {"semester": "2026"}, "terminen"),
        (survey(securityMetrics=question("8.6")), "safety: värdet ”8.6” kan inte läsas"),
        (survey(securityMetrics=question(8.6)), "inte text"),  # type: ignore[arg-type]
        (survey(securityMetrics="8,6"), ""),
    ],
)
def test_what_cannot_be_read_is_told_with_its_unit(row: dict, reason: str) -> None:
    other = survey(unit="87654321", supportMetrics=question("7,0"))
    items = survey_of(row, other)
    rejected = [item for item in items if isinstance(item, Rejected)]
    assert all(item.line == 1 and item.place.startswith("svar 1 (") for item in rejected)
    assert [reason in item.reason for item in rejected] == [True] * bool(reason)
    assert items[-1].line == 2


@pytest.mark.parametrize("answer", [{"values": []}, [], {"schoolYearMetrics": {}}, "{", ""])
def test_no_survey_is_refused(answer: object) -> None:
    with pytest.raises(SourceFault):
        read("skolenkaten", answer)


@settings(max_examples=200, deadline=None)
@given(ANYTHING, st.sampled_from(["semester", "schoolYear", "noOfAnswers", "securityMetrics", "xMetrics"]))
def test_any_survey_is_read_or_rejected(anything: object, part: str) -> None:
    for row in (survey() | {part: anything}, anything):
        assert all(isinstance(item, Observation | Rejected) for item in survey_of(row))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["gr", "gy"])
def test_the_real_surveys_lose_nothing(kind: str) -> None:
    path = shared_data.shared_file(f"statistics/survey-sample-nested-pupils{kind}.json")
    rows = json.loads(path.read_text())["schoolYearMetrics"]
    texts = [
        text
        for row in rows
        for name, asked in row.items()
        if name.endswith("Metrics")
        for part, text in asked.items()
        if part.startswith(("ratio", "average")) and text is not None
    ]
    with path.open("rb") as stream:
        items = observed(list(READERS["skolenkaten"](stream)))
    told = Counter(item.value.kind.value for item in items)
    assert told == {"number": len(texts) - texts.count("-") + len(rows), "suppressed": texts.count("-")}
    assert {item.count for item in items} - {None} == {int(row["noOfAnswers"]) for row in rows}


# Kolada ---------------------------------------------------------------------------------------------------
def test_sexes_places_and_years() -> None:
    items = observed(
        read(
            "kolada",
            page(kolada("0180", ("T", 81.2), ("K", 84), ("M", None)), next_url="https://x.example/2"),
            page(kolada("0000", ("T", 79.9), period="2023"), kolada("0014", ("T", 80))),
        )
    )
    assert [(item.level, item.code, item.sex, item.period, item.line) for item in items] == [
        ("kommun", "0180", "all", "2024", 1),
        ("kommun", "0180", "girls", "2024", 1),
        ("kommun", "0180", "boys", "2024", 1),
        ("riket", "", "all", "2023", 2),
        ("lan", "14", "all", "2024", 3),
    ]
    assert [item.value.kind.value for item in items] == ["number", "number", "missing", "number", "number"]
    assert (items[0].value, items[0].measure, items[0].count) == (number("81.2"), "kolada-n15428", None)


def test_a_secret_value_is_suppressed_and_a_removed_one_missing() -> None:
    row = kolada("0180", ("T", None), ("K", 12.5))
    row["values"][0]["status"] = "Private"
    row["values"][1]["isdeleted"] = True
    assert [item.value.kind.value for item in observed(read("kolada", page(row)))] == [
        "suppressed",
        "missing",
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (kolada("0180", ("X", 1)), "varken T, K eller M"),
        (kolada("0180", ("T", "81,2")), "inte ett tal"),
        (kolada("0180", ("T", True)), "inte ett tal"),
        (kolada("0180", ("T", 1), kpi="behorighet"), "nyckeltalet"),
        (kolada("0180", ("T", 1), period=24), "perioden"),
        (kolada("0180", ("T", 1), period=None), "perioden"),
        (kolada("", ("T", 1)), "kommunens kod"),
        ({"kpi": "N15428", "municipality": "0180", "period": 2024}, "fel form"),
    ],
)
def test_what_kolada_says_wrongly_is_told_with_its_place(row: dict, reason: str) -> None:
    items = read("kolada", page(row, kolada("0114", ("T", 1))))
    rejected = [item for item in items if isinstance(item, Rejected)]
    assert [item.line for item in rejected] == [1]
    assert reason in rejected[0].reason
    assert rejected[0].place.startswith("värde 1 (")
    assert isinstance(items[-1], Observation)


@pytest.mark.parametrize("answer", [{"schoolYearMetrics": []}, {"values": {}}, "[]", "0180;81,2", ""])
def test_no_page_of_kolada_is_refused(answer: object) -> None:
    with pytest.raises(SourceFault):
        read("kolada", answer)


@settings(max_examples=200, deadline=None)
@given(ANYTHING, st.sampled_from(["kpi", "municipality", "period", "values", "ou"]))
def test_any_page_is_read_or_rejected(anything: object, part: str) -> None:
    rows = (kolada("0180", ("T", 1)) | {part: anything}, anything)
    inner = kolada("0180", ("T", 1)) | {"values": [anything, {"gender": "T", "value": anything}]}
    for item in read("kolada", page(*rows, inner)):
        assert isinstance(item, Observation | Rejected)
