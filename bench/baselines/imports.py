"""The plain way to bring in statistics: json.loads of every line, COPY of the values, and no checks."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

Row = tuple[Any, ...]


def values_in(paths: Sequence[Path]) -> list[Row]:
    """The values that our reader finds, as plain rows: found beforehand, so that the baseline only copies."""
    from quality_system.sources import READERS, Observation

    rows: list[Row] = []
    for path in paths:
        with path.open("rb") as stream:
            rows += [
                (o.level, o.code, o.measure, o.sex, o.period, o.value.kind.value, o.value.number, o.count)
                for o in READERS["planned-educations"](stream)
                if isinstance(o, Observation)
            ]
    return rows


def make_table(connection: psycopg.Connection[Any]) -> None:
    """A plain table: no keys, no indexes, no constraints."""
    connection.execute("DROP TABLE IF EXISTS plain_value")
    connection.execute(
        "CREATE TABLE plain_value (level text, code text, measure text, sex text, period text, kind text, "
        "number numeric, count int)"
    )


def copy_plainly(connection: psycopg.Connection[Any], paths: Sequence[Path], rows: Sequence[Row]) -> int:
    """Parse every line and copy the rows; answer how many lines there were."""
    lines = 0
    for path in paths:
        with gzip.open(path, "rb") as stream:
            for line in stream:
                json.loads(line)
                lines += 1
    with connection.cursor() as cursor, cursor.copy("COPY plain_value FROM STDIN") as stream_in:
        for row in rows:
            stream_in.write_row(row)
    connection.commit()
    return lines
