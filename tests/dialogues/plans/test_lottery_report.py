"""The public report as page and PDF, the files to check it with, and the files for staff and evaluators."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
import shlex
import subprocess
import sys
import zipfile
from io import StringIO
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.models import StaffRole
from dialogues import lottery_report
from dialogues.cells import csv_bytes, harmless
from dialogues.domain import draws, swaps
from dialogues.domain.invitations import answer_invitation, invite
from dialogues.domain.plan_approval import approve_plan
from dialogues.domain.plans import plan_cycle
from dialogues.lottery import canonical, require_committed
from dialogues.models import Answer, Channel, Dialogue, Draw
from dialogues.plan_exports import extract_csv, plan_workbook
from dialogues.planning import METHOD, Unit
from dialogues.planning.units import input_sha256
from dialogues.planning.verify import Flaw, Wrong
from huvudman.models import Huvudman
from tests.accounts.factories import staff_user
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.factories import both_agencies, dialogue_with_contact
from tests.dialogues.plans.draws import (
    VALUE,
    approved,
    committed,
    drawn,
    huvudman_in_two_lan,
    somebody,
    two_apart,
    typed,
)
from tests.dialogues.plans.replans import in_force

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


def page_of(draw: Draw) -> str:
    return reverse("lottery", args=[draw.public_id])


def file_of(draw: Draw, name: str) -> str:
    return reverse("lottery_file", args=[draw.public_id, name])


def with_swap() -> tuple[Draw, str, str]:
    """An approved lottery with one swap, and the two."""
    draw = drawn()
    first, second = two_apart(draw)
    swaps.swap_places(draw=draw, first=first, second=second, reason="Flytt av skola", actor=somebody())
    return approve_plan(draw=draw, actor=somebody()), first, second


def run_as_told(command: str, folder: Path) -> str:
    """What a command of the page says in that folder; nothing where it is no command."""
    if command.startswith("python3 "):
        return bare_python(folder, *shlex.split(command)[1:]).stdout
    if not command.startswith(("sha256sum", "printf")):
        return ""
    return subprocess.run(
        command, shell=True, cwd=folder, check=True, capture_output=True, text=True, timeout=30
    ).stdout


def bare_python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python with nothing installed and nothing of ours to import, in a folder."""
    command = [sys.executable, "-I", "-S", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def with_files(client, draw: Draw, folder: Path) -> str:
    """The report's text; all files that it leads to are in the folder."""
    page = html.unescape(client.get(page_of(draw)).text)
    for name in re.findall(rf"{draw.public_id}/fil/([\w.-]+)", page):
        (folder / name).write_bytes(client.get(file_of(draw, name)).content)
    assert reverse("lottery_program") in page
    (folder / "kontrollprogram.zip").write_bytes(client.get(reverse("lottery_program")).content)
    return page


class TestPage:
    def test_the_commitment_is_public_at_once_and_nothing_more(self, client) -> None:
        draw = committed()
        page = client.get(page_of(draw)).text
        assert draw.commitment_sha256 in page
        assert draw.source in page
        assert "Beteckningen" not in page
        assert hashlib.sha256(client.get(file_of(draw, "lasning.json")).content).hexdigest() == (
            draw.commitment_sha256
        )
        for name in ("register.json", "register.csv", "plan.csv", "intyg.json"):
            assert client.get(file_of(draw, name)).status_code == 404

    def test_a_value_not_confirmed_is_not_told(self, client) -> None:
        assert VALUE not in client.get(page_of(typed())).text

    def test_it_tells_seed_value_and_how_to_get_from_one_to_the_other(self, client) -> None:
        draw = drawn()
        page = client.get(page_of(draw)).text
        for words in (draw.seed, VALUE, f"hexkey:{draw.commitment_sha256}", "printf %s 250135"):
            assert words in page

    def test_it_says_how_many_draws_there_were_also_those_thrown_away(self, client) -> None:
        first = drawn()
        draws.discard_draw(draw=first, why="Ett nytt register kom", actor=somebody())
        draw = approved(drawn(committed(first.cycle)))
        text = client.get(page_of(draw)).text
        assert "Registret har låsts 2 gånger. Lottade planer: 2. Kastade: 1." in text
        assert "Ett nytt register kom" in text
        listed = client.get(reverse("lotteries")).text
        assert page_of(first) in listed
        assert page_of(draw) in listed

    def test_it_names_no_huvudman_and_nobody_here(self, client) -> None:
        draw, first, _second = with_swap()
        page = client.get(page_of(draw)).text
        assert first in page
        assert "Flytt av skola" in page
        names = [*Huvudman.objects.values_list("name", flat=True), str(draw.created_by)]
        assert [name for name in names if name in page] == []

    def test_it_tells_what_was_asked_for_in_a_replan_without_names(self, client) -> None:
        parent = approved()
        unit = next(u for u, block in parent.assignment.items() if block == "1:1")
        in_force(parent, capacity=[("12", 1, 1, 0)], waits={unit: 2})
        page = client.get(page_of(parent)).text
        assert "Högst 0 från Skåne län i omgång" in page
        assert "1 huvudman ska vänta" in page
        assert Huvudman.objects.get(public_id=unit).name not in page

    def test_a_huvudman_finds_itself_by_its_pseudonym(self, client) -> None:
        draw, first, _second = with_swap()
        place = lottery_report.place_in(draw, first)
        dialogue = Dialogue.objects.select_related("batch").get(huvudman__public_id=first)
        assert place == f"{dialogue.batch.year}:{dialogue.batch.number}"
        for typed_so in (first, f" {first.upper()} "):
            assert f"Ni ligger i omgång {place}." in client.get(page_of(draw), {"beteckning": typed_so}).text
        assert "finns inte i planen" in client.get(page_of(draw), {"beteckning": "5566"}).text

    def test_the_portal_says_the_pseudonym(self, client) -> None:
        from dialogues.models import DialogueState

        dialogue, user = dialogue_with_contact(DialogueState.INVITED)
        client.force_login(user)
        page = client.get(reverse("portal_huvudman", args=[dialogue.huvudman.public_id])).text
        assert f'<code class="text-break">{dialogue.huvudman.public_id}</code>' in page

    def test_a_trial_and_a_seed_of_ones_own_have_no_public_page(self, client) -> None:
        cycle = plan_cycle(cycle=small_cycle(), actor=SYSTEM)
        assert client.get(page_of(cycle.draws.get())).status_code == 404
        draw = committed(cycle)
        assert "Lottningar med eget frö: 1." in client.get(page_of(draw)).text


class TestFiles:
    def test_what_is_published_has_the_hashes_that_were_committed(self, client) -> None:
        draw = approved()
        told = json.loads(client.get(file_of(draw, "lasning.json")).content)
        register = client.get(file_of(draw, "register.json")).content
        assert hashlib.sha256(register).hexdigest() == told["input_sha256"] == draw.input_sha256
        rows = csv.DictReader(io.StringIO(client.get(file_of(draw, "register.csv")).text), delimiter=";")
        units = [Unit(**row | {"pupils": int(row["pupils"])}) for row in rows]
        assert input_sha256(units) == draw.input_sha256

    def test_the_plan_is_published_as_drawn_and_with_its_swaps(self, client) -> None:
        draw, first, _second = with_swap()

        def read(name: str) -> dict[str, str]:
            rows = csv.DictReader(io.StringIO(client.get(file_of(draw, name)).text), delimiter=";")
            return {row["id"]: f"{row['year']}:{row['batch']}" for row in rows}

        assert read("plan.csv") == draw.assignment
        assert read("plan-med-byten.csv") == swaps.current_places(draw)
        assert read("plan.csv")[first] != read("plan-med-byten.csv")[first]
        assert "swaps" not in client.get(file_of(draw, "intyg.json")).json()
        assert len(client.get(file_of(draw, "intyg-med-byten.json")).json()["swaps"]) == 1

    def test_an_outsider_checks_it_with_what_the_page_says(self, client, tmp_path) -> None:
        """Every command of the page is run as it stands, in a folder with the published files."""
        draw, _first, _second = with_swap()
        page = with_files(client, draw, tmp_path)
        said = [run_as_told(command, tmp_path) for command in re.findall(r"<code[^>]*>([^<]*)</code>", page)]
        told = "\n".join(filter(None, said))
        assert f"{draw.commitment_sha256}  lasning.json" in told
        assert f"{draw.input_sha256}  register.json" in told
        assert f"= {draw.seed}" in told
        assert re.findall(r"Planen stämmer: .* (\d) byten", told) == ["0", "1"]

    def test_the_program_runs_unzipped_with_python_alone_and_finds_what_is_wrong(
        self, client, tmp_path
    ) -> None:
        draw = approved()
        with_files(client, draw, tmp_path)
        with zipfile.ZipFile(tmp_path / "kontrollprogram.zip") as archive:
            archive.extractall(tmp_path / "program")
        asked = ("program", "--input", "register.csv", "--plan", "plan.csv", "--certificate", "intyg.json")
        locked = ("--commitment", "lasning.json", "--value")
        fine = bare_python(tmp_path, *asked, *locked, VALUE)
        assert (fine.returncode, fine.stderr) == (0, "")
        assert "Planen stämmer: 8 enheter" in fine.stdout
        levels = {family: len(rows) for family, rows in draw.certificate["counts"].items()}
        told = ", ".join(f"{family} ({count})" for family, count in sorted(levels.items()))
        assert f"Räknat är: {told}." in fine.stdout
        call_command(
            "verify_plan",
            input=tmp_path / "register.csv",
            plan=tmp_path / "plan.csv",
            certificate=tmp_path / "intyg.json",
            again=True,
            stdout=StringIO(),
        )
        alone = bare_python(tmp_path, *asked, "--value", VALUE)
        assert (alone.returncode, alone.stdout) == (2, "")
        other = bare_python(tmp_path, *asked, *locked, "2 501,36")
        assert (other.returncode, other.stdout) == (1, "")
        assert "stämmer inte" in other.stderr
        first, second = two_apart(draw)
        text = (tmp_path / "plan.csv").read_text()
        swapped = text.replace(first, "x").replace(second, first).replace("x", second)
        (tmp_path / "plan.csv").write_text(swapped)
        assert bare_python(tmp_path, *asked).returncode == 1
        (tmp_path / "plan.csv").write_text("id;year\n")
        assert bare_python(tmp_path, *asked).returncode == 2

    @pytest.mark.parametrize(
        ("url", "words"),
        [("", "kvalitetsdialog@skolverket.example"), ("https://kod.example/kd", "https://kod.example/kd")],
    )
    def test_it_says_where_the_source_code_is(self, client, settings, url: str, words: str) -> None:
        settings.SOURCE_CODE_URL = url
        section = client.get(page_of(committed())).text.split("Kontrollera själv")[1].split("</section>")[0]
        assert words in section
        assert ("skickas till den som ber" in section) == (not url)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("years", 3),
            ("batches", 1),
            ("families", ["all"]),
            ("by_year_only", ["region"]),
            ("input_sha256", "0" * 64),
            ("method", f"{METHOD} (highspy 0, numpy 0)"),
        ],
    )
    def test_a_certificate_of_something_else_than_was_locked_does_not_hold(self, name, value) -> None:
        draw = drawn()
        require_committed(draw.commitment, draw.certificate, VALUE)
        other = canonical(json.loads(draw.commitment) | {name: value})
        with pytest.raises(Wrong) as caught:
            require_committed(other, draw.certificate)
        assert (caught.value.flaw, caught.value.where) == (Flaw.COMMITTED, name)

    def test_a_seed_of_another_value_does_not_hold(self) -> None:
        draw = drawn()
        with pytest.raises(Wrong) as caught:
            require_committed(draw.commitment, draw.certificate, "2 501,36")
        assert caught.value.where == "seed"

    def test_an_unknown_file_is_not_found(self, client) -> None:
        assert client.get(file_of(approved(), "hemligt.txt")).status_code == 404

    def test_the_report_is_an_accessible_pdf_with_the_same_words(self, client, monkeypatch) -> None:
        draw, first, _second = with_swap()
        response = client.get(reverse("lottery_pdf", args=[draw.public_id]))
        assert response["Content-Type"] == "application/pdf"
        with pikepdf.open(io.BytesIO(response.content)) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang) == "sv"
            assert "lottning" in str(pdf.docinfo.Title).lower()
            assert pdf.open_metadata()["pdfuaid:part"] == "1"
        monkeypatch.setattr(lottery_report, "pdf_from", lambda html: html.encode())
        draws.try_draw(cycle=draw.cycle, years=2, batches_per_year=2, why="", actor=somebody())
        html = lottery_report.report_pdf(draw).decode()
        for words in (draw.seed, draw.commitment_sha256, first, "Flytt av skola", "Så går det till"):
            assert words in html

    def test_the_pdf_is_made_once_for_the_same_words(self, monkeypatch) -> None:
        made = []
        monkeypatch.setattr(lottery_report, "pdf_from", lambda html: made.append(html) or b"%PDF")
        draw = approved()
        assert lottery_report.report_pdf(draw) == lottery_report.report_pdf(draw) == b"%PDF"
        assert len(made) == 1


