"""The staff's pages of contacts: adding, changing, confirming and ending them."""

import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from huvudman.domain.sign_in import ContactVoucher
from huvudman.models import Contact
from huvudman.queries import recipients_of, valid_contacts
from tests.accounts.factories import leader, planner
from tests.huvudman.factories import (
    ContactFactory,
    HuvudmanFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(planner())
    return client


def test_a_contact_is_added_changed_confirmed_and_ended(staff):
    huvudman = HuvudmanFactory()
    new = reverse("admin:contact_new", args=[huvudman.public_id])
    fields = {"role": "skolchef", "name": "Eva Ek", "email": "eva@example.test", "valid_from": "2026-01-01"}
    assert staff.post(new, fields).status_code == 302
    contact = Contact.objects.get()
    assert (contact.huvudman, contact.name) == (huvudman, "Eva Ek")
    place = [huvudman.public_id, contact.pk]
    change = reverse("admin:contact_change", args=place)
    staff.post(change, fields | {"title": "Skolchef", "seen": staff.get(change).context["seen"]})
    staff.post(reverse("admin:contact_confirm", args=place))
    staff.post(reverse("admin:contact_end", args=place))
    contact.refresh_from_db()
    assert contact.title == "Skolchef"
    assert contact.confirmed_at is not None
    assert contact.valid_to is not None
    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["contact.add", "contact.change", "contact.confirm", "contact.end"]


@pytest.mark.parametrize("begins_in", [-400, 0, 30])
@pytest.mark.parametrize("ends_in", [None, 60])
def test_a_contact_is_ended_at_once_whenever_it_begins(staff, begins_in, ends_in):
    today = timezone.localdate()
    ends = None if ends_in is None else today + datetime.timedelta(days=ends_in)
    contact = ContactFactory(valid_from=today + datetime.timedelta(days=begins_in), valid_to=ends)
    session = Client()
    session.force_login(contact.user)
    place = [contact.huvudman.public_id, contact.pk]
    end = reverse("admin:contact_end", args=place)
    assert end in staff.get(reverse("admin:huvudman", args=place[:1])).content.decode()
    staff.post(end)
    assert end not in staff.get(reverse("admin:huvudman", args=place[:1])).content.decode()
    for day in (today, today + datetime.timedelta(days=30)):
        assert not valid_contacts(day).filter(pk=contact.pk).exists()
    assert ContactVoucher().find(contact.email) is None
    assert recipients_of(contact.huvudman) == []
    session.get(reverse("home"))
    assert "_auth_user_id" not in session.session


def test_a_contact_twice_in_a_role_is_refused_and_nothing_typed_is_lost(staff):
    contact = ContactFactory()
    fields = {"role": contact.role, "name": "Ny", "email": contact.email.upper(), "valid_from": "2026-01-01"}
    answer = staff.post(reverse("admin:contact_new", args=[contact.huvudman.public_id]), fields)
    assert answer.status_code == 422
    assert 'value="Ny"' in answer.content.decode()
    assert list(answer.context["form"].errors) == ["email"]
    assert "contact_once_per_role" not in answer.content.decode()
    assert Contact.objects.count() == 1


def test_a_contact_without_an_address_is_added_once(staff):
    huvudman = HuvudmanFactory()
    fields = {"role": "chair", "name": "Eva Ek", "valid_from": "2026-01-01"}
    new = reverse("admin:contact_new", args=[huvudman.public_id])
    assert staff.post(new, fields).status_code == 302
    again = staff.post(new, fields)
    assert again.status_code == 422
    assert again.context["form"].errors["name"] == ["Kontakten finns redan i den rollen."]
    assert Contact.objects.count() == 1
    for other in ({"role": "board"}, {"name": "Eva Asp"}):
        assert staff.post(new, fields | other).status_code == 302
    Contact.objects.filter(name="Eva Ek").update(valid_to="2026-01-02")
    assert staff.post(new, fields).status_code == 302, "who represented it once may do so again"


def test_a_change_makes_no_contact_twice_but_one_that_is_over_may_be_mended(staff):
    huvudman = HuvudmanFactory()
    ContactFactory(huvudman=huvudman, role="chair", name="Eva Ek", email="", user=None)
    other = ContactFactory(huvudman=huvudman, role="board", name="Eva Ek", email="", user=None)
    page = reverse("admin:contact_change", args=[huvudman.public_id, other.pk])
    fields = {"role": "chair", "name": "eva ek", "valid_from": "2026-01-01"}
    answer = staff.post(page, fields | {"seen": staff.get(page).context["seen"]})
    assert answer.context["form"].errors["name"] == ["Kontakten finns redan i den rollen."]
    other.refresh_from_db()
    assert other.role == "board"
    over = fields | {"valid_to": "2026-01-02", "seen": staff.get(page).context["seen"]}
    assert staff.post(page, over).status_code == 302


def test_two_who_change_a_contact_do_not_wipe_each_others_words(staff):
    contact = ContactFactory(name="Eva", title="", telephone="")
    page = reverse("admin:contact_change", args=[contact.huvudman.public_id, contact.pk])
    seen = re.search(r'name="seen" value="(\w+)"', staff.get(page).text)[1]
    fields = {"role": contact.role, "name": "Eva", "email": contact.email, "valid_from": "2025-01-01"}
    first, second = fields | {"telephone": "08-111", "seen": seen}, fields | {"title": "Chef", "seen": seen}
    assert staff.post(page, first).status_code == 302
    assert staff.post(page, first).status_code == 302, "pressed twice"
    answer = staff.post(page, second)
    assert answer.status_code == 422
    assert "Någon annan har ändrat kontakten" in answer.text
    assert "08-111" in answer.text
    assert 'value="Chef"' in answer.text
    contact.refresh_from_db()
    assert (contact.telephone, contact.title) == ("08-111", "")
    seen = re.search(r'name="seen" value="(\w+)"', answer.text)[1]
    assert staff.post(page, second | {"seen": seen, "telephone": "08-111"}).status_code == 302
    contact.refresh_from_db()
    assert (contact.telephone, contact.title) == ("08-111", "Chef")
    assert staff.post(page, fields).status_code == 422, "an address that says nothing of what was seen"


def test_a_contact_that_ends_before_it_begins_is_refused_at_the_day(staff):
    fields = {"role": "skolchef", "name": "Ny", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}
    answer = staff.post(reverse("admin:contact_new", args=[HuvudmanFactory().public_id]), fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["valid_to"]
    assert "contact_period_in_order" not in answer.content.decode()


def test_an_address_of_the_staff_is_refused(staff):
    fields = {"role": "skolchef", "email": leader().email.upper(), "valid_from": "2026-01-01"}
    answer = staff.post(reverse("admin:contact_new", args=[HuvudmanFactory().public_id]), fields)
    assert answer.status_code == 422
    assert "hör till en medarbetare" in answer.context["form"].errors["email"][0]
    assert not Contact.objects.exists()


def test_get_changes_nothing(staff):
    contact = ContactFactory()
    place = [contact.huvudman.public_id, contact.pk]
    for name in ["contact_confirm", "contact_end"]:
        assert staff.get(reverse(f"admin:{name}", args=place)).status_code == 405
    contact.refresh_from_db()
    assert contact.valid_to is None


def test_who_may_change(client):
    contact = ContactFactory()
    place = [contact.huvudman.public_id, contact.pk]
    client.force_login(leader())
    assert client.get(reverse("admin:contact_new", args=place[:1])).status_code == 403
    for name in ["contact_change", "contact_confirm", "contact_end"]:
        assert client.post(reverse(f"admin:{name}", args=place)).status_code == 403


def test_a_contact_is_found_only_under_its_own_huvudman(staff):
    contact, other = ContactFactory(), HuvudmanFactory()
    assert staff.get(reverse("admin:contact_change", args=[other.public_id, contact.pk])).status_code == 404


def test_a_contacts_form_speaks_plainly(staff):
    new = reverse("admin:contact_new", args=[HuvudmanFactory().public_id])
    assert "Välj roll" in staff.get(new).text
    page = staff.post(new, {"name": "ö" * 1000, "role": ""}).text
    assert "Välj under ”Roll”." in page
    assert "Texten är för lång. Den får ha högst" in page
    for djangos in ("---------", "måste fyllas i", "Säkerställ"):
        assert djangos not in page
