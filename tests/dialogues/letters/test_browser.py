"""How a letter looks in a mail program that reads its head."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from dialogues.models import Dialogue, LetterKind
from tests.accounts.factories import AgencyFactory
from tests.dialogues.factories import DialogueFactory
from tests.dialogues.letters.test_writing import write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLOURS = "links => [...new Set(links.map(link => getComputedStyle(link).color))]"
LIGHT, DARK = "rgb(0, 81, 130)", "rgb(143, 199, 238)"


def test_all_links_of_every_letter_have_one_colour(page: Page) -> None:
    AgencyFactory()
    dialogue: Dialogue = DialogueFactory()
    letters = {kind: write(kind, dialogue).html for kind in LetterKind}
    for scheme, colour in (("light", LIGHT), ("dark", DARK)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for kind, html in letters.items():
            page.set_content(html)
            assert page.locator("a:not(.button)").evaluate_all(COLOURS) == [colour], (scheme, kind)
