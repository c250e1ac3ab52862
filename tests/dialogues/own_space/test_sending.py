"""Sending the analysis: voluntary, checked first, frozen byte for byte, received by both agencies."""

import hashlib
import io

import pikepdf
import pytest

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry, StaffRole
from dialogues.analysis.content import build_content
from dialogues.domain import analyses
from dialogues.domain.analyses import OPEN_FOR_SENDING, send_analysis
from dialogues.domain.analysis_drafts import texts_of
from dialogues.domain.files import read_file
from dialogues.domain.seen import WrittenSince, content_version
from dialogues.models import Dialogue, DialogueState, Letter, LetterKind, SituationAnalysis
from quality_system.models import SuccessFactor
from tests.accounts.factories import staff_user
from tests.accounts.sign_in import HouseClient
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.own_space.writing import colleague, owner, save, write, written
from tests.dialogues.portal.helpers import address, edition, front, text

pytestmark = pytest.mark.django_db

PARTS = ["likvardighet", "kvalitet"]


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch):
    """A PDF that says what it holds, without the second that a real one takes."""
    monkeypatch.setattr(analyses, "pdf_of", lambda content, made: f"%PDF {content} {made}".encode())


@pytest.fixture
def dialogue(signed_in) -> Dialogue:
    return signed_in(DialogueState.TIME_FIXED)


def seen(dialogue: Dialogue) -> str:
    return content_version(build_content(dialogue, texts_of(dialogue, person(owner(dialogue)))))


def send(dialogue: Dialogue, **facts) -> SituationAnalysis:
    told = {"parts": PARTS, "seen": seen(dialogue), "told_by": "Anna Ek", "actor": person(owner(dialogue))}
    return send_analysis(dialogue=dialogue, **(told | facts))


def words_in(sent: SituationAnalysis) -> list[str]:
    return [field["text"] for part in sent.content["parts"] for field in part["fields"]]


def test_from_the_draft_to_the_receipt(client, dialogue):
    write(client, dialogue, see="Skillnader mellan enheter")
    write(client, dialogue, "kvalitet", why="Många nya lärare")
    write(client, dialogue, "framat", aim="Bara för oss")
    check = text(client.get(address("portal_analysis_check", dialogue)))
    assert "Vem som helst kan begära att få läsa den, också Skolinspektionen" in check
    assert "frivilligt" in check
    assert "enskilda barn eller elever" in check
    answer = client.post(address("portal_analysis_check", dialogue), {"seen": seen_on(check), "parts": PARTS})
    assert answer["Location"] == address("portal_analysis_done", dialogue)
    done = text(client.get(answer["Location"]))
    assert "Tack! Er nulägesanalys är skickad" in done
    sent = SituationAnalysis.objects.get()
    assert words_in(sent) == ["Skillnader mellan enheter", "Många nya lärare"]
    assert (sent.version, sent.told_by) == (1, str(dialogue.huvudman.contacts.get()))
    assert len(written(dialogue)) == 3
    assert "Version 1 skickad" in text(client.get(front(dialogue)))
    assert "Bara för oss" not in text(client.get(address("portal_analysis_sent", dialogue, 1)))


