"""Who represents a huvudman, and for how long."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict
from huvudman.models import Contact, Huvudman

CHANGE = "huvudman.keep_contacts"

FIELDS = ("role", "access", "name", "title", "email", "telephone", "valid_from", "valid_to")
"""What people write of a contact."""


WELCOMES: list[Callable[[Contact, Actor], None]] = []
"""What is done for a contact that the agencies have entered. The packages above add theirs."""


def contact_version(contact: Contact) -> str:
    """A text that is another one when anything that people write of the contact is."""
    written = repr([str(getattr(contact, name) or "") for name in FIELDS])
    return hashlib.sha256(written.encode()).hexdigest()[:16]


@transaction.atomic
def add_contact(*, huvudman: Huvudman, actor: Actor, **fields: Any) -> Contact:
    """Let a person represent the huvudman from a day on.

    Raises ValidationError when the fields don't fit, or when it has that contact already.
    """
    actor.require(CHANGE, huvudman)
    lock_contacts(huvudman)
    contact = Contact(huvudman=huvudman, **{"valid_from": timezone.localdate(), **fields})
    _require_fit(contact)
    contact.save()
    record(actor=actor, verb="contact.add", subject=contact, huvudman=str(huvudman.public_id))
    return contact


@transaction.atomic
def enter_contact(*, huvudman: Huvudman, actor: Actor, **fields: Any) -> Contact:
    """Let a person that the agencies have heard of represent the huvudman, and welcome it.

    Raises as `add_contact`.
    """
    contact = add_contact(huvudman=huvudman, actor=actor, **fields)
    for welcome in WELCOMES:
        welcome(contact, actor)
    return contact


def lock_contacts(huvudman: Huvudman) -> None:
    """Those who write of one huvudman's contacts wait for each other, so that none is there twice."""
    Huvudman.objects.select_for_update(no_key=True).get(pk=huvudman.pk)


def _require_fit(contact: Contact) -> None:
    contact.full_clean(validate_constraints=False)
    _require_new(contact)
    contact.validate_constraints()


def _require_new(contact: Contact) -> None:
    """Raise ValidationError if the address, or without one the name, represents it in that role already."""
    today, end = timezone.localdate(), contact.valid_to
    others = contact.huvudman.contacts.filter(role=contact.role).exclude(pk=contact.pk)
    if contact.email:
        same = others.filter(email__iexact=contact.email, valid_to__isnull=True)
        if end is None and same.exists():
            raise ValidationError({"email": _("Adressen finns redan bland kontakterna i den rollen.")})
        return
    going_on = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    same = others.filter(going_on, name__iexact=contact.name, email="")
    if (end is None or end >= today) and same.exists():
        raise ValidationError({"name": _("Kontakten finns redan i den rollen.")})


@transaction.atomic
def change_contact(*, contact: Contact, actor: Actor, seen: str | None = None, **fields: Any) -> Contact:
    """Change what is known of a contact.

    Raises ValidationError when the fields don't fit, or when the huvudman has that contact already.

    `seen` is the contact's version on the page (`contact_version`): raises Conflict when it is another one
    now, unless it says the same already.
    """
    actor.require(CHANGE, contact.huvudman)
    lock_contacts(contact.huvudman)
    locked = _locked(contact)
    before = contact_version(locked)
    for name, value in fields.items():
        setattr(locked, name, value)
    if contact_version(locked) == before:
        return locked
    if seen is not None and seen != before:
        raise Conflict(_("Någon annan har ändrat kontakten medan sidan var öppen. Det du skrev finns kvar."))
    _require_fit(locked)
    locked.save()
    record(actor=actor, verb="contact.change", subject=locked, fields=sorted(fields))
    return locked


@transaction.atomic
def confirm_contact(*, contact: Contact, actor: Actor) -> Contact:
    """Somebody says that the contact is right today."""
    actor.require(CHANGE, contact.huvudman)
    lock_contacts(contact.huvudman)
    locked = _locked(contact)
    locked.confirmed_at = timezone.now()
    locked.save(update_fields=["confirmed_at"])
    record(actor=actor, verb="contact.confirm", subject=locked)
    return locked


@transaction.atomic
def end_contact(*, contact: Contact, actor: Actor, on: datetime.date | None = None) -> Contact:
    """Let the contact represent the huvudman for the last time on a day (yesterday unless said: at once).

    One that is over by then stays as it is. One that had not begun by then is valid on no day: it
    begins on the day after its last; its history tells what was meant.
    """
    actor.require(CHANGE, contact.huvudman)
    lock_contacts(contact.huvudman)
    locked = _locked(contact)
    day = on or timezone.localdate() - datetime.timedelta(days=1)
    if locked.valid_to is None or locked.valid_to > day:
        after = day + datetime.timedelta(days=1)
        locked.valid_from, locked.valid_to = min(locked.valid_from, after), day
        locked.save(update_fields=["valid_from", "valid_to"])
        record(actor=actor, verb="contact.end", subject=locked, on=day.isoformat())
    return locked


def _locked(contact: Contact) -> Contact:
    return Contact.objects.select_for_update().get(pk=contact.pk)
