"""Answers of Skolverket's planned-educations API v4, one JSON answer a line.

Several kinds of answers may be mixed: statistics of a unit (`…/school-units/CODE/statistics/gr`) or of the
whole country, SALSA's list of units, and details of a unit (`…/school-units/CODE`), which say who runs it. A
line is the answer itself or `{"url": …, "json": answer}`. Gymnasieskolan's figures of a programme have its
code last in their key: `gy-diploma-3y-ek`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from quality_system.sources.base import (
    ORGNR,
    RIKET,
    UNIT,
    UNIT_CODE,
    Item,
    Observation,
    Rejected,
    SourceFault,
    UnitFact,
    Unreadable,
    lines_of,
    period_of,
)
from quality_system.sources.measure_keys import key_of
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

PROGRAMME_MEASURES = {
    "totalNumberOfPupils": "pupils",
    "ratioOfPupilsWithExamWithin3Years": "diploma-3y",
    "gradesPointsForStudents": "grade-points",
    "gradesPointsForStudentsWithExam": "grade-points-diploma",
    "ratioOfStudentsEligibleForUndergraduateEducation": "eligible-higher-education",
}
"""The API's names of a programme's own measures, and the middle of our key (`gy-diploma-3y-ek`)."""

SALSA = {
    "salsaAverageGradesIn9thGradeDeviation": "gr-y9-salsa-merit",
    "salsaAverageGradesIn9thGradeActual": "gr-y9-salsa-merit-actual",
    "salsaAverageCalculated": "gr-y9-salsa-merit-modelled",
    "salsaRequirementsReachedDeviation": "gr-y9-salsa-all-subjects",
    "salsaRequirementsReachedActual": "gr-y9-salsa-all-subjects-actual",
    "salsaRequirementsReachedCalculated": "gr-y9-salsa-all-subjects-modelled",
}
"""The API's names of SALSA's figures: deviation, actual and modelled; and our keys."""

SKOLFORMER = {"fsk": "fklass", "gr": "gr", "gran": "gran", "gy": "gy", "gyan": "gyan"}
"""The API's path names (its `fsk` is förskoleklass) and the first part of our key."""

KINDS = {
    "EXISTS": {ValueKind.NUMBER, ValueKind.APPROXIMATE},
    "MISSING": {ValueKind.MISSING},
    "OMITTED_DUE_TO_BASED_ON_FEW_PUPILS": {ValueKind.SUPPRESSED},
    "ROUNDED_OFF_DUE_TO_FEW_PUPILS_NOT_ELIGIBLE": {ValueKind.NEARLY_ALL},
    "TEACHERS_EXCLUDED_DUE_TO_NO_REQUIRED_LEGITIMATION": {ValueKind.NOT_APPLICABLE},
}
"""What each `valueType` may say."""

_ADDRESS = re.compile(r"/(?:statistics|national-values)/([a-z]+)(?:/[A-Z0-9]+)?/?$")
_UNIT_ADDRESS = re.compile(r"/school-units/([0-9]{8})/")
_PROGRAMME = re.compile(r"[A-ZÅÄÖ0-9]{2,8}")

Series = dict[str, Any]
Where = tuple[str, str, int]
"""Level, code and line."""


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
        if "organisationRegistryNumber" in body:
            yield from _unit_facts(body, at)
        elif "compulsorySchoolUnitSalsaMetricList" in body:
            yield from _salsa(body, at)
        else:
            yield from _figures(body, address, at)
    except Unreadable as fault:
        yield Rejected(at, str(fault))


def _answer(text: str, at: int) -> tuple[dict[str, Any], str]:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError) as fault:
        if at == 1:
            raise SourceFault("filen innehåller inte JSON, ett svar per rad", at) from fault
        raise Unreadable("raden är inte JSON") from fault
    if not isinstance(line, dict):
        raise Unreadable("raden är inte ett svar från planned-educations")
    wrapped = line.get("json")
    return (wrapped, str(line.get("url", ""))) if isinstance(wrapped, dict) else (line, "")


def _body(answer: dict[str, Any]) -> dict[str, Any]:
    body = answer.get("body")
    if isinstance(body, dict):
        return body
    said = " ".join(str(answer.get(part) or "") for part in ("status", "message")).strip()
    raise Unreadable(f"svaret har inget innehåll ({said[:80] or 'ingen status'})")


def _unit_facts(body: dict[str, Any], at: int) -> Iterator[UnitFact]:
    code, orgnr = str(body.get("code")), str(body["organisationRegistryNumber"]).replace("-", "")
    if not UNIT_CODE.fullmatch(code):
        raise Unreadable("skolenhetskoden är inte åtta siffror")
    if not ORGNR.fullmatch(orgnr):
        raise Unreadable("organisationsnumret är inte tio siffror")
    yield UnitFact(code, orgnr, str(body.get("name") or ""), at)


