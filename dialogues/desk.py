"""What waits for a member of staff today: one query for each kind of work, however much there is."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rules import has_perm

from accounts.models import User
from dialogues.models import (
    BatchState,
    Dialogue,
    InvitationBatch,
    Letter,
    LetterState,
    Meeting,
    MeetingKind,
    MeetingState,
    QuestionForm,
    Seat,
    Underlag,
    UnderlagState,
)
from dialogues.models import DialogueState as S

SHOWN = 5
SOON = datetime.timedelta(days=30)
FORTNIGHT = datetime.timedelta(days=14)

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Work:
    """A kind of work: who does it, which rows wait, and where the whole list is."""

    title: str | Promise
    permission: str
    rows: Callable[[datetime.datetime], Rows]
    link: Callable[[Any], str]
    more: str = ""
    state: str = ""


@dataclass(frozen=True)
class Due:
    """Work that waits: how much there is in all, and the rows that have waited longest."""

    title: str | Promise
    total: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    more: str = ""


def due_for(user: User) -> list[Due]:
    """The work that waits for `user`, in the order of the main job; kinds without rows are left out."""
    now = timezone.now()
    kinds = [work for work in WORK if has_perm(work.permission, user)]
    return [due for due in (_due(work, now) for work in kinds) if due.total]


def meetings_of(user: User) -> list[Meeting]:
    """The meetings of the coming fortnight where `user` is booked, with the huvudmän that have a seat."""
    now = timezone.now()
    rows = Meeting.objects.filter(
        staff__user=user, staff__is_booked=True, ends_at__gte=now, starts_at__lt=now + FORTNIGHT
    ).exclude(state=MeetingState.CANCELLED)
    return list(rows.prefetch_related("taken_seats__dialogue__huvudman").order_by("starts_at"))


def _due(work: Work, now: datetime.datetime) -> Due:
    found = list(work.rows(now).annotate(all_rows=Window(Count("pk")))[:SHOWN])
    total = found[0].all_rows if found else 0
    more = f"{reverse(work.more)}?state={work.state}" if work.more and total > SHOWN else ""
    rows = [{"title": str(row), "url": work.link(row), "at": getattr(row, "at", None)} for row in found]
    return Due(work.title, total, rows, more)


def _dialogues(*states: S) -> Rows:
    return Dialogue.objects.filter(state__in=states).select_related("huvudman").order_by("state_since", "pk")


def _seats(kind: MeetingKind) -> QuerySet[Seat]:
    return Seat.objects.filter(dialogue=OuterRef("pk"), kind=kind, is_current=True)


def _with_meeting(rows: Rows, kind: MeetingKind, **wanted: Any) -> Rows:
    """The rows whose current meeting of a kind is as wanted, the earliest first; `at` is when it starts."""
    seats = _seats(kind).filter(**{f"meeting__{name}": value for name, value in wanted.items()})
    return (
        rows.annotate(at=Subquery(seats.values("meeting__starts_at")[:1]))
        .filter(Exists(seats))
        .order_by("at")
    )


def _without_meeting(rows: Rows, kind: MeetingKind) -> Rows:
    return rows.exclude(Exists(_seats(kind)))


def _batches(_now: datetime.datetime) -> Rows:
    """The next draft, what is approved without a time, what was stopped, and what nobody answers any more."""
    drafts = InvitationBatch.objects.filter(state=BatchState.DRAFT).order_by("year", "number")
    waits = Q(state__in=[BatchState.APPROVED, BatchState.STOPPED]) | Q(
        state=BatchState.SENT, answer_by__lt=timezone.localdate()
    )
    return InvitationBatch.objects.filter(waits | Q(pk=Subquery(drafts.values("pk")[:1]))).annotate(
        at=F("send_at")
    )


def _letters(_now: datetime.datetime) -> Rows:
    states = [LetterState.UNCERTAIN, LetterState.FAILED]
    return Letter.objects.filter(state__in=states).defer("text", "html").order_by("queued_at", "pk")


def _introductions(now: datetime.datetime) -> Rows:
    held = Meeting.objects.filter(kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED, ends_at__lt=now)
    return held.order_by("starts_at")


def _underlag(_now: datetime.datetime) -> Rows:
    waits = [UnderlagState.RENDERED, UnderlagState.CONFIRMED, UnderlagState.FAILED]
    ready = Underlag.objects.filter(dialogue=OuterRef("pk"), state__in=waits)
    return _dialogues(S.INTRODUCED).filter(Exists(ready))


def _calls(now: datetime.datetime) -> Rows:
    silent = _dialogues(S.TIME_FIXED).exclude(Exists(QuestionForm.objects.filter(dialogue=OuterRef("pk"))))
    return _with_meeting(silent, MeetingKind.DIALOGUE, starts_at__gte=now, starts_at__lt=now + SOON)


def _page(dialogue: Dialogue) -> str:
    return reverse("admin:dialogue", args=[dialogue.public_id])


def _batch_page(batch: InvitationBatch) -> str:
    return reverse("admin:batch", args=[batch.public_id])


def _introduction_page(meeting: Meeting) -> str:
    return reverse("admin:introduction", args=[meeting.public_id])


def _letter_page(letter: Letter) -> str:
    return reverse("admin:letter", args=[letter.public_id])


LIST = "admin:dialogue_list"
INTRODUCTION, DIALOGUE, FEEDBACK = MeetingKind.INTRODUCTION, MeetingKind.DIALOGUE, MeetingKind.FEEDBACK

WORK = [
    Work(_("Brev som behöver dig"), "dialogues.handle_letters", _letters, _letter_page),
    Work(_("Omgångar att föra vidare"), "dialogues.prepare_batch", _batches, _batch_page),
    Work(
        _("Välj en senare omgång"),
        "dialogues.invite",
        lambda now: _dialogues(S.POSTPONED),
        _page,
        LIST,
        S.POSTPONED,
    ),
    Work(
        _("Ge plats på ett introduktionsmöte"),
        "dialogues.run_introduction",
        lambda now: _without_meeting(_dialogues(S.ACCEPTED), INTRODUCTION),
        _page,
        LIST,
        S.ACCEPTED,
    ),
    Work(
        _("Anteckna vilka som kom till introduktionen"),
        "dialogues.run_introduction",
        _introductions,
        _introduction_page,
    ),
    Work(
        _("Analysunderlag att fastställa och skicka"),
        "dialogues.order_underlag",
        _underlag,
        _page,
        LIST,
        S.INTRODUCED,
    ),
    Work(
        _("Huvudmän som önskar en annan tid"),
        "dialogues.propose_time",
        lambda now: _with_meeting(_dialogues(S.UNDERLAG_SENT), DIALOGUE, state=MeetingState.OTHER_WISHED),
        _page,
        LIST,
        S.UNDERLAG_SENT,
    ),
    Work(
        _("Ring och fråga vad de vill prata om"),
        "dialogues.send_questions",
        _calls,
        _page,
        LIST,
        S.TIME_FIXED,
    ),
    Work(
        _("Dokumentera dialogen"),
        "dialogues.hold_dialogue",
        lambda now: _with_meeting(_dialogues(S.TIME_FIXED), DIALOGUE, ends_at__lt=now),
        _page,
        LIST,
        S.TIME_FIXED,
    ),
    Work(
        _("Boka återkoppling"),
        "dialogues.propose_time",
        lambda now: _without_meeting(_dialogues(S.DIALOGUE_HELD), FEEDBACK),
        _page,
        LIST,
        S.DIALOGUE_HELD,
    ),
    Work(
        _("Dokumentera återkopplingen"),
        "dialogues.hold_feedback",
        lambda now: _with_meeting(_dialogues(S.DIALOGUE_HELD), FEEDBACK, ends_at__lt=now),
        _page,
        LIST,
        S.DIALOGUE_HELD,
    ),
    Work(
        _("Avsluta dialogen"),
        "dialogues.close_dialogue",
        lambda now: _dialogues(S.FEEDBACK_HELD),
        _page,
        LIST,
        S.FEEDBACK_HELD,
    ),
]
