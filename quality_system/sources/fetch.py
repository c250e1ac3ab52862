"""Fetching what the readers read: each function writes files that `import_statistics` takes. Plain Python."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from math import prod
from pathlib import Path
from typing import Any

import httpx

from quality_system.sources.door import Door, FetchFault, write_whole

PLANNED_EDUCATIONS = "https://api.skolverket.se/planned-educations"
PXWEB = (
    "https://statistikdatabasen.skolverket.se/PxWeb/api/v1/sv/Skolverkets_statistikdatabas/"
    "Underlag_for_analys_inom_det_nationella_kvalitetssystemet"
)
KOLADA = "https://api.kolada.se/v3"

HAL = "application/vnd.skolverket.plannededucations.api.v4.hal+json"
PAGE = 100
MOST_PAGES = 10_000
MOST_CELLS = 1_250_000
ALL_LEVELS = "20000"


# planned-educations ---------------------------------------------------------------------------------------
def fetch_planned_educations(door: Door, folder: Path, skolform: str, root: str = PLANNED_EDUCATIONS) -> Path:
    """Details and statistics of every unit of a skolform (`fsk`, `gr`, `gran`, `gyan`) and of the country."""
    addresses = [f"{root}/v4/statistics/national-values/{skolform}"]
    for code in _unit_codes(door, root, skolform):
        addresses += [
            f"{root}/v4/school-units/{code}",
            f"{root}/v4/school-units/{code}/statistics/{skolform}",
        ]
    found = ((address, door.get(address, HAL)) for address in addresses)
    path = folder / f"planned-educations-{skolform}.ndjson"
    write_whole(path, _lines((address, answer) for address, answer in found if answer is not None))
    return path


def _unit_codes(door: Door, root: str, skolform: str) -> Iterator[str]:
    address = f"{root}/v4/school-units"
    for page in range(MOST_PAGES):
        answer = door.get(address, HAL, typeOfSchooling=skolform, page=page, size=PAGE)
        try:
            body = answer["body"]
            codes = [str(unit["code"]) for unit in body.get("_embedded", {}).get("listedSchoolUnits", [])]
            pages = int(body["page"]["totalPages"])
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise FetchFault(f"{address} svarade på annat sätt än väntat på sidan {page}") from fault
        yield from codes
        if page + 1 >= pages:
            return
    raise FetchFault(f"{address} har orimligt många sidor")


# pxweb ----------------------------------------------------------------------------------------------------
def fetch_pxweb(door: Door, folder: Path, table: str) -> list[Path]:
    """All cells of a table (its address) in parts of at most 1 250 000 cells, each in a file of its own.

    A part that is in the folder since before is kept where it covers all the codes it should, and fetched
    again where it does not: an interrupted fetch goes on where it was.
    """
    variables, times = _codes_of(door, table)
    levels = _levels(door, table, variables[0], times[-1])
    size = max(1, MOST_CELLS // (len(variables) * len(times)))
    name = table.rstrip("/").rsplit("/", 1)[-1].removesuffix(".px")
    paths = []
    for number, start in enumerate(range(0, len(levels), size), start=1):
        wanted = {"variable": variables, "level": levels[start : start + size], "time": times}
        path = folder / f"pxweb-{name}-{number:03}.json"
        if not _covers(_saved(path), wanted):
            answer = door.post(table, _question(wanted))
            if not _covers(answer, wanted):
                raise FetchFault(f"{table} svarade inte med de koder som efterfrågades")
            write_whole(path, _lines([(table, answer)]))
        paths.append(path)
    return paths


def _codes_of(door: Door, table: str) -> tuple[list[str], list[str]]:
    told = door.get(table)
    described = told.get("variables") if isinstance(told, dict) else None
    codes = {part.get("code"): part.get("values") for part in described or [] if isinstance(part, dict)}
    variables, times = codes.get("variable"), codes.get("time")
    if not variables or not times:
        raise FetchFault(f"{table} beskriver inte sina mått och tider")
    return variables, times


def _levels(door: Door, table: str, variable: str, time: str) -> list[str]:
    """The metadata leave the levels out; one mått at one time has them all."""
    question = _question({"variable": [variable], "level": [], "time": [time]})
    question["query"][1]["selection"] = {"filter": "top", "values": [ALL_LEVELS]}
    levels = _answer_codes(door.post(table, question)).get("level")
    if not levels:
        raise FetchFault(f"{table} svarade utan nivåer")
    return levels


def _question(wanted: dict[str, list[str]]) -> dict[str, Any]:
    query = [
        {"code": code, "selection": {"filter": "item", "values": values}} for code, values in wanted.items()
    ]
    return {"query": query, "response": {"format": "json-stat2"}}


def _saved(path: Path) -> object:
    try:
        line = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return line.get("json") if isinstance(line, dict) else None


def _covers(answer: object, wanted: dict[str, list[str]]) -> bool:
    """Tell whether an answer has just the codes that were asked for, and a value for every cell."""
    codes = _answer_codes(answer)
    if any(sorted(codes.get(dimension, [])) != sorted(asked) for dimension, asked in wanted.items()):
        return False
    told = answer.get("value") if isinstance(answer, dict) else None
    return isinstance(told, dict) or (isinstance(told, list) and len(told) == prod(map(len, wanted.values())))


def _answer_codes(answer: object) -> dict[str, list[str]]:
    try:
        dimensions = answer["dimension"]  # type: ignore[index]
        return {name: list(facts["category"]["index"]) for name, facts in dimensions.items()}
    except (KeyError, TypeError, AttributeError):
        return {}


# kolada ---------------------------------------------------------------------------------------------------
def fetch_kolada(
    door: Door, folder: Path, kpis: Sequence[str], years: Sequence[int], root: str = KOLADA
) -> Path:
    """All pages of some key figures and years."""
    address: str | None = f"{root}/data/kpi/{','.join(kpis)}/year/{','.join(map(str, years))}"
    pages: list[tuple[str, object]] = []
    while address:
        if len(pages) >= MOST_PAGES or httpx.URL(address).host != httpx.URL(root).host:
            raise FetchFault(f"{address[:200]} hör inte till Kolada, eller sidorna tar aldrig slut")
        page = door.get(address)
        if not isinstance(page, dict) or not isinstance(page.get("values"), list):
            raise FetchFault(f"{address[:200]} svarade utan värden")
        pages.append((address, page))
        address = page.get("next_url")
    path = folder / f"kolada-{'-'.join(kpis)[:80]}.ndjson"
    write_whole(path, _lines(pages))
    return path


def _lines(answers: Iterable[tuple[str, object]]) -> str:
    return "".join(
        json.dumps({"url": address, "json": answer}, ensure_ascii=False) + "\n" for address, answer in answers
    )
