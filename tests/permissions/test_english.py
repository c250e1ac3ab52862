"""Every page in English for those who choose it: no text is left unmarked. Needs the compiled catalogue."""

import re

import pytest
from django.conf import settings
from django.urls import get_resolver

from accounts.models import StaffRole, User
from dialogues.models import Dialogue
from tests.accounts.factories import staff_user
from tests.look.test_english import words
from tests.permissions.test_sweep import address, patterns, signed_in, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db

SWEDISH = re.compile(r"\b(?:och|inte|eller|att|är|som|därför)\b", re.IGNORECASE)
UNDERLAG = re.compile(r'<article class="underlag" lang="sv">.*?</article>', re.DOTALL)
SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)


@pytest.mark.parametrize("role", ["contact", StaffRole.PLANNER, StaffRole.ADMINISTRATOR])
def test_every_page_is_wholly_english(world: tuple[Dialogue, User], role: str) -> None:
    dialogue, user = world
    if role != "contact":
        user = staff_user(StaffRole(role), agency="skolverket")
    client, seen, left = signed_in(user), 0, {}
    for name, pattern in patterns(get_resolver()):
        path = address(name, pattern, dialogue)
        if path is None:
            continue
        if "_auth_user_id" not in client.session:
            client.force_login(user)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        answer = client.get(path)
        if answer.status_code != 200 or answer.streaming or b'<html lang="en"' not in answer.content:
            continue
        seen += 1
        swedish = SWEDISH.findall(words(SCRIPT.sub("", UNDERLAG.sub("", answer.content.decode()))))
        if swedish:
            left[name] = swedish
    assert left == {}
    assert seen > 15
