"""Putting in statistics from the statistician's pages: upload, preview, put in, or put aside."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import current_app
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.actors import SYSTEM, person
from accounts.domain.audit import entries
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole
from huvudman.models import ImportState, SchoolUnit
from huvudman.models.register_import import TRANSITIONS
from quality_system.domain import import_statistics as importing
from quality_system.domain.statistics_imports import (
    Upload,
    apply_statistics,
    approve_statistics,
    machine,
    upload_statistics,
)
from quality_system.models import ObservedValue, StatisticsFile, StatisticsImport
from quality_system.tasks import (
    apply_approved_statistics,
    preview_uploaded_statistics,
    take_up_waiting_statistics,
)
from tests.accounts.factories import staff_user
from tests.huvudman.factories import SchoolUnitFactory
from tests.quality_system import shared_data
from tests.quality_system.factories import IndicatorFactory, offer
from tests.quality_system.test_import import HEADER
from tests.quality_system.test_sheets import xlsx

pytestmark = pytest.mark.django_db

STATISTICIAN = StaffRole.STATISTICIAN
TASKS = {task.name: task for task in (preview_uploaded_statistics, apply_approved_statistics)}
DEEDS = ("statistics_import_approve", "statistics_import_discard")


def csv(*rows: str, period: str = "2024/25") -> bytes:
    return "\n".join([f"Valt läsår: {period}", HEADER, *rows]).encode("utf-8-sig")


def line(code: str, merit: str = "230,5", orgnr: str = "") -> str:
    return f"Skolan;{code};{orgnr};20;75,0;{merit}"


@pytest.fixture
def unit() -> SchoolUnit:
    unit = SchoolUnitFactory(code="12345678", name="Bollstanäs skola")
    offer(unit)
    return unit


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(staff_user(STATISTICIAN))
    return client


Send = Callable[..., StatisticsImport]


@pytest.fixture
def send(staff: Client, django_capture_on_commit_callbacks, monkeypatch) -> Send:
    """Upload files as a statistician, each a (name, content), and let the worker's task read them."""
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_options: TASKS[name](*args))

    def upload(*contents: bytes, name: str = "betyg.csv", source: str = "") -> StatisticsImport:
        files = [SimpleUploadedFile(f"{at}-{name}" if at else name, c) for at, c in enumerate(contents)]
        with django_capture_on_commit_callbacks(execute=True):
            answer = staff.post(reverse("admin:statistics_imports"), {"file": files, "source": source})
        assert answer.status_code == 302, answer.context["form"].errors
        return StatisticsImport.objects.latest("pk")

    return upload


def page_of(client: Client, row: StatisticsImport) -> str:
    answer = client.get(reverse("admin:statistics_import", args=[row.public_id]))
    assert answer.status_code == 200
    return answer.text


def put_in(client: Client, row: StatisticsImport, capture, **fields: str):
    with capture(execute=True):
        answer = client.post(reverse("admin:statistics_import_approve", args=[row.public_id]), fields)
    row.refresh_from_db()
    return answer


# The way through ------------------------------------------------------------------------------------------
def test_from_file_to_values(staff, send, unit, django_capture_on_commit_callbacks):
    IndicatorFactory(key="gr-y9-merit", name="Genomsnittligt meritvärde")
    row = send(csv(line(unit.code), line("87654321")))
    assert (row.state, row.source) == (ImportState.PREVIEW, "skolverket-csv"), row.problems
    assert not ObservedValue.objects.exists(), "a preview changes nothing"
    assert (row.counts["rows"], row.counts["new"], row.counts["unknown_units"]) == (2, 3, 1)
    page = page_of(staff, row)
    assert "Genomsnittligt meritvärde" in page
    assert "2024/25" in page
    assert "1 kod som registret inte känner till" in page
    assert "87654321" in page
    put_in(staff, row, django_capture_on_commit_callbacks)
    assert row.state == ImportState.APPLIED
    assert ObservedValue.objects.filter(unit=unit, is_derived=False).count() == 3
    assert row.counts["derived"] == ObservedValue.objects.filter(is_derived=True).count() > 0
    assert "Värdena lades in" in page_of(staff, row)


