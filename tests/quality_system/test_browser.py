"""The quality system in a real Chromium: axe clean, nothing to scroll sideways; a draft put in force."""

from __future__ import annotations

import datetime
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.actors import SYSTEM
from accounts.models import StaffRole
from quality_system.domain.edition_parts import change_part
from quality_system.domain.editions import copy_edition, put_edition_in_force
from quality_system.edition_addresses import address_of
from quality_system.models import Edition, Indicator, Objective, SubGoal, SuccessFactor
from tests.accounts.factories import staff_user
from tests.dialogues.underlag.test_browser import assert_clean, sign_in
from tests.huvudman.factories import HuvudmanFactory
from tests.look.test_browser import RULES
from tests.quality_system.factories import IndicatorFactory, seeded_edition, value_of
from tests.quality_system.test_edition_pages import deed, page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def statistician(page: Page, live_server: object, client: Client) -> Page:
    """The page, signed in as a statistician."""
    sign_in(page, live_server, client, staff_user(StaffRole.STATISTICIAN))
    return page


@pytest.fixture
def draft(settings: object) -> Edition:
    """A draft that differs from the edition in force in every way."""
    settings.DEMO = True  # type: ignore[attr-defined]
    in_force = put_edition_in_force(edition=seeded_edition(), actor=SYSTEM)
    draft = copy_edition(edition=in_force, actor=SYSTEM)
    goal = draft.objectives.get(skolform="GR").sub_goals.get(number=5)
    words = "Fler elever når de nationella målen, och skillnaderna mellan grupper av elever minskar."
    change_part(part=goal, actor=SYSTEM, text=words, is_example_text=False)
    IndicatorFactory(edition=draft, key="gr-ny", name="Nytt mått", sub_goal=goal, position=99)
    draft.indicators.filter(key="gr-pupils").delete()
    law = "2 kap. 3 § förordningen (2026:12) om uppgifter för kvalitetsdialoger"
    day = timezone.localdate() - datetime.timedelta(days=1)
    draft.indicators.filter(key="gr-y9-merit").update(legal_basis=law, usable_to=day)
    return draft


@pytest.mark.parametrize("width", [1280, 390])
def test_the_editions_pages_are_clean(
    statistician: Page, live_server: object, draft: Edition, width: int
) -> None:
    in_force = Edition.objects.get(state=Edition.State.IN_FORCE)
    law = draft.indicators.get(key="gr-y9-merit")
    factor = draft.success_factors.first()
    assert factor is not None
    Indicator.objects.filter(edition=in_force, key="gr-y9-merit").update(legal_basis=law.legal_basis)
    kinds = (Objective, SubGoal, Indicator, SuccessFactor)
    addresses = [page("editions"), page("edition", draft.pk), page("edition", in_force.pk)]
    addresses += [page(f"edition_{name}", draft.pk) for name in ("change", "drop", "compare", "publish")]
    addresses += [address_of(kind.objects.latest("pk")) for kind in kinds]
    addresses += [address_of(law), address_of(in_force.indicators.get(key="gr-y9-merit"))]
    addresses += [deed("edition_part_remove", factor), page("indicator_last_day", draft.pk, law.pk)]
    addresses += [page("edition_part_new", draft.pk, "indikator") + "?skolform=GR"]
    for address in addresses:
        assert_clean(statistician, f"{live_server}{address}", width)


@pytest.mark.parametrize("width", [1280, 390])
def test_an_edition_is_clean_when_all_of_it_is_open(
    statistician: Page, live_server: object, draft: Edition, width: int
) -> None:
    statistician.set_viewport_size({"width": width, "height": 800})
    statistician.goto(f"{live_server}{page('edition', draft.pk)}#GR")
    expect(statistician.get_by_role("heading", name="Likvärdighet").first).to_be_visible()
    statistician.evaluate(
        "document.querySelectorAll('details').forEach(one => one.open = true); scrollTo(0, 0)"
    )
    results = Axe().run(statistician, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert statistician.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 390])
def test_the_values_are_clean(statistician: Page, live_server: object, width: int) -> None:
    value = value_of(HuvudmanFactory(), None, kind="suppressed")
    one = reverse("admin:quality_system_observedvalue_change", args=[value.pk])
    for address in (reverse("admin:quality_system_observedvalue_changelist"), one):
        assert_clean(statistician, f"{live_server}{address}", width)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_draft_is_worded_compared_and_put_in_force(
    statistician: Page, live_server: object, settings: object, width: int
) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    put_edition_in_force(edition=seeded_edition(), actor=SYSTEM)
    statistician.set_viewport_size({"width": width, "height": 800})
    statistician.goto(f"{live_server}{page('editions')}")
    statistician.get_by_role("link", name="Nationella kvalitetssystemet 2023").click()
    statistician.get_by_role("button", name="Gör en kopia som utkast").click()
    statistician.get_by_role("heading", name="Grundskola", exact=True).click()
    statistician.get_by_role("link", name=re.compile("^Ändra.*Fler når målen")).first.click()
    text = statistician.get_by_label("Text", exact=True)
    text.fill("")
    statistician.get_by_role("button", name="Spara").click()
    expect(statistician.get_by_role("link", name="Fyll i ”Text”.")).to_be_visible()
    text.fill("Fler elever lyckas.")
    statistician.get_by_label("Texten är exempeltext").uncheck()
    statistician.get_by_role("button", name="Spara").click()
    expect(statistician.get_by_role("heading", name="Fler elever lyckas.")).to_be_visible()
    statistician.get_by_role("button", name=re.compile("^Ner.*Systematiskt")).click()
    undo = statistician.get_by_role("button", name="Ångra")
    undo.click()
    expect(statistician.get_by_role("listitem").filter(has_text="Systematiskt").last).to_have_attribute(
        "value", "1"
    )
    statistician.get_by_role("link", name="Jämför och låt den gälla").click()
    expect(statistician.get_by_role("cell", name="Fler elever lyckas.")).to_be_visible()
    statistician.get_by_role("button", name="Låt utgåvan börja gälla").click()
    expect(statistician.locator(".notice-success, .notice-ok").first).to_contain_text("gäller nu")
    former, now = Edition.objects.order_by("pk")
    assert (former.state, now.state) == (Edition.State.CLOSED, Edition.State.IN_FORCE)
    worded = now.objectives.get(skolform="GR").sub_goals.get(number=5)
    assert (worded.text, worded.is_example_text) == ("Fler elever lyckas.", False)
