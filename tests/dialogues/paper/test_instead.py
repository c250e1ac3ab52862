"""A letter by e-mail that did not get there goes on paper instead, when a planner says so."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry
from dialogues.batch_facts import facts_of
from dialogues.domain.files import store_file
from dialogues.letters.lifecycle import send_again
from dialogues.models import (
    Answer,
    Dialogue,
    DialogueState,
    InvitationBatch,
    Letter,
    LetterKind,
    LetterState,
    PaperLetter,
    PaperState,
)
from dialogues.paper import CODE_HERE, lifecycle
from dialogues.paper.instead import WRITTEN, to_write_on_paper, write_all_instead, write_on_paper_instead
from dialogues.queries import invitation_with_code
from tests.accounts.factories import leader, planner
from tests.accounts.sign_in import HouseClient
from tests.dialogues.answers import give
from tests.dialogues.desk.kinds import only, todos
from tests.dialogues.factories import InvitationFactory, both_agencies
from tests.dialogues.letters.factories import letter_in
from tests.dialogues.paper.factories import POSTAL
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

WHY = "Adressen finns inte."


def bounced(kind: LetterKind = LetterKind.INVITATION, **fields: object) -> Letter:
    """A letter to the contact of an invited huvudman with a postal address, refused by the mail server."""
    both_agencies()
    invitation = InvitationFactory(**{f"dialogue__huvudman__{name}": value for name, value in POSTAL.items()})
    dialogue = invitation.dialogue
    contact = ContactFactory(huvudman=dialogue.huvudman)
    told = {"contact": contact, "recipient": contact.email, "occasion": f"batch-{dialogue.batch_id}"}
    state = fields.pop("state", LetterState.FAILED)
    return letter_in(state, kind=kind, dialogue=dialogue, **(told | fields))


def on_paper(letter: Letter) -> PaperLetter:
    return write_on_paper_instead(letter=letter, reason=WHY, actor=SYSTEM)


class TestWriting:
    def test_an_invitation_gets_a_code_instead_of_its_link(self) -> None:
        letter = bounced(text="Svara här: https://x.example/svar/hemlig:x/")
        paper = on_paper(letter)
        assert (paper.state, paper.kind, paper.occasion) == ("waiting", letter.kind, letter.occasion)
        assert CODE_HERE in paper.text
        assert "hemlig" not in paper.text
        assert paper.address.startswith(letter.dialogue.huvudman.name)
        assert invitation_with_code(paper.code) == letter.dialogue.invitations.get()

    def test_another_letter_says_what_the_mail_said_and_has_its_pdf_with_it(self) -> None:
        letter = bounced(LetterKind.RECEIPT, title="Tack", text="Hej!\n\n--\nKvalitetsdialoger\nRing oss.")
        pdf = store_file(b"%PDF-1.7", "application/pdf")
        letter.attachments.create(file=pdf, name="underlag.pdf", media_type="application/pdf")
        paper = on_paper(letter)
        assert (paper.title, paper.text, paper.enclosure) == ("Tack", "Hej!\n\nRing oss.", pdf)
        assert paper.code is None

    def test_it_is_written_once_and_noted_with_the_reason(self) -> None:
        letter = bounced()
        assert on_paper(letter) == on_paper(letter)
        entry = AuditEntry.objects.get(verb=WRITTEN)
        assert (entry.subject, entry.facts["reason"]) == (letter, WHY)

    @pytest.mark.parametrize("state", LetterState)
    def test_only_one_that_was_refused(self, state) -> None:
        letter = bounced(state=state)
        if state == LetterState.FAILED:
            assert on_paper(letter).state == PaperState.WAITING
            return
        with pytest.raises(NotPossible):
            on_paper(letter)

    @pytest.mark.parametrize("state", DialogueState)
    def test_an_invitation_only_while_it_is_true(self, state) -> None:
        letter = bounced()
        Dialogue.objects.update(state=state)
        if state == DialogueState.INVITED:
            assert on_paper(letter)
            return
        with pytest.raises(NotPossible, match="inte längre aktuellt"):
            on_paper(letter)

    def test_not_without_a_postal_address_a_reason_or_for_a_personal_link_alone(self) -> None:
        letter, personal = bounced(), bounced(LetterKind.EVALUATION)
        with pytest.raises(NotPossible, match="Skriv varför"):
            write_on_paper_instead(letter=letter, reason=" ", actor=SYSTEM)
        with pytest.raises(NotPossible, match="går inte att skriva på papper"):
            on_paper(personal)
        letter.dialogue.huvudman.post_town = ""
        letter.dialogue.huvudman.save()
        with pytest.raises(NotPossible, match="saknar postadress"):
            on_paper(letter)

    def test_a_planner_may_and_a_leader_may_not(self) -> None:
        letter = bounced()
        with pytest.raises(PermissionDenied):
            write_on_paper_instead(letter=letter, reason=WHY, actor=person(leader()))
        assert write_on_paper_instead(letter=letter, reason=WHY, actor=person(planner()))

    def test_all_of_a_huvudmans_at_once(self) -> None:
        letter = bounced()
        letter_in(
            LetterState.FAILED, kind=LetterKind.RECEIPT, dialogue=letter.dialogue, contact=letter.contact
        )
        assert write_all_instead(dialogue=letter.dialogue, reason=WHY, actor=SYSTEM) == 2
        with pytest.raises(NotPossible):
            write_all_instead(dialogue=letter.dialogue, reason=WHY, actor=SYSTEM)

    def test_who_answers_first_gets_none_printed(self) -> None:
        letter = bounced()
        paper = on_paper(letter)
        give(letter.dialogue.invitations.get(), Answer.NO)
        lifecycle.make_run(actor=SYSTEM)
        paper.refresh_from_db()
        assert paper.state == PaperState.WITHDRAWN


class TestOffered:
    def test_on_the_desk_until_it_is_written_and_nowhere_twice(self) -> None:
        letter = bounced()
        todo = only("papper-i-stallet")
        assert todo.what == f"Brevet till {letter.dialogue} kom inte fram: skriv ut"
        assert reverse("admin:letter", args=[letter.public_id]) == todo.url
        assert todos("brev") == []
        on_paper(letter)
        assert todos("papper-i-stallet") == todos("brev") == []

    def test_without_a_postal_address_somebody_looks_at_it(self) -> None:
        bounced().dialogue.huvudman.__class__.objects.update(post_town="")
        assert todos("papper-i-stallet") == []
        assert len(todos("brev")) == 1

    def test_an_invitation_that_is_over_is_only_looked_at(self) -> None:
        letter = bounced()
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        InvitationBatch.objects.update(answer_by=yesterday)
        assert todos("papper-i-stallet") == []
        assert len(todos("brev")) == 1
        with pytest.raises(NotPossible, match="Svarsdatumet har passerat"):
            on_paper(letter)

    @pytest.mark.parametrize("state", [LetterState.SENT, LetterState.QUEUED, LetterState.FAILED])
    def test_not_when_somebody_else_there_has_got_the_same(self, state) -> None:
        letter = bounced()
        other = ContactFactory(huvudman=letter.dialogue.huvudman)
        letter_in(
            state, dialogue=letter.dialogue, contact=other, recipient=other.email, occasion=letter.occasion
        )
        assert len(to_write_on_paper()) == (state == LetterState.FAILED)

    def test_not_a_letter_to_one_of_our_own(self) -> None:
        bounced(contact=None, recipient=planner().email)
        assert list(to_write_on_paper()) == []

    def test_withdrawn_it_is_offered_again_to_be_put_back(self) -> None:
        letter = bounced()
        lifecycle.withdraw_letter(letter=on_paper(letter), reason=WHY, actor=SYSTEM)
        assert list(to_write_on_paper()) == [letter]

    def test_a_letter_that_is_sent_again_is_not_offered(self) -> None:
        letter = bounced()
        send_again(letter=letter, reason="Adressen är rättad.", actor=SYSTEM)
        assert list(to_write_on_paper()) == []


class TestPages:
    def test_the_letters_page_offers_it_and_does_it(self) -> None:
        client, letter = HouseClient(), bounced()
        client.force_login(planner())
        page = reverse("admin:letter", args=[letter.public_id])
        assert "Skriv på papper i stället" in client.get(page).text
        deed = reverse("admin:letter_deed", args=[letter.public_id, "papper"])
        assert client.post(deed, {"reason": ""}).status_code == 422
        told = client.post(deed, {"reason": WHY}, follow=True).text
        assert "Brevet väntar på utskrift" in told
        assert "Skriv på papper i stället" not in told
        paper = PaperLetter.objects.get()
        shown = client.get(reverse("admin:dialogue", args=[letter.dialogue.public_id])).text
        assert reverse("admin:paper_letter", args=[paper.public_id]) in shown

    def test_for_all_in_a_batch(self) -> None:
        letter = bounced()
        (fact,) = facts_of(letter.dialogue.batch)
        assert "papper" in fact.deeds
        assert "studsade" in fact.values["fast"]
        on_paper(letter)
        (fact,) = facts_of(letter.dialogue.batch)
        assert "papper" not in fact.deeds
        assert "studsade" not in fact.values["fast"]
