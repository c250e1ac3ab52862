"""What WeasyPrint leaves to do in a tagged PDF: what stands in the margins is no part of the text.

It marks the words of page margins (the running head, the page number) as text, but keeps them out of the tree
of tags. PDF/UA wants everything to be one or the other: in the tree, or an artifact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MARGIN = "/Type /Pagination"


def set_margins_apart(_document: object, pdf: Any) -> None:
    """Mark what no tag owns as an artifact of its page. A finisher for `write_pdf`; changes `pdf`."""
    pages = [each for each in pdf.objects if _kind(each) == "/Page"]
    owned = _owned_marks(pdf)
    mapping = pdf.objects[_number(_root(pdf)["ParentTree"])]["Nums"]
    for page in pages:
        lost = _set_apart(pdf.objects[_number(page["Contents"])].stream, owned.get(page.reference, set()))
        elements = mapping[2 * page["StructParents"] + 1]
        elements[:] = [b"null" if mark in lost else element for mark, element in enumerate(elements)]


def _set_apart(stream: list[Any], owned: set[int]) -> set[int]:
    """Turn the marks of a page's stream that are not owned into artifacts; answer their numbers."""
    lost = set()
    for place, operator in enumerate(stream):
        if operator == b"BDC" and stream[place - 1]["MCID"] not in owned:
            lost.add(stream[place - 1]["MCID"])
            stream[place - 2 : place] = ["/Artifact", f"<<{MARGIN}>>"]
    return lost


def _owned_marks(pdf: Any) -> dict[bytes, set[int]]:
    """The marks that the tree of tags has, by the reference of their page."""
    owned: dict[bytes, set[int]] = {}
    for element in _elements(pdf, _root(pdf)):
        owned.setdefault(element["Pg"], set()).update(kid for kid in element["K"] if isinstance(kid, int))
    return owned


def _elements(pdf: Any, above: Any) -> Iterator[Any]:
    """Every element of the tree that stands on a page."""
    waiting = [above]
    while waiting:
        element = waiting.pop()
        if "Pg" in element:
            yield element
        below = (pdf.objects[_number(kid)] for kid in element["K"] if not isinstance(kid, int))
        waiting += [kid for kid in below if "K" in kid]


def _root(pdf: Any) -> Any:
    return pdf.objects[_number(pdf.catalog["StructTreeRoot"])]


def _kind(part: Any) -> object:
    return part.get("Type") if isinstance(part, dict) else None


def _number(reference: bytes) -> int:
    return int(reference.split()[0])
