"""The tasks of a dialogue as one of the staff sees them: where each stands, why, and where it is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from dialogues.facts import Facts
from dialogues.gates import (
    DIALOGUE,
    FEEDBACK,
    INTRODUCTION,
    TASKS,
    Status,
    Task,
    closed_gate,
    is_open_step,
    status_of,
)
from dialogues.models import MeetingKind
from dialogues.steps import STEPS
from dialogues.task_pages import Page

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Link:
    """Somewhere to go to do something."""

    title: str
    url: str


@dataclass(frozen=True)
class Shown:
    """A task as the page shows it: where it stands, why, who can do or unlock it, and where it is done."""

    key: str
    title: str
    status: Status
    why: str = ""
    who: str = ""
    link: Link | None = None
    more: tuple[Link, ...] = ()


def tasks_of(facts: Facts, user: User) -> dict[MeetingKind, list[Shown]]:
    """The tasks of each phase as `user` sees them."""
    shown: dict[MeetingKind, list[Shown]] = {INTRODUCTION: [], DIALOGUE: [], FEEDBACK: []}
    for task in TASKS:
        if task.shown(facts):
            shown[task.phase].append(_shown(task, facts, user))
    return shown


def _shown(task: Task, facts: Facts, user: User) -> Shown:
    status = status_of(task, facts)
    shown = Shown(task.key, str(task.title), status)
    if status == Status.LOCKED:
        return _locked(shown, task, facts, user)
    if status == Status.SKIPPED:
        return replace(shown, why=str(task.skipped(facts) or _("Blev inte av.")))
    links, around = _links(task, facts, user), _step_links(task.around, facts, user)
    if status == Status.DONE:
        return replace(shown, more=(*links, *around))
    who = "" if links else str(task.who(facts) if callable(task.who) else task.who)
    more = (*links[1:], *around)
    return replace(shown, why=str(task.hint(facts)), who=who, link=next(iter(links), None), more=more)


def _locked(shown: Shown, task: Task, facts: Facts, user: User) -> Shown:
    """Why it is locked, with what unlocks it and what goes around it, as far as the user may do that."""
    gate = closed_gate(task, facts)
    if facts.dialogue.is_paused or gate is None:
        who = _("Planerare, eller den som leder dialogen")
        return replace(shown, why=_("Dialogen är pausad."), who=who)
    more = tuple(_step_links((*gate.opened_by, *task.around), facts, user))
    return replace(shown, why=gate.reason(facts), who=str(gate.who), more=more)


def _links(task: Task, facts: Facts, user: User) -> list[Link]:
    """Where the user can do it itself, what leads forward first."""
    page = task.page
    own = [_page_link(task, page, facts)] if page and _may_use(page, task, facts, user) else []
    return [*own, *_step_links(task.steps, facts, user)]


def _step_links(names: tuple[str, ...], facts: Facts, user: User) -> list[Link]:
    """The steps that the user may take now."""
    return [
        Link(str(step.form.title), reverse("admin:dialogue_step", args=[facts.dialogue.public_id, name]))
        for name, step in ((name, STEPS[name]) for name in names)
        if is_open_step(facts, name) and user.has_perm(step.form.permission, facts.dialogue)
    ]


def _page_link(task: Task, page: Page, facts: Facts) -> Link:
    return Link(str(task.title), page.address(facts))


def _may_use(page: Page, task: Task, facts: Facts, user: User) -> bool:
    """Tell whether the user may do the task on its page now; one that is done has its page among the rest."""
    return page.when(facts) and not task.done(facts) and user.has_perm(page.permission, facts.dialogue)
