"""Importing a register from the staff's pages: upload, preview, approve, or put aside."""

import re
from urllib.parse import urljoin

import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.actors import person
from accounts.domain.machine import NotPossible, WrongState
from huvudman.domain import applying, imports
from huvudman.domain.applying import apply_register
from huvudman.domain.comparison import read_file
from huvudman.domain.imports import (
    apply_import,
    approve_import,
    discard_import,
    machine,
    preview_import,
)
from huvudman.domain.places import load_places
from huvudman.models import Huvudman, ImportState, RegisterChange, RegisterImport, SchoolUnit
from huvudman.models.register_import import TRANSITIONS
from huvudman.tasks import apply_register_import, preview_register_import
from tests.accounts.factories import leader, planner
from tests.huvudman.books import AB_ORGNR, KOMMUN_ORGNR, as_xlsx, book, put
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places():
    load_places()


@pytest.fixture
def staff(client):
    client.force_login(planner())
    return client


@pytest.fixture
def upload(staff, django_capture_on_commit_callbacks, monkeypatch):
    """Upload a file as a planner and let the worker's task read it."""
    tasks = {task.name: task for task in (preview_register_import, apply_register_import)}
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_options: tasks[name](*args))

    def send(content: bytes, name: str = "register_2020.xlsx", kind: str = "workbook") -> RegisterImport:
        file = SimpleUploadedFile(name, content)
        with django_capture_on_commit_callbacks(execute=True):
            answer = staff.post(reverse("admin:register_imports"), {"kind": kind, "file": file})
        assert answer.status_code == 302, answer.context["form"].errors
        return RegisterImport.objects.latest("pk")

    return send