def _figures(body: dict[str, Any], address: str, at: int) -> Iterator[Item]:
    programmes = body.get("programMetrics") or []
    if not isinstance(programmes, list) or not all(isinstance(part, dict) for part in programmes):
        raise Unreadable("programMetrics har fel form")
    level, code = _place(body, address, programmes)
    skolform = _skolform(body, address)
    where = level, code, at
    if "programCode" in body:
        yield from _of_programme(body, {**MEASURES, **PROGRAMME_MEASURES}, skolform, where)
        return
    yield from _series(body, {name: f"{skolform}-{key}" for name, key in MEASURES.items()}, where)
    for programme in programmes:
        yield from _of_programme(programme, PROGRAMME_MEASURES, skolform, where)


def _of_programme(told: Series, measures: dict[str, str], skolform: str, where: Where) -> Iterator[Item]:
    code = told.get("programCode")
    if not isinstance(code, str) or not _PROGRAMME.fullmatch(code):
        yield Rejected(where[2], f"programkoden {code!r:.20} kan inte läsas")
        return
    yield from _series(told, {name: key_of(skolform, key, code) for name, key in measures.items()}, where)


def _salsa(body: dict[str, Any], at: int) -> Iterator[Item]:
    units = body["compulsorySchoolUnitSalsaMetricList"]
    for unit in units if isinstance(units, list) else [units]:
        code = unit.get("schoolUnitCode") if isinstance(unit, dict) else None
        if not isinstance(code, str) or not UNIT_CODE.fullmatch(code):
            yield Rejected(at, "skolenhetskoden är inte åtta siffror")
            continue
        told = {
            name: entry | {"timePeriod": body.get("timePeriod")} if isinstance(entry, dict) else entry
            for name, entry in unit.items()
        }
        yield from _series(told, SALSA, (UNIT, code, at))


def _series(told: Series, measures: dict[str, str], where: Where) -> Iterator[Item]:
    """The values of every measure in `measures` (the API's name → our key) that is told of a place."""
    level, code, at = where
    for name, series in told.items():
        if name not in measures or not series:
            continue
        for entry in series if isinstance(series, list) else [series]:
            try:
                value, period = _entry(entry)
            except Unreadable as fault:
                yield Rejected(at, f"{measures[name]}: {fault}")
                continue
            yield Observation(level, code, measures[name], period, value, SOURCE, VERSION, at)


def _place(body: dict[str, Any], address: str, programmes: list[Series]) -> tuple[str, str]:
    code = str(body.get("schoolUnit") or "")
    if not code and programmes:
        code = str(programmes[0].get("schoolUnit") or "")
    if not code and (told := _UNIT_ADDRESS.search(address or _own_address(body))):
        code = told.group(1)
    if UNIT_CODE.fullmatch(code):
        return UNIT, code
    if not code and "national-values" in (address or _own_address(body)):
        return RIKET, ""
    raise Unreadable("skolenhetskoden är inte åtta siffror" if code else "svaret saknar skolenhetskod")


def _own_address(body: dict[str, Any]) -> str:
    links = body.get("_links")
    own = links.get("self") if isinstance(links, dict) else None
    return str(own.get("href") or "") if isinstance(own, dict) else ""


def _skolform(body: dict[str, Any], address: str) -> str:
    match = _ADDRESS.search(address or _own_address(body))
    if match is None:
        raise Unreadable("det framgår inte vilken skolform svaret gäller")
    if match.group(1) not in SKOLFORMER:
        raise Unreadable(f"statistik för skolformen {match.group(1)} kan inte läsas")
    return SKOLFORMER[match.group(1)]


def _entry(entry: object) -> tuple[Value, str]:
    if not isinstance(entry, dict):
        raise Unreadable("värdet har fel form")
    text, kind, period = entry.get("value"), entry.get("valueType"), entry.get("timePeriod")
    if text is not None and not isinstance(text, str):
        raise Unreadable(f"värdet är inte text: {text!r:.40}")
    value = _value(text)
    if value.kind not in KINDS.get(str(kind), set()):
        raise Unreadable(f"värdet {text!r:.40} stämmer inte med sin typ {kind!r:.60}")
    return value, _period(period, value)


def _value(text: str | None) -> Value:
    try:
        return parse_value(text)
    except UnreadableValue as fault:
        raise Unreadable(f"värdet {text!r:.40} kan inte läsas") from fault


def _period(period: object, value: Value) -> str:
    if period is None and value.kind is ValueKind.MISSING:
        return ""
    if isinstance(period, str):
        return period_of(period)
    raise Unreadable(f"perioden {period!r:.40} kan inte läsas")
