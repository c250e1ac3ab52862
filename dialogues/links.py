"""Personal signed links: each does one thing for one recipient, and nothing else: answers an invitation or
an evaluation, or chooses an introduction.
"""

from __future__ import annotations

import datetime
import re
from typing import TypeVar

from django.conf import settings
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from dialogues.models import Dialogue, EvaluationRequest, Invitation
from huvudman.models import Contact
from huvudman.queries import valid_contacts

SALT = "dialogues.answer"
EVALUATION_SALT = "dialogues.evaluation"
INTRODUCTION_SALT = "dialogues.introduction"
LASTS = datetime.timedelta(days=30)
"""How long after the last day to answer a link still shows what was answered."""
PERSONAL = re.compile(r"(/svar/|/tyck-till/|/valj-introduktion/)[\w:.-]+")
"""The path of a personal link wherever it stands in a letter, without its last slash."""


Row = TypeVar("Row", bound=Model)


class BadLink(Exception):
    """The link was not made by us, or it is no longer good for anyone."""


class EndedLink(BadLink):
    """The link was made for a contact who does not represent the huvudman today."""


def absolute(path: str) -> str:
    """The full address of a path on this site."""
    return settings.BASE_URL.rstrip("/") + path


def answer_link(invitation: Invitation, contact: Contact | None) -> str:
    """The address where the recipient answers the invitation without signing in."""
    return absolute(answer_path(invitation, contact))


def answer_path(invitation: Invitation, contact: Contact | None) -> str:
    """The path of that address on this site."""
    token = signing.dumps([invitation.pk, contact.pk if contact else None], salt=SALT)
    return reverse("answer", args=[token])


def evaluation_link(request: EvaluationRequest, contact: Contact | None) -> str:
    """The address where the recipient says what it thought of a part without signing in."""
    token = signing.dumps([request.pk, contact.pk if contact else None], salt=EVALUATION_SALT)
    return absolute(reverse("evaluation", args=[token]))


def introduction_link(dialogue: Dialogue, contact: Contact | None) -> str:
    """The address where the recipient chooses an introduction without signing in."""
    return absolute(introduction_path(dialogue, contact))


def introduction_path(dialogue: Dialogue, contact: Contact | None) -> str:
    """The path of that address on this site."""
    token = signing.dumps([dialogue.pk, contact.pk if contact else None], salt=INTRODUCTION_SALT)
    return reverse("choose_introduction", args=[token])


def has_personal_link(text: str) -> bool:
    """Tell whether a letter's text or HTML has a personal link in it."""
    return PERSONAL.search(text) is not None


def without_personal_links(text: str) -> str:
    """A letter's text or HTML for others than its recipient: nobody can answer by the links in it."""
    return PERSONAL.sub(rf"\1[{_('personlig länk')}]", text)


def read_token(token: str) -> tuple[Invitation, Contact | None]:
    """The invitation and the recipient that a link was made for. Raises BadLink or EndedLink."""
    rows = Invitation.objects.select_related("dialogue__huvudman", "batch")
    return _read(token, SALT, rows)


def read_evaluation_token(token: str) -> tuple[EvaluationRequest, Contact | None]:
    """The request and the recipient that an evaluation's link was made for. Raises BadLink or EndedLink."""
    return _read(token, EVALUATION_SALT, EvaluationRequest.objects.select_related("dialogue__huvudman"))


def read_introduction_token(token: str) -> tuple[Dialogue, Contact | None]:
    """The dialogue and the recipient that the link of an introduction's letter was made for. Raises BadLink
    or EndedLink.
    """
    return _read(token, INTRODUCTION_SALT, Dialogue.objects.select_related("huvudman", "batch"))


def _read(token: str, salt: str, rows: QuerySet[Row]) -> tuple[Row, Contact | None]:
    try:
        row_id, contact_id = signing.loads(token, salt=salt)
        row = rows.get(pk=row_id)
        contact = Contact.objects.get(pk=contact_id) if contact_id else None
    except (signing.BadSignature, ValueError, TypeError, ObjectDoesNotExist) as bad:
        raise BadLink from bad
    if contact and not valid_contacts().filter(pk=contact.pk).exists():
        raise EndedLink
    return row, contact


def has_expired(invitation: Invitation) -> bool:
    """Tell whether the invitation's links show nothing any more. A later day to answer opens them again."""
    return timezone.localdate() > invitation.answer_by + LASTS


def link_holder(contact: Contact | None) -> Actor:
    """The holder of a personal link as an actor: may answer, nothing more."""
    name = str(contact) if contact else "mottagaren"
    return Actor(label=f"{name}, personlig länk"[:200], powers=frozenset({"dialogues.answer_invitation"}))


def evaluation_holder() -> Actor:
    """The holder of a personal link to an evaluation as an actor: may answer it, without being anybody."""
    return Actor(label="personlig länk", powers=frozenset({"dialogues.evaluate"}))
