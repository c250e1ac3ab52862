"""The quality system in a real Chromium: axe clean, nothing to scroll sideways, ways between registers."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import StaffRole
from quality_system.models import Edition
from tests.accounts.factories import staff_user
from tests.dialogues.underlag.test_browser import assert_clean, sign_in
from tests.huvudman.factories import HuvudmanFactory
from tests.quality_system.factories import (
    EditionFactory,
    IndicatorFactory,
    ObjectiveFactory,
    SubGoalFactory,
    value_of,
)
from tests.quality_system.test_admin import LISTS
from tests.quality_system.test_admin import page as address_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def statistician(page: Page, live_server: object, client: Client) -> Page:
    """The page, signed in as a statistician."""
    sign_in(page, live_server, client, staff_user(StaffRole.STATISTICIAN))
    return page


def content(state: str) -> dict[str, int]:
    """An edition with one of everything; the rows' keys by register."""
    edition = EditionFactory(state=state)
    objective = ObjectiveFactory(edition=edition)
    goal = SubGoalFactory(objective=objective)
    indicator = IndicatorFactory(edition=edition, sub_goal=goal)
    hidden = value_of(HuvudmanFactory(), None, kind="suppressed")
    return {
        "edition": edition.pk,
        "objective": objective.pk,
        "subgoal": goal.pk,
        "indicator": indicator.pk,
        "observedvalue": hidden.pk,
    }


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("state", [Edition.State.DRAFT, Edition.State.IN_FORCE])
def test_the_registers_are_clean(statistician: Page, live_server: object, state: str, width: int) -> None:
    rows = content(state)
    for name in LISTS:
        assert_clean(statistician, f"{live_server}{address_of(name)}", width)
    for name, pk in rows.items():
        assert_clean(statistician, f"{live_server}{address_of(name, 'change', pk)}", width)
    for name in LISTS[:-1]:
        assert_clean(statistician, f"{live_server}{address_of(name, 'add')}", width)


def test_from_the_rail_to_an_editions_indicators(statistician: Page, live_server: object) -> None:
    content(Edition.State.IN_FORCE)
    IndicatorFactory(edition=EditionFactory(), name="I en annan utgåva")
    statistician.goto(f"{live_server}{reverse('admin:index')}")
    rail = statistician.get_by_role("navigation", name="Huvudmeny")
    rail.get_by_role("link", name="Kvalitetssystem").click()
    statistician.get_by_role("link", name=re.compile(r"^indikatorer \(\d+\)$")).last.click()
    expect(statistician.get_by_role("heading", level=1)).to_have_text("Indikatorer")
    expect(statistician.locator("#result_list tbody tr")).to_have_count(1)
    expect(rail.locator("[aria-current]")).to_have_text("Kvalitetssystem")
