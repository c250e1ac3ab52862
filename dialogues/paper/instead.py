"""A letter on paper instead of one by e-mail that was refused: found, and written when a person says so."""

from __future__ import annotations

import re

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import User
from dialogues.letters.lifecycle import BY_PEOPLE, LETTERS
from dialogues.letters.relevance import ASK_FOR_AN_ANSWER, why_not_true
from dialogues.letters.writing import Attachment
from dialogues.links import has_personal_link
from dialogues.models import Dialogue, DialogueState, Letter, LetterKind, LetterState, PaperLetter, PaperState
from dialogues.paper.writing import write_on_paper, write_words_on_paper
from huvudman.queries import has_postal_address

WRITTEN = "letter.written_on_paper"
"""The audit verb of a refused letter that went on paper instead."""
NEVER_ON_PAPER = frozenset({LetterKind.EVALUATION})
"""Kinds with nothing but a personal link."""
SIGNATURE = re.compile(r"^--\n.*\n", re.MULTILINE)
"""The line of a mail that says who sent it: a letter has a head."""


def refused() -> QuerySet[Letter]:
    """The letters by e-mail that were refused, and have not been written on paper instead."""
    return Letter.objects.filter(~Q(Exists(_on_paper())), state=LetterState.FAILED)


def to_write_on_paper() -> QuerySet[Letter]:
    """The refused letters to huvudmän that the post can bring, where nobody else there has got the same.

    Of letters to several people at one huvudman the first is answered: one letter on paper stands for all.
    """
    same = Letter.objects.filter(
        kind=OuterRef("kind"), subject_key=OuterRef("subject_key"), occasion=OuterRef("occasion")
    )
    staff = User.objects.filter(is_staff=True, email__iexact=OuterRef("recipient"))
    can_answer = Q(dialogue__state=DialogueState.INVITED, batch__answer_by__gte=timezone.localdate())
    elsewhere = same.exclude(state__in=(LetterState.FAILED, LetterState.STOPPED))
    rows = refused().filter(
        ~Exists(elsewhere),
        ~Exists(same.filter(state=LetterState.FAILED, pk__lt=OuterRef("pk"))),
        Q(contact__isnull=False) | ~Exists(staff),
        Q(dialogue__isnull=False),
        ~Q(kind__in=ASK_FOR_AN_ANSWER) | can_answer,
        has_postal_address("dialogue__huvudman__"),
    )
    return rows.exclude(kind__in=NEVER_ON_PAPER)


def has_letters_to_write() -> Q:
    """Holds for a dialogue of which a letter is to be written on paper instead."""
    return Q(Exists(to_write_on_paper().filter(dialogue=OuterRef("pk"))))


def can_go_on_paper(letter: Letter) -> bool:
    """Tell whether a letter was refused, and can be written on paper instead and has not been."""
    rows = refused().filter(
        Q(dialogue__isnull=False), has_postal_address("dialogue__huvudman__"), pk=letter.pk
    )
    return rows.exclude(kind__in=NEVER_ON_PAPER).exists()


def write_on_paper_instead(*, letter: Letter, reason: str, actor: Actor) -> PaperLetter:
    """Write a refused letter on paper, with its own words; one that asks for an answer gets a code to answer
    with. Asked again, the letter on paper is answered.

    Raises NotPossible without a reason, when the letter is no longer true or stands only on a personal link,
    and where there is no postal address; WrongState when it was not refused.
    """
    if not reason.strip():
        raise NotPossible(_("Skriv varför, så att andra förstår vad som hände."))
    if letter.dialogue is None or letter.kind in NEVER_ON_PAPER:
        raise NotPossible(_("Brevet går inte att skriva på papper."))
    with transaction.atomic():
        dialogue = Dialogue.objects.select_for_update(of=("self",), no_key=True).get(pk=letter.dialogue.pk)
        row = LETTERS.locked(letter)
        actor.require(BY_PEOPLE, row)
        if row.state != LetterState.FAILED:
            raise WrongState(_("Brevet är på väg, skickat eller stoppat."))
        row.dialogue = dialogue
        why = why_not_true(row)
        if why:
            raise NotPossible(why)
        known = dialogue.paper_letters.filter(kind=row.kind, occasion=row.occasion).first()
        if known:
            return known
        paper = _write(row, dialogue)
        if paper is None:
            raise NotPossible(_("Huvudmannen saknar postadress. Ring i stället."))
        record(actor=actor, verb=WRITTEN, subject=row, paper=paper.pk, reason=reason.strip())
    return paper


def write_all_instead(*, dialogue: Dialogue, reason: str, actor: Actor) -> int:
    """Write all of a dialogue's letters that are to be on paper instead; answer how many. Raises NotPossible
    as `write_on_paper_instead`, and when there are none.
    """
    letters = list(to_write_on_paper().filter(dialogue=dialogue).order_by("pk"))
    if not letters:
        raise NotPossible(_("Alla brev har kommit fram eller är redan på papper."))
    with transaction.atomic():
        for letter in letters:
            write_on_paper_instead(letter=letter, reason=reason, actor=actor)
    return len(letters)


def _on_paper() -> QuerySet[PaperLetter]:
    letters = PaperLetter.objects.exclude(state=PaperState.WITHDRAWN)
    return letters.filter(dialogue=OuterRef("dialogue"), kind=OuterRef("kind"), occasion=OuterRef("occasion"))


def _write(letter: Letter, dialogue: Dialogue) -> PaperLetter | None:
    files = [
        Attachment(name=one.name, media_type=one.media_type, data=one.file)
        for one in letter.attachments.select_related("file").order_by("pk")
    ]
    key = {
        "kind": LetterKind(letter.kind),
        "dialogue": dialogue,
        "occasion": letter.occasion,
        "agency": letter.agency.code,
        "attachments": files,
    }
    if letter.kind in ASK_FOR_AN_ANSWER:
        answer_by = dialogue.invitations.get(batch=dialogue.batch_id).answer_by
        return write_on_paper(**key, context={"answer_by": answer_by})  # type: ignore[arg-type]
    if has_personal_link(letter.text):
        raise NotPossible(_("Brevet går inte att skriva på papper."))
    return write_words_on_paper(**key, title=letter.title, text=SIGNATURE.sub("", letter.text))  # type: ignore[arg-type]
