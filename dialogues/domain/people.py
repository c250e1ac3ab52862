"""A huvudman's own people: who writes for it invites colleagues, changes what they may do, and ends them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from accounts.models import User
from accounts.templatetags.look import day
from dialogues.domain.receipts import HAPPENS_NEXT, in_swedish, keep_receipt
from dialogues.letters import queue_letter
from dialogues.models import Channel, LetterKind, Receipt, Sent
from dialogues.queries import present_dialogue
from dialogues.rules import may_write_own_space
from dialogues.timeline import current_meetings
from dialogues.turns import Side, due
from huvudman.domain.contacts import (
    WELCOMES,
    add_contact,
    change_contact,
    contact_version,
    end_contact,
    lock_contacts,
)
from huvudman.models import Contact, ContactRole, Huvudman
from huvudman.queries import contact_of, valid_contacts, writers_of

INVITED_WITH = frozenset({"name", "title", "role", "email", "access", "valid_to"})
CHANGED = frozenset({"name", "title", "role", "telephone", "access", "valid_to"})
"""What a huvudman says of its own people. An address signs in: another one is another contact."""


@transaction.atomic
def invite_colleague(*, huvudman: Huvudman, actor: Actor, **fields: Any) -> Contact:
    """Let a colleague represent the huvudman from today, and tell it by letter how to sign in.

    Raises PermissionDenied unless the actor writes for the huvudman, and ValidationError when the fields
    don't fit, the address is there already, or belongs to a member of staff.
    """
    inviter = writer_with_lock(huvudman, actor)
    fields = {name: value for name, value in fields.items() if name in INVITED_WITH}
    _require_unheard_of(huvudman, fields)
    contact = add_contact(huvudman=huvudman, actor=actor, invited_by=inviter, **fields)
    _write_how_to_sign_in(contact, inviter.name or inviter.email, actor.user)
    with translation.override(settings.LANGUAGE_CODE):
        told = _("Ny: %(who)s.") % {"who": in_words(contact)}
    keep_and_tell(Sent.PEOPLE, huvudman, inviter, told, actor)
    return contact


def welcome(contact: Contact, actor: Actor) -> None:
    """Tell somebody whom the agencies have entered how to sign in, within the caller's transaction; but not
    who can sign in for the huvudman already, nor cannot yet.
    """
    if not contact.email:
        return
    there = valid_contacts().filter(huvudman=contact.huvudman, email__iexact=contact.email)
    if there.filter(pk=contact.pk).exists() and not there.exclude(pk=contact.pk).exists():
        member = getattr(actor.user, "staff", None)
        _write_how_to_sign_in(contact, str(member.agency) if member else actor.label, contact.user)


WELCOMES.append(welcome)


@transaction.atomic
def change_colleague(*, contact: Contact, actor: Actor, seen: str | None = None, **fields: Any) -> Contact:
    """Change what is known of somebody who represents the huvudman, and what it may do in the portal.

    Raises PermissionDenied, ValidationError and Conflict as `invite_colleague` and `change_contact` do, and
    NotPossible when nobody would be left who writes. What says the same as before does nothing.
    """
    changer = writer_with_lock(contact.huvudman, actor)
    before = contact_version(Contact.objects.get(pk=contact.pk))
    fields = {name: value for name, value in fields.items() if name in CHANGED}
    changed = change_contact(contact=contact, actor=actor, seen=seen, **fields)
    if contact_version(changed) == before:
        return changed
    _require_writers_left(contact.huvudman)
    with translation.override(settings.LANGUAGE_CODE):
        told = _("Ändrat: %(who)s.") % {"who": in_words(changed)}
    keep_and_tell(Sent.PEOPLE, contact.huvudman, changer, told, actor, concerned=changed)
    return changed


@transaction.atomic
def end_colleague(*, contact: Contact, actor: Actor) -> Contact:
    """Let somebody no longer represent the huvudman, from this moment on; it is told by letter.

    Raises PermissionDenied unless the actor writes for the huvudman, and NotPossible when nobody would be
    left who writes. One that has ended already stays as it is.
    """
    ender = writer_with_lock(contact.huvudman, actor)
    before = Contact.objects.get(pk=contact.pk).valid_to
    ended = end_contact(contact=contact, actor=actor)
    if ended.valid_to == before:
        return ended
    _require_writers_left(contact.huvudman)
    with translation.override(settings.LANGUAGE_CODE):
        told = _("Företräder inte längre huvudmannen: %(who)s.") % {"who": ended}
    keep_and_tell(Sent.PEOPLE, contact.huvudman, ender, told, actor, concerned=ended)
    return ended


def in_words(contact: Contact) -> str:
    """Who somebody is and what it may do, on one line, in the language that is read."""
    until = _("tills vidare")
    if contact.valid_to:
        until = _("till och med %(day)s") % {"day": day(contact.valid_to)}
    return f"{contact.name or contact.email}, {capacity(contact)}, {contact.get_access_display()}, {until}"


def keep_and_tell(
    kind: Sent,
    huvudman: Huvudman,
    by: Contact,
    body: str,
    actor: Actor,
    concerned: Contact | None = None,
) -> Receipt:
    """Write down what was said of the huvudman's people, and send the receipt to those who write for it, and
    to whom it concerns.
    """
    receipt = keep_receipt(
        kind=kind, huvudman=huvudman, given_by=str(by), channel=Channel.PORTAL, actor=actor, body=body
    )
    _tell(receipt, concerned)
    return receipt


def capacity(contact: Contact) -> str:
    """In what capacity somebody represents the huvudman: title and role, where they say different things."""
    role = contact.get_role_display()
    if contact.title and (contact.role == ContactRole.OTHER or contact.title.casefold() == role.casefold()):
        return contact.title
    return ", ".join(filter(None, (contact.title, role)))


def writer_with_lock(huvudman: Huvudman, actor: Actor) -> Contact:
    """The actor's own contact, with the huvudman's people locked. Raises PermissionDenied unless it writes
    for the huvudman: also when a colleague has just ended it.
    """
    lock_contacts(huvudman)
    if actor.user is None or not may_write_own_space(actor.user, huvudman):
        raise PermissionDenied("only who writes for a huvudman keeps its people")
    return contact_of(actor.user, huvudman)


def _write_how_to_sign_in(contact: Contact, invited_by: str, user: User | None) -> None:
    """The letter to who represents the huvudman from now on; `user` sees what is due."""
    queue_letter(
        kind=LetterKind.COLLEAGUE,
        dialogue=None,
        subject_key=key_of(contact.huvudman),
        contact=contact,
        occasion=f"contact-{contact.pk}",
        context={
            "huvudman": contact.huvudman,
            "invited_by": invited_by,
            "due": _due_now(contact.huvudman, user),
        },
    )


def _due_now(huvudman: Huvudman, user: User | None) -> str:
    """What is due in the huvudman's dialogue, in Swedish: so that who takes over knows where it stands."""
    dialogue = present_dialogue(user, huvudman)[0] if user else None
    if dialogue is None:
        return ""
    with translation.override(settings.LANGUAGE_CODE):
        turn = due(dialogue, current_meetings(dialogue), Side.HUVUDMAN)
    return turn[1] if turn else ""


