"""The parts as rendered: what screen readers and people without JavaScript get."""

import re

import pytest
from crispy_forms.utils import render_crispy_form
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from tests.look.pages import SheetForm, sheet_context

pytestmark = pytest.mark.urls("tests.look.urls")


def html(name: str, **context: object) -> str:
    return " ".join(render_to_string(f"components/{name}.html", context).split())


def test_timeline_says_state_turn_and_lock() -> None:
    shown = html("timeline", phases=sheet_context()["phases"])
    assert shown.count('aria-current="step"') == 1
    for text in (
        "Klart",
        "Nu",
        "Senare",
        "Er tur: svara på tidsförslaget",
        "Öppnas när dialogen är genomförd.",
    ):
        assert text in shown


def test_task_without_address_is_no_link() -> None:
    shown = html("task_list", tasks=sheet_context()["tasks"])
    assert shown.count("<a ") == 2
    assert "(valfritt)" in shown
    assert "ungefär 15 minuter" in shown


def test_error_summary_links_to_the_first_control_of_each_field() -> None:
    shown = html("error_summary", form=SheetForm({}))
    targets = set(re.findall(r'href="#([^"]+)"', shown))
    assert targets == {"id_name", "id_answer_0", "id_region", "id_agree"}
    page = render_crispy_form(SheetForm({}))
    assert all(f'id="{target}"' in page for target in targets)


def test_what_is_wrong_with_a_form_as_a_whole_is_told_once() -> None:
    form = SheetForm({})
    form.add_error(None, "Tiden är redan tagen.")
    page = html("error_summary", form=form) + render_crispy_form(form)
    assert page.count("Tiden är redan tagen.") == 1


def test_every_page_with_a_form_has_the_summary() -> None:
    folder = settings.BASE_DIR / "templates"
    told = re.compile(r'components/error_summary\.html|extends "portal/page\.html"|id="error-summary"')
    shown = {path: path.read_text() for path in folder.rglob("*.html") if "|crispy }}" in path.read_text()}
    assert len(shown) > 20
    without = {str(path.relative_to(folder)) for path, text in shown.items() if not told.search(text)}
    parts = {"account/simple_form.html", "evaluation/questions.html", "answering/choice_of_introduction.html"}
    assert without == parts, "all but parts of pages that have it"


def test_a_label_that_asks_needs_no_colon() -> None:
    shown = html("error_summary", form=SheetForm({}))
    assert "Vill ni delta? " in shown
    assert "?:" not in shown


def test_error_summary_is_silent_without_errors() -> None:
    assert html("error_summary", form=SheetForm()) == ""


def test_hidden_value_is_dots_to_the_eye_and_words_to_the_ear() -> None:
    shown = html("hidden_value", reason="för få elever")
    assert '<span aria-hidden="true">..</span>' in shown
    assert "värdet visas inte: för få elever" in shown
    assert "Varför visas inte värdet?" in shown


def test_pagination_keeps_the_search() -> None:
    request = RequestFactory().get("/?q=Lule%C3%A5&page=7")
    shown = render_to_string("components/pagination.html", sheet_context() | {"noun": "huvudmän"}, request)
    assert "Visar 301–350 av 2\u00a0800 huvudmän" in " ".join(re.sub("[ \n]+", " ", shown).split(" "))
    assert "q=Lule%C3%A5&amp;page=8" in shown


def test_check_answers_names_what_is_changed() -> None:
    shown = html("check_answers", rows=sheet_context()["answers"])
    assert 'Ändra<span class="visually-hidden"> svar</span>' in shown
    assert "Inget svar" in shown


def test_bulk_bar_says_how_many() -> None:
    assert "alla 214 i sökresultatet" in html("bulk_bar", total=214, actions=[])


@pytest.mark.django_db
def test_undo_is_a_post(client: Client) -> None:
    shown = client.get("/delarna/").content.decode()
    assert re.search(
        r'<form method="post" action="/sprak/setlang/">\s*<input type="hidden" name="csrf', shown
    )
    assert "Ångra" in shown


@pytest.mark.django_db
def test_form_fields_tell_their_errors(client: Client) -> None:
    shown = client.post("/delarna/", {"name": "Kim"}).content.decode()
    assert "<title>Fel: Delarna" in shown
    assert 'value="Kim"' in shown
    assert 'id="id_answer_error"' in shown
    assert 'aria-describedby="id_region_error"' in shown
    assert "asteriskField" not in shown
