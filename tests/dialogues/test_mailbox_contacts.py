"""A huvudman known only by its own mailbox: a yes by the link that went there makes it a contact."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import AuditEntry
from dialogues.domain.invitations import answer_invitation, invite
from dialogues.links import answer_link
from dialogues.models import Answer, Channel, DialogueState, Invitation, Letter, LetterKind
from huvudman.domain.contacts import add_contact, change_contact
from huvudman.models import Contact
from tests.accounts.factories import leader, planner
from tests.accounts.test_code_sign_in import sign_in, signed_in
from tests.dialogues.factories import DialogueFactory, both_agencies
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db

MAILBOX = "info@skolan.test"


def invited(email: str = MAILBOX) -> Invitation:
    """The invitation of a huvudman of which only the mailbox was known when it was invited."""
    both_agencies()
    invite(dialogue=DialogueFactory(huvudman=HuvudmanFactory(email=email)), actor=SYSTEM)
    return Invitation.objects.latest("pk")


def say(invitation: Invitation, answer: str = "yes", name: str = "Kim Ek") -> str:
    """Answer by the mailbox's link; the page that follows."""
    path = reverse("answer", args=[answer_link(invitation, None).rstrip("/").rsplit("/", 1)[1]])
    latest = invitation.answers.first()
    typed = {"answer": answer, "given_by": name, "seen": latest.pk if latest else 0}
    done = Client().post(path, typed, follow=True)
    assert done.status_code == 200
    return done.text


def receipt() -> Letter:
    return Letter.objects.filter(kind=LetterKind.RECEIPT).latest("pk")


def test_a_yes_by_the_link_makes_a_contact_that_claims_no_office():
    invitation = invited("Info@Skolan.test")
    page = say(invitation)
    contact = Contact.objects.get()
    assert (contact.huvudman, contact.name) == (invitation.dialogue.huvudman, "Kim Ek")
    assert (contact.email, contact.role, contact.user) == (MAILBOX, "registry", None)
    entry = AuditEntry.objects.get(verb="contact.add")
    assert (entry.actor, entry.actor_label) == (None, SYSTEM.label)
    assert f"Logga in med {MAILBOX}" in page
    assert receipt().contact == contact
    for form in (receipt().text, receipt().html):
        assert f"Logga in med {MAILBOX}" in form


def test_changed_and_repeated_answers_make_no_second_contact():
    invitation = invited()
    for answer, name in [("yes", "Kim Ek"), ("yes", "Bo Al"), ("no", "Bo Al"), ("yes", "Bo Al")]:
        say(invitation, answer, name)
    assert Contact.objects.get().name == "Kim Ek"


@pytest.mark.parametrize("answer", ["later", "no"])
def test_only_a_yes_makes_a_contact(answer):
    page = say(invited(), answer)
    assert "Logga in" not in page.split("<main", 1)[1]
    assert not Contact.objects.exists()


def test_a_yes_by_telephone_makes_none_and_promises_no_portal():
    answer_invitation(
        invitation=invited(), answer=Answer.YES, given_by="Kim", channel=Channel.PHONE, actor=SYSTEM
    )
    assert not Contact.objects.exists()
    assert "fundera på vilka frågor" in receipt().text
    assert reverse("home") + "\n" not in receipt().text
    assert "Logga in" not in receipt().text + receipt().html


def test_an_ended_contact_is_not_revived():
    invitation = invited()
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    old = ContactFactory(
        huvudman=invitation.dialogue.huvudman, user=None, email="Info@Skolan.test", valid_to=yesterday
    )
    page = say(invitation)
    assert Contact.objects.get() == old
    assert "Logga in med" not in page
    assert "Logga in" not in receipt().text


def test_with_another_contact_by_now_the_mailbox_is_left_out():
    invitation = invited()
    ContactFactory(huvudman=invitation.dialogue.huvudman)
    say(invitation)
    assert not Contact.objects.filter(email=MAILBOX).exists()


def test_a_link_that_went_to_an_earlier_mailbox_gives_the_new_one_nothing():
    invitation = invited()
    huvudman = invitation.dialogue.huvudman
    huvudman.email = "ny@skolan.test"
    huvudman.save()
    page = say(invitation)
    assert not Contact.objects.exists()
    assert "Logga in med" not in page


def test_a_mailbox_of_the_staff_answers_but_becomes_no_contact():
    colleague = leader()
    invitation = invited(colleague.email)
    assert "Tack! Vi har tagit emot ert svar" in say(invitation)
    assert not Contact.objects.exists()
    assert invitation.answers.get().answer == Answer.YES


def test_the_verbs_refuse_the_address_of_a_member_of_staff():
    colleague, contact = planner(), ContactFactory()
    fields = {"role": "skolchef", "email": colleague.email.upper()}
    with pytest.raises(ValidationError, match="medarbetare"):
        add_contact(huvudman=contact.huvudman, actor=SYSTEM, **fields)
    with pytest.raises(ValidationError, match="medarbetare"):
        change_contact(contact=contact, actor=SYSTEM, **fields)
    assert Contact.objects.get().email == contact.email


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_huvudmän_share_signs_in_to_those_that_said_yes(client, smtp_inbox):
    first, second, silent = (invited() for _n in range(3))
    assert not signed_in(client)
    say(first)
    say(second, name="Bo Al")
    assert not signed_in(client)
    sign_in(client, smtp_inbox, MAILBOX)
    assert signed_in(client)
    page = client.get(reverse("portal")).text
    ours = [invitation.dialogue.huvudman for invitation in (first, second)]
    for huvudman in ours:
        assert reverse("portal_huvudman", args=[huvudman.public_id]) in page
        assert client.get(reverse("portal_huvudman", args=[huvudman.public_id])).status_code == 200
    theirs = silent.dialogue.huvudman
    assert client.get(reverse("portal_huvudman", args=[theirs.public_id])).status_code == 404
    assert silent.dialogue.state != DialogueState.ACCEPTED
    assert Contact.objects.filter(user__email=MAILBOX).count() == 2
