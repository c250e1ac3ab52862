"""A huvudman's own people: invited, changed and ended by those who write for it, and by nobody else."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry, StaffRole, User
from dialogues.domain.people import change_colleague, end_colleague, invite_colleague
from dialogues.letters.relevance import why_not_send
from dialogues.models import DialogueState, Letter, LetterKind, Receipt, Sent
from huvudman.domain.contacts import contact_version, end_contact
from huvudman.models import Access, Contact, Huvudman
from huvudman.queries import represented_by, valid_contacts
from tests.accounts.factories import leader, staff_user
from tests.dialogues.factories import both_agencies, dialogue_with_contact
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
NEW = {"name": "Bo Al", "title": "rektor", "role": "other", "email": "bo@skolan.test", "access": "write"}


@pytest.fixture
def huvudman() -> Huvudman:
    both_agencies()
    return HuvudmanFactory()


@pytest.fixture
def writer(huvudman) -> User:
    return ContactFactory(huvudman=huvudman, name="Anna Ek").user


@pytest.fixture
def reader(huvudman) -> User:
    return ContactFactory(huvudman=huvudman, name="Olle Nämnd", role="chair", access=Access.READ).user


def address(name: str, huvudman: Huvudman, *more: object) -> str:
    return reverse(f"portal_{name}", args=[huvudman.public_id, *more])


def receipts_to() -> set[str]:
    return set(Letter.objects.filter(kind=LetterKind.SENT).values_list("recipient", flat=True))


def contact_of(user: User) -> Contact:
    return user.contacts.get()


class TestInviting:
    def test_the_colleague_gets_a_letter_and_those_who_write_a_receipt(self, huvudman, writer, reader):
        contact = invite_colleague(huvudman=huvudman, actor=person(writer), **NEW)
        assert (contact.invited_by, contact.valid_from) == (contact_of(writer), TODAY())
        letter = Letter.objects.get(kind=LetterKind.COLLEAGUE)
        assert (letter.recipient, letter.contact) == ("bo@skolan.test", contact)
        assert "Anna Ek har lagt till dig" in letter.text
        assert huvudman.name in letter.text
        assert "skriv din e-postadress bo@skolan.test" in letter.text
        receipt = Receipt.objects.get()
        assert (receipt.kind, receipt.huvudman, receipt.dialogue) == (Sent.PEOPLE, huvudman, None)
        assert "Bo Al" in receipt.body
        assert receipts_to() == {writer.email, "bo@skolan.test"}
        assert AuditEntry.objects.get(verb="contact.add").actor == writer

    def test_who_takes_over_is_told_where_the_dialogue_stands(self):
        dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
        invite_colleague(huvudman=dialogue.huvudman, actor=person(user), **NEW)
        text = Letter.objects.get(kind=LetterKind.COLLEAGUE).text
        assert "just nu: Vi bokar ett introduktionsmöte." in text

    def test_what_a_reader_may_is_said_in_the_letter(self, huvudman, writer):
        invite_colleague(huvudman=huvudman, actor=person(writer), **NEW | {"access": "read"})
        letter = Letter.objects.get(kind=LetterKind.COLLEAGUE)
        assert "Att svara och skicka gör dina kolleger" in letter.text
        assert receipts_to() == {writer.email}

    def test_only_what_a_huvudman_says_of_its_people_is_taken(self, huvudman, writer):
        more = {"user": writer, "invited_by": None, "huvudman_id": 0, "confirmed_at": timezone.now()}
        contact = invite_colleague(huvudman=huvudman, actor=person(writer), **NEW | more)
        assert (contact.user, contact.invited_by) == (None, contact_of(writer))
        assert contact.confirmed_at is None

    @pytest.mark.parametrize("until", [None, datetime.date(2100, 1, 1)])
    def test_sent_twice_there_is_one(self, huvudman, writer, until):
        told = NEW | {"valid_to": until}
        invite_colleague(huvudman=huvudman, actor=person(writer), **told)
        with pytest.raises(ValidationError, match="finns redan"):
            invite_colleague(huvudman=huvudman, actor=person(writer), **told | {"email": "BO@skolan.test"})
        assert huvudman.contacts.count() == 2
        assert Receipt.objects.count() == 1

    def test_one_address_has_one_right_whatever_the_role(self, huvudman, writer, reader):
        there = NEW | {"role": "board", "email": contact_of(reader).email.upper()}
        with pytest.raises(ValidationError) as refused:
            invite_colleague(huvudman=huvudman, actor=person(writer), **there)
        told = refused.value.message_dict["email"][0]
        assert "Olle Nämnd, ordförande i nämnd eller styrelse, läser, tills vidare" in told
        assert "Välj namnet på sidan Medarbetare." in told
        assert huvudman.contacts.count() == 2

    @pytest.mark.parametrize(
        "wrong", [{"email": ""}, {"email": "bo"}, {"role": "rektor"}, {"valid_to": datetime.date(2020, 1, 1)}]
    )
    def test_what_does_not_fit_leaves_nothing_behind(self, huvudman, writer, wrong):
        with pytest.raises(ValidationError):
            invite_colleague(huvudman=huvudman, actor=person(writer), **NEW | wrong)
        assert huvudman.contacts.count() == 1
        assert not Letter.objects.exists()

    def test_the_address_of_a_member_of_staff_is_refused(self, huvudman, writer):
        with pytest.raises(ValidationError, match="medarbetare på en myndighet"):
            invite_colleague(huvudman=huvudman, actor=person(writer), **NEW | {"email": leader().email})

    def test_a_failure_in_the_middle_leaves_nothing_behind(self, huvudman, writer, monkeypatch):
        def fail(*_args: object, **_more: object) -> None:
            raise RuntimeError

        monkeypatch.setattr("dialogues.domain.people._tell", fail)
        with pytest.raises(RuntimeError):
            invite_colleague(huvudman=huvudman, actor=person(writer), **NEW)
        assert huvudman.contacts.count() == 1
        assert not Letter.objects.exists()
        assert not Receipt.objects.exists()

    def test_who_was_ended_before_the_letter_left_does_not_get_it(self, huvudman, writer):
        contact = invite_colleague(huvudman=huvudman, actor=person(writer), **NEW)
        end_colleague(contact=contact, actor=person(writer))
        letter = Letter.objects.select_related("contact").get(kind=LetterKind.COLLEAGUE)
        assert why_not_send(letter)


class TestChanging:
    def test_rights_are_changed_and_both_are_told(self, huvudman, writer, reader):
        changed = change_colleague(contact=contact_of(reader), actor=person(writer), access="write")
        assert changed.access == Access.WRITE
        assert receipts_to() == {writer.email, reader.email}
        change_colleague(contact=changed, actor=person(writer), access="read", title="ordförande")
        body = Receipt.objects.latest("pk").body
        assert "ordförande" in body
        assert "läser" in body

    def test_the_same_again_does_nothing(self, huvudman, writer, reader):
        change_colleague(contact=contact_of(reader), actor=person(writer), access="read")
        assert not Receipt.objects.exists()
        assert not Letter.objects.exists()

    def test_the_address_stays(self, huvudman, writer, reader):
        change_colleague(contact=contact_of(reader), actor=person(writer), email="annan@x.test", title="X")
        assert contact_of(reader).email == reader.email

    def test_the_last_who_writes_goes_on_writing(self, huvudman, writer, reader):
        with pytest.raises(NotPossible, match="Någon behöver kunna skriva"):
            change_colleague(contact=contact_of(writer), actor=person(writer), access="read")
        assert contact_of(writer).access == Access.WRITE
        assert not Receipt.objects.exists()

    def test_a_form_of_an_older_contact_overwrites_nothing(self, huvudman, writer, reader):
        seen = contact_version(contact_of(reader))
        change_colleague(contact=contact_of(reader), actor=person(writer), title="Först")
        with pytest.raises(Conflict):
            change_colleague(contact=contact_of(reader), actor=person(writer), seen=seen, title="Sedan")
        assert contact_of(reader).title == "Först"


class TestEnding:
    def test_it_holds_at_once_and_both_are_told(self, huvudman, writer, reader):
        ended = end_colleague(contact=contact_of(reader), actor=person(writer))
        assert ended.valid_to == TODAY() - datetime.timedelta(days=1)
        assert not represented_by(reader).exists()
        assert receipts_to() == {writer.email, reader.email}
        told = Letter.objects.select_related("contact", "dialogue").get(recipient=reader.email)
        assert why_not_send(told) == ""

    def test_ended_twice_is_told_once(self, huvudman, writer, reader):
        for _n in range(2):
            end_colleague(contact=contact_of(reader), actor=person(writer))
        assert Receipt.objects.count() == 1

    def test_the_last_who_writes_stays(self, huvudman, writer, reader):
        with pytest.raises(NotPossible, match="Någon behöver kunna skriva"):
            end_colleague(contact=contact_of(writer), actor=person(writer))
        assert represented_by(writer).exists()

    def test_one_may_end_oneself_when_another_writes(self, huvudman, writer):
        ContactFactory(huvudman=huvudman)
        end_colleague(contact=contact_of(writer), actor=person(writer))
        assert not represented_by(writer).exists()

    def test_who_can_not_sign_in_is_no_writer_to_leave_behind(self, huvudman, writer):
        ContactFactory(huvudman=huvudman, email="", user=None)
        with pytest.raises(NotPossible):
            end_colleague(contact=contact_of(writer), actor=person(writer))

    def test_who_was_invited_today_has_never_been_valid_and_began_today(self, huvudman, writer):
        contact = invite_colleague(huvudman=huvudman, actor=person(writer), **NEW)
        ended = end_colleague(contact=contact, actor=person(writer))
        assert (ended.valid_from, ended.ended_at_once) == (TODAY(), True)
        for day in (-1, 0, 1):
            on = TODAY() + datetime.timedelta(days=day)
            assert not valid_contacts(on).filter(pk=contact.pk).exists()

    def test_staff_may_end_the_last_one(self, huvudman, writer):
        end_contact(contact=contact_of(writer), actor=SYSTEM)
        assert not represented_by(writer).exists()


@pytest.mark.parametrize("who", ["reader", "ended", "stranger", "leader", "planner", "superuser", "system"])
def test_nobody_else_keeps_a_huvudmans_people(huvudman, writer, reader, who):
    ended = ContactFactory(huvudman=huvudman, valid_to=TODAY() - datetime.timedelta(days=1)).user
    actors = {
        "reader": lambda: person(reader),
        "ended": lambda: person(ended),
        "stranger": lambda: person(ContactFactory().user),
        "leader": lambda: person(leader()),
        "planner": lambda: person(staff_user(StaffRole.PLANNER)),
        "superuser": lambda: person(User.objects.create(email="su@x.test", is_superuser=True)),
        "system": lambda: SYSTEM,
    }
    actor, theirs = actors[who](), contact_of(writer)
    for deed in (
        lambda: invite_colleague(huvudman=huvudman, actor=actor, **NEW),
        lambda: change_colleague(contact=theirs, actor=actor, title="X"),
        lambda: end_colleague(contact=theirs, actor=actor),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert not Receipt.objects.exists()


class TestPages:
    def test_the_page_lists_all_and_who_invited_whom(self, client, huvudman, writer, reader):
        invite_colleague(huvudman=huvudman, actor=person(writer), **NEW)
        ContactFactory(huvudman=huvudman, name="Borta", valid_to=TODAY() - datetime.timedelta(days=1))
        client.force_login(writer)
        page = client.get(address("people", huvudman)).text
        assert all(text in page for text in ("Anna Ek", "(du)", "Olle Nämnd", "Bo Al", "Inbjuden av Anna Ek"))
        assert "Borta" not in page
        assert address("colleague_new", huvudman) in page

    def test_a_reader_sees_it_and_is_led_back_from_the_forms(self, client, huvudman, writer, reader):
        client.force_login(reader)
        page = client.get(address("people", huvudman)).text
        assert "Anna Ek" in page
        assert address("colleague_new", huvudman) not in page
        for path in (
            address("colleague_new", huvudman),
            address("colleague", huvudman, contact_of(writer).pk),
            address("colleague_end", huvudman, contact_of(writer).pk),
        ):
            assert client.get(path)["Location"] == address("people", huvudman)
            assert client.post(path).status_code == 403

    def test_inviting_by_the_form(self, client, huvudman, writer):
        client.force_login(writer)
        page = client.post(address("colleague_new", huvudman), NEW, follow=True).text
        assert "Bo Al är inbjuden" in page
        assert huvudman.contacts.get(email="bo@skolan.test").invited_by == contact_of(writer)

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"name": ""}, "Skriv personens namn."),
            ({"email": ""}, "Skriv personens e-postadress."),
            ({"access": ""}, "Välj vad personen får göra."),
            ({"role": ""}, "Välj roll."),
            ({"valid_to": "2020-01-01"}, "Välj i dag eller en senare dag."),
            ({"title": "19010101-9800"}, "personnummer"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
        self, client, huvudman, writer, wrong, words
    ):
        client.force_login(writer)
        answer = client.post(address("colleague_new", huvudman), NEW | {"title": "rektor"} | wrong)
        assert answer.status_code == 422
        assert words in answer.text
        assert "bo@skolan.test" in answer.text or "email" in wrong
        assert huvudman.contacts.count() == 1

    def test_what_the_verb_refuses_stands_at_its_field(self, client, huvudman, writer):
        client.force_login(writer)
        answer = client.post(address("colleague_new", huvudman), NEW | {"email": leader().email})
        assert answer.status_code == 422
        assert "medarbetare på en myndighet" in answer.context["form"].errors["email"][0]

    def test_changing_by_the_form(self, client, huvudman, writer, reader):
        client.force_login(writer)
        path = address("colleague", huvudman, contact_of(reader).pk)
        seen = client.get(path).context["seen"]
        typed = {"name": "Olle Nämnd", "title": "ordförande", "role": "chair", "access": "write"}
        assert "Sparat." in client.post(path, typed | {"seen": seen}, follow=True).text
        assert (contact_of(reader).title, contact_of(reader).access) == ("ordförande", "write")
        answer = client.post(path, typed | {"seen": seen, "title": "annat"})
        assert answer.status_code == 422
        assert "Så här står det nu" in answer.text
        assert 'value="annat"' in answer.text
        assert contact_of(reader).title == "ordförande"

    def test_who_ends_itself_is_shown_out(self, client, huvudman, writer):
        ContactFactory(huvudman=huvudman)
        client.force_login(writer)
        path = address("colleague_end", huvudman, contact_of(writer).pk)
        assert "Vill du sluta företräda er huvudman?" in client.get(path).text
        answer = client.post(path, follow=True)
        assert answer.status_code == 200
        assert "_auth_user_id" not in client.session

    def test_the_last_one_is_told_what_to_do_first(self, client, huvudman, writer):
        client.force_login(writer)
        path = address("colleague_end", huvudman, contact_of(writer).pk)
        page = client.get(path).text
        assert "är den enda som skriver för er huvudman" in page
        assert address("colleague_new", huvudman) in page
        assert client.post(path).status_code == 422

    def test_others_and_those_who_have_ended_are_not_found(self, client, huvudman, writer):
        ended = ContactFactory(huvudman=huvudman, valid_to=TODAY() - datetime.timedelta(days=1))
        client.force_login(writer)
        for pk in (ended.pk, ContactFactory().pk, 0):
            assert client.get(address("colleague", huvudman, pk)).status_code == 404
            assert client.post(address("colleague_end", huvudman, pk)).status_code == 404

    @pytest.mark.parametrize("people", [1, 3])
    def test_the_page_takes_the_same_queries_for_any_number(self, client, huvudman, writer, people):
        for n in range(people):
            invite_colleague(huvudman=huvudman, actor=person(writer), **NEW | {"email": f"b{n}@skolan.test"})
        client.force_login(writer)
        client.get(address("people", huvudman))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address("people", huvudman)).status_code == 200
        assert len(queries) == 7

    def test_the_front_pages_lead_to_it(self, client, huvudman, writer):
        client.force_login(writer)
        assert address("people", huvudman) in client.get(address("huvudman", huvudman)).text
        dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
        client.force_login(user)
        page = client.get(address("huvudman", dialogue.huvudman)).text
        assert address("people", dialogue.huvudman) in page


def test_beside_a_name_stands_the_title_rather_than_another_role():
    rektor = ContactFactory.build(name="Bo Al", role="other", title="Rektor")
    assert str(rektor) == "Bo Al (Rektor)"
    assert str(ContactFactory.build(name="Bo Al", role="other", title="")) == "Bo Al"
    assert str(ContactFactory.build(name="Bo Al", role="skolchef", title="Rektor")) == "Bo Al (skolchef)"


class TestEnteredByStaff:
    def enter(self, client, huvudman, **more):
        client.force_login(staff_user(StaffRole.PLANNER, agency="spsm"))
        typed = {
            "role": "chair",
            "name": "Eva Ek",
            "email": "eva@skolan.test",
            "valid_from": TODAY().isoformat(),
        }
        page = reverse("admin:contact_new", args=[huvudman.public_id])
        assert client.post(page, typed | more).status_code == 302
        return list(Letter.objects.filter(kind=LetterKind.COLLEAGUE))

    def test_it_gets_the_same_letter_as_a_colleague(self, client, huvudman):
        (letter,) = self.enter(client, huvudman)
        assert letter.recipient == "eva@skolan.test"
        assert "SPSM har lagt till dig" in letter.text
        assert "skriv din e-postadress eva@skolan.test" in letter.text

    @pytest.mark.parametrize(
        "more", [{"email": ""}, {"valid_from": (TODAY() + datetime.timedelta(days=9)).isoformat()}]
    )
    def test_but_not_who_cannot_sign_in(self, client, huvudman, more):
        assert self.enter(client, huvudman, **more) == []

    def test_nor_who_can_already(self, client, huvudman):
        ContactFactory(huvudman=huvudman, role="skolchef", email="eva@skolan.test")
        assert self.enter(client, huvudman) == []
