"""Answers of Skolverket's planned-educations API v4, one JSON answer a line.

Two kinds of answers may be mixed: statistics of a unit (`…/school-units/CODE/statistics/gr`) or of the whole
country, and details of a unit (`…/school-units/CODE`), which say who runs it. A line is the answer itself or
`{"url": …, "json": answer}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from quality_system.sources.base import (
    ORGNR,
    PERIOD,
    RIKET,
    UNIT,
    UNIT_CODE,
    Item,
    Observation,
    Rejected,
    SourceFault,
    UnitFact,
    lines_of,
)
from quality_system.values import UnreadableValue, Value, ValueKind, parse_value

SOURCE = "planned-educations"
VERSION = "v4"

MEASURES = {
    "totalNumberOfPupils": "pupils",
    "studentsPerTeacherQuota": "pupils-per-teacher",
    "certifiedTeachersQuota": "certified-teachers",
    "specialEducatorsQuota": "special-educators",
    "specialTeacherPositions": "special-teacher-positions",
    "ratioOfPupilsIn6thGradeWithAllSubjectsPassed": "y6-all-subjects",
    "averageResultNationalTestsSubjectSVE6thGrade": "y6-test-sve",
    "averageResultNationalTestsSubjectENG6thGrade": "y6-test-eng",
    "averageResultNationalTestsSubjectMA6thGrade": "y6-test-mat",
    "averageResultNationalTestsSubjectSVA6thGrade": "y6-test-sva",
    "averageResultNationalTestsSubjectSVE9thGrade": "y9-test-sve",
    "averageResultNationalTestsSubjectENG9thGrade": "y9-test-eng",
    "averageResultNationalTestsSubjectMA9thGrade": "y9-test-mat",
    "averageResultNationalTestsSubjectSVA9thGrade": "y9-test-sva",
    "ratioOfPupilsIn9thGradeWithAllSubjectsPassed": "y9-all-subjects",
    "averageGradesMeritRating9thGrade": "y9-merit",
    "ratioOfPupils9thGradeEligibleForNationalProgramYR": "y9-vocational",
    "ratioOfPupils9thGradeEligibleForNationalProgramES": "y9-arts",
    "ratioOfPupils9thGradeEligibleForNationalProgramSAEKHU": "y9-social",
    "ratioOfPupils9thGradeEligibleForNationalProgramNATE": "y9-science",
}
"""The API's names of measures, and the last part of our indicator's key (`gr-y9-merit`)."""

SKOLFORMER = {"fsk": "fklass", "gr": "gr", "gran": "gran", "gyan": "gyan"}
"""The API's path names (its `fsk` is förskoleklass) and the first part of our key."""

KINDS = {
    "EXISTS": {ValueKind.NUMBER, ValueKind.APPROXIMATE},
    "MISSING": {ValueKind.MISSING},
    "OMITTED_DUE_TO_BASED_ON_FEW_PUPILS": {ValueKind.SUPPRESSED},
    "ROUNDED_OFF_DUE_TO_FEW_PUPILS_NOT_ELIGIBLE": {ValueKind.NEARLY_ALL},
    "TEACHERS_EXCLUDED_DUE_TO_NO_REQUIRED_LEGITIMATION": {ValueKind.NOT_APPLICABLE},
}
"""What each `valueType` may say."""

_ADDRESS = re.compile(r"/(?:statistics|national-values)/([a-z]+)/?$")


