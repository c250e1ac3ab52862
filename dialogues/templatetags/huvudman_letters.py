"""What a huvudman has been written, whichever way it went: for its page in the staff site."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dialogues.models import Letter, PaperLetter
from dialogues.templatetags.dialogues_look import letter_badge
from dialogues.templatetags.paper_look import paper_badge
from huvudman.models import Huvudman

register = template.Library()

SHOWN = 20


@dataclass(frozen=True)
class Written:
    """A letter to a huvudman: its title, how or to whom it went, its state as a badge, when, its page."""

    title: str
    how: str
    badge: SafeString
    at: datetime.datetime
    url: str


@register.simple_tag
def letters_to(huvudman: Huvudman) -> list[Written]:
    """The latest letters to the huvudman, by e-mail and on paper together. Two queries."""
    mails = Letter.objects.filter(dialogue__huvudman=huvudman).defer("text", "html")
    papers = PaperLetter.objects.filter(huvudman=huvudman).defer("text")
    written = [*map(_mail, mails.order_by("-queued_at")[:SHOWN]), *map(_paper, papers[:SHOWN])]
    return sorted(written, key=lambda letter: letter.at, reverse=True)[:SHOWN]


def _mail(letter: Letter) -> Written:
    url = reverse("admin:letter", args=[letter.public_id])
    return Written(
        letter.title, letter.recipient, letter_badge(letter), letter.sent_at or letter.queued_at, url
    )


def _paper(letter: PaperLetter) -> Written:
    url = reverse("admin:paper_letter", args=[letter.public_id])
    return Written(letter.title, _("papper, med posten"), paper_badge(letter), letter.written_at, url)
