"""A register and its dialogues in bulk: as many rows as the real world has after some cycles."""

from __future__ import annotations

import datetime
import uuid

from django.db import connection
from django.utils import timezone

from accounts.models import Agency, User
from dialogues.models import (
    BatchState,
    Cycle,
    Dialogue,
    DialogueState,
    InvitationBatch,
    Letter,
    LetterKind,
    Meeting,
    MeetingForm,
    MeetingKind,
    MeetingState,
    Seat,
)
from huvudman.domain.places import load_places
from huvudman.models import Huvudman, HuvudmanType, Kommun, LegalForm, SchoolUnit, SizeClass, Skolform
from tests.accounts.factories import AgencyFactory, planner
from tests.huvudman.factories import orgnr

HUVUDMAN, UNITS, DIALOGUES, LETTERS = 2_800, 7_500, 20_000, 20_000
CYCLES, BATCHES_A_YEAR, YEARS = 8, 5, 5
FORMER = [DialogueState.CLOSED] * 8 + [DialogueState.DECLINED, DialogueState.CANCELLED]
WITH_MEETING = {
    DialogueState.TIME_FIXED,
    DialogueState.DIALOGUE_HELD,
    DialogueState.FEEDBACK_HELD,
    DialogueState.CLOSED,
}


def make_world() -> User:
    """Fill an empty database; answer a planner who may see all of it."""
    load_places()
    someone = planner()
    register = _make_register()
    batches = _make_batches()
    dialogues = _make_dialogues(register, batches)
    _make_meetings([dialogue for dialogue in dialogues if dialogue.state in WITH_MEETING])
    _make_letters(dialogues, AgencyFactory())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as PostgreSQL itself has done in a database that has been in use
    return someone


def _make_register() -> list[Huvudman]:
    kommuner, types, sizes = list(Kommun.objects.all()), HuvudmanType.values, SizeClass.values
    register = Huvudman.objects.bulk_create(
        Huvudman(
            orgnr=orgnr(n),
            name=f"{'ABCÅÄÖ'[n % 6]}-skolan {n * 7919 % HUVUDMAN:04} AB",
            type=types[n % len(types)],
            legal_form=LegalForm.AKTIEBOLAG,
            main_kommun=kommuner[n % len(kommuner)],
            skolformer=Skolform.values[n % 5 : n % 5 + 3],
            pupils=n * 31 % 5_000 or None,
            size_class=sizes[n % len(sizes)],
        )
        for n in range(HUVUDMAN)
    )
    SchoolUnit.objects.bulk_create(
        SchoolUnit(
            code=f"{10_000_000 + n}",
            name=f"Skola {n * 7919 % UNITS:04}",
            huvudman=register[n % HUVUDMAN],
            kommun=kommuner[n % len(kommuner)],
        )
        for n in range(UNITS)
    )
    return register


def _make_batches() -> list[list[InvitationBatch]]:
    """The batches of each cycle, cycle by cycle."""
    made = []
    for n in range(CYCLES):
        year = 2026 + n * YEARS
        cycle = Cycle.objects.create(
            name=f"Cykel {year}", first_year=year, years=YEARS, batches_per_year=BATCHES_A_YEAR, seed="frö"
        )
        batches = [
            InvitationBatch(
                cycle=cycle,
                year=year + number // BATCHES_A_YEAR,
                number=number % BATCHES_A_YEAR + 1,
                state=BatchState.SENT,
                send_at=timezone.now(),
                answer_by=timezone.localdate(),
            )
            for number in range(YEARS * BATCHES_A_YEAR)
        ]
        made.append(InvitationBatch.objects.bulk_create(batches))
    return made


def _make_dialogues(register: list[Huvudman], batches: list[list[InvitationBatch]]) -> list[Dialogue]:
    each = DIALOGUES // CYCLES
    dialogues = Dialogue.objects.bulk_create(
        Dialogue(
            cycle=own[0].cycle,
            batch=own[n % len(own)],
            huvudman=register[n],
            state=states[n % len(states)],
        )
        for own, states in zip(batches, [FORMER] * (CYCLES - 1) + [DialogueState.values], strict=True)
        for n in range(each)
    )
    now = timezone.now()
    for n, dialogue in enumerate(dialogues):
        dialogue.state_since = now - datetime.timedelta(minutes=n * 7919 % 1_000_000)
    Dialogue.objects.bulk_update(dialogues, ["state_since"], batch_size=2_000)
    return dialogues


def _make_meetings(dialogues: list[Dialogue]) -> None:
    now = timezone.now()
    starts = [now + datetime.timedelta(hours=n) for n in range(len(dialogues))]
    meetings = Meeting.objects.bulk_create(
        Meeting(
            kind=MeetingKind.DIALOGUE,
            state=MeetingState.FIXED,
            starts_at=at,
            ends_at=at + datetime.timedelta(hours=2),
            form=MeetingForm.DIGITAL,
            link="https://mote.example/1",
        )
        for at in starts
    )
    Seat.objects.bulk_create(
        Seat(meeting=meeting, dialogue=dialogue, kind=meeting.kind)
        for meeting, dialogue in zip(meetings, dialogues, strict=True)
    )


def _make_letters(dialogues: list[Dialogue], agency: Agency) -> None:
    now = timezone.now()
    letters = Letter.objects.bulk_create(
        Letter(
            kind=LetterKind.INVITATION,
            subject_key=f"dialogue:{dialogue.pk}",
            dialogue=dialogue,
            batch_id=dialogue.batch_id,
            agency=agency,
            recipient=f"mottagare{n}@skola.example",
            title="Inbjudan till kvalitetsdialog",
            text="Hej!\n" * 200,
            html="<p>Hej!</p>\n" * 400,
            due_at=now,
            message_id=f"<{uuid.uuid4()}@example.test>",
        )
        for n, dialogue in enumerate(dialogues[:LETTERS])
    )
    for n, letter in enumerate(letters):
        letter.queued_at = now - datetime.timedelta(minutes=n * 7919 % 1_000_000)
    Letter.objects.bulk_update(letters, ["queued_at"], batch_size=2_000)
