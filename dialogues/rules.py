"""Who may do what in the dialogues."""

from __future__ import annotations

import rules
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.actors import BARS
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
from dialogues.models import (
    Dialogue,
    EvaluationRequest,
    Invitation,
    Meeting,
    MeetingKind,
    MeetingStaff,
    OwnQuestion,
    QuestionForm,
    SummaryRound,
    Underlag,
)
from huvudman.models import Huvudman
from huvudman.queries import represented_by, written_for_by


def dialogues_of(subject: Model | None) -> list[Dialogue]:
    """The dialogues that a row belongs to."""
    if isinstance(subject, Dialogue):
        return [subject]
    if isinstance(
        subject, EvaluationRequest | Invitation | OwnQuestion | QuestionForm | SummaryRound | Underlag
    ):
        return [subject.dialogue]
    if isinstance(subject, Meeting):
        return [seat.dialogue for seat in subject.taken_seats.select_related("dialogue")]
    return []


@rules.predicate
def has_conflict(user: User, subject: Model | None) -> bool:
    """Holds when the user has said that they have a conflict of interest in the subject's dialogue.

    A group's meeting is nobody's own, and nothing is said about it.
    """
    if isinstance(subject, Meeting) and subject.kind == MeetingKind.INTRODUCTION:
        return False
    said = [row for dialogue in dialogues_of(subject) for row in dialogue.conflict_declarations.all()]
    return any(row.has_conflict and row.user_id == user.pk for row in said)


def why_barred(user: User, subject: Model) -> str:
    """Why somebody with a conflict of interest does nothing in the dialogue; empty for all others."""
    if not has_conflict(user, subject):
        return ""
    return _(
        "Du har anmält jäv i den här dialogen. Därför kan du läsa om den men inte göra något i den. Någon "
        "annan får ta över. Har det blivit fel? Ändra då på dialogens sida, under ”Säg om du är jävig”."
    )


BARS.append(why_barred)


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


def meets_huvudman(user: User, dialogue: Dialogue) -> bool:
    """Tell whether the user is a planner, or a leader booked for the dialogue or its feedback meeting; and
    has not said that they have a conflict of interest in it.

    Asked directly, never as a permission: those a superuser has.
    """
    if is_planner(user):
        return not has_conflict(user, dialogue)
    seats = dialogue.seats.filter(is_current=True).exclude(kind=MeetingKind.INTRODUCTION)
    booked = MeetingStaff.objects.filter(user=user, is_booked=True, meeting__in=seats.values("meeting"))
    return is_leader(user) and booked.exists()


@rules.predicate
def leads_dialogue(user: User, subject: Model | None) -> bool:
    """Holds when the user leads dialogues and is booked for a meeting with the subject's huvudman alone."""
    return any(meets_huvudman(user, dialogue) for dialogue in dialogues_of(subject))


handles = runs_dialogues & ~has_conflict
leads = is_leader & ~has_conflict

PERMISSIONS = {
    "dialogues.view_desk": is_staff,
    "dialogues.put_to_rest": runs_dialogues,
    "dialogues.view_dialogue": is_staff,
    "dialogues.view_batch": is_staff,
    "dialogues.plan_cycle": is_planner & ~has_conflict,
    "dialogues.approve_plan": is_planner,
    "dialogues.extract_plan": is_planner | is_statistician,
    "dialogues.prepare_batch": is_planner,
    "dialogues.approve_batch": is_planner,
    "dialogues.send_batch": rules.always_deny,
    "dialogues.invite": is_planner,
    "dialogues.answer_invitation": handles | writes_for_huvudman,
    "dialogues.run_introduction": runs_dialogues,
    "dialogues.propose_time": handles,
    "dialogues.settle_time": handles | writes_for_huvudman,
    "dialogues.send_questions": handles | writes_for_huvudman,
    "dialogues.ask_agencies": handles | writes_for_huvudman,
    "dialogues.withdraw_own_question": writes_for_huvudman,
    "dialogues.answer_own_question": handles,
    "dialogues.hold_dialogue": leads,
    "dialogues.hold_feedback": leads,
    "dialogues.read_brief": runs_dialogues,
    "dialogues.declare_conflict": is_leader,
    "dialogues.write_summary": leads,
    "dialogues.answer_summary": handles | writes_for_huvudman,
    "dialogues.settle_summary": handles | writes_for_huvudman,
    "dialogues.close_dialogue": handles,
    "dialogues.pause_dialogue": (is_planner & ~has_conflict) | leads_dialogue,
    "dialogues.cancel_dialogue": handles | writes_for_huvudman,
    "dialogues.order_underlag": handles,
    "dialogues.render_underlag": rules.always_deny,
    "dialogues.confirm_underlag": leads,
    "dialogues.issue_underlag": handles,
    "dialogues.ask_for_evaluation": rules.always_deny,
    "dialogues.ask_for_contact_check": rules.always_deny,
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