class TestWorkbook:
    def test_it_has_every_huvudman_and_its_places(self) -> None:
        draw, first, _second = with_swap()
        book = openpyxl.load_workbook(io.BytesIO(plan_workbook(draw)))
        head, *rows = book["Plan"].iter_rows(values_only=True)
        assert head[0] == "Beteckning"
        assert {row[0] for row in rows} == set(draw.assignment)
        moved = next(row for row in rows if row[0] == first)
        assert moved[-2] != moved[-1]
        assert book["Byten"].max_row == 2
        assert {"Län", "Storlek", "Typ", "Största avvikelser", "Om planen"} <= set(book.sheetnames)

    @pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+46", "-1", "=cmd|' /C calc'!A0", "a\x0bb"])
    def test_no_name_is_a_formula(self, name) -> None:
        Huvudman.objects.filter(pk=Huvudman.objects.first().pk).update(name=name)
        book = openpyxl.load_workbook(io.BytesIO(plan_workbook(drawn())))
        cells = [cell for row in book["Plan"].iter_rows() for cell in row if cell.value]
        assert name.replace("\x0b", "") in [cell.value for cell in cells]
        assert {cell.data_type for cell in cells} <= {"s", "n"}

    @pytest.mark.parametrize("role", StaffRole)
    def test_staff_read_it(self, client, role) -> None:
        client.force_login(staff_user(role))
        draw = drawn()
        for name in ("draw_workbook", "draw_certificate"):
            assert client.get(reverse(f"admin:{name}", args=[draw.public_id])).status_code == 200


