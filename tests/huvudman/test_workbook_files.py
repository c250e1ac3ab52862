"""Files that are no register: empty, of another kind, broken, or made to fill the memory."""

import contextlib
import io
import struct
import subprocess
import sys
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huvudman.register.archive import check_workbook
from huvudman.register.problems import Reason, RegisterFileError
from huvudman.register.shared_texts import SharedTexts
from huvudman.register.workbook import read_workbook
from tests.huvudman.books import as_xlsx, book, refusal


@pytest.mark.parametrize("content", [b"", b"  \n", b"\x00\x00"])
def test_an_empty_file(content):
    assert refusal(content) == [(Reason.EMPTY_FILE, "", 0, "")]


def ole_file() -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 4096


def other_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hej.txt", "hej")
    return out.getvalue()


def of_a_later_zip() -> bytes:
    """A right workbook whose first part says that it needs version 9.9 of the format to be unpacked."""
    content = bytearray(as_xlsx(book()))
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 6, 99)
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        b"hej",
        b"%PDF-1.7",
        b"PK\x03\x04 nej",
        ole_file(),
        other_zip(),
        of_a_later_zip(),
        as_xlsx(book())[:-200],
    ],
    ids=["text", "pdf", "cut zip", "old excel or encrypted", "other zip", "later zip", "cut workbook"],
)
def test_what_is_no_workbook(content):
    assert refusal(content) == [(Reason.NOT_A_WORKBOOK, "", 0, "")]


def with_part(name: str, content: bytes, declared: int | None = None) -> bytes:
    """A right workbook with one part more; `declared` is what the archive says is its size."""
    out = io.BytesIO(as_xlsx(book()))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        header = archive.getinfo(name).header_offset
    data = bytearray(out.getvalue())
    if declared is not None:
        struct.pack_into("<L", data, header + 22, declared)
        central = data.rindex(b"PK\x01\x02")
        struct.pack_into("<L", data, central + 24, declared)
    return bytes(data)


def test_a_zip_bomb_that_says_its_size():
    content = with_part("xl/media/image1.bin", b"0" * 160_000_000)
    assert len(content) < 1_000_000
    assert refusal(content) == [(Reason.TOO_LARGE, "", 0, "")]


def test_a_zip_bomb_that_lies_about_its_size():
    content = with_part("xl/media/image1.bin", b"0" * 160_000_000, declared=10)
    assert refusal(content) == [(Reason.TOO_LARGE, "", 0, "")]


FAR_SHEETS = {
    "plain": '<row r="1"><c r="XFD1048576"><v>1</v></c></row>',
    "column": '<row r="1"><c r="ZZ10"><v>1</v></c></row>',
    "column next to the last": '<row r="1"><c r="FA10"><v>1</v></c></row>',
    "row": '<row r="1"><c r="A1048576"><v>1</v></c></row>',
    "row next to the last": '<row r="20000"><c><v>1</v></c></row>',
    "leading noughts": '<row r="1"><c r="A0000020000"><v>1</v></c></row>',
    "the row's place": '<row r="1048576"><c><v>1</v></c></row>',
    "> in a value": '<row><c s=">" r="XFD1048576"><v>1</v></c></row>',
    "a long value": f'<row><c s="{"a" * 300}" r="XFD1048576"><v>1</v></c></row>',
    "prefix": '<a-b:row><a-b:c r="XFD1048576"><a-b:v>1</a-b:v></a-b:c></a-b:row>',
    "single quotes": "<row><c\n r = 'XFD1048576'><v>1</v></c></row>",
    "after a near one": '<row r="1"><c r="A1"/><c r="XFD1048576"><v>1</v></c></row>',
    "rows without a place": "<row/>" * 50_000 + "<row><c><v>1</v></c></row>",
    "cells without a place": '<row r="1">' + "<c/>" * 160 + "</row>",
    "cells after the last": '<row r="1"><c r="EY1"/><c/><c/></row>',
}


def sheet_with(rows: str) -> bytes:
    return f'<worksheet xmlns:a-b="x"><sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize("rows", FAR_SHEETS.values(), ids=FAR_SHEETS)
