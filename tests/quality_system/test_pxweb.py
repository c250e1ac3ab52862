"""Reading PxWeb's json-stat2: every cell in its place, with its kind."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality_system.sources import READERS, Item, Observation, Rejected, SourceFault
from quality_system.values import number
from tests.quality_system import shared_data
from tests.quality_system.source_samples import LEVELS, NamedBytes, dataset, dimension, read


def observed(items: list[Item]) -> list[Observation]:
    assert all(isinstance(item, Observation) for item in items)
    return [item for item in items if isinstance(item, Observation)]


def kinds(items: list[Item]) -> list[str]:
    return [item.value.kind.value for item in observed(items)]


def test_the_last_dimension_is_the_fastest() -> None:
    items = observed(read("pxweb", dataset([1, 2.5, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], levels=LEVELS)))
    told = {(item.measure, item.level, item.code, item.period): item.value for item in items}
    six, nine = "gr-y6-all-subjects", "gr-y9-all-subjects"
    assert told[six, "riket", "", "2024/25"] == number("2.5")
    assert told[six, "huvudman", "2120001355", "2023/24"] == number(3)
    assert told[nine, "unit", "53332364", "2023/24"] == number(11)
    assert [item.line for item in items] == list(range(1, 13))
    assert {item.orgnr for item in items if item.level == "unit"} == {"2120001355"}


def test_dimensions_may_stand_in_another_order() -> None:
    usual = dataset([1, 2, 3, 4])
    turned = usual | {"id": ["time", "variable", "level"], "size": [2, 2, 1], "value": [1, 3, 2, 4]}

    def told(answer: dict[str, Any]) -> set[tuple]:
        return {(item.measure, item.period, item.value) for item in observed(read("pxweb", answer))}

    assert told(turned) == told(usual)


@pytest.mark.parametrize(
    "status",
    [{"1": ".", "2": "..", "3": "..."}, [None, ".", "..", "..."], ["", ".", "..", "-"]],
)
def test_a_sign_says_the_kind_of_its_cell(status: object) -> None:
    items = read("pxweb", dataset([71.6, None, None, None], status))
    assert kinds(items) == ["number", "missing", "suppressed", "missing"]


def test_values_may_be_sparse_and_one_status_for_all() -> None:
    assert kinds(read("pxweb", dataset({"2": 5}))) == ["missing", "missing", "number", "missing"]
    assert kinds(read("pxweb", dataset({}, ".."))) == ["suppressed"] * 4


def test_a_unit_is_told_by_its_code_alone() -> None:
    levels = {"5568373228": "SKOLENHET AB (5568373228): SKOLENHET (12345678)", "14": "Västra Götalands län"}
    items = observed(read("pxweb", dataset([1] * 8, levels=levels)))
    assert {(item.level, item.code) for item in items} == {("huvudman", "5568373228"), ("lan", "14")}


def test_calendar_years_are_years() -> None:
    answer = dataset([1, 2, 3, 4], label="Förskola efter mått, nivå och år")
    answer["dimension"]["time"] = dimension({"2023": "2023", "2024": "2024"})
    items = observed(read("pxweb", answer))
    assert {item.period for item in items} == {"2023", "2024"}
    assert {item.measure for item in items} == {"fsk-ufa-26", "fsk-ufa-27"}


@pytest.mark.parametrize(
    ("url", "label", "name", "prefix"),
    [
        (
            "https://x.example/sv/Databas/Anpassad_gymnasieskola/Anpassad_gymnasieskola.px",
            "",
            "a",
            "gyan-ufa",
        ),
        ("", "Förskoleklass efter mått", "a", "fklass-ufa"),
        ("", "", "pxweb_ufa_gymnasieskola.json", "gy-ufa"),
        ("", "", "a.json", "ufa-26-delmal-1"),
    ],
)
def test_the_skolform_is_told_by_address_label_or_file(url: str, label: str, name: str, prefix: str) -> None:
    answer = {"url": url, "json": dataset([1, 2, 3, 4], label=label)}
    first = observed(read("pxweb", answer, name=name))[0]
    assert first.measure.startswith(prefix)


def test_several_answers_are_numbered_through() -> None:
    items = observed(read("pxweb", dataset([1, 2, 3, 4]), "", dataset([5, 6, 7, 8], updated="2026-10-01")))
    assert [item.line for item in items] == list(range(1, 9))
    assert {item.source_version for item in items} == {"v1", "2026-10-01"}


def test_a_bad_cell_is_told_with_its_place_and_the_others_stay() -> None:
    items = read("pxweb", dataset([1, "x", 3, 4], {"2": "..", "3": "?"}))
    assert [type(item) for item in items] == [Observation, Rejected, Rejected, Rejected]
    rejected = [item for item in items if isinstance(item, Rejected)]
    assert rejected[0].place == "cell 2 (mått 26, nivå 2120001355-53332364, tid 2024)"
    assert ["kan inte läsas" in rejected[0].reason, "både ett tal" in rejected[1].reason] == [True, True]
    assert "okänd" in rejected[2].reason


def test_a_code_that_means_nothing_is_told_once() -> None:
    items = read("pxweb", dataset([1] * 8, levels={"00": "RIKET", "2120001355-1": "?"}))
    assert [item.place for item in items if isinstance(item, Rejected)] == ["nivå 2120001355-1"]
    assert len(items) == 5


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"values": []}, "json-stat2"),
        ([], "json-stat2"),
        (dataset([1, 2, 3]), "4 celler"),
        (dataset({"4": 1}), "4 celler"),
        (dataset([1, 2, 3, 4], {"²": "."}), "4 celler"),
        (dataset([1, 2, 3, 4], size=[2, 1]), "lika många"),
        (dataset([1, 2, 3, 4], size=[2, 2, 2]), "så många koder"),
        (dataset([1, 2, 3, 4], size="stor"), "stämmer inte"),
        (dataset([1, 2], id=["variable", "time"], size=[2, 2]), "level saknas"),
        (dataset([1, 2, 3, 4], dimension={}), "saknar kategorier"),
        ('{"id": NaN}', "inte JSON"),
        ("[" * 100_000, "inte JSON"),
        ('{\n "id": [\n  "variable"\n', "rad 3"),
        ("", "tom"),
    ],
)
def test_another_file_is_refused(answer: object, reason: str) -> None:
    with pytest.raises(SourceFault, match=reason):
        read("pxweb", answer)


def test_a_later_answer_that_cannot_be_read_is_rejected_with_its_line() -> None:
    items = read("pxweb", dataset([1, 2, 3, 4]), "{", dataset([1, 2, 3]), dataset([5, 6, 7, 8]))
    rejected = [item for item in items if isinstance(item, Rejected)]
    assert [item.place for item in rejected] == ["rad 2", "rad 3"]
    assert len(items) == 10


def test_packed_and_printed_files_are_read_alike() -> None:
    answer = dataset([1, None, 3, 4], {"1": ".."})
    printed = json.dumps(answer, indent=1, ensure_ascii=False)
    packed = NamedBytes(gzip.compress(printed.encode(), mtime=0), "a.json.gz")
    assert list(READERS["pxweb"](packed)) == read("pxweb", printed) == read("pxweb", answer)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["id", "size", "dimension", "value", "status", "label", "extension"]), ANYTHING)
def test_a_part_that_is_anything_gives_values_rejections_or_a_fault(part: str, anything: object) -> None:
    answer = dataset([1, 2, 3, 4], {"0": "."}) | {part: anything}
    try:
        items = read("pxweb", answer)
    except SourceFault:
        return
    assert all(isinstance(item, Observation | Rejected) for item in items)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.none() | st.integers(0, 3400).map(lambda n: n / 10), min_size=12, max_size=12),
    st.dictionaries(st.integers(0, 11), st.sampled_from([".", "..", "...", "-"])),
)
def test_no_cell_is_lost_or_moved(values: list, signs: dict[int, str]) -> None:
    values = [None if at in signs else value for at, value in enumerate(values)]
    items = observed(
        read("pxweb", dataset(values, {str(at): sign for at, sign in signs.items()}, levels=LEVELS))
    )
    assert [item.line for item in items] == list(range(1, 13))
    for at, item in enumerate(items):
        assert (item.value.number is None) == (values[at] is None)
        assert (item.value.kind == "suppressed") == (signs.get(at) == "..")


def test_the_real_answer() -> None:
    path = shared_data.shared_file("statistics/pxweb_ufa_grundskola_sample.json")
    with path.open("rb") as stream:
        items = observed(list(READERS["pxweb"](stream)))
    assert Counter(kinds(list(items))) == {"number": 3, "missing": 3}
    assert {(item.code, item.orgnr) for item in items} == {("53332364", "2120001355")}
    assert [str(item.value.number) for item in items[:3]] == ["71.6", "75", "76.9"]
    assert {item.measure for item in items} == {"gr-y6-all-subjects", "gr-y9-all-subjects"}
