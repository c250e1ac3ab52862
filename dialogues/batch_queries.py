"""Reads of the batches worth a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.lookups import Exact
from django.utils import timezone

from dialogues.domain.summary_waits import summary_waits
from dialogues.models import (
    Answer,
    BatchState,
    Dialogue,
    InvitationAnswer,
    InvitationBatch,
    Letter,
    LetterKind,
    LetterState,
    PaperLetter,
    PaperState,
    QuestionForm,
    Seat,
)
from dialogues.models import DialogueState as S
from huvudman.queries import CONFIRMED_FOR, has_postal_address, valid_contacts

YES = frozenset(
    {
        S.ACCEPTED,
        S.INTRODUCED,
        S.UNDERLAG_SENT,
        S.TIME_FIXED,
        S.DIALOGUE_HELD,
        S.FEEDBACK_HELD,
        S.CLOSED,
    }
)
"""States of a dialogue whose huvudman has said yes."""
AT_UNDERLAG = YES - {S.ACCEPTED}


COUNTED_AS = {Answer.YES: S.ACCEPTED, Answer.LATER: S.POSTPONED, Answer.NO: S.DECLINED}
"""The state that a cancelled dialogue is counted in, by what the huvudman had answered."""


@dataclass(frozen=True)
class BatchTally:
    """How many huvudmän a batch has, and what they have answered."""

    states: Mapping[str, int]

    @property
    def size(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def planned(self) -> int:
        """Those not yet invited."""
        return self.states.get(S.PLANNED, 0)

    @property
    def silent(self) -> int:
        """Those invited who have not answered."""
        return self.states.get(S.INVITED, 0)

    @property
    def yes(self) -> int:
        """Those who said yes, however far they have come, or left afterwards."""
        return sum(self.states.get(state, 0) for state in YES)

    @property
    def has_come_to_underlag(self) -> bool:
        """Whether somebody is so far that there is an underlag, or may be one."""
        return any(self.states.get(state, 0) for state in AT_UNDERLAG)

    @property
    def later(self) -> int:
        """Those who want to take part later."""
        return self.states.get(S.POSTPONED, 0)

    @property
    def no(self) -> int:
        """Those who said no."""
        return self.states.get(S.DECLINED, 0)

    @property
    def cancelled(self) -> int:
        """Those whose dialogue was cancelled before an answer, and those left out who have closed."""
        return self.states.get(S.CANCELLED, 0)

    @property
    def others(self) -> int:
        """Those who have not been asked, or whose dialogue was cancelled before an answer."""
        return self.planned + self.cancelled


def tallies(batches: Iterable[InvitationBatch]) -> dict[int, BatchTally]:
    """The tally of each batch, by id, in one query."""
    ids = [batch.pk for batch in batches]
    found: dict[int, Counter[str]] = {pk: Counter() for pk in ids}
    rows = Dialogue.objects.filter(batch__in=ids).order_by()
    rows = rows.annotate(counts_as=counts_as())
    for batch, state, count in rows.values_list("batch", "counts_as").annotate(Count("pk")):
        found[batch][state] = count
    return {pk: BatchTally(states) for pk, states in found.items()}


def cancelled_after(answer: Answer) -> Q:
    """Holds for a cancelled dialogue whose huvudman had answered so in its batch."""
    answers = InvitationAnswer.objects.filter(
        invitation__dialogue=OuterRef("pk"), invitation__batch=OuterRef("batch_id")
    )
    latest = answers.order_by("-given_at", "-pk").values("answer")[:1]
    return Q(Exact(Subquery(latest), Value(answer.value)), state=S.CANCELLED)


def counts_as() -> Case:
    """The state that a dialogue is counted in: its own, or what it had answered before it was cancelled."""
    whens = [When(cancelled_after(answer), then=Value(state.value)) for answer, state in COUNTED_AS.items()]
    return Case(*whens, default=F("state"), output_field=CharField())


def batch_rows() -> QuerySet[InvitationBatch]:
    """Rows of the staff's list of batches."""
    return InvitationBatch.objects.select_related("cycle").order_by(
        "-cycle__first_year", "year", "number", "pk"
    )


def batch_dialogues(batch: InvitationBatch) -> QuerySet[Dialogue]:
    """The huvudmän of a batch, by name; `reachable` tells whether a letter by e-mail can reach them now,
    `without_letter` whether they were invited without one, `has_told` whether they have told their questions,
    `summary_waits` what their summary waits for, and `current_seats` in which meetings they have a seat.
    """
    by_mail = ExpressionWrapper(reachable(), output_field=BooleanField())
    told = Exists(QuestionForm.objects.filter(dialogue=OuterRef("pk")))
    seats = Prefetch(
        "seats", Seat.objects.filter(is_current=True).select_related("meeting"), to_attr="current_seats"
    )
    rows = batch.dialogues.select_related("batch", "huvudman__main_kommun__lan").prefetch_related(seats)
    rows = rows.annotate(reachable=by_mail, without_letter=letterless(), has_told=told)
    return rows.annotate(summary_waits=summary_waits()).order_by("huvudman__name", "pk")


