"""Reads of the register worth a name."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import (
    BooleanField,
    Case,
    DateField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    When,
)
from django.db.models.functions import Coalesce, TruncDate
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from huvudman.models import (
    Access,
    Contact,
    ContactRole,
    Huvudman,
    SchoolUnit,
    Skolform,
    SkolformOffer,
)

if TYPE_CHECKING:
    from accounts.models import User

CONFIRMED_FOR = datetime.timedelta(days=365)
"""How long a contact's confirmation holds: everyone is asked once a year."""
SOON = datetime.timedelta(days=60)
"""How long before a contact's last day it is asked what comes after."""


def valid_contacts(on: datetime.date | None = None) -> QuerySet[Contact]:
    """Contacts that are valid on a day (today unless said)."""
    day = on or timezone.localdate()
    return Contact.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


@dataclass(frozen=True)
class Recipient:
    """Someone who gets a huvudman's letters: a contact, or the huvudman's own mailbox."""

    email: str
    name: str
    contact: Contact | None


def recipients_of(huvudman: Huvudman) -> list[Recipient]:
    """Valid contacts with an e-mail address, one letter an address; else the huvudman's own mailbox.

    Nobody: no letter is sent; somebody rings or writes by hand.
    """
    contacts = valid_contacts().filter(huvudman=huvudman).exclude(email="").order_by("pk")
    found = {c.email.lower(): Recipient(c.email, c.name, c) for c in contacts}
    if not found and huvudman.email:
        return [Recipient(huvudman.email, huvudman.name, None)]
    return list(found.values())


@dataclass(frozen=True)
class PostalAddress:
    """Where a huvudman's letters on paper go: the lines on the envelope, and the person named, if any."""

    lines: tuple[str, ...]
    person: str


def postal_address_of(huvudman: Huvudman) -> PostalAddress | None:
    """Where letters on paper go: to the skolchef by name, or the contact that comes next; None without a
    postal code and town.
    """
    if not (huvudman.postal_code and huvudman.post_town):
        return None
    named = valid_contacts().filter(huvudman=huvudman).exclude(name="")
    skolchef_first = Case(When(role=ContactRole.SKOLCHEF, then=0), default=1, output_field=IntegerField())
    person = named.order_by(skolchef_first, "pk").values_list("name", flat=True).first() or ""
    att = f"Att: {person}" if person else ""
    town = f"{postal_code(huvudman.postal_code)}  {huvudman.post_town.upper()}"
    return PostalAddress(tuple(filter(None, (huvudman.name, att, huvudman.street, town))), person)


def postal_code(code: str) -> str:
    """A Swedish postal code with its space: ”123 45”; anything else as it is."""
    digits = code.replace(" ", "")
    return f"{digits[:3]} {digits[3:]}" if len(digits) == 5 and digits.isdigit() else code


def has_postal_address(prefix: str = "") -> Q:
    """Holds for rows whose huvudman, found by `prefix` ("huvudman__"), has a postal code and town."""
    return ~Q(**{f"{prefix}postal_code": ""}) & ~Q(**{f"{prefix}post_town": ""})


def represented_by(user: User, on: datetime.date | None = None) -> QuerySet[Huvudman]:
    """The huvudmän that `user` represents today: the only door from the portal to the register.

    A contact that has got another address no longer lets in the user of the old one.
    """
    return Huvudman.objects.filter(pk__in=contacts_of(user, on).values("huvudman_id"))


def written_for_by(user: User) -> QuerySet[Huvudman]:
    """The huvudmän that `user` may answer and send for today; of its others it only reads."""
    contacts = contacts_of(user).filter(access=Access.WRITE)
    return Huvudman.objects.filter(pk__in=contacts.values("huvudman_id"))


def contacts_of(user: User, on: datetime.date | None = None) -> QuerySet[Contact]:
    """The contacts by which `user` signs in and represents huvudmän on a day (today unless said)."""
    return valid_contacts(on).filter(user=user, email__iexact=user.email)


