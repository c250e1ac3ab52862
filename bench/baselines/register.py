"""The plain way to bring in a register: read every cell and COPY the same rows, without a single check."""

from __future__ import annotations

from typing import Any

import psycopg
from python_calamine import CalamineWorkbook

TABLES = {
    "plain_huvudman": "orgnr text, name text, type text, form text, street text, code text, town text, "
    "phone text, email text",
    "plain_unit": "code text, orgnr text, kommun text, name text, street text, postal text, town text, "
    "visiting text, phone text, web text, email text",
    "plain_offer": "unit text, skolform text",
    "plain_count": "unit text, skolform text, grp text, pupils int",
}
HUVUDMAN = ("ORGANISATIONSNR", "NAMN", "HUVUDMANNATYP", "JURIDISK FORM", "POSTADRESS", "POSTNR", "POSTORT")
UNIT = ("SKOLENHETSKOD", "ORGANISATIONSNR", "KOMMUN", "NAMN", "ADRESS", "POSTNR", "POSTORT", "BESÖKSPOSTNR")
CONTACT = ("TELENR", "EPOST")
Rows = dict[str, list[tuple[Any, ...]]]


def make_tables(connection: psycopg.Connection[Any]) -> None:
    """Plain tables: no keys, no indexes, no constraints."""
    for table, columns in TABLES.items():
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(f"CREATE TABLE {table} ({columns})")


def import_plainly(connection: psycopg.Connection[Any], path: str) -> dict[str, int]:
    """Read the workbook and copy its rows; answer how many went where."""
    rows = read(path)
    for table, lines in rows.items():
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as stream:
            for line in lines:
                stream.write_row(line)
    connection.commit()
    return {table: len(lines) for table, lines in rows.items()}


def read(path: str) -> Rows:
    """All rows of all sheets, as they stand."""
    rows: Rows = {table: [] for table in TABLES}
    seen: set[str] = set()
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        head, *lines = book.get_sheet_by_name(name).to_python()
        if name == "Huvudmän":
            at = [head.index(column) for column in (*HUVUDMAN, *CONTACT)]
            rows["plain_huvudman"] = [tuple(line[i] for i in at) for line in lines]
        else:
            _read_units(name, head, lines, rows, seen)
    return rows


def _read_units(name: str, head: list[Any], lines: list[list[Any]], rows: Rows, seen: set[str]) -> None:
    at = [head.index(column) for column in (*UNIT, "WEBB", *CONTACT)]
    groups = [
        (i, column)
        for i, column in enumerate(head)
        if column.startswith("ELEVER ") and column != "ELEVER TOTALT"
    ]
    first_class = head.index("FKLASS") if "FKLASS" in head else None
    for line in lines:
        code = line[at[0]]
        if code not in seen:
            seen.add(code)
            rows["plain_unit"].append(tuple(line[i] for i in at))
        rows["plain_offer"].append((code, name))
        if first_class is not None and line[first_class] == "J":
            rows["plain_offer"].append((code, "FKLASS"))
        for i, column in groups:
            if line[i] and isinstance(line[i], float):
                rows["plain_count"].append((code, name, column, int(line[i])))
