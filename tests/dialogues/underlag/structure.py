"""What a tagged PDF must be for everyone to read it (PDF/UA-1), rule by rule, asked of the finished file.

The rules are those of ISO 14289-1 and the Matterhorn protocol that a program can judge, and two of our own:
the document is in Swedish and each page says which it is, of how many.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import pikepdf

Node = pikepdf.Dictionary
PAINTS = {
    *("Tj", "TJ", "'", '"', "Do", "sh", "EI", "INLINE IMAGE"),
    *("f", "F", "f*", "B", "B*", "b", "b*", "S", "s"),
}
LEAST_ALT = 20
IN_LISTS = {"/L": {"/LI", "/Caption", "/L"}, "/LI": {"/Lbl", "/LBody"}}
IN_TABLES = {
    "/Table": {"/THead", "/TBody", "/TFoot", "/TR", "/Caption"},
    "/THead": {"/TR"},
    "/TBody": {"/TR"},
    "/TFoot": {"/TR"},
    "/TR": {"/TH", "/TD"},
}


@dataclass(frozen=True)
class Mark:
    """A marked piece of a page's content: the page's number from 0 and the piece's own."""

    page: int
    mcid: int


@dataclass
class Opened:
    """An opened PDF, with what several rules ask for."""

    data: bytes
    pdf: pikepdf.Pdf
    elements: list[Node] = field(init=False)

    def __post_init__(self) -> None:
        root = self.pdf.Root.get("/StructTreeRoot")
        self.elements = list(_elements(root.get("/K"))) if root is not None else []

    @cached_property
    def pages_by_id(self) -> dict[tuple[int, int], int]:
        return {page.obj.objgen: number for number, page in enumerate(self.pdf.pages)}

    def of(self, *kinds: str) -> list[Node]:
        """The elements of some kinds, in reading order."""
        return [element for element in self.elements if str(element["/S"]) in kinds]


Rule = Callable[[Opened], Iterator[str]]


def faults(data: bytes) -> list[str]:
    """Everything that breaks a rule in a PDF, as `rule: what`; empty for a document that all can read."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        opened = Opened(data, pdf)
        return [f"{name}: {fault}" for name, rule in RULES.items() for fault in rule(opened)]


def kids(element: Node) -> list[pikepdf.Object]:
    """The children of a structure element."""
    found = element.get("/K")
    if found is None:
        return []
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def is_element(kid: object) -> bool:
    """Tell whether a child is a structure element, not marked content."""
    return isinstance(kid, pikepdf.Dictionary) and "/S" in kid


# The document ---------------------------------------------------------------------------------------------
def language(doc: Opened) -> Iterator[str]:
    """The document's language is Swedish."""
    if str(doc.pdf.Root.get("/Lang", "")) != "sv":
        yield f"the language is {doc.pdf.Root.get('/Lang')!r}"


def title(doc: Opened) -> Iterator[str]:
    """The document has a title, and readers show it in place of the file's name."""
    with doc.pdf.open_metadata() as meta:
        if not str(meta.get("dc:title") or "").strip():
            yield "no title"
    if not doc.pdf.Root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "the title is not shown"


def marked(doc: Opened) -> Iterator[str]:
    """The document says that it is tagged, and has a tree of tags."""
    if not doc.pdf.Root.get("/MarkInfo", {}).get("/Marked", False):
        yield "not said to be tagged"
    if not doc.elements:
        yield "no structure tree"


def identifier(doc: Opened) -> Iterator[str]:
    """The metadata say that it is PDF/UA-1."""
    with doc.pdf.open_metadata() as meta:
        if meta.get("pdfuaid:part") != "1":
            yield "does not declare itself PDF/UA-1"


def fonts(doc: Opened) -> Iterator[str]:
    """Every font is embedded and can be turned back into text."""
    for number, page in enumerate(doc.pdf.pages, start=1):
        for name, font in page.Resources.get("/Font", {}).items():
            described = font.DescendantFonts[0].FontDescriptor
            if "/FontFile2" not in described and "/FontFile3" not in described:
                yield f"{name} on page {number} is not embedded"
            if "/ToUnicode" not in font:
                yield f"{name} on page {number} can't be read as text"


def outline(doc: Opened) -> Iterator[str]:
    """The bookmarks lead to headings: one for the document and one for each of its parts."""
    with doc.pdf.open_outline() as found:
        tops = list(found.root)
    parts = [child.title for top in tops for child in top.children]
    if len(tops) != 1:
        yield f"{len(tops)} bookmarks at the top"
    if len(parts) != len(doc.of("/H2")):
        yield f"{len(parts)} bookmarks for {len(doc.of('/H2'))} parts"


# What is read aloud ---------------------------------------------------------------------------------------
def headings(doc: Opened) -> Iterator[str]:
    """The headings begin with the only one of level 1 and never jump over a level."""
    levels = [int(str(element["/S"])[2]) for element in doc.of(*(f"/H{level}" for level in range(1, 7)))]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"the headings begin {levels[:3]}"
    jumps = [pair for pair in zip(levels, levels[1:], strict=False) if pair[1] > pair[0] + 1]
    yield from (f"a heading of level {before} is followed by one of {after}" for before, after in jumps)


def figures(doc: Opened) -> Iterator[str]:
    """Every figure has words in its place, and says where on the page it stands."""
    for number, element in enumerate(doc.of("/Figure"), start=1):
        if len(str(element.get("/Alt", ""))) < LEAST_ALT:
            yield f"figure {number} has no words"
        if "/BBox" not in element.get("/A", {}):
            yield f"figure {number} has no place"