def page_of(client, row, **query) -> str:
    answer = client.get(reverse("admin:register_import", args=[row.public_id]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def approve(client, row, capture, **fields):
    with capture(execute=True):
        answer = client.post(reverse("admin:register_import_approve", args=[row.public_id]), fields)
    row.refresh_from_db()
    return answer


def test_from_file_to_register(staff, upload, django_capture_on_commit_callbacks):
    row = upload(as_xlsx(book()))
    assert row.state == ImportState.PREVIEW
    assert row.year == 2020
    assert not Huvudman.objects.exists(), "a preview changes nothing"
    page = page_of(staff, row)
    assert "Exempel AB" in page
    assert "Bollstanäs skola" in page_of(staff, row, kind="units-new")
    approve(staff, row, django_capture_on_commit_callbacks)
    assert row.state == ImportState.APPLIED
    assert Huvudman.objects.count() == 2
    assert SchoolUnit.objects.count() == 5
    assert "Ändringarna lades in" in page_of(staff, row)


def test_the_preview_shows_every_field_and_who_closes(staff, upload, django_capture_on_commit_callbacks):
    approve(staff, upload(as_xlsx(book())), django_capture_on_commit_callbacks)
    sheets = book()
    put(sheets, "Huvudmän", 2, "NAMN", "Väsby stad")
    del sheets["Huvudmän"][2], sheets["Grundskola"][2]
    row = upload(as_xlsx(sheets))
    page = page_of(staff, row, kind="huvudman-changed")
    assert "Namn: Upplands Väsby kommun → Väsby stad" in page
    assert "finns inte i filen, upphör" in page_of(staff, row, kind="huvudman-closed")
    assert "Exempelskolan" in page_of(staff, row, kind="units-closed")


def test_the_same_file_again_has_nothing_to_approve(staff, upload, django_capture_on_commit_callbacks):
    approve(staff, upload(as_xlsx(book())), django_capture_on_commit_callbacks)
    row = upload(as_xlsx(book()))
    assert "Filen ändrar ingenting" in page_of(staff, row)
    with pytest.raises(NotPossible):
        approve_import(row=row, actor=person(planner()))


def test_rows_left_out_must_be_accepted(staff, upload, django_capture_on_commit_callbacks):
    sheets = book()
    put(sheets, "Grundskola", 2, "ELEVER ÅR3", "många")
    row = upload(as_xlsx(sheets))
    page = page_of(staff, row)
    assert "Bladet Grundskola, rad 2, kolumnen ELEVER ÅR3" in page
    assert "Här ska stå ett heltal, inte ”många”." in page
    refused = approve(staff, row, django_capture_on_commit_callbacks)
    assert "Kryssa i rutan" in refused.content.decode()
    assert row.state == ImportState.PREVIEW
    with pytest.raises(NotPossible):
        approve_import(row=row, actor=person(planner()), leave_out=False)
    approve(staff, row, django_capture_on_commit_callbacks, leave_out="on")
    assert row.state == ImportState.APPLIED
    assert not SchoolUnit.objects.filter(code="74174879").exists()
    assert SchoolUnit.objects.count() == 4


@pytest.mark.parametrize("content", [b"hej", b"PK\x03\x04"])
def test_a_file_that_cannot_be_used_is_told_of(staff, upload, content):
    row = upload(content)
    assert row.state == ImportState.FAILED
    page = page_of(staff, row)
    assert "Filen är ingen arbetsbok" in page
    assert "Registret är som det var" in page


def test_an_empty_file_is_said_to_be_empty_and_what_to_do(staff):
    typed = {"kind": "workbook", "file": SimpleUploadedFile("register_2020.xlsx", b"")}
    page = staff.post(reverse("admin:register_imports"), typed).text
    assert "Filen är tom. Spara den igen i programmet som den kommer från" in page
    assert "Den skickade filen" not in page
    assert not RegisterImport.objects.exists()


def test_what_is_done_is_said_from_the_approval_on(staff, upload, monkeypatch):
    row = upload(as_xlsx(book()))
    row = approve_import(row=row, actor=person(planner()))
    shown = [page_of(staff, row)]

    def looked_at(verb):
        return lambda *args, **more: shown.append(page_of(staff, row)) or verb(*args, **more)

    for verb in (imports._parsed, applying.compare_register, applying.write_units):
        module = imports if verb is imports._parsed else applying
        monkeypatch.setattr(module, verb.__name__, looked_at(verb))
    apply_import(row)
    lines = [re.search(r"<label>(.*?: \d+)&nbsp;%", page)[1] for page in shown]
    assert lines == [
        "Väntar på att läggas in: 0",
        "Lägger in: läser filen: 5",
        "Lägger in: jämför med registret: 20",
        "Lägger in skolenheter: 60",
    ]


@pytest.mark.parametrize("action", ["register_import_approve", "register_import_discard"])
def test_one_that_was_put_aside_meanwhile_is_told_of_by_its_name_and_stockholm_time(staff, upload, action):
    row = upload(as_xlsx(book()))
    RegisterImport.objects.update(created_at="2026-06-01T22:30:00Z", state=ImportState.APPLIED)
    refused = staff.post(reverse(f"admin:{action}", args=[row.public_id]))
    assert "Det går inte nu: register_2020.xlsx (2026-06-02 00.30) är i läget ”inlagd”." in refused.text


def test_a_missing_column_is_named(staff, upload):
    sheets = book()
    put(sheets, "Grundskola", 1, "KOMMUN", "ORT")
    assert "Bladet Grundskola, rad 1, kolumnen KOMMUN" in page_of(staff, upload(as_xlsx(sheets)))


def test_an_import_is_only_what_was_seen(staff, upload, django_capture_on_commit_callbacks):
    row = upload(as_xlsx(book()))
    HuvudmanFactory(orgnr=AB_ORGNR, name="Inlagd under tiden AB")
    approve(staff, row, django_capture_on_commit_callbacks)
    assert row.state == ImportState.PREVIEW
    assert row.moved
    assert "Registret ändrades efter den förra förhandsgranskningen" in page_of(staff, row)
    assert not Huvudman.objects.filter(orgnr=KOMMUN_ORGNR).exists()
    assert row.counts["huvudman"]["changed"] == 1
    approve(staff, row, django_capture_on_commit_callbacks)
    assert row.state == ImportState.APPLIED
    assert Huvudman.objects.get(orgnr=AB_ORGNR).name == "Exempel AB"


def test_an_older_file_is_looked_at_and_never_put_in(staff, upload, django_capture_on_commit_callbacks):
    approve(staff, upload(as_xlsx(book())), django_capture_on_commit_callbacks)
    sheets = book()
    put(sheets, "Huvudmän", 3, "NAMN", "Förr AB")
    row = upload(as_xlsx(sheets), name="register_2019.xlsx")
    assert row.state == ImportState.PREVIEW
    page = page_of(staff, row, kind="huvudman-changed")
    assert "Namn: Exempel AB → Förr AB" in page
    assert "Registret har redan uppgifter för 2020. En fil för 2019 går att granska" in page
    assert "Lägg in ändringarna" not in page
    approve(staff, row, django_capture_on_commit_callbacks)
    assert row.state == ImportState.PREVIEW
    assert not Huvudman.objects.filter(name="Förr AB").exists()


def test_a_file_that_has_become_older_since_it_was_approved_is_not_put_in(staff, upload):
    row = upload(as_xlsx(book()), name="register_2019.xlsx")
    approve_import(row=row, actor=person(planner()))
    apply_register(read_file(as_xlsx(book()), kind="workbook"), kind="workbook", year=2020)
    row.refresh_from_db()
    assert apply_import(row).state == ImportState.FAILED
    assert "Registret har redan uppgifter för 2020" in page_of(staff, row)


def test_put_aside(staff, upload):
    row = upload(as_xlsx(book()))
    staff.post(reverse("admin:register_import_discard", args=[row.public_id]))
    row.refresh_from_db()
    assert row.state == ImportState.DISCARDED
    assert not Huvudman.objects.exists()


def test_a_failure_in_the_middle_leaves_nothing_behind(upload, monkeypatch):
    row = upload(as_xlsx(book()))
    approve_import(row=row, actor=person(planner()))

    def broken(*args, **kwargs):
        raise RuntimeError("mitt i")

    monkeypatch.setattr("huvudman.domain.applying.write_units", broken)
    with pytest.raises(RuntimeError):
        apply_register_import(row.pk)
    row.refresh_from_db()
    assert row.state == ImportState.FAILED
    assert not Huvudman.objects.exists()


def test_the_tasks_can_be_run_again(upload, django_capture_on_commit_callbacks):
    row = upload(as_xlsx(book()))
    changes = RegisterChange.objects.count()
    preview_register_import(row.pk)
    assert RegisterChange.objects.count() == changes
    approve_import(row=row, actor=person(planner()))
    apply_register_import(row.pk)
    apply_register_import(row.pk)
    row.refresh_from_db()
    assert row.state == ImportState.APPLIED
    assert Huvudman.objects.count() == 2


MOVES = {
    ImportState.PREVIEW: lambda row: preview_import(row),
    ImportState.QUEUED: lambda row: approve_import(row=row, actor=person(planner())),
    ImportState.APPLIED: lambda row: apply_import(row),
    ImportState.DISCARDED: lambda row: discard_import(row=row, actor=person(planner())),
}


@pytest.mark.parametrize("before", ImportState.values)
@pytest.mark.parametrize("after", ImportState.values)
def test_the_table_of_states_is_kept(before, after):
    row = RegisterImport.objects.create(kind="workbook", file_name="x", sha256="x", year=2020, state=before)
    if after == before:
        assert machine.walk(row, to=after, actor=imports.SYSTEM).state == before
    elif after in TRANSITIONS[before]:
        assert machine.walk(row, to=after, actor=imports.SYSTEM).state == after
    else:
        with pytest.raises(WrongState):
            machine.walk(row, to=after, actor=imports.SYSTEM)


def test_who_may_import(client, upload, staff):
    row = upload(as_xlsx(book()))
    staff.force_login(leader())
    addresses = [reverse("admin:register_imports"), reverse("admin:register_import", args=[row.public_id])]
    for address in addresses:
        assert staff.get(address).status_code == 403
    for name in ["register_import_approve", "register_import_discard"]:
        assert staff.post(reverse(f"admin:{name}", args=[row.public_id])).status_code == 403
    row.refresh_from_db()
    assert row.state == ImportState.PREVIEW


@pytest.mark.parametrize("year", ["2062", "1999", "-5", "99999"])
def test_a_year_that_cannot_be_is_refused(staff, year):
    file = SimpleUploadedFile("register.xlsx", as_xlsx(book()))
    fields = {"kind": "workbook", "file": file, "year": year}
    page = staff.post(reverse("admin:register_imports"), fields)
    assert "Året ska ligga mellan 2000 och" in page.context["form"].errors["year"][0]
    assert not RegisterImport.objects.exists()


def test_get_changes_nothing_and_leads_to_the_imports_page(staff, upload):
    row = upload(as_xlsx(book()))
    page = reverse("admin:register_import", args=[row.public_id])
    for name in ["register_import_approve", "register_import_discard"]:
        address = reverse(f"admin:{name}", args=[row.public_id])
        assert staff.get(address).url == page
        assert staff.get(address, {"kind": "units-new", "page": 2}).url == f"{page}?kind=units-new&page=2"
        assert staff.put(address).status_code == 405
    row.refresh_from_db()
    assert row.state == ImportState.PREVIEW


def test_every_link_on_a_refused_approval_leads_on(staff, upload, django_capture_on_commit_callbacks):
    sheets = book()
    put(sheets, "Huvudmän", 3, "NAMN", "")
    row = upload(as_xlsx(sheets))
    address = reverse("admin:register_import_approve", args=[row.public_id])
    answer = approve(staff, row, django_capture_on_commit_callbacks)
    assert (answer.status_code, row.state) == (422, ImportState.PREVIEW)
    chips = re.findall(r'class="chip" href="([^"]+)"', answer.text)
    assert chips
    for link in chips:
        assert staff.get(urljoin(address, link.replace("&amp;", "&")), follow=True).status_code == 200
    (after,) = set(re.findall(r'name="next" value="([^"]+)"', answer.text))
    english = staff.post(reverse("set_language"), {"next": after, "language": "en"}, follow=True)
    assert english.status_code == 200
    assert "Rows that could not be read" in english.text


PRESCHOOLS = """orgnr;namn;typ;juridisk form;kommunkod;barn;e-post
{ab};Exempel AB;enskild;Aktiebolag;0114;12;
556016-0680;Förskolan Ängen ek. för.;Enskild;Ekonomisk förening;0114, 0115;;info@angen.example
"""


def test_preschools_by_csv_with_the_same_preview(staff, upload, django_capture_on_commit_callbacks):
    apply_register(read_file(as_xlsx(book()), kind="workbook"), kind="workbook", year=2020)
    row = upload(PRESCHOOLS.format(ab=AB_ORGNR).encode(), name="forskolor.csv", kind="preschool")
    assert row.counts["huvudman"] == {"new": 1, "changed": 1, "closed": 0, "unchanged": 0, "rejected": 0}
    assert "Barn i förskola: – → 12" in page_of(staff, row, kind="huvudman-changed")
    approve(staff, row, django_capture_on_commit_callbacks)
    company = Huvudman.objects.get(orgnr=AB_ORGNR)
    assert (company.children, company.source, company.size_class) == (12, "register", "s1")
    assert "FSK" in company.skolformer
    new = Huvudman.objects.get(orgnr="5560160680")
    assert (new.children, new.size_class, new.main_kommun_id) == (None, "unknown", "0114")
    assert new.kommuner.count() == 2
    again = upload(PRESCHOOLS.format(ab=AB_ORGNR).encode(), name="forskolor.csv", kind="preschool")
    assert again.counts["huvudman"]["unchanged"] == 2
    register = apply_register(read_file(as_xlsx(book()), kind="workbook"), kind="workbook", year=2020)
    assert register.counts()["huvudman"]["unchanged"] == 2, "the register keeps what the list said"


def test_a_file_of_which_no_row_could_be_read_is_not_called_right(staff, upload):
    content = PRESCHOOLS.format(ab="556000-0000").replace("556016-0680", "556016-0681")
    row = upload(content.encode(), name="forskolor.csv", kind="preschool")
    page = page_of(staff, row)
    assert "Ingen rad i filen gick att läsa" in page
    assert "Registret stämmer redan med den" not in page