class TestExtract:
    def test_pseudonym_strata_year_batch_and_answer_of_all_also_decliners(self) -> None:
        both_agencies()
        draw = approved()
        declined, *_rest = Dialogue.objects.filter(cycle=draw.cycle).order_by("pk")
        draw.cycle.batches.filter(pk=declined.batch_id).update(
            state="sending", send_at=draw.created_at, answer_by=draw.created_at.date().replace(year=2099)
        )
        declined.refresh_from_db()
        invitation = invite(dialogue=declined, actor=SYSTEM).invitations.get()
        answer_invitation(
            invitation=invitation, answer=Answer.NO, given_by="Kim", channel=Channel.PHONE, actor=SYSTEM
        )
        rows = list(csv.DictReader(io.StringIO(extract_csv(draw.cycle).decode()), delimiter=";"))
        assert {row["pseudonym"] for row in rows} == set(draw.assignment)
        by_id = {row["pseudonym"]: row for row in rows}
        told = by_id[str(declined.huvudman.public_id)]
        assert (told["svar"], told["lage"]) == ("no", "declined")
        assert {row["svar"] for row in rows if row is not told} == {""}
        for unit, block in draw.assignment.items():
            year, batch = block.split(":")
            assert by_id[unit]["ar"] == str(draw.cycle.first_year + int(year) - 1)
            assert by_id[unit]["omgang"] == batch
        assert not re.search("Kim|Huvudman", extract_csv(draw.cycle).decode())

    @pytest.mark.parametrize("role", StaffRole)
    def test_planners_and_statisticians_fetch_it(self, client, role) -> None:
        client.force_login(staff_user(role))
        cycle = approved().cycle
        wanted = 200 if role in (StaffRole.PLANNER, StaffRole.STATISTICIAN) else 403
        assert client.get(reverse("admin:cycle_extract", args=[cycle.pk])).status_code == wanted


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", " =1", "＝1"])
def test_no_text_of_a_csv_file_begins_a_formula(text) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(-1) == -1
    assert csv_bytes(["a"], [[text]]).decode().splitlines()[1].lstrip('"').startswith("'")