class _Unreadable(ValueError):
    """A part of an answer that cannot be read; the text says why."""


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield what the file says, line by line. Raises SourceFault when it is not such a file."""
    seen = False
    for at, text in lines_of(stream):
        if text.strip():
            seen = True
            yield from _read_line(text, at)
    if not seen:
        raise SourceFault("filen är tom")


def _read_line(text: str, at: int) -> Iterator[Item]:
    try:
        answer, address = _answer(text, at)
        body = _body(answer)
        yield from (
            _unit_facts(body, at) if "organisationRegistryNumber" in body else _figures(body, address, at)
        )
    except _Unreadable as fault:
        yield Rejected(at, str(fault))


def _answer(text: str, at: int) -> tuple[dict[str, Any], str]:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError) as fault:
        if at == 1:
            raise SourceFault("filen innehåller inte JSON, ett svar per rad", at) from fault
        raise _Unreadable("raden är inte JSON") from fault
    if not isinstance(line, dict):
        raise _Unreadable("raden är inte ett svar från planned-educations")
    wrapped = line.get("json")
    return (wrapped, str(line.get("url", ""))) if isinstance(wrapped, dict) else (line, "")


def _body(answer: dict[str, Any]) -> dict[str, Any]:
    body = answer.get("body")
    if isinstance(body, dict):
        return body
    said = " ".join(str(answer.get(part) or "") for part in ("status", "message")).strip()
    raise _Unreadable(f"svaret har inget innehåll ({said[:80] or 'ingen status'})")


def _unit_facts(body: dict[str, Any], at: int) -> Iterator[UnitFact]:
    code, orgnr = str(body.get("code")), str(body["organisationRegistryNumber"]).replace("-", "")
    if not UNIT_CODE.fullmatch(code):
        raise _Unreadable("skolenhetskoden är inte åtta siffror")
    if not ORGNR.fullmatch(orgnr):
        raise _Unreadable("organisationsnumret är inte tio siffror")
    yield UnitFact(code, orgnr, str(body.get("name") or ""), at)


def _figures(body: dict[str, Any], address: str, at: int) -> Iterator[Item]:
    level, code = _place(body, address)
    skolform = _skolform(body, address)
    known = {MEASURES[name]: series for name, series in body.items() if name in MEASURES and series}
    for measure, series in known.items():
        for entry in series if isinstance(series, list) else [series]:
            try:
                value, period = _entry(entry)
            except _Unreadable as fault:
                yield Rejected(at, f"{skolform}-{measure}: {fault}")
                continue
            yield Observation(level, code, f"{skolform}-{measure}", period, value, SOURCE, VERSION, at)


def _place(body: dict[str, Any], address: str) -> tuple[str, str]:
    code = str(body.get("schoolUnit") or "")
    if UNIT_CODE.fullmatch(code):
        return UNIT, code
    if not code and "national-values" in (address or _own_address(body)):
        return RIKET, ""
    raise _Unreadable("skolenhetskoden är inte åtta siffror" if code else "svaret saknar skolenhetskod")


def _own_address(body: dict[str, Any]) -> str:
    links = body.get("_links")
    own = links.get("self") if isinstance(links, dict) else None
    return str(own.get("href") or "") if isinstance(own, dict) else ""


def _skolform(body: dict[str, Any], address: str) -> str:
    match = _ADDRESS.search(address or _own_address(body))
    if match is None:
        raise _Unreadable("det framgår inte vilken skolform svaret gäller")
    if match.group(1) not in SKOLFORMER:
        raise _Unreadable(f"statistik för skolformen {match.group(1)} kan inte läsas")
    return SKOLFORMER[match.group(1)]


def _entry(entry: object) -> tuple[Value, str]:
    if not isinstance(entry, dict):
        raise _Unreadable("värdet har fel form")
    text, kind, period = entry.get("value"), entry.get("valueType"), entry.get("timePeriod")
    if text is not None and not isinstance(text, str):
        raise _Unreadable(f"värdet är inte text: {text!r:.40}")
    value = _value(text)
    if value.kind not in KINDS.get(str(kind), set()):
        raise _Unreadable(f"värdet {text!r:.40} stämmer inte med sin typ {kind!r:.60}")
    return value, _period(period, value)


def _value(text: str | None) -> Value:
    try:
        return parse_value(text)
    except UnreadableValue as fault:
        raise _Unreadable(f"värdet {text!r:.40} kan inte läsas") from fault


def _period(period: object, value: Value) -> str:
    if period is None and value.kind is ValueKind.MISSING:
        return ""
    if isinstance(period, str) and PERIOD.fullmatch(period.strip()):
        return period.strip()
    raise _Unreadable(f"perioden {period!r:.40} kan inte läsas")