def tables(doc: Opened) -> Iterator[str]:
    """Every table has heads, and every cell knows one in its column and one in its row."""
    for number, table in enumerate(doc.of("/Table"), start=1):
        yield from (f"table {number}: {fault}" for fault in _table_faults(table))


def _table_faults(table: Node) -> Iterator[str]:
    inside = list(_elements(table))
    heads = {str(cell["/ID"]) for cell in inside if str(cell["/S"]) == "/TH" and "/ID" in cell}
    if not heads:
        yield "no head"
    for cell in (each for each in inside if str(each["/S"]) == "/TD"):
        named = {str(name) for name in cell.get("/A", {}).get("/Headers", [])}
        if len(named) < 2:
            yield "a cell without a head for both column and row"
        if not named <= heads:
            yield "a cell with a head that is not in its table"
    widths = {sum(_width(cell) for cell in kids(row)) for row in inside if str(row["/S"]) == "/TR"}
    if len(widths) > 1:
        yield f"rows of {sorted(widths)} cells"


def _width(cell: Node) -> int:
    return int(cell.get("/A", {}).get("/ColSpan", 1))


def nesting(doc: Opened) -> Iterator[str]:
    """Lists hold only list items, and tables only rows of cells."""
    allowed = IN_LISTS | IN_TABLES
    for element in doc.of(*allowed):
        kind = str(element["/S"])
        wrong = {str(kid["/S"]) for kid in kids(element) if is_element(kid)} - allowed[kind]
        yield from (f"{name} in {kind}" for name in sorted(wrong))


def content(doc: Opened) -> Iterator[str]:
    """Everything that is painted is either a part of the tree of tags or marked as decoration."""
    owned = {mark for mark, _element in _owned(doc)}
    for number, page in enumerate(doc.pdf.pages):
        bare, marks = _painted(page)
        if bare:
            yield f"{bare} things are painted on page {number + 1} without a mark"
        lost = {mcid for mcid in marks if Mark(number, mcid) not in owned}
        if lost:
            yield f"{len(lost)} pieces of page {number + 1} are read by nobody"


def parents(doc: Opened) -> Iterator[str]:
    """From each marked piece of a page there is a way back to the element that has it, and from no other."""
    nums = list(doc.pdf.Root.get("/StructTreeRoot", {}).get("/ParentTree", {}).get("/Nums", []))
    lists = dict(zip(map(int, nums[::2]), nums[1::2], strict=True))
    ways = {
        (Mark(number, mcid), element.objgen)
        for number, page in enumerate(doc.pdf.pages)
        for mcid, element in enumerate(lists.get(int(page.obj.get("/StructParents", -1)), []))
        if element is not None
    }
    if ways != set(_owned(doc)):
        yield f"{len(ways ^ set(_owned(doc)))} pieces lead to an element that does not have them, or to none"


def annotations(doc: Opened) -> Iterator[str]:
    """Every link has words and a place in the tree, and the tab key follows the tree."""
    for number, page in enumerate(doc.pdf.pages, start=1):
        if str(page.obj.get("/Tabs", "")) != "/S":
            yield f"the tab key does not follow the text on page {number}"
        for annotation in page.obj.get("/Annots", []):
            if "/StructParent" not in annotation or not str(annotation.get("/Contents", "")):
                yield f"a link on page {number} without words or place"


def numbered(doc: Opened) -> Iterator[str]:
    """Every page says which it is, of how many."""
    done = subprocess.run(["pdftotext", "-", "-"], input=doc.data, capture_output=True, check=True)
    texts = done.stdout.decode().split("\f")
    total = len(doc.pdf.pages)
    for number, text in enumerate(texts[:total], start=1):
        if f"Sida {number} av {total}" not in re.sub(r"\s+", " ", text):
            yield f"page {number} does not say that it is {number} of {total}"


# The tree and the pages -----------------------------------------------------------------------------------
def _elements(node: object) -> Iterator[Node]:
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node and str(node.get("/Type", "/StructElem")) == "/StructElem":
            yield from _elements(node["/K"])


def _owned(doc: Opened) -> Iterator[tuple[Mark, tuple[int, int]]]:
    """The marked pieces that an element of the tree has, and which element."""
    for element in doc.elements:
        for kid in kids(element):
            if not isinstance(kid, pikepdf.Object):
                yield Mark(doc.pages_by_id.get(element["/Pg"].objgen, -1), int(kid)), element.objgen


def _painted(page: pikepdf.Page) -> tuple[int, set[int]]:
    """How much of a page is painted outside every mark, and the numbers of the marks that paint something."""
    around: list[int | None] = []
    bare, marks = 0, set()
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BMC", "BDC"):
            around.append(_mcid(operands))
        elif name == "EMC":
            around.pop()
        elif name in PAINTS:
            bare += not around
            marks |= {mcid for mcid in around if mcid is not None}
    return bare, marks


def _mcid(operands: list[pikepdf.Object]) -> int | None:
    """The number of a mark; None for decoration."""
    properties = operands[1] if len(operands) > 1 else {}
    if str(operands[0]) == "/Artifact" or "/MCID" not in properties:
        return None
    return int(properties["/MCID"])


RULES: dict[str, Rule] = {
    "language": language,
    "title": title,
    "marked": marked,
    "identifier": identifier,
    "fonts": fonts,
    "outline": outline,
    "headings": headings,
    "figures": figures,
    "tables": tables,
    "nesting": nesting,
    "content": content,
    "parents": parents,
    "annotations": annotations,
    "numbered": numbered,
}