def contact_gaps(batch: InvitationBatch) -> QuerySet[Dialogue]:
    """The huvudmän of a batch that no e-mail can reach: somebody rings them."""
    return batch.dialogues.exclude(reachable())


def reachable() -> Q:
    """Holds for a dialogue whose huvudman has a valid contact with e-mail, or a mailbox of its own."""
    contacts = valid_contacts().filter(huvudman=OuterRef("huvudman_id")).exclude(email="")
    return Q(Exists(contacts)) | ~Q(huvudman__email="")


def postable() -> Q:
    """Holds for a dialogue whose huvudman has a postal address."""
    return has_postal_address("huvudman__")


def unsure() -> Q:
    """Holds for a dialogue whose huvudman has contacts with e-mail, none of them confirmed for a year."""
    contacts = valid_contacts().filter(huvudman=OuterRef("huvudman_id")).exclude(email="")
    since = timezone.now() - CONFIRMED_FOR
    return Q(Exists(contacts), ~Exists(contacts.filter(confirmed_at__gte=since)))


def letterless() -> Q:
    """Holds for a dialogue whose huvudman is invited in its batch and has not been written to, neither by
    e-mail nor on paper.
    """
    return unmailed() & ~_goes_by_post()


def unmailed() -> Q:
    """Holds for a dialogue whose huvudman is invited in its batch and has not been written to by e-mail."""
    letters = Letter.objects.filter(
        kind=LetterKind.INVITATION, dialogue=OuterRef("pk"), batch=OuterRef("batch_id")
    )
    return Q(~Exists(letters), state=S.INVITED)


def on_paper(*states: PaperState) -> Q:
    """Holds for a dialogue whose invitation in its batch is on paper, in one of the states."""
    letters = PaperLetter.objects.filter(
        kind=LetterKind.INVITATION, dialogue=OuterRef("pk"), batch=OuterRef("batch_id"), state__in=states
    )
    return Q(Exists(letters))


def not_invited() -> Q:
    """Holds for a dialogue that counts as invited and is not answered, though no invitation has got there:
    none was written, or none could be sent and no e-mail reaches the huvudman now.
    """
    letters = Letter.objects.filter(
        kind=LetterKind.INVITATION, dialogue=OuterRef("pk"), batch=OuterRef("batch_id")
    )
    got_there = letters.exclude(state__in=(LetterState.FAILED, LetterState.STOPPED))
    return letterless() | (Q(~Exists(got_there), ~reachable(), state=S.INVITED) & ~_goes_by_post())


def to_ring() -> Q:
    """Holds for a dialogue about whose invitation somebody rings: it is not answered, and none got there or,
    until the batch is closed, no e-mail reaches the huvudman now.
    """
    silent = Q(~Q(batch__state=BatchState.CLOSED), ~reachable(), state=S.INVITED)
    return not_invited() | (silent & ~_goes_by_post())


def _goes_by_post() -> Q:
    return on_paper(PaperState.WAITING, PaperState.IN_RUN, PaperState.POSTED)


def gaps(batch: InvitationBatch) -> dict[str, int]:
    """How many huvudmän of a batch no e-mail reaches (`unreachable`), of them how many a letter on paper does
    (`by_post`) and how many none does (`only_by_phone`), have contacts that nobody has confirmed for a year
    (`unsure`), were invited without a letter (`letterless`), and are to be rung (`to_ring`); `to_look_at` is
    how many of them there are to see to before the batch goes out.
    """
    found = {
        "unreachable": ~reachable(),
        "by_post": ~reachable() & postable(),
        "only_by_phone": ~reachable() & ~postable(),
        "unsure": unsure(),
        "to_look_at": ~reachable() | unsure(),
        "letterless": letterless(),
        "to_ring": to_ring(),
    }
    return batch.dialogues.aggregate(**{name: Count("pk", filter=rows) for name, rows in found.items()})


def invitation_letters(batch: InvitationBatch) -> dict[str, int]:
    """How many invitations by e-mail a batch has, by the letter's state; and how many huvudmän they are for
    (`written_to`) and have been sent to (`reached`): several people may get a huvudman's.
    """
    huvudman = Count("dialogue", distinct=True)
    reached = Count("dialogue", distinct=True, filter=Q(state=LetterState.SENT))
    states = {str(state): Count("pk", filter=Q(state=state)) for state in LetterState}
    letters = Letter.objects.filter(batch=batch, kind=LetterKind.INVITATION)
    return letters.aggregate(written_to=huvudman, reached=reached, **states)


def letters_under_way(letters: Mapping[str, int]) -> int:
    """How many letters are still on their way out."""
    waiting = (LetterState.QUEUED, LetterState.CLAIMED, LetterState.HANDING_OVER, LetterState.RETRY)
    return sum(letters.get(state, 0) for state in waiting)