def test_a_corrected_figure_is_shown_and_becomes_a_new_version(
    staff, send, unit, django_capture_on_commit_callbacks
):
    put_in(staff, send(csv(line(unit.code))), django_capture_on_commit_callbacks)
    row = send(csv(line(unit.code, merit="231,0")))
    assert [row.counts[name] for name in ("new", "changed", "unchanged")] == [0, 1, 2]
    page = page_of(staff, row)
    assert "230,5 (20)" in page
    assert "231 (20)" in page
    assert "Bollstanäs skola" in page
    put_in(staff, row, django_capture_on_commit_callbacks)
    versions = ObservedValue.objects.filter(unit=unit, indicator_key="gr-y9-merit").order_by("version")
    assert [(v.version, str(v.number), v.superseded_at is None) for v in versions] == [
        (1, "230.5000", False),
        (2, "231.0000", True),
    ]


def test_the_same_file_again_changes_nothing(staff, send, unit, django_capture_on_commit_callbacks):
    put_in(staff, send(csv(line(unit.code))), django_capture_on_commit_callbacks)
    row = send(csv(line(unit.code)))
    page = page_of(staff, row)
    assert "Inget ändras: alla värden i filerna finns redan." in page
    assert reverse("admin:statistics_import_approve", args=[row.public_id]) not in page
    refused = put_in(staff, row, django_capture_on_commit_callbacks)
    assert (refused.status_code, row.state) == (422, ImportState.PREVIEW)
    assert "Inget ändras: värdena finns redan." in refused.text


def test_what_cannot_be_read_has_its_line_and_must_be_left_out_knowingly(
    staff, send, unit, django_capture_on_commit_callbacks
):
    row = send(csv(line(unit.code), line("11111111", merit="många"), line("123")))
    page = page_of(staff, row)
    assert "Rad 4" in page
    assert "värdet ”många” kan inte läsas" in page
    assert "skolenhetskoden ”123” är inte åtta siffror" in page
    refused = put_in(staff, row, django_capture_on_commit_callbacks)
    assert "Kryssa i rutan" in refused.text
    assert row.state == ImportState.PREVIEW
    with pytest.raises(NotPossible):
        approve_statistics(row=row, actor=SYSTEM)
    put_in(staff, row, django_capture_on_commit_callbacks, leave_out="on")
    assert (row.state, row.leave_out) == (ImportState.APPLIED, True)
    assert set(ObservedValue.objects.filter(level="unit").values_list("unit_code", flat=True)) == {unit.code}


def test_several_files_are_one_import_and_faults_name_their_file(staff, send, unit):
    row = send(csv(line(unit.code)), csv(line(unit.code), line("123"), period="2023/24"))
    assert row.counts["new"] == 6
    assert row.measures[0]["periods"] == ["2023/24", "2024/25"]
    assert "1-betyg.csv, rad 4" in page_of(staff, row)


def test_a_workbook_is_put_in_as_the_same_table_in_csv(staff, send, unit, django_capture_on_commit_callbacks):
    rows = [row.split(";") for row in csv(line(unit.code)).decode("utf-8-sig").splitlines()]
    row = send(xlsx(rows), name="betyg.xlsx")
    assert (row.state, row.source, row.counts["new"]) == (ImportState.PREVIEW, "skolverket-csv", 3)
    put_in(staff, row, django_capture_on_commit_callbacks)
    assert send(csv(line(unit.code))).counts["unchanged"] == 3


