"""Files are recognised by what they hold, where only one source can have written them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality_system.sources.recognising import NamedBytes, recognise
from tests.quality_system import shared_data
from tests.quality_system.source_samples import dataset, kolada, page
from tests.quality_system.test_import import teachers
from tests.quality_system.test_sheets import TABLE, xlsx

CSV = "\n".join(";".join(row) for row in TABLE).encode("utf-8-sig")


def found(content: bytes, name: str = "a") -> set[str]:
    return recognise(lambda: NamedBytes(content, name))


def answer(told: object) -> bytes:
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("content", "source"),
    [
        (CSV, "skolverket-csv"),
        (gzip.compress(CSV), "skolverket-csv"),
        (xlsx(TABLE), "skolverket-csv"),
        (answer(teachers("12345678")), "planned-educations"),
        (answer(dataset([1, 2, 3, 4])), "pxweb"),
        (answer(page(kolada("0114", ("T", 5.5)))), "kolada"),
    ],
    ids=["csv", "packed", "workbook", "planned-educations", "pxweb", "kolada"],
)
def test_each_source_is_told_from_the_others(content: bytes, source: str) -> None:
    assert found(content) == {source}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (shared_data.PLANNED, "planned-educations"),
        (shared_data.UNITS, "planned-educations"),
        ("statistics/pxweb_ufa_grundskola_sample.json", "pxweb"),
        ("statistics/survey-sample-nested-pupilsgr.json", "skolenkaten"),
        ("statistics/survey-sample-nested-pupilsgy.json", "skolenkaten"),
    ],
)
def test_real_answers_are_told_from_the_others(name: str, source: str) -> None:
    file = shared_data.shared_file(name)
    assert found(file.read_bytes(), file.name) == {source}


def test_every_real_export_is_recognised() -> None:
    folder = shared_data.shared_file("statistics/skolverket_csv")
    files: list[Path] = sorted(folder.glob("*.csv"))
    assert {file.name: found(file.read_bytes(), file.name) for file in files} == {
        file.name: {"skolverket-csv"} for file in files
    }


@given(st.binary(max_size=200))
def test_nothing_is_found_in_any_bytes(content: bytes) -> None:
    assert found(content) == set()
