"""The texts of the open pages: a draft, one that is shown, and those that were."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict, WrongState
from accounts.models import AuditEntry, StaffRole
from dialogues.domain.page_texts import PAGE_TEXTS, drop_page_text, publish_page_text, save_page_text
from dialogues.models import PageText, PageTextState
from dialogues.public.pages import PAGES
from dialogues.public.reading import shown_text
from dialogues.public.shipped import TEXTS, shipped_text
from tests.accounts.factories import planner, staff_user
from tests.dialogues.public.texts import draft, publish, written
from tests.races.test_dialogue_races import at_once

pytestmark = pytest.mark.django_db
ALLOWED = {("draft", "published"), ("published", "replaced")}


def test_every_page_has_a_text_in_both_languages_and_no_text_is_left_over() -> None:
    names = {f"{page.name}.{language}.md" for page in PAGES for language in ("sv", "en")}
    assert {path.name for path in TEXTS.iterdir()} == names
    for page in PAGES:
        swedish, english = (shipped_text(page.name, language) for language in ("sv", "en"))
        assert swedish.title != english.title
        assert swedish.updated == english.updated


def test_a_draft_is_not_shown_until_it_is_published() -> None:
    row = draft("Nytt")
    assert shown_text("why", "sv") == shipped_text("why", "sv")
    publish(row)
    assert shown_text("why", "sv").title == "Nytt"
    assert shown_text("why", "en") == shipped_text("why", "en")


def test_what_was_shown_is_kept() -> None:
    first = publish(draft("Först"))
    publish(draft("Sedan"))
    first.refresh_from_db()
    assert (first.state, first.title) == (PageTextState.REPLACED, "Först")
    assert list(PageText.objects.values_list("version", "state")) == [(2, "published"), (1, "replaced")]


def test_saved_twice_from_one_form_is_one_draft() -> None:
    actor, form = person(planner()), written("Ett")
    save_page_text(page="why", language="sv", written=form, actor=actor)
    again = type(form)(title="Två", lead="", body="", seen=None, form=form.form)
    assert save_page_text(page="why", language="sv", written=again, actor=actor).title == "Två"
    assert PageText.objects.count() == 1


def test_a_form_from_an_older_text_never_overwrites() -> None:
    actor = person(planner())
    theirs = draft("Deras")
    for seen in (None, uuid4()):
        with pytest.raises(Conflict):
            save_page_text(page="why", language="sv", written=written("Mitt", seen=seen), actor=actor)
    theirs.refresh_from_db()
    assert theirs.title == "Deras"
    mine = written("Mitt", seen=theirs.saved_in)
    assert save_page_text(page="why", language="sv", written=mine, actor=actor).title == "Mitt"


def test_only_the_draft_that_was_seen_is_published_or_thrown_away() -> None:
    row, actor = draft(), person(planner())
    with pytest.raises(Conflict):
        publish_page_text(draft=row, seen=uuid4(), actor=actor)
    with pytest.raises(Conflict):
        drop_page_text(draft=row, seen=uuid4(), actor=actor)
    assert PageText.objects.get().state == PageTextState.DRAFT
    drop_page_text(draft=row, seen=row.saved_in, actor=actor)
    drop_page_text(draft=row, seen=row.saved_in, actor=actor)
    assert not PageText.objects.exists()


def test_what_has_been_shown_is_never_thrown_away() -> None:
    row = publish(draft())
    with pytest.raises(Conflict):
        drop_page_text(draft=row, seen=row.saved_in, actor=person(planner()))
    assert PageText.objects.exists()


def test_published_twice_is_published_once() -> None:
    row = draft()
    first, second = publish(row), publish(row)
    assert first.published_at == second.published_at
    assert AuditEntry.objects.filter(verb="pagetext.published").count() == 1


@pytest.mark.parametrize("to", PageTextState.values)
@pytest.mark.parametrize("was", PageTextState.values)
def test_only_the_allowed_states_follow(was: str, to: str) -> None:
    row = draft()
    if was != "draft":
        row = publish(row)
    if was == "replaced":
        publish(draft("Nästa"))
        row.refresh_from_db()
    if was == to and was != "draft":
        assert PAGE_TEXTS.walk(row, to=to, actor=SYSTEM).state == to
    elif (was, to) == ("draft", "published"):
        assert publish(row).state == to
    elif (was, to) in ALLOWED:
        assert PAGE_TEXTS.walk(row, to=to, actor=SYSTEM).state == to
    else:
        with pytest.raises((WrongState, KeyError)):
            PAGE_TEXTS.walk(row, to=to, actor=SYSTEM)
        row.refresh_from_db()
        assert row.state == was


@pytest.mark.parametrize("role", StaffRole.values)
def test_planners_and_administrators_write(role: str) -> None:
    actor = person(staff_user(StaffRole(role)))
    if role in ("planner", "administrator"):
        assert save_page_text(page="why", language="sv", written=written(), actor=actor)
    else:
        with pytest.raises(PermissionDenied):
            save_page_text(page="why", language="sv", written=written(), actor=actor)
        with pytest.raises(PermissionDenied):
            publish(draft(), actor)


def test_a_publishing_that_fails_leaves_the_shown_text(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(draft("Visas"))
    row = draft("Ny")

    def fail(*_args: object, **_facts: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("accounts.domain.machine.record", fail)
    with pytest.raises(RuntimeError):
        publish(row)
    assert shown_text("why", "sv").title == "Visas"


@pytest.mark.parametrize("state", ["draft", "published"])
def test_the_database_keeps_one_of_each(state: str) -> None:
    row = draft() if state == "draft" else publish(draft())
    row.pk, row.version = None, 99
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_first_drafts_at_once_and_neither_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    both_have_looked = threading.Barrier(2, timeout=20)
    read = PageText.__init__

    def look_and_wait(self: PageText, *args: object, **fields: object) -> None:
        read(self, *args, **fields)
        if set(fields) == {"page", "language", "version"}:
            both_have_looked.wait()

    monkeypatch.setattr(PageText, "__init__", look_and_wait)
    actors = [person(planner()), person(planner())]

    def save(place: int) -> PageText:
        words = written(f"Text {place}")
        return save_page_text(page="why", language="sv", written=words, actor=actors[place])

    results = at_once(lambda: save(0), lambda: save(1))
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "PageText"]
    assert PageText.objects.get().title in {"Text 0", "Text 1"}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_saved_while_it_is_published() -> None:
    row, editor, other = draft("Sedd"), person(planner()), person(planner())

    def save() -> PageText:
        words = written("Ändrad", seen=row.saved_in)
        return save_page_text(page="why", language="sv", written=words, actor=other)

    results = at_once(lambda: publish(row, editor), save)
    shown = shown_text("why", "sv")
    changed = PageText.objects.filter(title="Ändrad").exists()
    assert [type(result).__name__ for result in results].count("Conflict") == 1
    assert (shown.title == "Sedd") != changed
