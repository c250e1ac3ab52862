"""Small register workbooks made for tests: right in every sheet, then spoiled one thing at a time."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from huvudman.register.problems import Reason, RegisterFileError
from huvudman.register.workbook import read_workbook
from tests.huvudman.factories import orgnr

Sheet = list[list[Any]]
Book = dict[str, Sheet]

UNIT_START = (
    ["HUVUDMANNATYP", "ORGANISATIONSNR", "LÄN", "LÄNSNAMN", "KOMMUN", "KOMMUNNAMN", "SKOLENHETSKOD", "NAMN"]
    + ["ADRESS", "POSTNR", "POSTORT", "BESÖKSADRESS", "BESÖKSPOSTNR", "BESÖKSPOSTORT", "TELENR", "WEBB"]
    + ["EPOST"]
)
YEARS = [f"ÅR{n}" for n in range(1, 10)]
GY = [
    "BARN- O FRITIDSPROGRAMMET",
    "BYGG- O ANL. PROGRAMMET",
    "EL- O ENERGIPROGRAMMET",
    "FORDONS- O TRANSP. PROGRAMMET",
    "HANDELS O ADM. PROGRAMMET",
    "HANTVERKSPROGRAMMET",
    "HOTELL O TURISMPROGRAMMET",
    "INDUSTRITEKNISKA PROGRAMMET",
    "NATURBRUKSPROGRAMMET",
    "REST.- O LIVSMEDELSPROGRAMMET",
    "VVS O FASTIGHETSPROGRAMMET",
    "VÅRD O OMSORGSPROGRAMMET",
    "EKONOMIPROGRAMMET",
    "ESTETISKA PROGRAMMET",
    "HUMANISTISKA PROGRAMMET",
    "NATURVETENSKAPSPROGRAMMET",
    "SAMHÄLLSVETENSKAPPROGRAMMET",
    "TEKNIKPROGRAMMET",
    "INT. BACCALAUREATE",
    "PROGRAMINRIKTAT VAL",
    "INDIVIDUELLT ALTERNATIV",
    "SPRÅKINTRODUKTION",
    "YRKESINTRODUKTION",
]
GY_PUPILS = [
    "BARN O FRITID",
    "BYGG O ANL",
    "EL O ENERGI",
    "FORDON O TRANSP",
    "HANDEL O ADM",
    "HANTVERK",
    "HOTELL O TURISM",
    "INDUSTRITEKNISK",
    "NATURBRUK",
    "REST O LIVSMEDEL",
    "VVS O FASTIGHET",
    "VÅRD O OMSORG",
    "EKONOMI",
    "ESTETISK",
    "HUMANISTISK",
    "NATURVETENSKAP",
    "SAMHÄLLSVETENSKAP",
    "TEKNIK",
    "IB",
    "INTRO PROGRAMINR VAL",
    "INTRO INDIVID",
    "SPRÅKINTRO",
    "YRKESINTRO",
]
GYAN = [
    "PROGRAM ADMIN., HANDEL O VARUH.",
    "PROGRAM EST. VERKS.",
    "PROGRAM FAST., ANL. O BYGGN.",
    "PROGRAM FORDONSV. O GODSHANT.",
    "PROGRAM HANTV. O PROD.",
    "PROGRAM HOTELL, REST. O BAGERI",
    "PROGRAM HÄLSA, VÅRD O OMS.",
    "PROGRAM SAMH., NATUR O SPRÅK",
    "PROGRAM SKOG, MARK O DJUR",
    "INDIVIDUELLA PROGRAM",
]
HUVUDMAN_HEAD = (
    ["ORGANISATIONSNR", "HUVUDMANNATYP", "FÖRSKOLEKLASS", "FRITIDSHEM", "GRUNDSKOLA", "GYMNASIESKOLA"]
    + ["GRUNDSÄRSKOLA", "GYMNSÄRSKOLA", "SPECIALSKOLA", "KOMMUNAL VUXENUTB.", "SÄRSKILD UTB. FÖR VUXNA"]
    + ["KOMM. VUXENUTB. I SV. FÖR INV.", "NAMN", "POSTADRESS", "POSTNR", "POSTORT", "TELENR", "EPOST"]
    + ["JURIDISK FORM"]
)
KOMMUN_ORGNR = "2120000019"
AB_ORGNR = orgnr(1)
PEOPLE = ["HUVUDMANS NAMN", "REKTORS NAMN"]


def huvudman_line(
    number: str, name: str, kind: str = "Enskild", form: str = "Aktiebolag", **more: Any
) -> list:
    """A line of the sheet of huvudmän; the type is padded as the register pads it."""
    address = ["BOX 1 ", "19480", "UPPLANDS VÄSBY", "0700000000", more.get("email", f"r@{number}.example")]
    flags = more.get("flags", ["J", "J", "J", "J", "J", " ", "", "J", "", ""])
    return [number, f"{kind}          ", *flags, name, *address, form]


def unit_start(number: str, code: str, name: str, kommun: str = "0114") -> list:
    """The first columns of a unit's line."""
    place = [kommun[:2], "Stockholms län", kommun, "Upplands Väsby"]
    address = ["Vägen 1", "19468", "UPPLANDS VÄSBY"]
    end = ["0700000000", "http://skola.example", f"r@{code}.example"]
    return ["Kommunal", number, *place, code, name, *address, *address, *end]


