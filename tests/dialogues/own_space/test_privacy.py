"""A draft's words are nowhere that anybody at the agencies can look."""

import logging

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import get_resolver, reverse

from accounts.adminsite import site
from accounts.models import StaffRole
from dialogues.models import AnalysisDraft, DialogueState
from tests.accounts.factories import staff_user
from tests.accounts.sign_in import HouseClient
from tests.dialogues.own_space.writing import autosave, colleague, opened, save, write
from tests.dialogues.portal.helpers import address
from tests.permissions.test_sweep import patterns

pytestmark = pytest.mark.django_db

MARKED = "Blåbärsskogen"
OWN_SPACE = {
    name: pattern for name, pattern in patterns(get_resolver()) if name.startswith("portal_analysis")
}
NO_WORDS = {AnalysisDraft._meta.db_table}
"""The own space itself: readable by nobody but the huvudman."""


@pytest.fixture
def dialogue(signed_in):
    return signed_in(DialogueState.TIME_FIXED)


def write_in_every_way(client, dialogue) -> None:
    """Saved on the way, by the button, refused, in conflict, read, printed; never sent."""
    form = opened(client, dialogue)
    autosave(client, dialogue, form, see=f"{MARKED} ett")
    write(client, dialogue, why=f"{MARKED} två")
    autosave(client, dialogue, form, see=f"{MARKED} 20120101-1234")
    write(colleague(dialogue), dialogue, see=f"{MARKED} tre")
    write(client, dialogue, "framat", aim=f"{MARKED} fyra")
    client.post(address("portal_analysis_part", dialogue, "likvardighet"), form | {"see": f"{MARKED} fem"})
    for page in ("portal_analysis_read", "portal_analysis_pdf", "portal_analysis_check"):
        assert client.get(address(page, dialogue)).status_code == 200
    client.post(address("portal_analysis_check", dialogue), {"parts": ["likvardighet"], "seen": "en äldre"})


def tables_with(words: str) -> set[str]:
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{words}%"])
            if cursor.fetchone()[0]:
                found.add(table)
    return found


def test_no_table_nor_log_holds_the_words_of_a_draft(client, dialogue, caplog, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with caplog.at_level(logging.DEBUG):
        write_in_every_way(client, dialogue)
    assert tables_with(MARKED) == NO_WORDS
    assert MARKED not in caplog.text
    assert list(tmp_path.rglob("*")) == []


def test_the_own_space_has_no_history_and_no_register():
    assert AnalysisDraft not in site._registry
    assert not [
        model
        for model in apps.get_models()
        if model.__name__.startswith("AnalysisDraft") and model is not AnalysisDraft
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [AnalysisDraft._meta.db_table],
        )
        assert cursor.fetchall() == []


def everyone_else() -> list:
    superuser = get_user_model().objects.create_superuser("rot@skolverket.example", "rot")
    staff = [
        staff_user(StaffRole(role), agency=a) for role in StaffRole.values for a in ("skolverket", "spsm")
    ]
    return [superuser, *staff]


def test_no_staff_and_no_superuser_opens_or_changes_anything(dialogue):
    assert len(OWN_SPACE) >= 8
    save(dialogue, MARKED)
    for user in everyone_else():
        for name, pattern in OWN_SPACE.items():
            given = {"part": "likvardighet", "version": 1}
            more = {key: given[key] for key in pattern.pattern.converters if key in given}
            where = reverse(name, kwargs={"public_id": dialogue.public_id, **more})
            for method in ("get", "post"):
                browser = HouseClient()
                browser.force_login(user)
                answer = getattr(browser, method)(where, {"see": "Deras"} if method == "post" else None)
                assert answer.status_code == 404, f"{name} {method} {user}"
                assert MARKED not in answer.content.decode()
    assert AnalysisDraft.objects.get().text == MARKED


def test_no_page_of_the_staffs_shows_or_finds_a_draft(dialogue):
    save(dialogue, MARKED)
    pages = [reverse("admin:dialogue", args=[dialogue.public_id]), reverse("admin:index")]
    searches = [reverse("admin:search"), reverse("admin:dialogue_list")]
    for user in everyone_else():
        browser = HouseClient()
        browser.force_login(user)
        assert not any(MARKED in browser.get(page).content.decode() for page in pages)
        for page in searches:
            words = [browser.get(page, {"q": q}).content.decode().count(q) for q in (MARKED, "Vinbärsskogen")]
            assert words[0] == words[1], page
