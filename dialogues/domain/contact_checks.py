"""Once a year: are those who represent the huvudman still the right ones?"""

from __future__ import annotations

import datetime
import hashlib
import logging
from collections.abc import Iterable

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict
from dialogues.days import day_off
from dialogues.domain.people import in_words, keep_and_tell, key_of, writer_with_lock
from dialogues.letters import queue_letter
from dialogues.models import Letter, LetterKind, Receipt, Sent
from huvudman.domain.contacts import confirm_contact, contact_version, lock_contacts
from huvudman.models import Contact, Huvudman
from huvudman.queries import contacts_to_check, people_of, valid_contacts, writers_of

logger = logging.getLogger(__name__)

ASK = "dialogues.ask_for_contact_check"
ONCE = datetime.timedelta(days=365)
"""How long a huvudman is left in peace after it has been asked."""


def people_version(people: Iterable[Contact]) -> str:
    """A text that is another one when anybody has come, gone or been changed."""
    written = " ".join(f"{contact.pk}:{contact_version(contact)}" for contact in people)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


@transaction.atomic
def confirm_people(*, huvudman: Huvudman, seen: str, actor: Actor) -> Receipt | None:
    """The huvudman says that all who represent it are right; answer the receipt, None if nothing asks for it.

    `seen` is what was on the page (`people_version`): raises Conflict when it is another list now. Raises
    PermissionDenied unless the actor writes for the huvudman.
    """
    by = writer_with_lock(huvudman, actor)
    if not contacts_to_check().filter(huvudman=huvudman).exists():
        return None
    people = people_of(huvudman)
    if people_version(people) != seen:
        raise Conflict(_("Listan har ändrats medan sidan var öppen. Läs den igen innan ni bekräftar."))
    for contact in people:
        confirm_contact(contact=contact, actor=actor)
    with translation.override(settings.LANGUAGE_CODE):
        told = "\n".join(in_words(contact) for contact in people)
    return keep_and_tell(Sent.CHECKED, huvudman, by, told, actor)


def due_for_check() -> QuerySet[Huvudman]:
    """Huvudmän to ask: running, with somebody to ask about and an address, and not asked for a year."""
    asks = contacts_to_check().filter(huvudman=OuterRef("pk"))
    reached = valid_contacts().filter(huvudman=OuterRef("pk")).exclude(email="")
    running = Q(active_to=None) | Q(active_to__gte=timezone.localdate())
    rows = Huvudman.objects.filter(running, Exists(asks), Exists(reached))
    return rows.exclude(Exists(_asked(timezone.now() - ONCE))).order_by("pk")


@transaction.atomic
def ask_for_check(*, huvudman: Huvudman, actor: Actor) -> list[Letter]:
    """Ask those who write for the huvudman, or who else represents it, whether its people are the right ones.

    Nobody when it has been asked within a year, or when nothing asks for it: safe to do twice at once.
    """
    actor.require(ASK, huvudman)
    lock_contacts(huvudman)
    if not due_for_check().filter(pk=huvudman.pk).exists():
        return []
    writers = list(writers_of(huvudman))
    asked = writers or list(valid_contacts().filter(huvudman=huvudman).exclude(email="").order_by("pk"))
    context = {
        "huvudman": huvudman,
        "people": _told(people_of(huvudman)),
        "may_write": bool(writers),
    }
    letters = [
        queue_letter(
            kind=LetterKind.CONTACT_CHECK,
            dialogue=None,
            subject_key=key_of(huvudman),
            contact=contact,
            occasion=f"check-{timezone.localdate()}",
            context=context,
        )
        for contact in asked
    ]
    record(actor=actor, verb="huvudman.asked_for_contact_check", subject=huvudman, letters=len(letters))
    return letters


def ask_all(*, actor: Actor) -> int:
    """Ask the next who are due, on a working day, at most CONTACT_CHECKS_A_DAY in a day; answer how many."""
    if day_off(timezone.localdate()):
        return 0
    asked = 0
    for huvudman in due_for_check()[: _left_today()]:
        try:
            asked += bool(ask_for_check(huvudman=huvudman, actor=actor))
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # whatever is wrong with one huvudman must not keep the letters from the others
            logger.exception("huvudman %s could not be asked about its contacts", huvudman.pk)
    return asked


def _left_today() -> int:
    morning = timezone.make_aware(datetime.datetime.combine(timezone.localdate(), datetime.time.min))
    asked = Letter.objects.filter(kind=LetterKind.CONTACT_CHECK, queued_at__gte=morning)
    done = asked.values("subject_key").distinct().count()
    return max(0, settings.CONTACT_CHECKS_A_DAY - done)


def _asked(since: datetime.datetime) -> QuerySet[Letter]:
    """The letters that have asked the row's huvudman since a moment."""
    key = Concat(Value("huvudman:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    return Letter.objects.filter(kind=LetterKind.CONTACT_CHECK, subject_key=key, queued_at__gte=since)


def _told(people: Iterable[Contact]) -> list[str]:
    with translation.override(settings.LANGUAGE_CODE):
        return [in_words(contact) for contact in people]
