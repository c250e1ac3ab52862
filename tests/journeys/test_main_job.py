"""The main job in real browsers: two planners, a leader from each agency and a skolchef, on real parts.

The huvudmän come from a register workbook that a planner imports: nothing is made beforehand.
"""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.actors import person
from accounts.models import StaffRole, User
from dialogues.domain.plans import plan_cycle
from dialogues.models import Cycle, Dialogue, DialogueState, Letter, LetterState
from huvudman.models import Huvudman
from tests.accounts.factories import staff_user
from tests.dialogues.factories import both_agencies
from tests.dialogues.times import working_day
from tests.huvudman.books import as_xlsx, book, huvudman_line, unit_start
from tests.huvudman.factories import orgnr
from tests.journeys.people import Person, answer_link, just_now, letter_to, make_strong, pdf_in
from tests.polling import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

HUVUDMAN = "Föreningen Exempelskolan Backen"
SKOLCHEF = "kim.ek@backen.example"
OTHERS = 21
"""So many more huvudmän that the batch needs a second planner's approval."""
BACKEN = orgnr(1_000)
ASSOCIATION = "Ideella föreningar"


@pytest.fixture
def cast(site: str, somebody) -> SimpleNamespace:
    """Everyone who takes part, each in front of a browser."""
    both_agencies()
    call_command("seed_edition")
    staff = {
        "first": staff_user(StaffRole.PLANNER),
        "second": staff_user(StaffRole.PLANNER),
        "skolverket": staff_user(StaffRole.LEADER),
        "spsm": staff_user(StaffRole.LEADER, agency="spsm"),
    }
    return SimpleNamespace(
        **{name: signed_in(somebody(), user) for name, user in staff.items()},
        leaders=[staff["skolverket"].name, staff["spsm"].name],
        planner=person(staff["first"]),
        skolchef=somebody(width=390),
    )


def signed_in(who: Person, user: User) -> Person:
    """Give a member of staff a password and a time-based code, and sign in."""
    make_strong(user)
    who.signs_in_as_staff(user.email)
    return who


def register_of_2026() -> bytes:
    """A workbook with a förening of 40 pupils, a kommun, and enskilda that have a mailbox each."""
    sheets = book()
    sheets["Huvudmän"] += [huvudman_line(orgnr(1_001 + n), f"Exempelskolan {n} AB") for n in range(OTHERS)]
    only_grundskola = [" ", " ", "J", *[" "] * 7]
    sheets["Huvudmän"].append(
        huvudman_line(BACKEN, HUVUDMAN, form=ASSOCIATION, email="", flags=only_grundskola)
    )
    pupils = [5.0] * 4 + [4.0] * 5
    start = unit_start(BACKEN, "90000001", "Exempelskolan Backen")
    sheets["Grundskola"].append(
        [*start, "N", *["J"] * 9, HUVUDMAN, "borttaget", 0.0, *pupils, "", ASSOCIATION]
    )
    return as_xlsx(sheets)


def test_from_the_register_to_the_feedback_meeting(cast: SimpleNamespace, smtp_inbox, tmp_path: Path) -> None:
    import_the_register(cast, tmp_path / "skolenhetsregistret_2026.xlsx")
    add_the_skolchef(cast)
    plan_and_send(cast)
    answer(cast, smtp_inbox)
    introduce(cast)
    send_underlag(cast)
    accept_and_ask(cast, smtp_inbox)
    hold_and_close(cast)
    dialogue = Dialogue.objects.get(huvudman__name=HUVUDMAN)
    assert dialogue.state == DialogueState.CLOSED
    every_letter_came_once(smtp_inbox)


def every_letter_came_once(inbox) -> None:
    """All letters are sent, or were stopped because what they tell is over; each that was sent came once."""
    at_rest = {LetterState.SENT, LetterState.STOPPED}
    until(lambda: set(Letter.objects.values_list("state", flat=True)) <= at_rest, seconds=120)
    came = Counter(m["Message-ID"] for m in inbox.messages)
    sent = Letter.objects.filter(state=LetterState.SENT).values_list("message_id", flat=True)
    assert {came[message_id] for message_id in sent} == {1}


def import_the_register(cast: SimpleNamespace, file: Path) -> None:
    file.write_bytes(register_of_2026())
    planner = cast.first
    planner.follows("Huvudmän")
    planner.sees("Registret är tomt")
    planner.follows("Importera registret")
    planner.page.get_by_label("Fil", exact=True).set_input_files(file)
    planner.page.get_by_role("button", name="Läs filen").click()
    planner.waits_for("Lägg in ändringarna")
    planner.sees(HUVUDMAN)
    assert not Huvudman.objects.exists()
    planner.page.get_by_role("button", name="Lägg in ändringarna").click()
    planner.waits_for("Ändringarna lades in")
    backen = Huvudman.objects.get(name=HUVUDMAN)
    assert (Huvudman.objects.count(), backen.pupils, backen.size_class) == (OTHERS + 3, 40, "s1")


def add_the_skolchef(cast: SimpleNamespace) -> None:
    planner = cast.first
    planner.follows("Huvudmän")
    planner.page.locator("#filter-q").fill("exempelskolan backn")
    planner.presses("Visa")
    planner.follows(HUVUDMAN)
    planner.sees("papper, med posten: ingen e-post finns")
    planner.follows("Lägg till kontakt")
    planner.page.get_by_label("Roll").select_option("skolchef")
    planner.types(name="Kim Ek", email=SKOLCHEF)
    planner.presses("Spara")
    planner.sees(SKOLCHEF)


