"""The printed sheet: the address in the window and nothing else there, each letter on an odd page."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialogues.domain.files import store_file
from dialogues.models import PaperLetter
from dialogues.paper.sheet import print_ready
from dialogues.paper.writing import shown_code
from dialogues.underlag.pdf import page_count, pdf_from
from tests.dialogues.paper.factories import letter_in, run_in, sent_batch

pytestmark = pytest.mark.django_db

MM = 72 / 25.4
WINDOW = (20, 45, 105, 74)
"""Where the windows of C5 and C65 envelopes overlap: left, top, right, bottom, in mm of the sheet."""
EMPTY = (15, 39, 120, 92)
"""Where nothing but the address may stand, as the sheet may slip in its envelope."""


@dataclass(frozen=True)
class Word:
    page: int
    box: tuple[float, float, float, float]
    text: str

    def lies_in(self, area: tuple[float, float, float, float]) -> bool:
        left, top, right, bottom = self.box
        return left >= area[0] and top >= area[1] and right <= area[2] and bottom <= area[3]

    def touches(self, area: tuple[float, float, float, float]) -> bool:
        left, top, right, bottom = self.box
        return left < area[2] and right > area[0] and top < area[3] and bottom > area[1]


def words(pdf: bytes, folder: Path) -> list[Word]:
    file = folder / "run.pdf"
    file.write_bytes(pdf)
    told = subprocess.run(["pdftotext", "-bbox", str(file), "-"], capture_output=True, text=True, check=True)
    found = []
    for number, page in enumerate(told.stdout.split("<page ")[1:], 1):
        pattern = r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>'
        for *box, text in re.findall(pattern, page):
            left, top, right, bottom = (float(edge) / MM for edge in box)
            found.append(Word(number, (left, top, right, bottom), text))
    return found


def made(letters: list[PaperLetter]) -> bytes:
    return print_ready(run_in("ordered"), letters)[0]


def pages_with(found: list[Word], text: str) -> list[int]:
    return sorted({word.page for word in found if word.text == text})


def test_the_address_lies_in_the_window_and_nothing_else_does(tmp_path):
    long_name = "Kooperativa föreningen Exempelbygdens förskola och skola med fritidshem"
    address = f"{long_name}\nAtt: Kim Ek\nc/o Bygdegården, Storgatan 1\n981 85  KIRUNA"
    letter = letter_in("waiting", address=address, text="Hej!\n\n" + "Ord och ord. " * 120)
    found = [word for word in words(made([letter]), tmp_path) if word.page == 3]
    expected = address.split()
    inside = [word for word in found if word.touches(EMPTY)]
    assert [word.text for word in inside] == expected
    assert [word.text for word in inside if not word.lies_in(WINDOW)] == []


def test_each_letter_begins_on_an_odd_page_whatever_the_length_of_the_one_before(tmp_path):
    texts = ["Hej!\n\n" + "Ord och ord. " * 30, "Hej!\n\n" + "Ord och ord. " * 500, "Hej!\n\nKort."]
    letters = [letter_in("waiting", title=f"Titel{n}", text=text) for n, text in enumerate(texts)]
    found = words(made(letters), tmp_path)
    firsts = [pages_with(found, f"Titel{n}")[0] for n in range(3)]
    assert firsts == [3, 5, 7]


def test_what_is_enclosed_lies_on_sheets_of_its_own_after_its_letter(tmp_path):
    underlag = pdf_from("<html lang=sv><title>x</title><p>Underlagsord</p></html>")
    enclosure = store_file(underlag, "application/pdf")
    letters = [
        letter_in("waiting", title="Titel0", enclosure=enclosure),
        letter_in("waiting", title="Titel1"),
    ]
    pdf, sheets = print_ready(run_in("ordered"), letters)
    found = words(pdf, tmp_path)
    firsts = [pages_with(found, word) for word in ("Titel0", "Underlagsord", "Titel1")]
    assert firsts == [[3], [5], [7]]
    assert sheets == -(-page_count(pdf) // 2)


def test_the_cover_sheet_counts_and_lists_the_letters(tmp_path):
    letters = [letter_in("waiting"), letter_in("waiting")]
    found = [word.text for word in words(made(letters), tmp_path) if word.page == 1]
    text = " ".join(found)
    assert "2 brev" in text
    assert all(letter.huvudman.name in text for letter in letters)


def test_the_code_is_printed_in_its_letter(tmp_path):
    sent_batch()
    letter = PaperLetter.objects.get()
    found = [word.text.strip(".") for word in words(made([letter]), tmp_path)]
    assert found.count(shown_code(letter.code)) == 1


def test_the_pdf_is_tagged():
    from pikepdf import Pdf

    with Pdf.open(io.BytesIO(made([letter_in("waiting")]))) as opened:
        assert opened.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in opened.Root
        assert str(opened.Root.Lang) == "sv"


def test_markup_in_a_letter_is_only_text(tmp_path):
    letter = letter_in("waiting", text="Hej <b>du</b> & ni")
    assert "<b>du</b>" in " ".join(word.text for word in words(made([letter]), tmp_path)).replace(
        "&lt;", "<"
    ).replace("&gt;", ">")
