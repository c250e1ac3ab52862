"""How tests write in a situation analysis, as a browser does."""

import re
from uuid import uuid4

from accounts.actors import person
from accounts.models import User
from dialogues.domain.analysis_drafts import Saved, Typed, save_texts
from dialogues.domain.seen import version_of
from dialogues.models import Dialogue
from tests.accounts.sign_in import HouseClient
from tests.dialogues.portal.helpers import address, text
from tests.huvudman.factories import ContactFactory

AREA = "likvardighet"
AUTOSAVE = {"HX-Request": "true"}
HIDDEN = re.compile(r'type="hidden" name="((?:seen|asked)-[^"]+|form)"(?: id="[^"]+")? value="([^"]*)"')


def owner(dialogue: Dialogue) -> User:
    return dialogue.huvudman.contacts.order_by("pk")[0].user


def colleague(dialogue: Dialogue, name: str = "Kim Ek") -> HouseClient:
    """A browser in which another contact of the huvudman is signed in."""
    client = HouseClient()
    client.force_login(ContactFactory(huvudman=dialogue.huvudman, name=name).user)
    return client


def part(dialogue: Dialogue, slug: str = AREA) -> str:
    return address("portal_analysis_part", dialogue, slug)


def hidden_on(page: str) -> dict[str, str]:
    """The hidden fields of a page, or of the line that a save answers."""
    return dict(HIDDEN.findall(page))


def opened(client, dialogue: Dialogue, slug: str = AREA) -> dict[str, str]:
    """The form as the browser that opened it would send it back: hidden fields and texts."""
    page = text(client.get(part(dialogue, slug)))
    return hidden_on(page) | areas_on(page)


def areas_on(page: str) -> dict[str, str]:
    found = re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    return dict(found)


def write(client, dialogue: Dialogue, slug: str = AREA, **typed: str):
    """Open a part, type, and save by the button."""
    return client.post(part(dialogue, slug), opened(client, dialogue, slug) | typed)


def autosave(client, dialogue: Dialogue, form: dict[str, str], **typed: str) -> str:
    """What htmx does while one types: the answer's versions go into the form."""
    form.update(typed)
    page = text(client.post(part(dialogue), form, headers=AUTOSAVE))
    form.update(hidden_on(page))
    return page


def save(dialogue: Dialogue, words: str, *, was: str = "", field: str = f"{AREA}.see", **who) -> Saved:
    """Save one field by the verb."""
    facts = {"form": uuid4(), "by": "Kim Ek (skolchef)", "actor": person(owner(dialogue))} | who
    return save_texts(dialogue=dialogue, typed={field: Typed(words, version_of(was))}, **facts)


def written(dialogue: Dialogue) -> dict[str, str]:
    return dict(dialogue.analysis_drafts.values_list("field", "text"))
