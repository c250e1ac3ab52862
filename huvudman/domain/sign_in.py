"""Contacts who sign in: the person behind an e-mail address, for as long as the contact is valid."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from accounts.domain.staff import no_password
from accounts.models import User
from huvudman.models import Contact
from huvudman.queries import represented_by, valid_contacts


@transaction.atomic
def link_contact_user(*, contact: Contact, actor: Actor = SYSTEM) -> User:
    """Let a contact sign in by code: make the user of its address, or link the one there is.

    One user may be several huvudmän's contact. Linked already, it does nothing.
    Raises NotPossible when the contact has no address, or the address belongs to staff.
    """
    if not contact.email:
        raise NotPossible(_("Kontakten har ingen e-postadress."))
    user, _new = User.objects.get_or_create(
        email=contact.email.lower(), defaults={"name": contact.name, "password": no_password()}
    )
    if user.is_staff:
        raise NotPossible(_("Adressen hör till en medarbetare på en myndighet."))
    if contact.user_id != user.pk:
        contact.user = user
        contact.save(update_fields=["user"])
        record(actor=actor, verb="contact.linked", subject=contact, user=user.pk)
    return user


class ContactVoucher:
    """The register's word: a valid contact with an address may sign in by code."""

    def find(self, email: str) -> User | None:
        """The user of a valid contact's address, made and linked the first time it is asked for."""
        user = None
        for contact in valid_contacts().filter(email__iexact=email).select_related("user"):
            try:
                user = link_contact_user(contact=contact)
            except NotPossible:
                return None
        return user

    def holds(self, user: User) -> bool:
        """Tell whether the user represents a huvudman today."""
        return represented_by(user).exists()