@pytest.mark.parametrize("name", ["xl/worksheets/sheet99.xml", "xl/media/image1.png"])
def test_a_cell_far_away_is_refused_before_the_sheet_is_opened(rows, name):
    assert refusal(with_part(name, sheet_with(rows))) == [(Reason.TOO_MANY_CELLS, "", 0, "")]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="19999" spans="1:2"><c r="EZ19999" s="1" t="s"><v>1</v></c></row>',
        "<row><c/><c><v>1</v></c></row><row/>",
        "<row s='>'><c t=\"n\" r='B1'><v>1</v></c></row><!-- <c r=\"XFD1048576\"> -->",
        '<a-b:row r="1"><a-b:c r="A1"/></a-b:row>',
    ],
)
def test_a_near_cell_may_be_written_in_any_way(rows):
    check_workbook(with_part("xl/worksheets/sheet99.xml", sheet_with(rows)))


@pytest.mark.parametrize(
    "xml",
    [
        b"<worksheet><sheetData><row><c></row>",
        b'<worksheet><sheetData><row><c r="A2" r="XFD1048576"/></row></sheetData></worksheet>',
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet><sheetData><row><c/></row></sheetData></worksheet>",
    ],
)
def test_a_sheet_that_readers_may_understand_in_two_ways_is_refused(xml):
    content = with_part("xl/worksheets/sheet99.xml", xml)
    assert refusal(content) == [(Reason.NOT_A_WORKBOOK, "", 0, "")]


def test_a_far_cell_on_the_border_of_two_pieces_is_seen():
    row = '<row r="1"><c r="XFD1048576"><v>1</v></c></row>'
    for shift in (1, 10, 20, 40):
        xml = "<worksheet><sheetData>".ljust((1 << 20) - shift, " ") + row + "</sheetData></worksheet>"
        content = with_part("xl/worksheets/sheet99.xml", xml.encode())
        assert refusal(content) == [(Reason.TOO_MANY_CELLS, "", 0, "")]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_clear_error(content):
    with pytest.raises(RegisterFileError):
        read_workbook(content)


RIGHT = as_xlsx(book())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(RIGHT) - 1), st.integers(1, 255))
def test_a_broken_byte_never_gives_anything_but_a_register_or_a_clear_error(at, change):
    content = bytearray(RIGHT)
    content[at] ^= change
    with contextlib.suppress(RegisterFileError):
        register = read_workbook(bytes(content))
        assert register.huvudman or register.rejected


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
READ_WITH_LITTLE_MEMORY = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (900_000_000, 900_000_000))
from huvudman.register.problems import RegisterFileError
from huvudman.register.workbook import read_workbook
try:
    read_workbook(sys.stdin.buffer.read())
except RegisterFileError as error:
    print(error.problems[0].reason)
"""


PLAIN_TABLE = '<sst xmlns="{main}"><si><t>{text}</t></si></sst>'


def with_parts(rows: str, tables: dict[str, str]) -> bytes:
    """A right workbook with further rows in its first sheet, and with tables of shared texts."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_xlsx(book()))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for part in source.namelist():
            content = source.read(part)
            if part == "xl/worksheets/sheet1.xml":
                start = content.index(b"<sheetData>") + len(b"<sheetData>")
                content = content[:start] + rows.encode() + content[content.index(b"</sheetData>") :]
            if part != "xl/sharedStrings.xml":
                made.writestr(part, content)
        for name, table in tables.items():
            made.writestr(name, table)
    return out.getvalue()


def pointing(rows: int, value: str = "<v>0</v>") -> str:
    """Rows of two cells that point to a shared text."""
    cells = f'<c r="A{{0}}" t="s">{value}</c><c r="B{{0}}" t="s">{value}</c>'
    return "".join(f'<row r="{n}">{cells.format(n)}</row>' for n in range(1, rows + 1))


def with_shared_text(length: int, rows: int, reference: str = "0") -> bytes:
    """A right workbook with one shared text that two cells of every row of a sheet point to."""
    table = PLAIN_TABLE.format(main=MAIN, text="a" * length)
    return with_parts(pointing(rows, f"<v>{reference}</v>"), {"xl/sharedStrings.xml": table})


@pytest.mark.parametrize("reference", ["0", " 0 ", "<![CDATA[0]]>", "<!-- -->0"])
def test_a_text_that_many_cells_share_is_refused_before_it_fills_the_memory(reference):
    content = with_shared_text(32_000, 15_000, reference)
    assert len(content) < 1_000_000
    told = subprocess.run(
        [sys.executable, "-c", READ_WITH_LITTLE_MEMORY], input=content, capture_output=True, check=False
    )
    assert told.stdout.decode().strip() == Reason.TOO_MUCH_TEXT, told.stderr[-300:]


