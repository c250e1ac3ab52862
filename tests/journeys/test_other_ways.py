"""Those who do not say yes at once, and those who could not come: nobody is left out."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import StaffRole
from dialogues.domain import sending
from dialogues.models import (
    BatchState,
    Dialogue,
    DialogueState,
    InvitationBatch,
    LetterKind,
    Meeting,
    MeetingForm,
    MeetingKind,
    MeetingState,
    Seat,
    Underlag,
)
from tests.accounts.factories import staff_user
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.factories import DialogueFactory, MeetingFactory, both_agencies
from tests.huvudman.factories import ContactFactory, HuvudmanFactory
from tests.journeys.people import Person, answer_link, just_now, letter_to, make_strong, text_of
from tests.polling import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

CHOOSE = re.compile(r"https?://\S+/valj-introduktion/\S+")
NAME = "Föreningen Exempelskolan Backen"
SKOLCHEF = "kim.ek@backen.example"


@pytest.fixture
def planner(site: str, somebody: Callable[..., Person]) -> Person:
    """A planner in front of the desk."""
    both_agencies()
    call_command("seed_edition")
    user = staff_user(StaffRole.PLANNER)
    make_strong(user)
    who = somebody()
    who.signs_in_as_staff(user.email)
    return who


@pytest.fixture
def invited(planner: Person, smtp_inbox, somebody: Callable[..., Person]) -> tuple[Person, Dialogue]:
    """A skolchef with a phone, in front of the answer page of an invitation that has come by mail."""
    with transaction.atomic():
        batch = batch_in(BatchState.SCHEDULED)
        dialogue = DialogueFactory(batch=batch, huvudman=HuvudmanFactory(name=NAME))
        ContactFactory(huvudman=dialogue.huvudman, name="Kim Ek", email=SKOLCHEF)
    sending.start_due_batches(actor=SYSTEM)
    skolchef = somebody(width=390)
    skolchef.opens(invitation_in(smtp_inbox))
    return skolchef, dialogue


def invitation_in(inbox, *, other_than: str = "") -> str:
    """The link in the latest invitation that has come, and is not that of an earlier one."""
    letter = letter_to(SKOLCHEF, inbox, lambda m: (answer_link(m) or other_than) != other_than)
    return answer_link(letter) or ""


def test_a_no_is_one_press_more_and_may_become_a_digital_yes(invited, planner: Person, smtp_inbox) -> None:
    skolchef, dialogue = invited
    link = skolchef.page.url
    skolchef.picks("Nej, inte den här gången")
    skolchef.presses("Skicka svaret")
    skolchef.sees("Ni bestämmer helt själva")
    skolchef.presses("Nej, inte den här gången")
    skolchef.sees("Tack")
    until(lambda: state_of(dialogue) == DialogueState.DECLINED)
    planner.opens(f"/personal/dialoger/{dialogue.public_id}/")
    planner.sees("tackat nej")
    letter_to(SKOLCHEF, smtp_inbox, lambda m: "Nej, inte den här gången" in text_of(m))

    skolchef.opens(link)
    skolchef.picks("Nej, inte den här gången")
    skolchef.picks("Ja, vi vill delta", "Vi vill helst ha dialogen digitalt")
    skolchef.presses("Ändra svaret")
    skolchef.sees("Tack")
    assert state_of(dialogue) == DialogueState.ACCEPTED
    letter_to(SKOLCHEF, smtp_inbox, lambda m: "helst har dialogen digitalt" in text_of(m))


def test_later_keeps_its_right_and_comes_in_a_later_batch(invited, planner: Person, smtp_inbox) -> None:
    skolchef, dialogue = invited
    link = skolchef.page.url
    later = batch_in(BatchState.APPROVED, cycle=dialogue.cycle, year=dialogue.batch.year + 1)
    skolchef.picks("Nej, inte den här gången")
    skolchef.presses("Skicka svaret")
    skolchef.page.get_by_label("När passar det bäst?").select_option(index=2)
    skolchef.presses("Ja, men senare")
    skolchef.sees("Tack")
    assert state_of(dialogue) == DialogueState.POSTPONED

    the_answer_day_passes(dialogue)
    planner.opens(f"/personal/omgangar/{dialogue.batch.public_id}/")
    planner.follows("Välj en senare omgång: 1")
    planner.sees(NAME)
    planner.presses("Välj en senare omgång: 1")
    planner.sees("1 huvudman")
    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.batch) == (DialogueState.PLANNED, later)
    until(lambda: dialogue.letters.filter(kind=LetterKind.CARRIED, state="sent").exists())

    send(later)
    skolchef.opens(invitation_in(smtp_inbox, other_than=link))
    skolchef.picks("Ja, vi vill delta")
    skolchef.presses("Skicka svaret")
    skolchef.sees("Tack! Vi har tagit emot ert svar")
    assert state_of(dialogue) == DialogueState.ACCEPTED
    skolchef.opens(link)
    skolchef.sees("inbjud")


def test_who_missed_the_introduction_chooses_another_and_gets_the_underlag(
    invited, planner: Person, smtp_inbox
) -> None:
    skolchef, dialogue = invited
    first, other = group(dialogue), group(dialogue, days=21)
    skolchef.picks("Ja, vi vill delta")
    skolchef.presses("Skicka svaret")
    until(lambda: Seat.objects.filter(meeting=first, dialogue=dialogue, is_current=True).exists())

    planner.opens(f"/personal/introduktion/{first.public_id}/")
    planner.picks("Ingen kunde komma")
    planner.types(**just_now())
    planner.presses("Mötet är hållet")
    planner.sees("kunde inte komma")
    until(lambda: Underlag.objects.filter(dialogue=dialogue).exists())

    letter = letter_to(SKOLCHEF, smtp_inbox, lambda m: "kunde inte vara med" in text_of(m))
    skolchef.opens(CHOOSE.search(text_of(letter)).group())
    skolchef.sees("Ni behöver inte förbereda er.")
    skolchef.presses("Välj mötet")
    skolchef.sees("Ni har plats på introduktionsmötet")
    assert Seat.objects.get(meeting=other, is_current=True).dialogue == dialogue
    letter_to(SKOLCHEF, smtp_inbox, lambda m: other.link in text_of(m))

    planner.opens(f"/personal/introduktion/{other.public_id}/")
    planner.picks(NAME)
    planner.types(**just_now())
    planner.presses("Mötet är hållet")
    planner.sees("Deltagare")
    assert Seat.objects.get(meeting=other).attended


def group(dialogue: Dialogue, days: int = 14) -> Meeting:
    """An introduction to come for the dialogue's batch."""
    start = timezone.now() + datetime.timedelta(days=days)
    return MeetingFactory(
        kind=MeetingKind.INTRODUCTION,
        state=MeetingState.FIXED,
        batch=dialogue.batch,
        seats=2,
        starts_at=start,
        form=MeetingForm.DIGITAL,
        place="",
        link=f"https://mote.example/{days}",
    )


def state_of(dialogue: Dialogue) -> str:
    dialogue.refresh_from_db()
    return dialogue.state


def the_answer_day_passes(dialogue: Dialogue) -> None:
    """The day comes after the last on which the huvudman may change its answer by itself."""
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    dialogue.invitations.update(answer_by=yesterday)
    InvitationBatch.objects.filter(pk=dialogue.batch_id).update(answer_by=yesterday)


def send(batch: InvitationBatch) -> None:
    """Send an approved batch now."""
    times = {"send_at": timezone.now(), "answer_by": timezone.localdate() + datetime.timedelta(days=21)}
    InvitationBatch.objects.filter(pk=batch.pk).update(state=BatchState.SCHEDULED, **times)
    sending.start_due_batches(actor=SYSTEM)
