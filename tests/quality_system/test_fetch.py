"""Fetching from the sources' interfaces: paged, paced, tried again, resumed; never half a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from quality_system.sources import READERS, Item, Observation, UnitFact, fetch
from quality_system.sources.door import ATTEMPTS, Door, FetchFault
from tests.quality_system import shared_data, source_server
from tests.quality_system.source_samples import kolada, page
from tests.quality_system.source_server import Answering, Call, Reply, serving
from tests.quality_system.test_pxweb import observed


class Clock:
    """A time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, []  # type: float, list[float]

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock, tmp_path: Path) -> Door:
    return Door(httpx.Client(), kept=tmp_path / "kept", sleep=clock.sleep, clock=clock)


def items_of(source: str, path: Path) -> list[Item]:
    with path.open("rb") as stream:
        return list(READERS[source](stream))


def busy_first(times: int, answering: Answering, reply: Reply) -> Answering:
    """`reply` to each address so many times, and then an answer."""
    seen: dict[str, int] = {}

    def answer(call: Call) -> Reply:
        seen[call.path] = seen.get(call.path, 0) + 1
        return reply if seen[call.path] <= times else answering(call)

    return answer


# The door -------------------------------------------------------------------------------------------------
def test_no_more_than_ten_calls_in_ten_seconds(door: Door, clock: Clock) -> None:
    at: list[float] = []

    def answering(_call: Call) -> Reply:
        at.append(clock.now)
        return Reply(200, {})

    with serving(answering) as (root, _calls):
        for number in range(35):
            door.get(f"{root}/{number}")
    assert all(later - earlier >= 10 for earlier, later in zip(at, at[10:], strict=False))
    assert clock.now == 30


@pytest.mark.parametrize(
    ("reply", "waits"),
    [(Reply(429), [1, 2, 4]), (Reply(503), [1, 2, 4]), (Reply(429, headers={"Retry-After": "7"}), [7, 7, 7])],
)
def test_a_busy_source_is_tried_again_later(door: Door, clock: Clock, reply: Reply, waits: list) -> None:
    with serving(busy_first(3, lambda _call: Reply(200, {"a": 1}), reply)) as (root, calls):
        assert door.get(f"{root}/x") == {"a": 1}
    assert (clock.slept, len(calls)) == (waits, 4)


def test_a_source_that_stays_busy_is_given_up_with_its_address(door: Door, clock: Clock) -> None:
    with serving(lambda _call: Reply(429)) as (root, calls):
        with pytest.raises(FetchFault, match=r"/x svarade inte efter 6 försök \(429\)"):
            door.get(f"{root}/x")
        assert len(calls) == ATTEMPTS
    with pytest.raises(FetchFault, match="ConnectError"):
        door.get(f"{root}/x")


@pytest.mark.parametrize(
    ("reply", "reason"), [(Reply(400, {}), "svarade 400"), (Reply(200, b"<html>"), "något annat än JSON")]
)
def test_another_answer_is_a_fault(door: Door, reply: Reply, reason: str) -> None:
    with serving(lambda _call: reply) as (root, _calls), pytest.raises(FetchFault, match=reason):
        door.get(f"{root}/x")


def test_an_unchanged_answer_is_taken_from_what_is_kept(door: Door) -> None:
    tag = {"ETag": '"1"'}

    def answering(call: Call) -> Reply:
        return Reply(304, b"") if call.headers.get("If-None-Match") == '"1"' else Reply(200, {"a": 1}, tag)

    with serving(answering) as (root, calls):
        assert door.get(f"{root}/x") == door.get(f"{root}/x") == {"a": 1}
        assert ["If-None-Match" in call.headers for call in calls] == [False, True]
        for kept in door.kept.iterdir():  # type: ignore[union-attr]
            kept.write_text("{")
        assert door.get(f"{root}/x") == {"a": 1}


# planned-educations ---------------------------------------------------------------------------------------
def test_planned_educations_by_its_own_document(door: Door, tmp_path: Path) -> None:
    path = shared_data.shared_file("statistics/planned_educations_v4_openapi.json")
    units = [str(10_000_000 + number) for number in range(103)]
    answering = source_server.planned_educations(json.loads(path.read_text()), units)
    with serving(busy_first(1, answering, Reply(503))) as (root, calls):
        file = fetch.fetch_planned_educations(door, tmp_path, "gr", root)
        pages = [call.query["page"] for call in calls if call.path.endswith("/school-units")]
        items = items_of("planned-educations", file)
        first = len(calls)
        again = fetch.fetch_planned_educations(door, tmp_path / "again", "gr", root)
        assert again.read_bytes() == file.read_bytes()
        assert sum("If-None-Match" in call.headers for call in calls[first:]) == 2 * len(units) + 1
    assert pages == ["0", "0", "1"]
    assert [item.code for item in items if isinstance(item, UnitFact)] == units
    read = [item for item in items if isinstance(item, Observation)]
    assert {item.code for item in read} == {*units, ""}
    assert len(read) + len(units) == len(items)


