"""People, agencies, the log and the settings in a real Chromium: axe clean, nothing to scroll sideways."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.actors import person
from accounts.domain.audit import record
from accounts.models import StaffMember, StaffRole
from huvudman.models import Koncern
from tests.accounts.factories import StaffFactory, staff_user
from tests.dialogues.underlag.test_browser import assert_clean, sign_in
from tests.huvudman.factories import HuvudmanFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_settings_are_clean(page: Page, live_server: object, client: Client, width: int) -> None:
    user = staff_user(StaffRole.ADMINISTRATOR)
    rows = {"staffmember": StaffFactory().pk, "user": user.pk, "agency": user.staff.agency_id}
    rows["auditentry"] = record(actor=person(user), verb="test.done", subject=user, fact="x").pk
    sign_in(page, live_server, client, user)
    assert_clean(page, f"{live_server}{reverse('admin:settings')}", width)
    for name, pk in rows.items():
        for kind, key in (("changelist", []), ("change", [pk])):
            assert_clean(page, f"{live_server}{reverse(f'admin:accounts_{name}_{kind}', args=key)}", width)
    assert_clean(page, f"{live_server}{reverse('admin:accounts_staffmember_add')}", width)
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_text("Skriv personens namn.").first).to_be_visible()
    assert StaffMember.objects.count() == 2


@pytest.mark.parametrize("width", [1280, 390])
def test_choosing_a_huvudmans_koncern_is_clean_and_needs_no_script(
    page: Page, live_server: object, client: Client, width: int
) -> None:
    koncern = Koncern.objects.create(name="Skolkoncernen AB")
    huvudman = HuvudmanFactory()
    sign_in(page, live_server, client, staff_user(StaffRole.PLANNER))
    url = f"{live_server}{reverse('admin:huvudman_huvudman_change', args=[huvudman.pk])}"
    assert_clean(page, url, width)
    page.route("**/*.js", lambda route: route.abort())
    page.goto(url)
    page.get_by_label("Koncern").select_option("Skolkoncernen AB")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page).to_have_url(f"{live_server}{reverse('admin:huvudman_huvudman_changelist')}")
    huvudman.refresh_from_db()
    assert huvudman.koncern == koncern


def test_a_list_of_people_with_long_names_stays_within_the_page(
    page: Page, live_server: object, client: Client
) -> None:
    long = "Anna-Karolina Oxenstierna-Wachtmeister af Johannishus"
    email = "anna.karolina.oxenstierna.wachtmeister.af.johannishus@specialpedagogiskaskolmyndigheten.example"
    roles = [role.value for role in StaffRole]
    StaffFactory(user__name=long, user__email=email, user__last_login=timezone.now(), roles=roles)
    sign_in(page, live_server, client, staff_user(StaffRole.ADMINISTRATOR))
    page.set_viewport_size({"width": 1280, "height": 800})
    for name in ("staffmember", "user"):
        page.goto(f"{live_server}{reverse(f'admin:accounts_{name}_changelist')}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, name
