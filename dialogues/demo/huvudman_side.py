"""What the demo's huvudmän do, over IMAP and HTTP only: read letters, answer by link, use the portal."""

from __future__ import annotations

import re
from email.message import EmailMessage
from html import unescape
from uuid import uuid4

from django.urls import reverse

from dialogues.demo.inbox import Inbox, text_of
from dialogues.demo.report import Missing, wait_for
from dialogues.demo.visitor import Visitor
from dialogues.links import absolute
from dialogues.models import Answer, Dialogue, InvitationBatch, Letter, LetterKind
from huvudman.queries import valid_contacts
from quality_system.models import Area

CODE = re.compile(r"\b\d{4}-\d{4}\b")
LINK = re.compile(r"https?://\S+/svar/\S+")


def answer_links(batch: InvitationBatch, letters: list[EmailMessage]) -> dict[int, str]:
    """The answer link that each huvudman of the batch finds in its letter, by dialogue id."""
    invitations = Letter.objects.filter(batch=batch, kind=LetterKind.INVITATION)
    dialogue_of = dict(invitations.values_list("message_id", "dialogue_id"))
    found = {}
    for letter in letters:
        dialogue_id = dialogue_of.get(letter["Message-ID"])
        link = LINK.search(text_of(letter))
        if dialogue_id and link:
            found[dialogue_id] = link.group()
    return found


def answer_by_link(link: str, answer: Answer) -> None:
    """Open the personal link and answer; open it again, as a mail scanner would, and see the answer kept."""
    visitor = Visitor()
    visitor.get(link)
    page = visitor.send(answer=answer.value, given_by="Kim Exempel", reason="", comment="")
    if answer == Answer.NO:  # other ways are offered first, and a no is one press away
        page = visitor.send(answer=answer.value)
    if visitor.status != 200 or str(answer.label) not in page:
        raise Missing(f"svaret togs inte emot ({visitor.status}): {link}")


class InPortal:
    """A skolchef who signs in by a code from the mail and does what is due, without scripts."""

    def __init__(self, dialogue: Dialogue, inbox: Inbox) -> None:
        self.dialogue = dialogue
        self.visitor = Visitor()
        self._sign_in(inbox, _address_of(dialogue))

    def accept_time(self) -> None:
        """Read the underlag, on the page and as PDF, and accept the proposed time."""
        self._get("portal_underlag")
        self._get("portal_underlag_pdf")
        self._get("portal_time")
        self.visitor.send()
        self._expect("Tiden är bestämd")

    def send_questions(self) -> None:
        """Write one question, check it and send it."""
        self._get("portal_question", uuid4())
        self.visitor.send(
            area=Area.EQUITY.value, text="Hur ger vi alla elever samma möjligheter?", sub_goal=""
        )
        self._get("portal_questions_check")
        self.visitor.send()
        self._expect("Era frågor är skickade")

    def _sign_in(self, inbox: Inbox, address: str) -> None:
        inbox.look()
        self.visitor.get(absolute(reverse("account_request_login_code")))
        self.visitor.send(email=address)
        code = wait_for("inloggningskoden", lambda: code_to(address, inbox.look()), seconds=60)
        self.visitor.send(code=code)
        self._expect(self.dialogue.huvudman.name)

    def _get(self, name: str, *more: object) -> None:
        self.visitor.get(absolute(reverse(name, args=[self.dialogue.public_id, *more])))
        self._expect("")

    def _expect(self, words: str) -> None:
        if self.visitor.status != 200 or words not in unescape(self.visitor.page):
            raise Missing(f"”{words}” på {self.visitor.url} ({self.visitor.status})")


def _address_of(dialogue: Dialogue) -> str:
    return valid_contacts().filter(huvudman=dialogue.huvudman).exclude(email="").order_by("pk")[0].email


def code_to(address: str, letters: list[EmailMessage]) -> str | None:
    """The sign-in code in the first of the letters to an address that has one."""
    mine = [letter for letter in letters if address in letter["To"]]
    found = [CODE.search(text_of(letter)) for letter in mine]
    return next((match.group() for match in found if match), None)


def pdfs_in(letters: list[EmailMessage]) -> list[bytes]:
    """The PDF files that came with the letters."""
    attached = [part for letter in letters for part in letter.iter_attachments()]
    pdfs = [
        part.get_payload(decode=True) for part in attached if part.get_content_type() == "application/pdf"
    ]
    return [pdf for pdf in pdfs if isinstance(pdf, bytes) and pdf.startswith(b"%PDF")]
