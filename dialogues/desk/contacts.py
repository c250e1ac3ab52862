"""Contacts that somebody has to ring about."""

from __future__ import annotations

import datetime

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from dialogues.desk.belonging import OFFICE
from dialogues.desk.todo import Desk, Todo, day_of
from dialogues.models import Letter, LetterKind
from huvudman.models import Huvudman
from huvudman.queries import contacts_to_check, valid_contacts

ANSWER_IN = 30
"""Days in which a huvudman may confirm its contacts by itself before anybody rings."""


def unconfirmed(desk: Desk) -> QuerySet[Huvudman]:
    """Huvudmän that were asked a while ago whether their contacts are right, where nobody has said so."""
    key = Concat(Value("huvudman:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    letters = Letter.objects.filter(kind=LetterKind.CONTACT_CHECK, subject_key=key).order_by("-queued_at")
    rows = Huvudman.objects.annotate(asked_at=Subquery(letters.values("queued_at")[:1]))
    theirs = valid_contacts().filter(huvudman=OuterRef("pk"))
    rows = rows.filter(
        Exists(contacts_to_check().filter(huvudman=OuterRef("pk"))),
        ~Exists(theirs.filter(confirmed_at__gte=OuterRef("asked_at"))),
        asked_at__lte=desk.now - datetime.timedelta(days=ANSWER_IN),
    )
    office = F(OFFICE.removeprefix("huvudman__"))
    return rows.annotate(due=day_of("asked_at", plus=ANSWER_IN), office=office)


def show_unconfirmed(huvudman: Huvudman, _desk: Desk) -> Todo:
    """Contacts that nobody has confirmed, in words."""
    return Todo(
        _("Fråga %(huvudman)s om kontakterna stämmer") % {"huvudman": huvudman},
        _("Vi har frågat med e-post, och ingen har svarat på en månad. Kanske har någon ny tagit över."),
        _("Planerare"),
        reverse("admin:huvudman", args=[huvudman.public_id]),
    )
