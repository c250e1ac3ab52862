"""The PDF as others open it: title, text, fonts, nothing hidden in it. Its structure: test_structure.py."""

from __future__ import annotations

import gc
import io
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest

from dialogues.underlag.content import build_content
from dialogues.underlag.html import document_html
from dialogues.underlag.pdf import STYLE, _shelf, pdf_from
from dialogues.underlag.shapes import Material
from quality_system.values import number
from tests.dialogues.underlag.material import FIGURES, GROUP, SPREAD, full_material, preschool_material


def made(material: Material) -> bytes:
    return pdf_from(document_html(build_content(material)))


@pytest.fixture(scope="module", params=["full", "preschool"])
def data(request: pytest.FixtureRequest) -> bytes:
    return made(full_material() if request.param == "full" else preschool_material())


@pytest.fixture
def pdf(data: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(data)) as opened:
        yield opened


def tags(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """Every structure element below `node`."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from tags(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from tags(node["/K"])


def names(pdf: pikepdf.Pdf) -> list[str]:
    return [str(tag["/S"]) for tag in tags(pdf.Root.StructTreeRoot)]


def text_of(data: bytes, tmp_path: Path) -> str:
    (tmp_path / "u.pdf").write_bytes(data)
    done = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "u.pdf"), "-"], capture_output=True, check=True, text=True
    )
    return done.stdout


def test_no_word_sticks_out_of_the_text_column(tmp_path: Path) -> None:
    long = "Behöriga till ekonomi-, humanistiska och samhällsvetenskapsprogrammen, årskurs 9"
    points = {"own": "226.4", "riket": "228.4", "girls": "240.1", "boys": "214.2"}
    spread = replace(SPREAD, q1=Decimal("214.5"), median=Decimal("222.5"), q3=Decimal("232.5"))
    group = replace(GROUP, spread=spread)
    values = {name: number(value) for name, value in points.items()}
    widest = replace(FIGURES[0], name=long, unit="poäng", group=group, **values)  # type: ignore[arg-type]
    figures = tuple(replace(widest, key=f"f{place}", indicator_id=place) for place in range(4))
    (tmp_path / "u.pdf").write_bytes(made(full_material(figures=figures)))
    found = subprocess.run(
        ["pdftotext", "-bbox", str(tmp_path / "u.pdf"), "-"], capture_output=True, check=True, text=True
    ).stdout
    edge = (210 - 20) / 25.4 * 72
    words = re.findall(r'xMax="([\d.]+)"[^>]*>([^<]+)</word>', found)
    assert any(word.startswith("samhälls") for _x, word in words)
    assert [word for x, word in words if float(x) > edge + 1] == []


def test_its_title_names_the_huvudman(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as meta:
        assert meta["dc:title"].startswith("Analysunderlag för ")


def test_lists_and_paragraphs_are_tagged_and_bookmarks_lead_to_the_parts(pdf: pikepdf.Pdf) -> None:
    assert {"/L", "/LI", "/P", "/Sect"} <= set(names(pdf))
    with pdf.open_outline() as outline:
        (top,) = outline.root
        assert top.title == "Analysunderlag"
        assert [item.title for item in top.children][-1] == "Om siffrorna"


def test_all_fonts_are_inter(pdf: pikepdf.Pdf) -> None:
    fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
    assert fonts
    assert all("Inter" in str(font.DescendantFonts[0].FontDescriptor.FontName) for font in fonts)


def test_example_texts_carry_a_watermark_on_every_page(tmp_path: Path) -> None:
    marked = text_of(made(full_material()), tmp_path).split("\f")
    plain = text_of(made(full_material(is_example=False)), tmp_path)
    assert all("Exempeltext" in page for page in marked if page.strip())
    assert "Exempeltext" not in plain


def test_the_watermark_is_no_part_of_what_is_read_aloud() -> None:
    with pikepdf.open(io.BytesIO(made(preschool_material()))) as pdf:
        for page in pdf.pages:
            assert marks_around_drawings(page)[0][-1] == "/Artifact"


def marks_around_drawings(page: pikepdf.Page) -> list[list[str]]:
    """For each drawn object of a page, the marks it stands in, outermost first."""
    marks: list[str] = []
    found = []
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in ("BMC", "BDC"):
            marks.append(str(operands[0]))
        elif str(operator) == "EMC":
            marks.pop()
        elif str(operator) == "Do":
            found.append(list(marks))
    return found


def test_swedish_letters_and_numbers_survive(tmp_path: Path) -> None:
    text = text_of(made(full_material()), tmp_path).replace("\u00a0", " ")
    assert "143 700" in text
    assert "kronor" in text
    assert "Förutsättningar" in text


def test_an_address_in_a_name_is_never_fetched(caplog: pytest.LogCaptureFixture) -> None:
    html = document_html(build_content(preschool_material())).replace(
        "</article>", '<img src="http://192.0.2.1/x.png" alt="en bild som inte hämtas"></article>'
    )
    assert pdf_from(html).startswith(b"%PDF")
    assert "disallowed protocol" in caplog.text


@pytest.mark.parametrize("was_on", [True, False])
def test_the_search_for_cycles_is_as_it_was_after_a_document_that_fails(
    monkeypatch: pytest.MonkeyPatch, was_on: bool
) -> None:
    seen = []

    def failing(*_args: object, **_options: object) -> bytes:
        seen.append(gc.isenabled())
        raise ZeroDivisionError

    monkeypatch.setattr("weasyprint.HTML.write_pdf", failing)
    (gc.enable if was_on else gc.disable)()
    try:
        with pytest.raises(ZeroDivisionError):
            pdf_from("<html lang=sv><body><p>Hej</p>")
        assert (seen, gc.isenabled()) == ([False], was_on)
    finally:
        gc.enable()


def test_each_thread_has_fonts_and_sheets_of_its_own_and_reads_a_sheet_once() -> None:
    html = document_html(build_content(preschool_material()))
    (style,) = STYLE.findall(html)
    pdf_from(html)
    ours = _shelf()
    assert ours is _shelf()
    assert ours.sheet(style) is ours.sheet(style)
    with ThreadPoolExecutor(1) as other:
        theirs = other.submit(_shelf).result()
    assert theirs is not ours
    assert theirs.fonts is not ours.fonts
