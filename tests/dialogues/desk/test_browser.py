"""Att göra i dag: choices, what rests, the forms for both, on a phone and a desk: axe finds nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.actors import person
from accounts.models import StaffRole
from dialogues.domain.choices import save_choice
from dialogues.domain.resting import Matter, put_to_rest
from dialogues.models import DialogueState
from tests.accounts.factories import staff_user
from tests.dialogues.desk.kinds import days
from tests.dialogues.factories import DialogueFactory, both_agencies
from tests.dialogues.underlag.test_browser import assert_clean, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "list": "?slag=",
    "resting": "?vila=ja",
    "choices": "att-gora/urval/?vems=mina",
    "rest": "att-gora/vila/avsluta-dialog/{pk}/",
}


def test_every_page_is_clean_at_both_widths(page: Page, live_server: object, client: Client) -> None:
    both_agencies()
    user = staff_user(StaffRole.PLANNER, StaffRole.LEADER)
    first, second = DialogueFactory.create_batch(2, state=DialogueState.FEEDBACK_HELD)
    matter = Matter(kind="avsluta-dialog", pk=second.pk, due=timezone.localdate() + days(14))
    until = timezone.localdate() + days(7)
    put_to_rest(matter=matter, until=until, reason="Skolchefen är ledig", actor=person(user))
    save_choice(name="Mina samtal", query="vems=mina", is_usual=False, actor=person(user))
    sign_in(page, live_server, client, user)
    pictures = os.environ.get("PICTURES")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for name, address in PAGES.items():
            page.goto(f"{live_server}/personal/{address.format(pk=first.pk)}")
            expect(page.locator("[data-count-from]")).to_have_text("1")
            assert_clean(page, page.url, width)
            if pictures:
                page.screenshot(path=str(Path(pictures) / f"{name}-{width}.png"), full_page=True)