# pxweb ----------------------------------------------------------------------------------------------------
LEVELS = ["00", "2120001355", *(f"2120001355-{10_000_000 + number}" for number in range(8))]
TABLE = "/Grundskola/Grundskola.px"


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MOST_CELLS", 4 * 4)


def fetched(door: Door, folder: Path, root: str) -> list[tuple]:
    paths = fetch.fetch_pxweb(door, folder, root + TABLE)
    assert [path.name for path in paths] == [f"pxweb-Grundskola-{n:03}.json" for n in (1, 2, 3)]
    items = observed([item for path in paths for item in items_of("pxweb", path)])
    return sorted((i.level, i.code, i.measure, i.period, i.value.number) for i in items)


@pytest.mark.usefixtures("small_parts")
def test_a_table_comes_in_parts_and_none_is_lost(door: Door, tmp_path: Path) -> None:
    answering = source_server.pxweb(LEVELS, ["30", "31"], ["2023", "2024"])
    with serving(answering) as (root, calls):
        figures = fetched(door, tmp_path, root)
    assert len(figures) == len(set(figures)) == 40
    assert ("unit", "10000000", "gr-ufa-31", "2024/25", 2011) in figures
    assert [call.method for call in calls] == ["GET", *4 * ["POST"]]


def _cut(path: Path) -> None:
    path.write_text(path.read_text()[:200])


def _of_other_codes(path: Path) -> None:
    path.write_text(path.read_text().replace("10000003", "99999999"))


def _without_cells(path: Path) -> None:
    line = json.loads(path.read_text())
    line["json"]["value"] = line["json"]["value"][:-1]
    path.write_text(json.dumps(line))


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("spoil", [Path.unlink, _cut, _of_other_codes, _without_cells])
def test_a_saved_part_is_checked_before_it_is_trusted(
    door: Door, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    with serving(source_server.pxweb(LEVELS, ["30", "31"], ["2023", "2024"])) as (root, calls):
        whole = fetched(door, tmp_path, root)
        before = len(calls)
        spoil(tmp_path / "pxweb-Grundskola-002.json")
        assert fetched(door, tmp_path, root) == whole
        again = [call.body["query"][1]["selection"] for call in calls[before:] if call.method == "POST"]
    assert [len(selection["values"]) for selection in again] == [1, 4]


def test_an_answer_with_other_codes_is_not_saved(door: Door, tmp_path: Path) -> None:
    right = source_server.pxweb(LEVELS, ["30"], ["2024"])

    def answering(call: Call) -> Reply:
        reply = right(call)
        if call.method == "POST" and call.body["query"][1]["selection"]["filter"] == "item":
            reply.body["dimension"]["level"]["category"]["index"].pop("00")
        return reply

    with serving(answering) as (root, _calls), pytest.raises(FetchFault, match="de koder som efterfrågades"):
        fetch.fetch_pxweb(door, tmp_path, root + TABLE)
    assert not list(tmp_path.glob("*.json*"))


# kolada ---------------------------------------------------------------------------------------------------
def test_all_pages_of_kolada(door: Door, tmp_path: Path) -> None:
    def answering(call: Call) -> Reply:
        at = int(call.query.get("page", "1"))
        following = f"http://{call.headers['Host']}{call.path}?page={at + 1}" if at < 3 else None
        return Reply(200, page(kolada(f"018{at}", ("T", at)), next_url=following))

    with serving(answering) as (root, calls):
        file = fetch.fetch_kolada(door, tmp_path, ["N15428"], [2023, 2024], root)
        assert calls[0].path == "/data/kpi/N15428/year/2023,2024"
    assert [item.code for item in observed(items_of("kolada", file))] == ["0181", "0182", "0183"]


@pytest.mark.parametrize(
    "reply", [Reply(200, {"message": "?"}), Reply(200, page(next_url="http://elsewhere.example/2"))]
)
def test_kolada_that_answers_otherwise_leaves_no_file(door: Door, tmp_path: Path, reply: Reply) -> None:
    with serving(lambda _call: reply) as (root, _calls), pytest.raises(FetchFault):
        fetch.fetch_kolada(door, tmp_path, ["N15428"], [2024], root)
    assert not list(tmp_path.glob("*.ndjson*"))


# The command ----------------------------------------------------------------------------------------------
def test_the_command_tells_its_files(tmp_path: Path) -> None:
    out = StringIO()
    with serving(lambda _call: Reply(200, page(kolada("0180", ("T", 1))))) as (root, _calls):
        chosen = ["--kpi", "N15428", "--year", "2024", "--address", root]
        call_command("fetch_statistics", "kolada", str(tmp_path), *chosen, stdout=out)
    told = json.loads(out.getvalue())
    assert (told["source"], told["calls"]) == ("kolada", 1)
    assert [Path(path).exists() for path in told["files"]] == [True]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["kolada"], "nyckeltal och år"),
        (["pxweb"], "vilken skolform"),
        (["planned-educations", "--skolform", "vux"], "Välj bland"),
    ],
)
def test_the_command_says_what_is_lacking(tmp_path: Path, arguments: list[str], reason: str) -> None:
    source, *options = arguments
    with pytest.raises(CommandError, match=reason):
        call_command("fetch_statistics", source, str(tmp_path), *options)
