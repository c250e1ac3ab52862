"""Two huvudmän that no e-mail reaches, in real browsers on real parts: invited on paper, one answers by phone
and one with its code, and the first comes all the way to the end by phone and post.
"""

from __future__ import annotations

import datetime
import re
import subprocess
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import StaffRole
from dialogues.models import (
    BatchState,
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    PaperLetter,
    PaperState,
    PostRun,
)
from dialogues.paper.lifecycle import printable_by_truth
from tests.accounts.factories import staff_user
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.factories import DialogueFactory, both_agencies
from tests.dialogues.paper.factories import POSTAL
from tests.huvudman.factories import HuvudmanFactory
from tests.journeys.people import Person, just_now
from tests.journeys.test_main_job import fill_in_time, signed_in
from tests.polling import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

RINGS, TYPES = "Förskolan Ringer AB", "Förskolan Skriver AB"
CODE = re.compile(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b")
PRINTED = 180
"""Seconds within which the batch has gone out, or a run has its PDF, on a machine that does much else."""


@pytest.fixture
def cast(site: str, somebody) -> SimpleNamespace:
    """The staff, signed in, and somebody at a huvudman with a phone in the hand and a letter in the other."""
    both_agencies()
    call_command("seed_edition")
    staff = {
        "planner": staff_user(StaffRole.PLANNER),
        "skolverket": staff_user(StaffRole.LEADER),
        "spsm": staff_user(StaffRole.LEADER, agency="spsm"),
    }
    batch = batch_in(BatchState.DRAFT)
    for name in (RINGS, TYPES):
        DialogueFactory(batch=batch, huvudman=HuvudmanFactory(name=name, children=40, **POSTAL))
    return SimpleNamespace(
        **{name: signed_in(somebody(), user) for name, user in staff.items()},
        leaders=[staff["skolverket"].name, staff["spsm"].name],
        rektor=somebody(width=390),
        batch=reverse("admin:batch", args=[batch.public_id]),
    )


def test_from_a_printed_invitation_to_the_end_without_any_mail(cast: SimpleNamespace) -> None:
    send_the_batch(cast)
    codes = print_and_post(cast, letters=2)
    answer_by_phone(cast)
    answer_with_code(cast, codes[TYPES])
    introduce(cast)
    send_underlag(cast)
    settle_time_by_phone(cast)
    tell_areas_by_phone(cast)
    the_copy_is_printed(cast)
    hold_and_close(cast)
    assert dialogue_of(RINGS).state == DialogueState.CLOSED
    to_huvudman = Letter.objects.exclude(recipient__in=[user.email for user in staff_of()])
    assert not to_huvudman.exists()


def send_the_batch(cast: SimpleNamespace) -> None:
    planner = cast.planner
    planner.opens(cast.batch)
    planner.sees("2 får inbjudan på papper")
    planner.presses("Godkänn omgången")
    planner.follows("Schemalägg utskicket")
    soon = timezone.localtime() + datetime.timedelta(seconds=75)
    planner.types(
        day=f"{soon:%Y-%m-%d}",
        time=f"{soon:%H:%M}",
        answer_by=f"{soon + datetime.timedelta(days=21):%Y-%m-%d}",
    )
    planner.page.locator("main form button[type=submit]").last.click()
    planner.looks()
    planner.sees("Schemalagd")
    until(lambda: waiting(LetterKind.INVITATION) == 2, seconds=PRINTED)


def print_and_post(cast: SimpleNamespace, *, letters: int) -> dict[str, str]:
    """Make a run of all that waits, read the PDF, mark it as posted; answer the codes by huvudman."""
    planner = cast.planner
    planner.opens(reverse("admin:paper_list"))
    planner.presses(f"Gör en utskrift av {letters} brev")
    run = PostRun.objects.latest("pk")
    until(lambda: PostRun.objects.get(pk=run.pk).state == "ready", seconds=PRINTED)
    planner.page.reload()
    planner.looks()
    address = planner.page.get_by_role("link", name="Öppna för utskrift (PDF)").get_attribute("href")
    text = text_of_pdf(planner.page.request.get(address).body())
    planner.presses("Markera som postad")
    planner.sees("markerade som postade")
    assert not run.letters.exclude(state=PaperState.POSTED).exists()
    return codes_in(text)


def text_of_pdf(pdf: bytes) -> str:
    """The text of a PDF as it stands on the pages."""
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return made.stdout.decode()


def codes_in(text: str) -> dict[str, str]:
    """The code in the letter to each huvudman: it stands after the huvudman's name."""
    found = {}
    for letter in text.split("Svara här")[1:]:
        before = text[: text.index(letter)]
        name = max((RINGS, TYPES), key=before.rfind)
        found[name] = CODE.search(letter).group()  # type: ignore[union-attr]
    return found


def answer_by_phone(cast: SimpleNamespace) -> None:
    leader = cast.skolverket
    to_dialogue(leader, RINGS)
    leader.sees("Brev på papper")
    leader.follows("Skriv in svar på inbjudan")
    leader.picks("Ja, vi vill delta")
    leader.types(told_by="Robin Ek, rektor")
    leader.presses("Spara svaret")
    leader.sees("brevet väntar på utskrift")
    assert dialogue_of(RINGS).state == DialogueState.ACCEPTED


def answer_with_code(cast: SimpleNamespace, code: str) -> None:
    rektor = cast.rektor
    rektor.opens("/svar/")
    rektor.types(code="AAAAA-22222")
    rektor.presses("Fortsätt till svaret")
    rektor.sees("Koden stämmer inte.")
    rektor.types(code=code.lower())
    rektor.presses("Fortsätt till svaret")
    rektor.sees(TYPES)
    rektor.picks("Ja, vi vill delta")
    rektor.types(given_by="Kim Ek")
    rektor.presses("Skicka svaret")
    rektor.sees("Tack! Vi har tagit emot ert svar")
    assert dialogue_of(TYPES).state == DialogueState.ACCEPTED


def introduce(cast: SimpleNamespace) -> None:
    planner = cast.planner
    planner.opens(cast.batch)
    planner.follows("Boka introduktionsmöte")
    fill_in_time(planner, cast, days=14)
    planner.types(link="https://mote.example/introduktion", seats="25")
    planner.presses("Boka mötet")
    planner.sees(RINGS)
    planner.sees(TYPES)
    leader = cast.skolverket
    leader.opens(planner.page.url)
    leader.picks(RINGS)
    leader.types(**just_now())
    leader.presses("Mötet är hållet")
    leader.sees("Analysunderlag tas fram")
    assert waiting(LetterKind.INTRODUCTION) == 2


def send_underlag(cast: SimpleNamespace) -> None:
    planner = cast.planner
    to_dialogue(planner, RINGS)
    planner.follows("Föreslå tid för dialogen")
    fill_in_time(planner, cast, days=40)
    planner.types(place=RINGS)
    planner.presses("Spara förslaget")
    for leader in (cast.skolverket, cast.spsm):
        to_dialogue(leader, RINGS)
        leader.says_no_conflict()
    planner.follows("Till analysunderlaget")
    until(lambda: dialogue_of(RINGS).underlag.filter(state="rendered").exists(), seconds=PRINTED)
    planner.page.reload()
    for leader, agency in ((cast.skolverket, "Skolverket"), (cast.spsm, "SPSM")):
        leader.opens(planner.page.url)
        leader.presses(f"Fastställ för {agency}")
    planner.page.reload()
    planner.follows("Lämna ut på papper")
    planner.presses("Lämna ut på papper")
    assert PaperLetter.objects.get(kind=LetterKind.UNDERLAG).enclosure is not None


def settle_time_by_phone(cast: SimpleNamespace) -> None:
    leader = cast.skolverket
    to_dialogue(leader, RINGS)
    leader.follows("Huvudmannen godtar tiden")
    leader.types(told_by="Robin Ek, rektor")
    leader.presses("Bestäm tiden")
    assert dialogue_of(RINGS).state == DialogueState.TIME_FIXED


def tell_areas_by_phone(cast: SimpleNamespace) -> None:
    """An area is enough; who of us took the call, and when, is kept."""
    leader = cast.skolverket
    leader.follows("Prioriterade frågor")
    leader.page.locator("[name=area_1]").select_option("equity")
    leader.types(told_by="Robin Ek, rektor")
    me = leader.page.locator("[name=called_by] option", has_text=cast.leaders[0])
    leader.page.locator("[name=called_by]").select_option(me.get_attribute("value"))
    leader.presses("Spara frågorna")
    leader.sees("brevet väntar på utskrift")
    form = dialogue_of(RINGS).questions
    assert (form.channel, form.called_by.name, form.told_on) == (
        "phone",
        cast.leaders[0],
        timezone.localdate(),
    )


def the_copy_is_printed(cast: SimpleNamespace) -> None:
    """The letters since then are printed together: the copy to correct is one of them, and says how."""
    still_true, _untrue = printable_by_truth()
    print_and_post(cast, letters=len(still_true))
    copy = PaperLetter.objects.get(kind=LetterKind.QUESTIONS)
    assert copy.state == PaperState.POSTED
    assert "Ring oss, det tar ungefär 5 minuter." in copy.text
    cast.planner.opens(reverse("admin:paper_letter", args=[copy.public_id]))
    cast.planner.sees("Robin Ek, rektor")


def hold_and_close(cast: SimpleNamespace) -> None:
    leader = cast.spsm
    to_dialogue(leader, RINGS)
    leader.follows("Håll och dokumentera dialogen")
    leader.types(summary="Vi talade om likvärdighet.")
    leader.picks("förskola")
    leader.types(**just_now())
    leader.presses("Spara")
    leader.follows("Boka återkopplingsmöte")
    fill_in_time(leader, cast, days=90)
    leader.types(link="https://mote.example/aterkoppling")
    leader.presses("Boka och skicka kallelse")
    leader.follows("Håll och dokumentera återkopplingen")
    leader.types(feedback="Förskolan fortsätter med kollegial planering.")
    leader.types(**just_now())
    leader.presses("Spara")
    leader.follows("Avsluta dialogen")
    leader.presses("Avsluta dialogen")
    leader.sees("brevet väntar på utskrift")
    assert waiting(LetterKind.CLOSED) == 1


def to_dialogue(who: Person, name: str) -> None:
    who.opens(reverse("admin:dialogue", args=[dialogue_of(name).public_id]))


def dialogue_of(name: str) -> Dialogue:
    return Dialogue.objects.get(huvudman__name=name)


def waiting(kind: LetterKind) -> int:
    return PaperLetter.objects.filter(kind=kind, state=PaperState.WAITING).count()


def staff_of() -> list:
    from accounts.models import User

    return list(User.objects.filter(is_staff=True))