@pytest.mark.parametrize(
    ("content", "source", "reason"),
    [
        (b"PK\x03\x04", "skolverket-csv", "betyg.csv: filen är ingen arbetsbok som går att läsa"),
        (b"hej", "", "betyg.csv känns inte igen. Ladda upp filen igen och välj källan."),
        (b"hej", "skolverket-csv", "betyg.csv: det finns ingen rubrikrad med Skolenhetskod"),
        (b"\xe5\xe4\xf6;", "skolverket-csv", "filen är inte text i UTF-8"),
        (b"{", "kolada", "filen innehåller inte JSON"),
        (b"\x1f\x8b\x08hej", "skolverket-csv", "den packade filen är skadad eller avbruten"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_changes_nothing(staff, send, content, source, reason):
    row = send(content, source=source)
    assert row.state == ImportState.FAILED
    page = page_of(staff, row)
    assert reason in page
    assert "Statistiken är som den var." in page
    assert not ObservedValue.objects.exists()


def test_a_file_that_swells_when_it_is_unpacked_is_refused(staff, send, monkeypatch):
    monkeypatch.setattr("quality_system.sources.recognising.MAX_UNPACKED", 2_000_000)
    row = send(gzip.compress(b"\n" * 3_000_000), name="bomb.csv.gz")
    assert (row.state, row.problems) == (
        ImportState.FAILED,
        [{"text": "bomb.csv.gz: filen blir för stor när den packas upp"}],
    )


def test_files_of_two_sources_are_not_one_import(send, unit):
    details = (
        b'{"url": "x", "json": {"body": {"code": "87654321", "organisationRegistryNumber": "2120000142"}}}'
    )
    row = send(csv(line(unit.code)), details)
    assert row.state == ImportState.FAILED
    assert row.problems[0]["text"].startswith("Filerna är från olika källor")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (shared_data.GRADES, "skolverket-csv"),
        (shared_data.PLANNED, "planned-educations"),
        (shared_data.UNITS, "planned-educations"),
        ("statistics/pxweb_ufa_grundskola_sample.json", "pxweb"),
        ("statistics/survey-sample-nested-pupilsgr.json", "skolenkaten"),
        ("statistics/survey-sample-nested-pupilsgy.json", "skolenkaten"),
    ],
)
def test_real_files_are_recognised(send, name, source):
    file = shared_data.shared_file(name)
    row = send(file.read_bytes(), name=file.name)
    assert (row.source, row.state) == (source, ImportState.PREVIEW), row.problems


# Together -------------------------------------------------------------------------------------------------
def test_put_in_is_only_what_was_seen(staff, send, unit, django_capture_on_commit_callbacks):
    seen, other = send(csv(line(unit.code))), send(csv(line(unit.code, merit="199,0")))
    put_in(staff, other, django_capture_on_commit_callbacks)
    put_in(staff, seen, django_capture_on_commit_callbacks)
    assert (seen.state, seen.moved) == (ImportState.PREVIEW, True)
    assert "Annan statistik har lagts in efter den förra förhandsgranskningen" in page_of(staff, seen)
    assert str(ObservedValue.objects.get(unit=unit, indicator_key="gr-y9-merit").number) == "199.0000"
    put_in(staff, seen, django_capture_on_commit_callbacks)
    assert (seen.state, seen.moved) == (ImportState.APPLIED, False)


def test_a_button_pressed_twice_puts_in_once(staff, send, unit, django_capture_on_commit_callbacks):
    row = send(csv(line(unit.code)))
    for _time in range(2):
        put_in(staff, row, django_capture_on_commit_callbacks)
        apply_approved_statistics(row.pk)
        preview_uploaded_statistics(row.pk)
    assert row.state == ImportState.APPLIED
    assert ObservedValue.objects.filter(level="unit").count() == 3
    assert entries(row, "statisticsimport.applied").count() == 1


def test_a_failure_in_the_middle_leaves_nothing_behind(send, unit, monkeypatch):
    row = send(csv(line(unit.code)))
    approve_statistics(row=row, actor=SYSTEM)

    def broken(**_facts: object) -> int:
        raise RuntimeError("mitt i")

    monkeypatch.setattr(importing, "derive_huvudman_values", broken)
    with pytest.raises(RuntimeError):
        apply_approved_statistics(row.pk)
    row.refresh_from_db()
    assert row.state == ImportState.FAILED
    assert row.problems == [{"text": "Något gick fel hos oss. Statistiken är som den var. Försök igen."}]
    assert not ObservedValue.objects.exists()


def test_each_step_is_in_the_audit_log_with_who_did_it(staff, send, unit, django_capture_on_commit_callbacks):
    row = send(csv(line(unit.code)))
    put_in(staff, row, django_capture_on_commit_callbacks)
    verbs = ["upload", *(ImportState.PREVIEW, ImportState.QUEUED, ImportState.APPLIED)]
    log = AuditEntry.objects.filter(verb__startswith="statisticsimport.").order_by("pk")
    assert [entry.verb for entry in log] == [f"statisticsimport.{verb}" for verb in verbs]
    assert [entry.actor_id for entry in log] == [row.created_by_id, None, row.created_by_id, None]
    assert log[0].facts["sha256"] == [row.files.get().sha256]


# States, rows, rights -------------------------------------------------------------------------------------
def in_state(state: str) -> StatisticsImport:
    """An import with what its state asks for."""
    return StatisticsImport.objects.create(
        state=state,
        source="kolada",
        digest="1-2-0",
        read_at="2026-01-01T00:00Z",
        applied_at="2026-01-01T00:00Z" if state == ImportState.APPLIED else None,
        problems=[{"text": "trasig"}] if state == ImportState.FAILED else [],
        counts={"new": 1},
    )


@pytest.mark.parametrize("before", sorted(ImportState.values))
@pytest.mark.parametrize("after", sorted(ImportState.values))
def test_the_table_of_states_is_kept(before, after):
    def change(row: StatisticsImport) -> None:
        row.applied_at = "2026-01-02T00:00Z" if after == ImportState.APPLIED else None
        row.problems = [{"text": "trasig"}]

    row = in_state(before)
    if after != before and after not in TRANSITIONS[before]:
        with pytest.raises(WrongState):
            machine.walk(row, to=after, actor=SYSTEM, change=change)
    else:
        assert machine.walk(row, to=after, actor=SYSTEM, change=change).state == after


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "preview", "source": ""},
        {"state": "queued", "digest": ""},
        {"state": "applied", "applied_at": None},
        {"state": "preview", "applied_at": "2026-01-01T00:00Z"},
        {"state": "failed", "problems": []},
        {"state": "lost"},
    ],
    ids=str,
)
def test_the_database_keeps_rows_whole(wrong):
    row = in_state(wrong["state"]) if wrong["state"] in ImportState.values else in_state("uploaded")
    with pytest.raises(IntegrityError), transaction.atomic():
        StatisticsImport.objects.filter(pk=row.pk).update(**wrong)


