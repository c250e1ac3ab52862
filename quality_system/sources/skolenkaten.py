"""Skolenkäten as the planned-educations API nests it: an answer a unit, each year group with its questions.

A file is one answer, or one a line, with or without the API's `body` around it. A row is one group's answers.
Pupils' answers name their year group; custodians' do not, and get their skolform from the address or the
file's name (`…/nestedsurveys/custodiansgr`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from quality_system.sources.base import UNIT, UNIT_CODE, Item, Observation, Rejected, Unreadable
from quality_system.sources.json_answers import Answer, read_answers
from quality_system.sources.measure_keys import key_of
from quality_system.values import SIGNS, SUPPRESSED, UnreadableValue, Value, ValueKind, parse_value

SOURCE = "skolenkaten"

QUESTIONS = {
    "security": "safety",
    "workingEnvironment": "calm",
    "support": "support",
    "participation": "participation",
    "satisfaction": "satisfaction",
    "inspiration": "stimulation",
    "recommend": "recommendation",
}
"""The API's names of questions (before `Metrics`) and the last part of our key (`gr-y5-safety`)."""

FREQUENCY = "answering-frequency"

CUSTODIANS = {"fsk": "fklass", "gr": "gr", "gran": "gran", "gyan": "gyan"}
"""The API's path names after `custodians` (its `fsk` is förskoleklass) and the first part of our key."""

SURVEY_SIGNS = {**SIGNS, "-": SUPPRESSED}
"""A hyphen stands for so few answers that they are not shown: an answer nobody gave is `0%`."""

_GROUP = re.compile(r"(ak|ar)([1-9])")
_SEMESTER = re.compile(r"(?:VT|HT)([0-9]{2})")
_CUSTODIANS = re.compile(r"custodians([a-z]+)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class _Group:
    """Whose answers a row holds: unit, the first part of its keys, year, how many answered."""

    unit: str
    prefix: str
    period: str
    semester: str
    count: int | None


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield what the file says, group by group. Raises SourceFault when it is not such a file."""
    return read_answers(stream, _read_answer)


def _read_answer(answer: Answer) -> Iterator[Item]:
    for line, row in enumerate(_rows(answer.body), start=answer.start + 1):
        try:
            yield from _read_row(row, line, answer)
        except Unreadable as fault:
            yield Rejected(line, str(fault), _place(row, line))


def _rows(body: object) -> list[Any]:
    if isinstance(body, dict):
        rows = body.get("schoolYearMetrics", [body] if "schoolUnitCode" in body else None)
        if isinstance(rows, list):
            return rows
    raise Unreadable("svaret är inte Skolenkäten: schoolYearMetrics saknas")


def _place(row: object, line: int) -> str:
    named = [row.get("schoolUnitCode"), row.get("schoolYear")] if isinstance(row, dict) else []
    words = ", ".join(str(word)[:20] for word in named if word)
    return f"svar {line} ({words})" if words else f"svar {line}"


def _read_row(row: object, line: int, answer: Answer) -> Iterator[Item]:
    if not isinstance(row, dict):
        raise Unreadable("svaret har fel form")
    group = _group(row, answer)
    texts = [(FREQUENCY, row.get("answeringFrequency"))]
    for name, question in row.items():
        if name.endswith("Metrics"):
            texts += _question_texts(name.removesuffix("Metrics"), question)
    for measure, text in texts:
        if text is None:
            continue
        try:
            value = _value(text)
        except Unreadable as fault:
            yield Rejected(line, f"{measure}: {fault}", _place(row, line))
            continue
        key, count = key_of(group.prefix, measure), None if measure == FREQUENCY else group.count
        yield Observation(
            UNIT, group.unit, key, group.period, value, SOURCE, group.semester, line, count=count
        )


def _group(row: dict[str, Any], answer: Answer) -> _Group:
    code, semester = row.get("schoolUnitCode"), row.get("semester")
    if not isinstance(code, str) or not UNIT_CODE.fullmatch(code):
        raise Unreadable("skolenhetskoden är inte åtta siffror")
    term = _SEMESTER.fullmatch(semester) if isinstance(semester, str) else None
    if term is None:
        raise Unreadable(f"terminen {str(semester)[:20]!r} är inte som VT26")
    return _Group(code, _prefix(row, answer), f"20{term.group(1)}", str(semester), _count(row))


def _prefix(row: dict[str, Any], answer: Answer) -> str:
    year = row.get("schoolYear")
    if year is not None:
        group = _GROUP.fullmatch(year) if isinstance(year, str) else None
        if group is None:
            raise Unreadable(f"årskursen {str(year)[:20]!r} kan inte läsas")
        return f"{'gr' if group.group(1) == 'ak' else 'gy'}-y{group.group(2)}"
    told = _CUSTODIANS.search(answer.address) or _CUSTODIANS.search(answer.file)
    if told is None or told.group(1) not in CUSTODIANS:
        raise Unreadable("det framgår inte vilken årskurs eller skolform svaret gäller")
    return f"{CUSTODIANS[told.group(1)]}-custodians"


def _count(row: dict[str, Any]) -> int | None:
    """How many answered, where that is told exactly."""
    try:
        value = _value(row.get("noOfAnswers"))
    except Unreadable:
        return None
    whole = value.kind is ValueKind.NUMBER and value.exact == value.exact.to_integral_value()
    return int(value.exact) if whole and value.exact >= 0 else None


def _question_texts(name: str, question: object) -> list[tuple[str, object]]:
    """The measures of a question with their texts; none for one that was not asked.

    Shares without a text are answers that the question does not have.
    """
    if question is None:
        return []
    if not isinstance(question, dict):
        return [(name, question)]
    asked = question.get("questionDescription") or question.get("average") is not None
    if not asked:
        return []
    measure = QUESTIONS.get(name) or _CAMEL.sub("-", name)
    shares = [
        (f"{measure} {_CAMEL.sub('-', part.removeprefix('ratio'))}", text)
        for part, text in question.items()
        if part.startswith("ratio")
    ]
    average = question.get("average")
    return [(measure, "." if average is None else average), *shares]


def _value(text: object) -> Value:
    if text is not None and not isinstance(text, str):
        raise Unreadable(f"värdet är inte text: {str(text)[:40]}")
    try:
        return parse_value(text, SURVEY_SIGNS)
    except UnreadableValue as fault:
        raise Unreadable(f"värdet ”{str(text)[:40]}” kan inte läsas") from fault