def seen_on(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def test_the_receipt_goes_by_mail_with_the_very_pdf(dialogue):
    save(dialogue, "Vi ser")
    sent = send(dialogue)
    letter = Letter.objects.get(kind=LetterKind.ANALYSIS)
    assert letter.recipient == owner(dialogue).email
    assert "allmän handling" in letter.text
    assert "version 1" in letter.text
    assert letter.attachments.get().file_id == sent.pdf_id
    assert hashlib.sha256(read_file(sent.pdf)).hexdigest() == sent.pdf_id


def test_what_was_sent_stays_byte_for_byte_while_one_writes_on(client, dialogue):
    save(dialogue, "Vi ser")
    sent = send(dialogue)
    before = client.get(address("portal_analysis_sent_pdf", dialogue, 1)).content
    save(dialogue, "Något helt annat", was="Vi ser")
    sent.refresh_from_db()
    assert words_in(sent) == ["Vi ser"]
    assert client.get(address("portal_analysis_sent_pdf", dialogue, 1)).content == before
    assert "Något helt annat" not in text(client.get(address("portal_analysis_sent", dialogue, 1)))


def test_sent_again_it_is_a_new_version_and_the_same_twice_is_one(dialogue):
    save(dialogue, "Ett")
    first = send(dialogue)
    assert send(dialogue) == first
    save(dialogue, "Två", was="Ett")
    assert send(dialogue).version == 2
    assert [words_in(sent) for sent in dialogue.analyses.all()] == [["Två"], ["Ett"]]
    assert Letter.objects.filter(kind=LetterKind.ANALYSIS).count() == 2
    assert AuditEntry.objects.filter(verb="analysis.sent").count() == 2


def test_words_that_came_since_are_not_sent_unseen(client, dialogue):
    save(dialogue, "Läst")
    page = text(client.get(address("portal_analysis_check", dialogue)))
    write(colleague(dialogue), dialogue, why="Oläst")
    answer = client.post(
        address("portal_analysis_check", dialogue), {"seen": seen_on(page), "parts": PARTS[:1]}
    )
    assert answer.status_code == 409
    assert "Någon har skrivit i analysen" in text(answer)
    assert "Oläst" in text(answer)
    assert not SituationAnalysis.objects.exists()
    assert (
        client.post(
            address("portal_analysis_check", dialogue), {"seen": seen_on(text(answer)), "parts": PARTS[:1]}
        ).status_code
        == 302
    )


def test_words_that_come_while_the_pdf_is_made_are_not_sent(dialogue, monkeypatch):
    save(dialogue, "Läst")

    def meanwhile(content, made):
        save(dialogue, "Skrivet under tiden", was="Läst")
        return b"%PDF"

    monkeypatch.setattr(analyses, "pdf_of", meanwhile)
    with pytest.raises(WrittenSince):
        send(dialogue)
    assert not SituationAnalysis.objects.exists()
    assert not Letter.objects.exists()


def test_nothing_is_left_when_the_letter_fails(dialogue, monkeypatch):
    save(dialogue, "Vi ser")
    monkeypatch.setattr(analyses, "write_to_huvudman", lambda **_facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send(dialogue)
    assert not SituationAnalysis.objects.exists()
    assert not AuditEntry.objects.filter(verb="analysis.sent").exists()


def test_the_audit_log_tells_of_the_version_and_none_of_its_words(dialogue):
    save(dialogue, "Vi ser")
    send(dialogue)
    assert AuditEntry.objects.get(verb="analysis.sent").facts == {"version": 1}


def test_the_self_rating_is_sent_only_if_chosen(client, dialogue):
    factor = SuccessFactor.objects.create(edition=edition(), number=1, text="Samverkan och övergångar")
    save(dialogue, "Vi ser")
    save(dialogue, "part", field=f"sjalvskattning.{factor.pk}")
    page = text(client.get(address("portal_analysis_check", dialogue)))
    boxes = {box: f'value="{box}"' in page for box in ("likvardighet", "sjalvskattning")}
    assert boxes == {"likvardighet": True, "sjalvskattning": True}
    assert page.count(" checked") == 1
    assert send(dialogue).content["ratings"] == []
    rating = {"factor": "Samverkan och övergångar", "is_example": True, "answer": "till en del"}
    assert send(dialogue, parts=["sjalvskattning"]).content["ratings"] == [rating]


@pytest.mark.parametrize("parts", [[], ["kvalitet"]])
def test_nothing_is_not_sent(client, dialogue, parts):
    save(dialogue, "Vi ser")
    with pytest.raises(NotPossible, match="Välj minst en del"):
        send(dialogue, parts=parts)
    page = client.post(address("portal_analysis_check", dialogue), {"seen": seen(dialogue), "parts": parts})
    assert page.status_code == 422


@pytest.mark.parametrize("state", DialogueState)
def test_it_can_be_sent_from_the_yes_until_the_end(state):
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    save(dialogue, "Vi ser")
    Dialogue.objects.update(state=state)
    dialogue.refresh_from_db()
    if state in OPEN_FOR_SENDING:
        assert send(dialogue).version == 1
    else:
        with pytest.raises(NotPossible):
            send(dialogue)
        assert not SituationAnalysis.objects.exists()


@pytest.mark.parametrize("agency", ["skolverket", "spsm"])
@pytest.mark.parametrize("role", StaffRole.values)
def test_both_agencies_read_what_was_sent_and_only_that(dialogue, role, agency):
    save(dialogue, "Skickat")
    send(dialogue)
    save(dialogue, "Skickat, och mer", was="Skickat")
    browser = HouseClient()
    browser.force_login(staff_user(StaffRole(role), agency=agency))
    page = text(browser.get(address("admin:dialogue", dialogue)))
    assert address("admin:analysis", dialogue, 1) in page
    assert "Huvudmannen skickade sin nulägesanalys." in page
    read = text(browser.get(address("admin:analysis", dialogue, 1)))
    assert "<p>Skickat</p>" in read
    assert "och mer" not in read
    pdf = browser.get(address("admin:analysis_pdf", dialogue, 1))
    assert pdf.content == read_file(dialogue.analyses.get().pdf)
    assert browser.get(address("admin:analysis", dialogue, 2)).status_code == 404


def test_nobody_else_sends(dialogue):
    save(dialogue, "Vi ser")
    for actor in (person(staff_user(StaffRole.LEADER)), SYSTEM):
        with pytest.raises(Exception, match="own_space"):
            send(dialogue, actor=actor)


def test_a_draft_pdf_is_accessible_and_says_that_it_is_a_draft(client, dialogue):
    assert client.get(address("portal_analysis_pdf", dialogue)).status_code == 404
    save(dialogue, "Vi ser <skillnader> & styrkor\n\noch mer")
    pdf = client.get(address("portal_analysis_pdf", dialogue))
    assert pdf["Content-Type"] == "application/pdf"
    assert "no-store" in pdf["Cache-Control"]
    assert pdf.content.startswith(b"%PDF-1.7")
    with pikepdf.open(io.BytesIO(pdf.content)) as opened, opened.open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
    assert not Letter.objects.exists()