def test_a_file_is_kept_by_its_sha256_at_a_place_of_its_own(send, unit):
    row = send(csv(line(unit.code)))
    file = row.files.get()
    assert Path(file.file.name).name == file.sha256
    for wrong in ({"sha256": "x"}, {"position": 0}):
        facts = {"position": 1, "sha256": file.sha256, "name": "b.csv", "size": 1} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            StatisticsFile.objects.create(statistics_import=row, file="x", **facts)


@pytest.mark.parametrize("role", sorted(set(StaffRole) - {STATISTICIAN}))
def test_other_staff_are_refused(client, role):
    row = in_state(ImportState.PREVIEW)
    client.force_login(staff_user(role))
    one = [row.public_id]
    for address in (reverse("admin:statistics_imports"), reverse("admin:statistics_import", args=one)):
        assert client.get(address).status_code == 403
    for name in DEEDS:
        assert client.post(reverse(f"admin:{name}", args=one)).status_code == 403
    row.refresh_from_db()
    assert row.state == ImportState.PREVIEW
    shown = client.get(reverse("admin:quality_system_observedvalue_changelist"))
    assert (shown.status_code, reverse("admin:statistics_imports") in shown.text) == (200, False)


def test_the_statistics_lead_to_the_page_and_the_rail_stays(staff):
    start = reverse("admin:quality_system_observedvalue_changelist")
    assert reverse("admin:statistics_imports") in staff.get(start).text
    rail = staff.get(reverse("admin:statistics_imports")).context["rail"]
    assert [entry["url"] for entry in rail if entry["active"]] == [start]


def test_get_changes_nothing_and_leads_to_the_page(staff):
    row = in_state(ImportState.PREVIEW)
    for name in DEEDS:
        answer = staff.get(reverse(f"admin:{name}", args=[row.public_id]))
        assert answer.url == reverse("admin:statistics_import", args=[row.public_id])
    row.refresh_from_db()
    assert row.state == ImportState.PREVIEW


