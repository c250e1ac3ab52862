"""Every document of a batch can be read by everyone; and whatever would be wrong with one is found."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import pikepdf
import pytest

from dialogues.underlag.content import build_content
from dialogues.underlag.html import document_html
from dialogues.underlag.pdf import pdf_from
from tests.dialogues.underlag.material import full_material
from tests.dialogues.underlag.owners import batch
from tests.dialogues.underlag.structure import RULES, Opened, faults, kids

Break = Callable[[pikepdf.Pdf], None]


@cache
def good() -> bytes:
    return pdf_from(document_html(build_content(full_material())))


@pytest.mark.parametrize("owner", sorted(batch()))
def test_the_document_of_each_huvudman_can_be_read_by_all(owner: str) -> None:
    assert faults(pdf_from(document_html(build_content(batch()[owner])))) == []


# What the rules find ---------------------------------------------------------------------------------------
def first(pdf: pikepdf.Pdf, kind: str, at: int = 0) -> pikepdf.Dictionary:
    return Opened(b"", pdf).of(kind)[at]


def drop(pdf: pikepdf.Pdf, kind: str, key: str) -> None:
    del first(pdf, kind)[key]


def rename(pdf: pikepdf.Pdf, kind: str, name: str, at: int = 0) -> None:
    first(pdf, kind, at)["/S"] = pikepdf.Name(name)


def without_metadata(pdf: pikepdf.Pdf, key: str) -> None:
    with pdf.open_metadata(set_pikepdf_as_editor=False) as meta:
        del meta[key]


def without_head_cells(pdf: pikepdf.Pdf) -> None:
    for cell in Opened(b"", pdf).of("/TH"):
        del cell["/ID"]


def head_of_another_table(pdf: pikepdf.Pdf) -> None:
    first(pdf, "/TD")["/A"]["/Headers"][0] = pikepdf.String("1-2-3")


def shorter_row(pdf: pikepdf.Pdf) -> None:
    row = first(pdf, "/TR", 1)
    row["/K"] = pikepdf.Array(kids(row)[:-2])


def rewritten(pdf: pikepdf.Pdf, change: Callable[[bytes], bytes], page: int = 1) -> None:
    contents = pdf.pages[page].Contents
    contents.write(change(contents.read_bytes()))


def margin_as_text(pdf: pikepdf.Pdf) -> None:
    margin = b"/Artifact\n<</Type /Pagination>>\nBDC"
    rewritten(pdf, lambda stream: stream.replace(margin, b"/Span <</MCID 9999>> BDC", 1))


def painted_bare(pdf: pikepdf.Pdf) -> None:
    rewritten(pdf, lambda stream: stream + b"\n0 0 10 10 re f\n")


def without_outline(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root[0].children.pop()


def two_tops(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Ännu en", 0))


def font_left_out(pdf: pikepdf.Pdf, key: str) -> None:
    font = next(iter(pdf.pages[0].Resources.Font.values()))
    if key == "/ToUnicode":
        del font[key]
    else:
        del font.DescendantFonts[0].FontDescriptor[key]


def mute_link(pdf: pikepdf.Pdf) -> None:
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9])
    pdf.pages[0].obj["/Annots"] = pikepdf.Array([link])


def lost_way_back(pdf: pikepdf.Pdf) -> None:
    pdf.Root.StructTreeRoot.ParentTree.Nums[1][0] = None


def page_taken_out(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[-1]


BROKEN: dict[str, tuple[str, Break]] = {
    "another language": ("language", lambda pdf: pdf.Root.__setitem__("/Lang", pikepdf.String("en"))),
    "no language": ("language", lambda pdf: pdf.Root.__delitem__("/Lang")),
    "no title": ("title", lambda pdf: without_metadata(pdf, "dc:title")),
    "title not shown": ("title", lambda pdf: pdf.Root.ViewerPreferences.__delitem__("/DisplayDocTitle")),
    "not marked": ("marked", lambda pdf: pdf.Root.__delitem__("/MarkInfo")),
    "no tree": ("marked", lambda pdf: pdf.Root.__delitem__("/StructTreeRoot")),
    "not declared": ("identifier", lambda pdf: without_metadata(pdf, "pdfuaid:part")),
    "font not embedded": ("fonts", lambda pdf: font_left_out(pdf, "/FontFile3")),
    "font without letters": ("fonts", lambda pdf: font_left_out(pdf, "/ToUnicode")),
    "a part without bookmark": ("outline", without_outline),
    "two top bookmarks": ("outline", two_tops),
    "no main heading": ("headings", lambda pdf: rename(pdf, "/H1", "/P")),
    "two main headings": ("headings", lambda pdf: rename(pdf, "/H3", "/H1")),
    "a jump in headings": ("headings", lambda pdf: rename(pdf, "/H3", "/H4")),
    "figure without words": ("figures", lambda pdf: drop(pdf, "/Figure", "/Alt")),
    "figure without place": ("figures", lambda pdf: drop(pdf, "/Figure", "/A")),
    "table without heads": ("tables", without_head_cells),
    "cell without heads": ("tables", lambda pdf: first(pdf, "/TD")["/A"].__delitem__("/Headers")),
    "head of another table": ("tables", head_of_another_table),
    "a shorter row": ("tables", shorter_row),
    "no item in a list": ("nesting", lambda pdf: rename(pdf, "/LI", "/Div")),
    "no cell in a row": ("nesting", lambda pdf: rename(pdf, "/TD", "/P")),
    "painted without mark": ("content", painted_bare),
    "margin as text": ("content", margin_as_text),
    "no way back": ("parents", lost_way_back),
    "a link without words": ("annotations", mute_link),
    "tab key astray": ("annotations", lambda pdf: pdf.pages[0].obj.__delitem__("/Tabs")),
    "a page too few": ("numbered", page_taken_out),
}


def broken(name: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(good())) as pdf:
        BROKEN[name][1](pdf)
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_what_is_broken_is_found_by_its_rule(name: str) -> None:
    found = {fault.split(":")[0] for fault in faults(broken(name))}
    assert BROKEN[name][0] in found


def test_each_rule_is_shown_to_find_something() -> None:
    assert {rule for rule, _break in BROKEN.values()} == set(RULES)
