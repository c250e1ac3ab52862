"""A table for one transaction, where observations are matched to the register and to known values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from quality_system.sources import Observation

_CREATE = """
    CREATE TEMPORARY TABLE quality_stage (
        file smallint, line integer, level text, code text, organizers text, indicator_key text, sex text,
        period text,
        kind text, number numeric(14, 4), count integer, orgnr text, source text, source_version text,
        is_derived boolean, unit_id bigint, huvudman_id bigint, known_id bigint, known_version smallint,
        outcome text
    ) ON COMMIT DROP
"""
_COPY = """
    COPY quality_stage (file, line, level, code, organizers, indicator_key, sex, period, kind, number, count,
                        orgnr, source, source_version, is_derived) FROM STDIN
"""
_ANALYZE = "ANALYZE quality_stage"
_ADD_OWNERS = """
    UPDATE quality_stage s SET orgnr = f.orgnr
    FROM unnest(%s::text[], %s::text[]) AS f (code, orgnr)
    WHERE s.level = 'unit' AND s.code = f.code AND s.orgnr = ''
"""
_FIND_UNITS = """
    UPDATE quality_stage s SET unit_id = u.id, huvudman_id = u.huvudman_id
    FROM huvudman_schoolunit u WHERE s.level = 'unit' AND u.code = s.code
"""
# A number that a huvudman has left still leads to it, unless another has it now.
_FIND_HUVUDMAN = """
    UPDATE quality_stage s SET huvudman_id = f.id
    FROM (
        SELECT id, orgnr FROM huvudman_huvudman
        UNION
        SELECT e.after_id, e.orgnr_before FROM huvudman_huvudmanevent e
        WHERE e.kind = 'new_orgnr'
          AND NOT EXISTS (SELECT 1 FROM huvudman_huvudman h WHERE h.orgnr = e.orgnr_before)
    ) f
    WHERE f.orgnr = CASE s.level WHEN 'unit' THEN s.orgnr WHEN 'huvudman' THEN s.code END
"""
# A kommun may stand for its huvudman by its code, a kommunalförbund by its name.
_FIND_BY_PLACE = """
    UPDATE quality_stage s SET huvudman_id = f.id
    FROM (
        SELECT min(id) AS id, main_kommun_id COLLATE "C" AS code FROM huvudman_huvudman
        WHERE type = 'kommun' AND active_to IS NULL GROUP BY main_kommun_id HAVING count(*) = 1
        UNION ALL
        SELECT min(id), lower(name COLLATE "sv-x-icu") COLLATE "C" FROM huvudman_huvudman
        WHERE type = 'kommunalforbund' AND active_to IS NULL GROUP BY 2 HAVING count(*) = 1
    ) f
    WHERE s.level = 'huvudman' AND s.huvudman_id IS NULL
      AND f.code = lower(s.code COLLATE "sv-x-icu") COLLATE "C"
"""
_TAKE_UNKNOWN = """
    DELETE FROM quality_stage s
    WHERE s.level IN ('unit', 'huvudman') AND s.huvudman_id IS NULL
       OR s.level = 'kommun' AND NOT EXISTS (SELECT 1 FROM huvudman_kommun k WHERE k.code = s.code)
       OR s.level = 'lan' AND NOT EXISTS (SELECT 1 FROM huvudman_lan l WHERE l.code = s.code)
    RETURNING s.code
"""
# A huvudman may be told of by two numbers, of which it has left one: what says something goes first then.
_TAKE_REPEATED = """
    WITH told AS (
        SELECT ctid AS row, row_number() OVER same AS nth,
               first_value((code, kind, number, count)) OVER same AS first,
               (code, kind, number, count) AS own,
               first_value(code) OVER same = code AS alike
        FROM quality_stage
        WINDOW same AS (
            PARTITION BY level, CASE level WHEN 'huvudman' THEN huvudman_id::text ELSE code END, organizers,
                         indicator_key, sex, period, is_derived
            ORDER BY level = 'huvudman' AND kind = 'missing', file, line
        )
    ), taken AS (
        DELETE FROM quality_stage s USING told t WHERE s.ctid = t.row AND t.nth > 1
        RETURNING s.file, s.line, s.code, s.indicator_key, t.alike AND t.first IS DISTINCT FROM t.own AS other
    )
    SELECT file, line, code, indicator_key FROM taken WHERE other ORDER BY file, line
