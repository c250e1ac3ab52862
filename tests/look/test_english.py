"""English for those who choose it and nobody else. Needs the compiled catalogue, which bin/test makes."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from dialogues.domain.correspondence import calendar_file
from dialogues.letters import queue_letter
from dialogues.models import LetterKind
from tests.accounts.factories import AgencyFactory
from tests.dialogues.factories import DialogueFactory, MeetingFactory
from tests.dialogues.letters.contexts import context_for

pytestmark = pytest.mark.django_db

PAGES = {
    "start": "Voluntary and supportive",
    "about": "Who is invited?",
    "contact": "Contact us",
    "accessibility": "Accessibility statement",
    "personal_data": "How we treat personal data",
    "why": "Why take part?",
    "system": "The national quality system",
    "report_problem": "What does not work for you?",
    "account_login": "Sign in as staff",
    "account_request_login_code": "Sign in for huvudmän (school authorities)",
}
SWEDISH = re.compile(r"\b(och|inte|eller|med|för|att|är|som)\b")


def words(page: str) -> str:
    """What is read on the page, without what is marked as Swedish."""
    without = re.sub(r'<(\w+)[^>]*lang="sv"[^>]*>.*?</\1>', " ", page.split("<body", 1)[1], flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", without)


@pytest.fixture
def english(client: Client) -> Client:
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    return client


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_wholly_english_for_those_who_choose_it(english: Client, name: str) -> None:
    response = english.get(reverse(name))
    shown = response.content.decode()
    assert '<html lang="en">' in shown
    assert response["Content-Language"] == "en"
    assert PAGES[name] in shown
    assert not SWEDISH.findall(words(shown))


@pytest.mark.parametrize("asked", ["en", "en-GB,en;q=0.9", "de"])
@pytest.mark.parametrize("name", PAGES)
def test_what_the_browser_asks_for_is_no_choice(client: Client, name: str, asked: str) -> None:
    response = client.get(reverse(name), headers={"accept-language": asked})
    shown = response.content.decode()
    assert '<html lang="sv">' in shown
    assert response["Content-Language"] == "sv"
    assert "Password" not in words(shown)
    assert PAGES[name] not in shown


def test_a_language_that_is_not_ours_is_no_choice(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    assert '<html lang="sv">' in client.get("/").content.decode()


def test_the_choice_is_over_when_the_page_is_made(english: Client) -> None:
    english.get("/")
    assert translation.get_language() == "sv"


def test_a_missing_page_is_english_too(english: Client) -> None:
    shown = english.get("/finns-inte/").content.decode()
    assert "The page does not exist" in shown


def test_form_errors_are_english_too(english: Client) -> None:
    shown = english.post(reverse("account_login"), {}).content.decode()
    assert "Enter your password." in shown
    assert "Something needs correcting" in shown


@pytest.mark.parametrize("kind", LetterKind)
def test_letters_stay_swedish(kind: LetterKind) -> None:
    AgencyFactory()
    dialogue = DialogueFactory()
    with translation.override("en"):
        context = context_for(kind, dialogue)
        letter = queue_letter(kind=kind, dialogue=dialogue, recipient="a@b.example", context=context)
    assert "Ring oss i stället" in letter.text
    assert '<html lang="sv">' in letter.html
    assert "Phone us" not in letter.text + letter.html


def test_calendar_files_stay_swedish() -> None:
    AgencyFactory()
    dialogue = DialogueFactory()
    with translation.override("en"):
        calendar = calendar_file(MeetingFactory(batch=None), dialogue)
    assert "SUMMARY:Dialog: " in bytes(calendar.data).decode()


def test_the_catalogue_keeps_our_words() -> None:
    """Words that have no good English twin are kept in the translations."""
    catalogue = (Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po").read_text()
    entry = re.compile(r'^msgid "(.*)"\n(?:msgid_plural .*\n)?msgstr(?:\[0\])? "(.*)"', re.MULTILINE)
    entries = entry.findall(catalogue)
    assert entries
    kept = {"huvudman": "huvudm", "huvudmän": "huvudm", "underlag": "underlag", "skolform": "skolform"}
    lost = [
        (source, text)
        for source, text in entries
        for word, twin in kept.items()
        if re.search(rf"\b{word}\b", source, re.IGNORECASE) and twin not in text.lower()
    ]
    assert not lost