def plan_and_send(cast: SimpleNamespace) -> None:
    first, second = cast.first, cast.second
    first.follows("Planering")
    first.opens("/personal/planering/ny/")
    first.types(name="Cykel ett", years="1", batches_per_year="1", first_year=str(timezone.localdate().year))
    first.presses("Skapa cykeln")
    first.sees("Cykeln är inte fördelad")
    plan_cycle(cycle=Cycle.objects.get(), actor=cast.planner)  # a lottery's value is public on a later day
    first.follows("Omgångar")
    first.page.locator("tbody a").first.click()
    first.looks()
    first.sees("behöver en annan planerare godkänna")
    second.opens(first.page.url)
    second.presses("Godkänn omgången")
    first.page.reload()
    first.follows("Schemalägg utskicket")
    soon = timezone.localtime() + datetime.timedelta(seconds=100)
    first.types(
        day=f"{soon:%Y-%m-%d}",
        time=f"{soon:%H:%M}",
        answer_by=f"{soon + datetime.timedelta(days=21):%Y-%m-%d}",
    )
    first.page.locator("main form button[type=submit]").last.click()
    first.looks()
    first.sees("Schemalagd")


def answer(cast: SimpleNamespace, inbox) -> None:
    letter = letter_to(SKOLCHEF, inbox, lambda m: answer_link(m) is not None)
    cast.skolchef.opens(answer_link(letter))
    cast.skolchef.presses("Skicka svaret")
    cast.skolchef.sees("Välj ett av svaren.")
    cast.skolchef.picks("Ja, vi vill delta")
    cast.skolchef.presses("Skicka svaret")
    cast.skolchef.sees("Tack! Vi har tagit emot ert svar")


def introduce(cast: SimpleNamespace) -> None:
    planner = cast.first
    planner.follows("Omgångar")
    planner.page.locator("tbody a").first.click()
    planner.looks()
    planner.follows("Boka introduktionsmöte")
    fill_in_time(planner, cast, days=14)
    planner.types(link="https://mote.example/introduktion", seats="25")
    planner.presses("Boka mötet")
    planner.sees(HUVUDMAN)
    cast.skolverket.opens(planner.page.url)
    cast.skolverket.picks(HUVUDMAN)
    cast.skolverket.types(**just_now())
    cast.skolverket.presses("Mötet är hållet")
    cast.skolverket.sees("1 huvudman deltog. Analysunderlag tas fram")


def send_underlag(cast: SimpleNamespace) -> None:
    planner = cast.first
    to_the_dialogue(planner)
    planner.follows("Föreslå tid för dialogen")
    fill_in_time(planner, cast, days=40)
    planner.types(place="Exempelskolan Backen")
    planner.presses("Spara förslaget")
    planner.follows("Till analysunderlaget")
    planner.waits_for("Fastställande")
    for leader, agency in ((cast.skolverket, "Skolverket"), (cast.spsm, "SPSM")):
        leader.opens(planner.page.url)
        leader.presses(f"Fastställ för {agency}")
        to_the_dialogue(leader)
        leader.says_no_conflict()
    planner.page.reload()
    planner.follows("Skicka till huvudmannen")
    planner.sees(SKOLCHEF)
    planner.presses("Skicka underlaget")
    planner.sees("på väg till huvudmannen")


def accept_and_ask(cast: SimpleNamespace, inbox) -> None:
    letter = letter_to(SKOLCHEF, inbox, lambda m: pdf_in(m) is not None)
    assert pdf_in(letter).startswith(b"%PDF")
    skolchef = cast.skolchef
    skolchef.signs_in_by_code(SKOLCHEF, inbox)
    skolchef.sees(HUVUDMAN)
    dialogue = Dialogue.objects.get(huvudman__name=HUVUDMAN)
    skolchef.opens(f"/dialoger/{dialogue.public_id}/underlag/")
    skolchef.opens(f"/dialoger/{dialogue.public_id}/tid/")
    skolchef.presses("Tiden passar oss")
    skolchef.opens(f"/dialoger/{dialogue.public_id}/fragor/")
    skolchef.follows("Skriv er första fråga")
    skolchef.picks("Likvärdighet")
    skolchef.types(text="Hur ger vi alla elever samma möjligheter?")
    skolchef.presses("Spara")
    skolchef.follows("Kontrollera och skicka")
    skolchef.presses("Skicka")
    skolchef.sees("frågor")


def hold_and_close(cast: SimpleNamespace) -> None:
    leader = cast.spsm
    to_the_dialogue(leader)
    leader.sees("Hur ger vi alla elever samma möjligheter?")
    leader.follows("Håll och dokumentera dialogen")
    leader.types(summary="Vi talade om likvärdighet.")
    leader.picks("grundskola")
    leader.types(**just_now())
    leader.presses("Spara")
    leader.follows("Boka återkopplingsmöte")
    fill_in_time(leader, cast, days=90)
    leader.types(link="https://mote.example/aterkoppling")
    leader.presses("Boka och skicka kallelse")
    leader.follows("Håll och dokumentera återkopplingen")
    leader.types(feedback="Skolan fortsätter med kollegial planering.")
    leader.types(**just_now())
    leader.presses("Spara")
    leader.follows("Avsluta dialogen")
    leader.presses("Avsluta dialogen")
    leader.sees("Dialogen är avslutad.")
    cast.skolchef.opens("/dialoger/")
    cast.skolchef.sees(HUVUDMAN)


def fill_in_time(who: Person, cast: SimpleNamespace, *, days: int) -> None:
    """Choose a working day at nine, with a leader from each agency."""
    who.types(day=working_day(days).isoformat(), time="09:00")
    who.picks(*cast.leaders)


def to_the_dialogue(who: Person) -> None:
    """Find the dialogue by searching for its huvudman."""
    who.follows("Dialoger")
    who.types(q="Backen")
    who.presses("Visa")
    who.follows(HUVUDMAN)