"""
_FIND_KNOWN = """
    UPDATE quality_stage s SET known_id = v.id, known_version = v.version,
        outcome = CASE WHEN (v.kind, v.number, v.count) IS NOT DISTINCT FROM (s.kind, s.number, s.count)
                       THEN 'unchanged' ELSE 'changed' END
    FROM quality_system_observedvalue v
    WHERE v.superseded_at IS NULL AND v.level = s.level AND v.indicator_key = s.indicator_key
      AND v.period = s.period AND v.sex = s.sex AND v.source = s.source AND v.is_derived = s.is_derived
      AND v.organizers = s.organizers AND v.level = %s AND
"""
_TARGETS = {
    "unit": "v.unit_code = s.code",
    "huvudman": "v.huvudman_id = s.huvudman_id",
    "kommun": "v.kommun_id = s.code",
    "lan": "v.lan_id = s.code",
    "riket": "true",
}
_SUPERSEDE_LOST = """
    UPDATE quality_system_observedvalue v SET superseded_at = %s
    WHERE v.is_derived AND v.source = %s AND v.superseded_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM quality_stage s WHERE s.known_id = v.id)
"""
_SUPERSEDE = """
    UPDATE quality_system_observedvalue v SET superseded_at = %s
    FROM quality_stage s WHERE s.outcome = 'changed' AND v.id = s.known_id
"""
_LINK = """
    UPDATE quality_system_observedvalue v SET unit_id = s.unit_id, huvudman_id = s.huvudman_id
    FROM quality_stage s
    WHERE s.outcome = 'unchanged' AND v.id = s.known_id
      AND (v.unit_id, v.huvudman_id) IS DISTINCT FROM (s.unit_id, s.huvudman_id)
"""
_INSERT = """
    INSERT INTO quality_system_observedvalue (
        indicator_key, level, huvudman_id, unit_id, unit_code, kommun_id, lan_id, organizers, sex, period,
        kind, number, count, is_derived, source, source_version, retrieved_at, version)
    SELECT indicator_key, level, huvudman_id, unit_id, CASE level WHEN 'unit' THEN code ELSE '' END,
           CASE level WHEN 'kommun' THEN code END, CASE level WHEN 'lan' THEN code END, organizers,
           sex, period, kind, number, count, is_derived, source, source_version, %s,
           coalesce(known_version, 0) + 1
    FROM quality_stage WHERE outcome IN ('new', 'changed')
"""
_DIGEST = """
    SELECT count(*), coalesce(sum(hashtextextended(row(
        level, code, organizers, indicator_key, sex, period, kind, number, count, huvudman_id, unit_id,
        source, source_version, outcome, known_id)::text, 0)::numeric), 0)
    FROM quality_stage
"""
_MEASURES = """
    SELECT indicator_key, array_agg(DISTINCT period ORDER BY period),
           count(*) FILTER (WHERE outcome = 'new'), count(*) FILTER (WHERE outcome = 'changed'),
           count(*) FILTER (WHERE outcome = 'unchanged')
    FROM quality_stage GROUP BY indicator_key ORDER BY indicator_key
"""
_CORRECTIONS = """
    SELECT s.indicator_key, s.period, s.level, s.sex, s.code, coalesce(u.name, h.name, k.name, l.name, ''),
           v.kind, v.number, v.count, s.kind, s.number, s.count
    FROM quality_stage s
    JOIN quality_system_observedvalue v ON v.id = s.known_id
    LEFT JOIN huvudman_schoolunit u ON u.id = s.unit_id
    LEFT JOIN huvudman_huvudman h ON h.id = s.huvudman_id AND s.level = 'huvudman'
    LEFT JOIN huvudman_kommun k ON k.code = s.code AND s.level = 'kommun'
    LEFT JOIN huvudman_lan l ON l.code = s.code AND s.level = 'lan'
    WHERE s.outcome = 'changed' ORDER BY s.file, s.line, s.indicator_key, s.period, s.sex LIMIT %s
