"""Cycles, batches, dialogues and meetings for tests."""

import datetime

import factory
from django.utils import timezone

from accounts.models import User
from dialogues.models import (
    BatchState,
    Cycle,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationBatch,
    Meeting,
    MeetingForm,
    MeetingKind,
    MeetingState,
    Seat,
)
from tests.accounts.factories import AgencyFactory
from tests.huvudman.factories import ContactFactory, HuvudmanFactory


class CycleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cycle
        django_get_or_create = ("name",)

    name = "Cykel 2026–2030"
    first_year = 2026
    years = 5
    batches_per_year = 5
    seed = "frö"


class BatchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = InvitationBatch

    cycle = factory.SubFactory(CycleFactory)
    year = 2026
    number = factory.Sequence(lambda n: n + 1)
    state = BatchState.SENT
    send_at = factory.LazyFunction(timezone.now)
    answer_by = factory.LazyFunction(lambda: timezone.localdate() + datetime.timedelta(days=21))


class DialogueFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dialogue

    batch = factory.SubFactory(BatchFactory)
    cycle = factory.SelfAttribute("batch.cycle")
    huvudman = factory.SubFactory(HuvudmanFactory)
    state = DialogueState.PLANNED


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    dialogue = factory.SubFactory(DialogueFactory, state=DialogueState.INVITED)
    batch = factory.SelfAttribute("dialogue.batch")
    answer_by = factory.SelfAttribute("batch.answer_by")


class MeetingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Meeting

    kind = MeetingKind.DIALOGUE
    state = MeetingState.PROPOSED
    starts_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=30))
    ends_at = factory.LazyAttribute(lambda m: m.starts_at + datetime.timedelta(hours=2))
    form = MeetingForm.IN_PERSON
    place = "Rådhuset"
    batch = factory.SubFactory(BatchFactory)


def both_agencies() -> None:
    """Make Skolverket and SPSM, which letters and meetings need."""
    AgencyFactory(code="skolverket")
    AgencyFactory(code="spsm")


def dialogue_with_contact(state: DialogueState, **fields: object) -> tuple[Dialogue, User]:
    """A dialogue in a state, and a user who represents its huvudman."""
    both_agencies()
    dialogue = DialogueFactory(state=state, **fields)
    return dialogue, ContactFactory(huvudman=dialogue.huvudman).user


def seat_at(dialogue: Dialogue, **fields: object) -> Meeting:
    """A meeting where the dialogue has the current seat."""
    meeting = MeetingFactory(batch=dialogue.batch, **fields)
    Seat.objects.create(meeting=meeting, dialogue=dialogue, kind=meeting.kind)
    return meeting
