"""Who may do what in the dialogues."""

from __future__ import annotations

import rules
from django.db.models import Model

from accounts.models import User
from accounts.rules import (
    is_administrator,
    is_leader,
    is_planner,
    is_registrar,
    is_staff,
    is_statistician,
    runs_dialogues,
)
from dialogues.models import Dialogue, EvaluationRequest, Invitation, Meeting, QuestionForm, Underlag
from huvudman.models import Huvudman
from huvudman.queries import represented_by, written_for_by


def dialogues_of(subject: Model | None) -> list[Dialogue]:
    """The dialogues that a row belongs to."""
    if isinstance(subject, Dialogue):
        return [subject]
    if isinstance(subject, EvaluationRequest | Invitation | QuestionForm | Underlag):
        return [subject.dialogue]
    if isinstance(subject, Meeting):
        return [seat.dialogue for seat in subject.taken_seats.select_related("dialogue")]
    return []


@rules.predicate
def represents_huvudman(user: User, subject: Model | None) -> bool:
    """Holds when the subject belongs to exactly one huvudman, and the user represents it today."""
    owners = {dialogue.huvudman_id for dialogue in dialogues_of(subject)}
    return len(owners) == 1 and represented_by(user).filter(pk__in=owners).exists()


@rules.predicate
def writes_for_huvudman(user: User, subject: Model | None) -> bool:
    """Holds when the subject belongs to exactly one huvudman, and the user may answer and send for it today.

    Whoever represents it and only reads sees the same pages, and sends nothing from them.
    """
    owners = {dialogue.huvudman_id for dialogue in dialogues_of(subject)}
    return len(owners) == 1 and written_for_by(user).filter(pk__in=owners).exists()


def may_read_own_space(user: User, huvudman: Huvudman) -> bool:
    """Tell whether the user may read what the huvudman has written and not sent.

    Asked directly, never as a permission: those a superuser has, and nobody at the agencies reads here.
    """
    return represented_by(user).filter(pk=huvudman.pk).exists()


def may_write_own_space(user: User, huvudman: Huvudman) -> bool:
    """Tell whether the user may write in the huvudman's own space and send what is written there."""
    return written_for_by(user).filter(pk=huvudman.pk).exists()


PERMISSIONS = {
    "dialogues.view_desk": is_staff,
    "dialogues.put_to_rest": runs_dialogues,
    "dialogues.view_dialogue": is_staff,
    "dialogues.view_batch": is_staff,
    "dialogues.plan_cycle": is_planner,
    "dialogues.prepare_batch": is_planner,
    "dialogues.approve_batch": is_planner,
    "dialogues.send_batch": rules.always_deny,
    "dialogues.invite": is_planner,
    "dialogues.answer_invitation": runs_dialogues | writes_for_huvudman,
    "dialogues.run_introduction": runs_dialogues,
    "dialogues.propose_time": runs_dialogues,
    "dialogues.settle_time": runs_dialogues | writes_for_huvudman,
    "dialogues.send_questions": runs_dialogues | writes_for_huvudman,
    "dialogues.hold_dialogue": is_leader,
    "dialogues.hold_feedback": is_leader,
    "dialogues.close_dialogue": runs_dialogues,
    "dialogues.cancel_dialogue": runs_dialogues | writes_for_huvudman,
    "dialogues.order_underlag": runs_dialogues,
    "dialogues.render_underlag": rules.always_deny,
    "dialogues.confirm_underlag": is_leader,
    "dialogues.issue_underlag": runs_dialogues,
    "dialogues.ask_for_evaluation": rules.always_deny,
    "dialogues.evaluate": writes_for_huvudman,
    "dialogues.view_evaluations": is_planner | is_leader | is_statistician,
    "dialogues.view_letters": is_planner | is_leader | is_registrar | is_administrator,
    "dialogues.handle_letters": is_planner,
    "dialogues.edit_open_pages": is_planner | is_administrator,
    "dialogues.handle_accessibility_reports": is_planner | is_administrator,
    "dialogues.render_post_run": rules.always_deny,
}

for thing in ("voice", "webinar"):
    for act in ("view", "add", "change", "delete"):
        PERMISSIONS[f"dialogues.{act}_{thing}"] = is_planner | is_administrator

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