def book() -> Book:
    """Two huvudmän and four units over all ten sheets."""
    gr_years, gr_pupils = ["J"] * 6 + ["N"] * 3, [20.0] * 6 + [0.0] * 3
    gy_flags = ["J" if name.startswith("NATURV") else "N" for name in GY]
    gy_pupils = [70.0 if name.startswith("NATURV") else 0.0 for name in GY_PUPILS]
    plain = [*UNIT_START, *PEOPLE, "JURIDISK FORM"]
    people = ["UPPLANDS VÄSBY KOMMUN", "borttaget"]
    return {
        "Grundskola": [
            [*UNIT_START, "FKLASS", *YEARS, *PEOPLE]
            + ["ELEVER FKLASS", *(f"ELEVER {y}" for y in YEARS), "INRIKTNING", "JURIDISK FORM"],
            [*unit_start(KOMMUN_ORGNR, "74174879", "Bollstanäs skola"), "J", *gr_years, *people]
            + [18.0, *gr_pupils, "", "Kommuner"],
            [*unit_start(AB_ORGNR, "80509560", "Exempelskolan"), "N", *gr_years, "Exempel AB", "borttaget"]
            + [0.0, *([0.0] * 9), "Waldorf", "Aktiebolag"],
        ],
        "Grundsärskola": [
            [*UNIT_START, *YEARS, *PEOPLE, "JURIDISK FORM"],
            [*unit_start(KOMMUN_ORGNR, "77624936", "Runby skola"), *(["J"] * 9), *people, "Kommuner"],
        ],
        "Specialskola": [[*UNIT_START, "FKLASS", *YEARS, "ÅR10", *PEOPLE, "JURIDISK FORM"]],
        "Sameskola": [[*UNIT_START, "FKLASS", *YEARS, *PEOPLE, "JURIDISK FORM"]],
        "Gymnasieskola": [
            [*UNIT_START, *PEOPLE, *GY, "ENDAST INTRODUKTIONSPROGRAM"]
            + [*(f"ELEVER {name}" for name in GY_PUPILS), "ELEVER TOTALT", "INRIKTNING", "JURIDISK FORM", ""],
            [*unit_start(KOMMUN_ORGNR, "20855811", "Väsby Nya Gymnasium"), *people, *gy_flags, "N"]
            + [*gy_pupils, 75.0, "", "Kommuner", ""],
        ],
        "Gymnasiesärskola": [[*UNIT_START, *GYAN, *PEOPLE, "JURIDISK FORM"]],
        "Komm. vuxenutb.": [plain, [*unit_start(KOMMUN_ORGNR, "31313773", "Komvux"), *people, "Kommuner"]],
        "Komm. vuxenutb. i sv. f. inv.": [
            plain,
            [*unit_start(KOMMUN_ORGNR, "31313773", "Komvux"), *people, "Kommuner"],
        ],
        "Särsk. utb. f. vuxna": [plain],
        "Huvudmän": [
            HUVUDMAN_HEAD,
            huvudman_line(KOMMUN_ORGNR, "UPPLANDS VÄSBY KOMMUN", "Kommunal", "Kommuner"),
            huvudman_line(AB_ORGNR, "Exempel AB", email=""),
        ],
    }


def as_xlsx(sheets: Book) -> bytes:
    """The book as the bytes of a workbook."""
    workbook = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def spoiled(change: Callable[[Book], Any]) -> bytes:
    """A right book after one change."""
    sheets = book()
    change(sheets)
    return as_xlsx(sheets)


def column(sheets: Book, sheet: str, head: str) -> int:
    """The index of a column."""
    return sheets[sheet][0].index(head)


def put(sheets: Book, sheet: str, row: int, head: str, value: Any) -> None:
    """Set one cell; `row` as Excel counts."""
    sheets[sheet][row - 1] = list(sheets[sheet][row - 1])
    sheets[sheet][row - 1][column(sheets, sheet, head)] = value


def refusal(content: bytes) -> list[tuple[Reason, str, int, str]]:
    """What is said of a file that is refused: reason, sheet, row and column of each problem."""
    with pytest.raises(RegisterFileError) as error:
        read_workbook(content)
    return [(p.reason, p.sheet, p.row, p.column) for p in error.value.problems]
