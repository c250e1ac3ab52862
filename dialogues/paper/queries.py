"""Reads of letters on paper and post runs worth a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, QuerySet

from accounts.models import AuditEntry
from dialogues.letters.relevance import ASK_FOR_AN_ANSWER, SENT_WHILE_PAUSED
from dialogues.models import BatchState, LetterKind, PaperLetter, PaperState, PostRun


def waiting_rows() -> QuerySet[PaperLetter]:
    """The letters that wait to be printed, first written first, without their texts."""
    rows = PaperLetter.objects.filter(state=PaperState.WAITING).select_related(
        "huvudman", "dialogue", "batch"
    )
    return rows.defer("text").order_by("written_at", "pk")


def is_held(letter: PaperLetter) -> bool:
    """Tell whether a waiting letter is held back, since its dialogue is paused or its batch is stopped."""
    if letter.dialogue and letter.dialogue.is_paused and letter.kind not in SENT_WHILE_PAUSED:
        return True
    return letter.kind in ASK_FOR_AN_ANSWER and letter.batch.state == BatchState.STOPPED


def kinds_of(letters: Iterable[PaperLetter]) -> list[tuple[str, int]]:
    """How many letters there are of each kind, in words, the most first."""
    counted = Counter(letter.kind for letter in letters)
    rows = sorted(counted.items(), key=lambda row: (-row[1], row[0]))
    return [(str(LetterKind(kind).label), n) for kind, n in rows]


def run_rows() -> QuerySet[PostRun]:
    """Rows of the list of runs, latest first, with how many `size` letters each has."""
    rows = PostRun.objects.select_related("made_by").annotate(size=Count("letters"))
    return rows.order_by("-made_at", "-pk")


def neighbours(letter: PaperLetter) -> tuple[PaperLetter | None, PaperLetter | None]:
    """The letters before and after this one, among those of its run, or those that wait as it does."""
    beside = PaperLetter.objects.filter(state=letter.state, run=letter.run_id).only("public_id", "title")
    before = Q(written_at__lt=letter.written_at) | Q(written_at=letter.written_at, pk__lt=letter.pk)
    after = Q(written_at__gt=letter.written_at) | Q(written_at=letter.written_at, pk__gt=letter.pk)
    return (
        beside.filter(before).order_by("-written_at", "-pk").first(),
        beside.filter(after).order_by("written_at", "pk").first(),
    )


def told_of(row: PaperLetter | PostRun) -> Iterable[AuditEntry]:
    """What has happened to a letter or a run, first things first."""
    kind = ContentType.objects.get_for_model(row)
    return AuditEntry.objects.filter(subject_type=kind, subject_id=row.pk).order_by("at", "pk")
