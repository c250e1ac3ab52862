"""Small answers in the form of the real sources, and what a reader makes of a text."""

from __future__ import annotations

import io
import json
from typing import Any

from quality_system.sources import READERS, Item

LEVELS = {
    "00": "RIKET",
    "2120001355": "GÖTEBORGS KOMMUN",
    "2120001355-53332364": "GÖTEBORGS KOMMUN (2120001355): FJÄLLSKOLAN F-6 (53332364)",
}


class NamedBytes(io.BytesIO):
    """Bytes of a file with a name."""

    def __init__(self, data: bytes, name: str = "") -> None:
        super().__init__(data)
        self.name = name


def read(source: str, *answers: object, name: str = "a.json") -> list[Item]:
    """What the reader makes of answers, one a line; a text is taken as it is."""
    lines = [answer if isinstance(answer, str) else json.dumps(answer) for answer in answers]
    return list(READERS[source](NamedBytes("\n".join(lines).encode(), name)))


def dimension(labels: dict[str, str]) -> dict[str, Any]:
    index = {code: at for at, code in enumerate(labels)}
    return {"category": {"index": index, "label": labels}}


def dataset(
    value: object, status: object = None, *, levels: dict[str, str] | None = None, **facts: Any
) -> dict[str, Any]:
    """A json-stat2 answer: two mått of grundskola, `levels` (one unit), two läsår; row-major."""
    variable = {"26": "Delmål 1: … årskurs 6", "27": "Delmål 1: … årskurs 9"}
    level = levels or {"2120001355-53332364": LEVELS["2120001355-53332364"]}
    time = {"2023": "2023/24", "2024": "2024/25"}
    told = {
        "class": "dataset",
        "version": "2.0",
        "label": "Grundskola efter mått, nivå och läsår",
        "id": ["variable", "level", "time"],
        "size": [2, len(level), 2],
        "dimension": {"variable": dimension(variable), "level": dimension(level), "time": dimension(time)},
        "value": value,
    }
    return told | ({"status": status} if status is not None else {}) | facts


def question(average: str | None, **shares: str | None) -> dict[str, Any]:
    asked = None if average is None and not shares else "Känner du dig trygg i skolan?"
    return {"average": average, "questionDescription": asked, "questionSubject": asked} | shares


def survey(*, unit: str = "44673074", year: str | None = "ak5", **questions: object) -> dict[str, Any]:
    row = {"schoolUnitCode": unit, "semester": "VT26", "noOfAnswers": "45", "answeringFrequency": "90%"}
    return row | ({"schoolYear": year} if year else {}) | questions


def page(*rows: object, next_url: str | None = None) -> dict[str, Any]:
    return {"count": len(rows), "next_url": next_url, "previous_url": None, "values": list(rows)}


def kolada(municipality: str, *parts: tuple[str, object], kpi: str = "N15428", period: object = 2024) -> dict:
    values = [{"count": 1, "gender": sex, "status": "", "value": value} for sex, value in parts]
    return {"kpi": kpi, "municipality": municipality, "period": period, "values": values}