def _require_unheard_of(huvudman: Huvudman, fields: dict[str, Any]) -> None:
    """Raise ValidationError without an address, or when it represents the huvudman already, in any role:
    one person has one right, which is changed where it stands.
    """
    if not fields.get("email"):
        raise ValidationError({"email": _("Ange en e-postadress.")})
    going_on = Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
    there = (
        huvudman.contacts.filter(going_on, email__iexact=fields["email"]).order_by("-access", "pk").first()
    )
    if there:
        text = _(
            "Adressen finns redan bland era medarbetare: %(who)s. Vill ni ändra roll eller vad personen får "
            "göra? Välj namnet på sidan Medarbetare."
        )
        raise ValidationError({"email": text % {"who": in_words(there)}})


def _require_writers_left(huvudman: Huvudman) -> None:
    if not writers_of(huvudman).exists():
        raise NotPossible(
            _(
                "Någon behöver kunna skriva för er huvudman. Bjud först in en medarbetare som läser och "
                "skriver, eller ring oss."
            )
        )


def _tell(receipt: Receipt, concerned: Contact | None) -> None:
    """Whom it concerns is written to without a contact: a letter to a contact that has ended is not sent."""
    writers = list(writers_of(receipt.huvudman))
    told = {writer.email.lower() for writer in writers}
    for writer in writers:
        _send(receipt, contact=writer)
    if concerned and concerned.email and concerned.email.lower() not in told:
        _send(receipt, recipient=concerned.email, recipient_name=concerned.name)


def _send(receipt: Receipt, **recipient: Any) -> None:
    happens_next = in_swedish(HAPPENS_NEXT[receipt.kind])
    queue_letter(
        kind=LetterKind.SENT,
        dialogue=None,
        subject_key=key_of(receipt.huvudman),
        occasion=f"receipt-{receipt.pk}",
        context={"huvudman": receipt.huvudman, "receipt": receipt, "happens_next": happens_next},
        **recipient,
    )


def key_of(huvudman: Huvudman) -> str:
    """What letters about the huvudman itself have as their subject."""
    return f"huvudman:{huvudman.pk}"
