"""The whole lifecycle of a dialogue: every state against every other, and every role."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actors import SYSTEM, person
from accounts.domain.machine import WrongState
from accounts.models import AuditEntry, StaffRole
from dialogues.domain.dialogues import move
from dialogues.models import Dialogue
from dialogues.models import DialogueState as S
from tests.accounts.factories import UserFactory, staff_user
from tests.dialogues.factories import DialogueFactory, dialogue_with_contact
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("planned", "invited"),
    ("planned", "cancelled"),
    ("invited", "accepted"),
    ("invited", "postponed"),
    ("invited", "declined"),
    ("invited", "cancelled"),
    ("postponed", "accepted"),
    ("postponed", "declined"),
    ("postponed", "planned"),
    ("postponed", "cancelled"),
    ("declined", "accepted"),
    ("declined", "postponed"),
    ("accepted", "postponed"),
    ("accepted", "declined"),
    ("accepted", "introduced"),
    ("accepted", "cancelled"),
    ("introduced", "underlag_sent"),
    ("introduced", "cancelled"),
    ("underlag_sent", "time_fixed"),
    ("underlag_sent", "closed"),
    ("underlag_sent", "cancelled"),
    ("time_fixed", "underlag_sent"),
    ("time_fixed", "dialogue_held"),
    ("time_fixed", "cancelled"),
    ("dialogue_held", "feedback_held"),
    ("dialogue_held", "closed"),
    ("dialogue_held", "cancelled"),
    ("feedback_held", "closed"),
    ("feedback_held", "cancelled"),
}
PLANNER_OR_LEADER = {"planner", "leader"}
MAY = {
    "planned": {"planner"},
    "invited": {"planner"},
    "accepted": PLANNER_OR_LEADER | {"own"},
    "postponed": PLANNER_OR_LEADER | {"own"},
    "declined": PLANNER_OR_LEADER | {"own"},
    "introduced": PLANNER_OR_LEADER,
    "underlag_sent": PLANNER_OR_LEADER | {"own"},
    "time_fixed": PLANNER_OR_LEADER | {"own"},
    "dialogue_held": {"leader"},
    "feedback_held": {"leader"},
    "closed": PLANNER_OR_LEADER,
    "cancelled": PLANNER_OR_LEADER | {"own"},
}
PEOPLE = ["planner", "leader", "registrar", "statistician", "administrator", "own", "other", "nobody"]


@pytest.mark.parametrize("to", S.values)
@pytest.mark.parametrize("was", S.values)
def test_only_the_allowed_states_follow(was, to):
    dialogue = DialogueFactory(state=was)
    if was == to or (was, to) in ALLOWED:
        assert move(dialogue, to=S(to), actor=SYSTEM).state == to
    else:
        with pytest.raises(WrongState):
            move(dialogue, to=S(to), actor=SYSTEM)
    dialogue.refresh_from_db()
    reached = to if (was, to) in ALLOWED else was
    assert dialogue.state == reached
    assert AuditEntry.objects.filter(subject_id=dialogue.pk).count() == ((was, to) in ALLOWED)


@pytest.mark.parametrize("to", S.values)
@pytest.mark.parametrize("who", PEOPLE)
def test_only_the_right_people_may(who, to):
    was = next(was for was, then in sorted(ALLOWED) if then == to)
    dialogue, actor = someone(who, was)
    if who in MAY[to]:
        assert move(dialogue, to=S(to), actor=person(actor)).state == to
    else:
        with pytest.raises(PermissionDenied):
            move(dialogue, to=S(to), actor=person(actor))
        dialogue.refresh_from_db()
        assert dialogue.state == was
        assert not AuditEntry.objects.exists()


def test_a_failure_in_the_middle_leaves_nothing_behind():
    dialogue = DialogueFactory(state=S.PLANNED)

    def break_down(row):
        row.huvudman.name = "Ändrad"
        row.huvudman.save()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        move(dialogue, to=S.INVITED, actor=SYSTEM, after=break_down)
    dialogue = Dialogue.objects.get(pk=dialogue.pk)
    assert dialogue.state == S.PLANNED
    assert dialogue.huvudman.name != "Ändrad"
    assert not AuditEntry.objects.exists()


def test_the_time_of_the_change_is_noted():
    dialogue = DialogueFactory(state=S.PLANNED)
    before = dialogue.state_since
    assert move(dialogue, to=S.INVITED, actor=SYSTEM).state_since > before


def someone(who: str, state: str) -> tuple[Dialogue, object]:
    """A dialogue in `state`, and a person: staff by role, the own huvudman's, another's, or nobody's."""
    dialogue, own = dialogue_with_contact(S(state))
    if who == "own":
        return dialogue, own
    if who == "other":
        return dialogue, ContactFactory().user
    if who == "nobody":
        return dialogue, UserFactory()
    return dialogue, staff_user(StaffRole(who))
