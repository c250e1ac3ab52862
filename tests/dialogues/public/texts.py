"""What the tests of the open pages share."""

from __future__ import annotations

from uuid import UUID, uuid4

from accounts.actors import Actor, person
from dialogues.domain.page_texts import Written, publish_page_text, save_page_text
from dialogues.models import PageText
from tests.accounts.factories import planner


def written(title: str = "Rubrik", body: str = "Text", seen: UUID | None = None) -> Written:
    return Written(title=title, lead="Ingress", body=body, seen=seen, form=uuid4())


def draft(title: str = "Rubrik", *, page: str = "why", language: str = "sv", body: str = "Text") -> PageText:
    actor = person(planner())
    return save_page_text(page=page, language=language, written=written(title, body), actor=actor)


def publish(row: PageText, actor: Actor | None = None) -> PageText:
    return publish_page_text(draft=row, seen=row.saved_in, actor=actor or person(planner()))
