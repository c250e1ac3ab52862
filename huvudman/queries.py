"""Reads of the register worth a name."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from huvudman.models import Contact, Huvudman

if TYPE_CHECKING:
    from accounts.models import User


def valid_contacts(on: datetime.date | None = None) -> QuerySet[Contact]:
    """Contacts that are valid on a day (today unless said)."""
    day = on or timezone.localdate()
    return Contact.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


def represented_by(user: User, on: datetime.date | None = None) -> QuerySet[Huvudman]:
    """The huvudmän that `user` represents today: the only door from the portal to the register.

    A contact that has got another address no longer lets in the user of the old one.
    """
    contacts = valid_contacts(on).filter(user=user, email__iexact=user.email)
    return Huvudman.objects.filter(pk__in=contacts.values("huvudman_id"))