"""


@dataclass(frozen=True)
class Measure:
    """What a file has of one measure: in which periods, and how many values are new, changed, unchanged."""

    key: str
    periods: list[str]
    new: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class Correction:
    """A figure that would get a new version: whose it is, and what it says before and after."""

    key: str
    period: str
    level: str
    sex: str
    code: str
    name: str
    kind_before: str
    number_before: Decimal | None
    count_before: int | None
    kind: str
    number: Decimal | None
    count: int | None


@dataclass(frozen=True)
class Repeated:
    """A value that was given twice, differently."""

    file: int
    line: int
    code: str
    indicator_key: str


class Stage:
    """The staged observations of one import. Must live inside a transaction."""

    def __init__(self) -> None:
        self._run("DROP TABLE IF EXISTS quality_stage")
        self._run(_CREATE)

    def fill(self, observations: Iterable[tuple[int, Observation]], *, is_derived: bool = False) -> None:
        """Copy (file number, observation) pairs in, as they come."""
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for file, seen in observations:
                copy.write_row(_row(file, seen, is_derived))

    def match(self, owners: dict[str, str]) -> tuple[list[str], list[Repeated]]:
        """Join to the register by unit code and orgnr (`owners`: unit code → orgnr), then to known values.

        Answers the codes that nobody knows and the values given twice; both are taken out of the stage.
        """
        # Without statistics every row would be compared with every unit, and later with every value.
        self._run(_ANALYZE)
        self._run(_ADD_OWNERS, [list(owners), list(owners.values())])
        self._run(_FIND_UNITS)
        self._run(_FIND_HUVUDMAN)
        self._run(_FIND_BY_PLACE)
        unknown = sorted({code for (code,) in self._rows(_TAKE_UNKNOWN)})
        repeated = [Repeated(*row) for row in self._rows(_TAKE_REPEATED)]
        self._run(_ANALYZE)
        for level, target in _TARGETS.items():
            self._run(_FIND_KNOWN + target, [level])
        self._run("UPDATE quality_stage SET outcome = 'new' WHERE outcome IS NULL")
        return unknown, repeated

    def outcomes(self) -> dict[str, int]:
        """How many values are `new`, `changed` and `unchanged`."""
        found = dict(self._rows("SELECT outcome, count(*) FROM quality_stage GROUP BY outcome"))
        return {outcome: found.get(outcome, 0) for outcome in ("new", "changed", "unchanged")}

    def digest(self) -> str:
        """A fingerprint of all that storing would do, whichever order the rows have."""
        ((rows, hashed),) = self._rows(_DIGEST)
        return f"{rows}-{hashed}"

    def measures(self) -> list[Measure]:
        """What there is of each measure."""
        return [Measure(*row) for row in self._rows(_MEASURES)]

    def corrections(self, most: int) -> list[Correction]:
        """The first figures that would get a new version, as the files have them."""
        return [Correction(*row) for row in self._rows(_CORRECTIONS, [most])]

    def supersede_lost(self, *, source: str, at: datetime) -> None:
        """Supersede derived values of `source` that are not on the stage."""
        self._run(_SUPERSEDE_LOST, [at, source])

    def store(self, at: datetime) -> None:
        """Write what is new, supersede what was corrected, and leave the rest as it is."""
        self._run(_SUPERSEDE, [at])
        self._run(_LINK)
        self._run(_INSERT, [at])
        # Without fresh statistics the next match would compare every row with every other.
        self._run("ANALYZE quality_system_observedvalue")

    def _run(self, statement: str, parameters: Sequence[Any] | None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)

    def _rows(self, statement: str, parameters: Sequence[Any] | None = None) -> Iterator[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return iter(cursor.fetchall())


def _row(file: int, seen: Observation, is_derived: bool) -> tuple[str | int | bool | Decimal | None, ...]:
    value = seen.value
    return (
        file,
        seen.line,
        seen.level,
        seen.code,
        seen.organizers,
        seen.measure,
        seen.sex,
        seen.period,
        value.kind.value,
        value.number,
        seen.count,
        seen.orgnr,
        seen.source,
        seen.source_version,
        is_derived,
    )
