"""Who represents a huvudman, and for how long."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.domain.audit import record
from huvudman.models import Contact, Huvudman

CHANGE = "huvudman.change_register"


@transaction.atomic
def add_contact(*, huvudman: Huvudman, actor: Actor, **fields: Any) -> Contact:
    """Let a person represent the huvudman from a day on. Raises ValidationError when the fields don't fit."""
    actor.require(CHANGE, huvudman)
    contact = Contact(huvudman=huvudman, **{"valid_from": timezone.localdate(), **fields})
    contact.full_clean()
    contact.save()
    record(actor=actor, verb="contact.add", subject=contact, huvudman=str(huvudman.public_id))
    return contact


@transaction.atomic
def change_contact(*, contact: Contact, actor: Actor, **fields: Any) -> Contact:
    """Change what is known of a contact. Raises ValidationError when the fields don't fit."""
    actor.require(CHANGE, contact.huvudman)
    locked = _locked(contact)
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.full_clean()
    locked.save()
    record(actor=actor, verb="contact.change", subject=locked, fields=sorted(fields))
    return locked


@transaction.atomic
def confirm_contact(*, contact: Contact, actor: Actor) -> Contact:
    """Somebody says that the contact is right today."""
    actor.require(CHANGE, contact.huvudman)
    locked = _locked(contact)
    locked.confirmed_at = timezone.now()
    locked.save(update_fields=["confirmed_at"])
    record(actor=actor, verb="contact.confirm", subject=locked)
    return locked


@transaction.atomic
def end_contact(*, contact: Contact, actor: Actor, on: datetime.date | None = None) -> Contact:
    """Let the contact represent the huvudman for the last time on a day (yesterday unless said: at once).

    One that is over by then stays as it is. One that had not begun by then is kept as valid that day only;
    its history tells what was meant.
    """
    actor.require(CHANGE, contact.huvudman)
    locked = _locked(contact)
    day = on or timezone.localdate() - datetime.timedelta(days=1)
    if locked.valid_to is None or locked.valid_to > day:
        locked.valid_from, locked.valid_to = min(locked.valid_from, day), day
        locked.save(update_fields=["valid_from", "valid_to"])
        record(actor=actor, verb="contact.end", subject=locked, on=day.isoformat())
    return locked


def _locked(contact: Contact) -> Contact:
    return Contact.objects.select_for_update().get(pk=contact.pk)