def test_a_longer_text_than_excel_writes_is_refused():
    with pytest.raises(RegisterFileError) as error:
        check_workbook(with_shared_text(100_001, 1))
    assert error.value.problems[0].reason == Reason.TOO_MUCH_TEXT
    assert error.value.problems[0].detail == "xl/sharedStrings.xml"


def test_a_long_text_that_few_cells_share_is_taken():
    check_workbook(with_shared_text(30_000, 3))


def test_many_noughts_are_no_references_to_the_first_shared_text():
    made = openpyxl.Workbook()
    for _row in range(1000):
        made.active.append([0] * 130)
    out = io.BytesIO()
    made.save(out)
    with zipfile.ZipFile(out) as saved:
        sheet = saved.read("xl/worksheets/sheet1.xml").decode()
    rows = sheet.partition("<sheetData>")[2].partition("</sheetData>")[0]
    assert rows.count("<v>0</v>") == 130_000
    table = {"xl/sharedStrings.xml": PLAIN_TABLE.format(main=MAIN, text="a" * 600)}
    text = '<row r="1001"><c r="A1001" t="s"><v>0</v></c></row>'
    check_workbook(with_parts(rows + text, table))
    as_excel_writes = rows.replace(' t="n"', ' s="1"')
    check_workbook(with_parts(as_excel_writes + text, table))


REFERENCES = {
    "attributes in single quotes": "<c t='s' x='<c y=\"'><v>0</v></c><c t='s' x='\"'><v>0</v></c>",
    "t twice": '<c t="n" t="s"><v>0</v></c>',
    "a number in a comment": '<c t="s"><v><!-- <c><v> -->0</v></c>',
    "a number before a comment": '<c t="s"><v>1<!-- -->0</v></c>',
    "a number in an attribute": '<c t="s"><v a=">1</">0</v></c>',
    "another name space": '<a:c t="s"><a:v>0</a:v></a:c>',
}


@pytest.mark.parametrize("cell", REFERENCES.values(), ids=REFERENCES)
def test_whatever_is_not_plainly_a_number_is_counted(cell):
    texts = SharedTexts()
    texts.look(b"<sst><si><t>" + b"a" * 60_000 + b"</t></si><si/></sst>", "xl/sharedStrings.xml")
    with pytest.raises(RegisterFileError):
        texts.count(f"<sheetData>{cell * 1000}</sheetData>".encode(), "xl/worksheets/sheet1.xml")


LONG = "<si><t>" + "a" * 30_000 + "</t></si>"
UNCLEAR_TABLES = {
    "comment": ["<sst><!-- <si> -->" + LONG + "</sst>"],
    "CDATA": ["<sst><si><t><![CDATA[<si>]]>" + "a" * 30_000 + "</t></si></sst>"],
    "instruction": ["<sst><?xml <si> ?>" + LONG + "</sst>"],
    "attribute": ['<sst a="b" x="<si>">' + LONG + "</sst>"],
    "comments all through the text": [
        "<sst><si><t>" + ("a" * 300 + "<!-- <si> -->") * 100 + "</t></si></sst>"
    ],
    "two tables": ["<sst><si/></sst>", f"<sst>{LONG}</sst>"],
}


@pytest.mark.parametrize("tables", UNCLEAR_TABLES.values(), ids=UNCLEAR_TABLES)
def test_references_to_an_unclear_table_count_as_the_longest_text(tables):
    parts = {f"xl/sharedStrings{n or ''}.xml": table for n, table in enumerate(tables)}
    with pytest.raises(RegisterFileError) as error:
        check_workbook(with_parts(pointing(1000), parts))
    assert error.value.problems[0].reason == Reason.TOO_MUCH_TEXT


def test_a_table_may_have_a_declaration_and_plain_attributes():
    declared = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    texts = '<si><t xml:space="preserve">a="b </t></si>' + LONG
    table = f'{declared}<sst xmlns="{MAIN}" count="2000" uniqueCount="2">{texts}</sst>'
    check_workbook(with_parts(pointing(1000), {"xl/sharedStrings.xml": table}))


@pytest.mark.parametrize("start", ["<c t=", '<c a="', "<c><v>", "<c ", '="', "='", "= ", '<c a="" '])
def test_a_part_made_to_be_slow_is_counted_in_time(start):
    check = (
        "import sys; from huvudman.register.shared_texts import SharedTexts; texts = SharedTexts(); "
        "part = b'<sst><sheetData>' + sys.argv[1].encode() * 500_000; "
        "texts.look(part, ''); texts.count(part, '')"
    )
    subprocess.run([sys.executable, "-c", check, start], timeout=20, check=True)