def contact_of(user: User, huvudman: Huvudman) -> Contact:
    """In what capacity the user represents the huvudman today; the one that writes, if there are several.

    Raises IndexError when the user doesn't.
    """
    return contacts_of(user).filter(huvudman=huvudman).order_by("-access", "pk")[0]


def people_of(huvudman: Huvudman) -> list[Contact]:
    """Those who represent the huvudman today or will, by name, each with who invited it, and `asks`: whether
    it is time to ask if it is right. One query.
    """
    going_on = Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
    rows = huvudman.contacts.filter(going_on).select_related("invited_by")
    rows = rows.annotate(asks=ExpressionWrapper(_asks(), output_field=BooleanField()))
    return list(rows.order_by("name", "pk"))


def contacts_to_check() -> QuerySet[Contact]:
    """Valid contacts of which it is time to ask whether they are right."""
    return valid_contacts().filter(_asks())


def _asks() -> Q:
    """Holds for a contact of which nobody has said for a year that it is right, or for a while when its time
    is soon over. What was written the other day is as good as confirmed.
    """
    today = timezone.localdate()
    last = Coalesce(TruncDate("confirmed_at"), F("valid_from"), output_field=DateField())
    ends_soon = Q(valid_to__isnull=False, valid_to__lte=today + SOON)
    return Q(LessThanOrEqual(last, today - CONFIRMED_FOR)) | Q(ends_soon, LessThanOrEqual(last, today - SOON))


def writers_of(huvudman: Huvudman) -> QuerySet[Contact]:
    """Those who may answer and send for a huvudman today: they write, and have an address to sign in by."""
    rows = valid_contacts().filter(huvudman=huvudman, access=Access.WRITE).exclude(email="")
    return rows.order_by("name", "pk")


def huvudman_rows() -> QuerySet[Huvudman]:
    """Rows of the staff's list: with place and `people` (children and pupils, None when neither is known)."""
    people = Coalesce("children", 0) + Coalesce("pupils", 0)
    known = Q(children__isnull=False) | Q(pupils__isnull=False)
    return Huvudman.objects.select_related("main_kommun__lan").annotate(
        people=Case(When(known, then=people), default=None, output_field=IntegerField())
    )


def unit_rows(huvudman: Huvudman) -> QuerySet[SchoolUnit]:
    """A huvudman's units with kommun, offers and all known `pupils`, open ones first."""
    rows = huvudman.units.select_related("kommun").prefetch_related("offers")
    return rows.annotate(pupils=Sum("offers__pupils")).order_by(
        F("active_to").asc(nulls_first=True), "name", "code"
    )


def skolformer_of(huvudman: Huvudman) -> set[str]:
    """The skolformer that the huvudman runs, as far as is known: its own, its open units', and preschool."""
    offers = SkolformOffer.objects.filter(unit__huvudman=huvudman, unit__active_to__isnull=True)
    preschool = {Skolform.FSK} if huvudman.children else set()
    return {*huvudman.skolformer, *offers.values_list("skolform", flat=True), *preschool}


def history_of(huvudman: Huvudman, limit: int = 20) -> list[dict[str, object]]:
    """What changed in a huvudman's own row, latest first: `at`, `fields` (name, before, after)."""
    model = Huvudman._meta.apps.get_model("huvudman", "HuvudmanHistory")
    rows = list(model.objects.filter(pgh_obj=huvudman).order_by("-pgh_id").values()[: limit + 1])
    pairs = zip(rows, rows[1:], strict=False)
    return [{"at": now["pgh_created_at"], "fields": _differences(before, now)} for now, before in pairs]


def _differences(before: dict[str, object], now: dict[str, object]) -> list[tuple[str, object, object]]:
    names = [name for name in now if not name.startswith("pgh_") and now[name] != before[name]]
    return [(name.removesuffix("_id"), before[name], now[name]) for name in names]
