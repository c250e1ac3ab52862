"""The pages of their own where some tasks of a dialogue are done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse

from dialogues.conditions import Holds
from dialogues.facts import Facts
from dialogues.models import MeetingKind


@dataclass(frozen=True)
class Page:
    """A page of its own where a task is done: its address, the permission that it asks for, and when it is
    there for a task that has steps too.
    """

    address: Callable[[Facts], str]
    permission: str
    when: Holds = field(default=lambda _facts: True)


def underlag_page(facts: Facts) -> str:
    """The address of the underlag's page."""
    return reverse("admin:underlag", args=[facts.dialogue.public_id])


def issue_page(facts: Facts) -> str:
    """The address of the page that asks before the underlag is sent."""
    return reverse("admin:underlag_issue", args=[facts.dialogue.public_id])


def own_questions_place(facts: Facts) -> str:
    """The address of the huvudman's own questions, on the dialogue's page."""
    return reverse("admin:dialogue", args=[facts.dialogue.public_id]) + "#own-questions"


def group_page(facts: Facts) -> str:
    """The address of the introduction's page, where it is noted who came."""
    return reverse("admin:introduction", args=[facts.meetings[MeetingKind.INTRODUCTION].public_id])
