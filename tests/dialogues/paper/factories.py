"""Letters on paper and post runs in every state, for huvudmän that no e-mail reaches."""

from __future__ import annotations

import factory
from django.utils import timezone

from accounts.actors import SYSTEM
from dialogues.domain import sending
from dialogues.domain.files import store_file
from dialogues.models import (
    BatchState,
    Dialogue,
    DialogueState,
    InvitationBatch,
    LetterKind,
    PaperLetter,
    PaperState,
    PostRun,
    RunState,
)
from dialogues.paper import write_on_paper
from tests.accounts.factories import AgencyFactory
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.factories import DialogueFactory, both_agencies
from tests.huvudman.factories import HuvudmanFactory

POSTAL = {"street": "Storgatan 1", "postal_code": "98185", "post_town": "Kiruna"}


class PostRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PostRun

    ordered_at = factory.LazyFunction(timezone.now)


class PaperLetterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PaperLetter

    kind = LetterKind.RECEIPT
    dialogue = factory.SubFactory(
        DialogueFactory,
        state=DialogueState.ACCEPTED,
        huvudman=factory.SubFactory(HuvudmanFactory, **POSTAL),
    )
    subject_key = factory.LazyAttribute(lambda letter: f"dialogue:{letter.dialogue.pk}")
    huvudman = factory.SelfAttribute("dialogue.huvudman")
    batch = factory.SelfAttribute("dialogue.batch")
    agency = factory.SubFactory(AgencyFactory, code="skolverket")
    address = "Exempelskolan AB\nStorgatan 1\n981 85  KIRUNA"
    title = "Tack för svaret"
    text = "Hej!\n\nVi har tagit emot svaret."


def run_in(state: RunState | str) -> PostRun:
    """A post run in a state, with what that state needs."""
    fields: dict[str, object] = {"state": state}
    if state in (RunState.READY, RunState.POSTED):
        fields |= {"pdf": store_file(b"%PDF-1.7", "application/pdf"), "sheets": 2}
    if state == RunState.POSTED:
        fields["posted_on"] = timezone.localdate()
    return PostRunFactory(**fields)


def letter_in(state: PaperState | str, run: PostRun | None = None, **fields: object) -> PaperLetter:
    """A letter on paper in a state, with what that state needs."""
    if state in (PaperState.IN_RUN, PaperState.POSTED):
        posted = RunState.POSTED if state == PaperState.POSTED else RunState.READY
        fields["run"] = run or run_in(posted)
    if state == PaperState.POSTED:
        fields["posted_on"] = timezone.localdate()
    return PaperLetterFactory(state=state, **fields)


def written(dialogue: Dialogue, kind: LetterKind = LetterKind.CLOSED) -> PaperLetter:
    """A letter written to a dialogue's huvudman by the verb."""
    letter = write_on_paper(kind=kind, dialogue=dialogue, occasion="1")
    assert letter is not None
    return letter


def sent_batch(*, letters: int = 1, **huvudman: object) -> InvitationBatch:
    """A batch just sent, to huvudmän with a postal address and no e-mail."""
    both_agencies()
    batch = batch_in(BatchState.SCHEDULED)
    for _n in range(letters):
        DialogueFactory(batch=batch, huvudman=HuvudmanFactory(**(POSTAL | huvudman)))
    sending.start_due_batches(actor=SYSTEM)
    batch.refresh_from_db()
    return batch
