"""An import whose broker is away or whose worker is killed comes to its end all the same, and only once."""

import contextlib
import os
import signal
import threading
from pathlib import Path

import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from accounts.actors import person
from huvudman.domain import imports
from huvudman.domain.import_work import MOST_TRIES, ROUND, alone_at
from huvudman.domain.imports import approve_import
from huvudman.models import Huvudman, ImportState, RegisterImport
from huvudman.tasks import apply_register_import, preview_register_import, take_up_waiting_imports
from tests.accounts.factories import planner
from tests.dialogues.letters.postmaster import free_port
from tests.dialogues.letters.workers import broker_at, running_worker
from tests.huvudman.books import as_xlsx, book
from tests.polling import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def no_broker():
    """Nobody answers where the broker should be."""
    with broker_at(f"redis://127.0.0.1:{free_port()}/0"):
        yield


@pytest.fixture
def staff(client):
    client.force_login(planner())
    return client


def upload(client) -> RegisterImport:
    file = SimpleUploadedFile("register_2020.xlsx", as_xlsx(book()))
    answer = client.post(reverse("admin:register_imports"), {"kind": "workbook", "file": file})
    assert answer.status_code == 302
    return RegisterImport.objects.get()


def state_of(row: RegisterImport) -> str:
    row.refresh_from_db()
    return row.state


def put_aside(client, row: RegisterImport) -> str:
    """Press the page's own button; answers the state after."""
    address = reverse("admin:register_import_discard", args=[row.public_id])
    assert address in client.get(reverse("admin:register_import", args=[row.public_id])).content.decode()
    assert client.post(address).status_code == 302
    return state_of(row)


def test_without_a_broker_the_file_is_kept_and_can_be_put_aside(no_broker, staff):
    row = upload(staff)
    assert state_of(row) == ImportState.UPLOADED
    assert put_aside(staff, row) == ImportState.DISCARDED


def test_without_a_broker_an_approved_file_waits_and_can_be_put_aside(no_broker, staff):
    row = upload(staff)
    preview_register_import(row.pk)
    answer = staff.post(reverse("admin:register_import_approve", args=[row.public_id]))
    assert answer.status_code == 302
    assert state_of(row) == ImportState.QUEUED
    assert put_aside(staff, row) == ImportState.DISCARDED
    assert not Huvudman.objects.exists()


def test_without_its_cache_the_page_says_that_the_file_waits(no_broker, staff, settings):
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": nobody}}
    row = upload(staff)
    page = staff.get(reverse("admin:register_import", args=[row.public_id]))
    assert "Väntar på att läsas" in page.text
    preview_register_import(row.pk)
    assert state_of(row) == ImportState.PREVIEW


def test_what_waited_is_taken_up_by_a_real_worker(staff, tmp_path):
    with broker_at(f"redis://127.0.0.1:{free_port()}/0"):
        row = upload(staff)
    with running_worker(tmp_path):
        take_up_waiting_imports()
        until(lambda: state_of(row) == ImportState.PREVIEW)
        with broker_at(f"redis://127.0.0.1:{free_port()}/0"):
            approve_import(row=row, actor=person(planner()))
        take_up_waiting_imports()
        take_up_waiting_imports()
        until(lambda: state_of(row) == ImportState.APPLIED)
    assert Huvudman.objects.count() == 2


def kill_who_is_at(row: RegisterImport) -> None:
    """Kill the process in which a worker is at the import, as the system may."""
    take_up_waiting_imports()
    for tasks_of_worker in (current_app.control.inspect(timeout=0.5).active() or {}).values():
        for task in tasks_of_worker:
            if task["args"] == [row.pk] and task["worker_pid"]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(task["worker_pid"], signal.SIGKILL)


def test_a_file_that_ends_its_worker_each_time_is_given_up_with_a_reason(staff, tmp_path):
    with broker_at(f"redis://127.0.0.1:{free_port()}/0"):
        row = upload(staff)
    Path(row.file.path).unlink()
    os.mkfifo(row.file.path)  # nobody writes: who reads it waits until killed

    def ended() -> bool:
        kill_who_is_at(row)
        return state_of(row) != ImportState.UPLOADED

    with running_worker(tmp_path):
        until(ended, seconds=90)
    assert (row.state, row.tries) == (ImportState.FAILED, MOST_TRIES)
    assert "3 gånger" in row.problems[0]["text"]
    page = staff.get(reverse("admin:register_import", args=[row.public_id])).content.decode()
    assert "3 gånger" in page


def test_an_approved_file_has_all_its_tries(no_broker, staff):
    row = upload(staff)
    RegisterImport.objects.update(tries=MOST_TRIES - 1)
    preview_register_import(row.pk)
    assert state_of(row) == ImportState.PREVIEW
    approve_import(row=row, actor=person(planner()))
    assert state_of(row) == ImportState.QUEUED
    apply_register_import(row.pk)
    assert state_of(row) == ImportState.APPLIED
    assert Huvudman.objects.count() == 2


def test_a_task_that_comes_again_when_its_work_is_done_counts_nothing(no_broker, staff):
    row = upload(staff)
    for _time in range(MOST_TRIES + 2):
        preview_register_import(row.pk)
        apply_register_import(row.pk)
    assert (state_of(row), row.tries) == (ImportState.PREVIEW, 1)


@pytest.mark.parametrize("state", ImportState.values)
def test_only_what_waits_is_taken_up(state, monkeypatch):
    asked = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_options: asked.append((name, args)))
    row = RegisterImport.objects.create(kind="workbook", file_name="x", sha256="x", year=2020, state=state)
    take_up_waiting_imports()
    assert asked == ([(imports.work.tasks[state], [row.pk])] if state in {"uploaded", "queued"} else [])


def test_beat_takes_up_what_waits_every_minute(settings):
    assert take_up_waiting_imports.name in current_app.tasks
    beat = [row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values() if row["schedule"] == ROUND]
    assert take_up_waiting_imports.name in beat


def test_a_second_worker_leaves_the_import_to_the_first(no_broker, staff):
    row = upload(staff)
    held, done = threading.Event(), threading.Event()

    def first_worker() -> None:
        with alone_at(row.pk, kind=imports.work.one_worker) as alone:
            assert alone
            held.set()
            done.wait(20)
        connection.close()

    other = threading.Thread(target=first_worker)
    other.start()
    assert held.wait(20)
    preview_register_import(row.pk)
    assert state_of(row) == ImportState.UPLOADED
    done.set()
    other.join(20)
    preview_register_import(row.pk)
    assert state_of(row) == ImportState.PREVIEW


def test_work_that_was_overtaken_does_not_undo_what_was_decided(no_broker, staff, monkeypatch):
    row = upload(staff)

    def put_aside_meanwhile(*args, **kwargs):
        imports.discard_import(row=row, actor=person(planner()))
        raise RuntimeError("mitt i")

    monkeypatch.setattr(imports, "compare_register", put_aside_meanwhile)
    with pytest.raises(imports.NotPossible):
        preview_register_import(row.pk)
    assert state_of(row) == ImportState.DISCARDED


def test_a_preview_made_twice_does_not_take_back_an_approval(no_broker, staff, monkeypatch):
    row = upload(staff)
    preview_register_import(row.pk)
    as_read = RegisterImport.objects.get(pk=row.pk)
    as_read.state = ImportState.UPLOADED
    approve_import(row=row, actor=person(planner()))
    with pytest.raises(imports.NotPossible):
        imports.preview_import(as_read)
    assert state_of(row) == ImportState.QUEUED