def test_put_aside(staff, send, unit):
    row = send(csv(line(unit.code)))
    answer = staff.post(reverse("admin:statistics_import_discard", args=[row.public_id]), follow=True)
    assert "Importen är avbruten. Statistiken är som den var." in answer.text
    row.refresh_from_db()
    assert row.state == ImportState.DISCARDED
    refused = staff.post(reverse("admin:statistics_import_approve", args=[row.public_id]))
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"source": ""}, "Välj minst en fil."),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "Filen är tom."),
        ({"file": [SimpleUploadedFile(f"{n}.csv", b"x") for n in range(21)]}, "Välj högst 20 filer"),
        ({"file": SimpleUploadedFile("a.csv", b"x"), "source": "scb"}, ""),
    ],
)
def test_a_form_that_cannot_be_used_keeps_nothing(staff, fields, words):
    answer = staff.post(reverse("admin:statistics_imports"), fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert not StatisticsImport.objects.exists()


def test_nobody_else_may_upload_or_name_a_source_that_is_none():
    with pytest.raises(PermissionDenied):
        upload_statistics(actor=person(staff_user(StaffRole.PLANNER)), files=[Upload("a", b"x")])
    with pytest.raises(NotPossible):
        upload_statistics(actor=SYSTEM, files=[Upload("a", b"x")], source="scb")
    with pytest.raises(NotPossible):
        upload_statistics(actor=SYSTEM, files=[])


# The list -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_whatever_it_shows(staff, django_assert_num_queries, rows):
    for at in range(rows):
        upload_statistics(actor=SYSTEM, files=[Upload(f"{at}{part}.csv", b"x") for part in "ab"])
    with django_assert_num_queries(6):
        page = staff.get(reverse("admin:statistics_imports"))
    assert page.text.count(".csv</a>") == rows


def test_the_list_is_searched_by_file_person_source_and_sum(staff, send, unit):
    row = send(csv(line(unit.code)), csv(line(unit.code), period="2023/24"), name="betyg.csv")
    upload_statistics(actor=SYSTEM, files=[Upload("trygghet.json", b"x")])
    for words in ("betyg", str(row.created_by), row.files.first().sha256[:12], "statistik om huvudmän och"):
        shown = staff.get(reverse("admin:statistics_imports"), {"q": words}).context["page"]
        assert [found.pk for found in shown] == [row.pk], words
    nothing = staff.get(reverse("admin:statistics_imports"), {"q": "finns inte"}).text
    assert "Ingen import matchar sökningen." in nothing


def test_the_list_has_pages(staff):
    for _row in range(51):
        StatisticsImport.objects.create(source="kolada", created_by=None)
    first = staff.get(reverse("admin:statistics_imports"))
    assert len(first.context["page"]) == 50
    assert len(staff.get(reverse("admin:statistics_imports"), {"page": 2}).context["page"]) == 1


# Background -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", sorted(ImportState.values))
def test_only_what_waits_is_taken_up(state, monkeypatch):
    asked = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_options: asked.append((name, args)))
    row = in_state(state)
    take_up_waiting_statistics()
    task = {"uploaded": "quality_system.preview_statistics", "queued": "quality_system.apply_statistics"}
    assert asked == ([(task[state], [row.pk])] if state in task else [])


def test_the_page_says_how_far_it_has_come_without_javascript(staff, unit, monkeypatch):
    row = upload_statistics(actor=SYSTEM, files=[Upload("betyg.csv", csv(line(unit.code)))])
    assert "Väntar på att läsas: 0" in page_of(staff, row)
    shown = []
    read = importing._match

    def looked_at(*args: object):
        shown.append(page_of(staff, row))
        return read(*args)

    monkeypatch.setattr(importing, "_match", looked_at)
    preview_uploaded_statistics(row.pk)
    assert "Jämför med den statistik som finns: 60" in shown[0]
    assert (
        f'<a href="{reverse("admin:statistics_import", args=[row.public_id])}">Uppdatera sidan</a>'
        in shown[0]
    )


def test_an_import_that_was_put_aside_meanwhile_stays_so(staff, send, unit):
    row = send(csv(line(unit.code)))
    row = approve_statistics(row=row, actor=SYSTEM)
    staff.post(reverse("admin:statistics_import_discard", args=[row.public_id]))
    with pytest.raises(WrongState):
        apply_statistics(row)
    assert not ObservedValue.objects.exists()


def test_a_file_that_is_broken_since_it_was_seen_fails_and_changes_nothing(staff, send, unit):
    row = approve_statistics(row=send(gzip.compress(csv(line(unit.code))), name="a.csv.gz"), actor=SYSTEM)
    path = Path(row.files.get().file.path)
    path.write_bytes(path.read_bytes()[:-20])
    apply_approved_statistics(row.pk)
    row.refresh_from_db()
    assert row.state == ImportState.FAILED
    assert "den packade filen är skadad eller avbruten" in page_of(staff, row)
    path.unlink()
    assert not ObservedValue.objects.exists()
