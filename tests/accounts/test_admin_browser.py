"""People, agencies, the log and the settings in a real Chromium: axe clean, nothing to scroll sideways."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.actors import person
from accounts.domain.audit import record
from accounts.models import StaffMember, StaffRole
from tests.accounts.factories import StaffFactory, staff_user
from tests.dialogues.underlag.test_browser import assert_clean, sign_in

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
