"""The full matrix of the underlag machine: every state × every verb, and × every role."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actors import SYSTEM, Actor, person
from accounts.domain.machine import WrongState
from accounts.models import AuditEntry, StaffRole
from dialogues.domain import underlag as verbs
from dialogues.models import CentralArea, Letter, Underlag
from dialogues.models import UnderlagState as S
from quality_system.models import Area
from tests.accounts.factories import UserFactory, leader, staff_user
from tests.dialogues.underlag.factories import stored_pdf, underlag_in

pytestmark = pytest.mark.django_db

Verb = Callable[[Underlag, Actor], Underlag]


def finish(underlag: Underlag, actor: Actor) -> Underlag:
    return verbs.finish_rendering(
        underlag=underlag, content={"schema": 1}, areas=[], pdf=stored_pdf(), actor=actor
    )


def fail(underlag: Underlag, actor: Actor) -> Underlag:
    return verbs.fail_underlag(underlag=underlag, reason="det gick inte", actor=actor)


def again(underlag: Underlag, actor: Actor) -> Underlag:
    return verbs.order_again(underlag=underlag, actor=actor)


def confirm_last(underlag: Underlag, actor: Actor) -> Underlag:
    """Confirm for the one agency that is left."""
    if underlag.state == S.RENDERED:
        other = leader("spsm" if agency_code(actor) == "skolverket" else "skolverket")
        underlag.confirmations.create(agency=other.staff.agency, user=other)
    return verbs.confirm_underlag(underlag=underlag, actor=actor)


def issue(underlag: Underlag, actor: Actor) -> Underlag:
    return verbs.issue_underlag(underlag=underlag, actor=actor)


def agency_code(actor: Actor) -> str:
    staff = getattr(actor.user, "staff", None)
    return staff.agency.code if staff else ""


VERBS: dict[str, tuple[Verb, S, frozenset[S]]] = {
    "finish": (finish, S.RENDERED, frozenset({S.ORDERED})),
    "fail": (fail, S.FAILED, frozenset({S.ORDERED})),
    "again": (again, S.ORDERED, frozenset({S.RENDERED, S.CONFIRMED, S.FAILED})),
    "confirm": (confirm_last, S.CONFIRMED, frozenset({S.RENDERED})),
    "issue": (issue, S.ISSUED, frozenset({S.CONFIRMED})),
}
ROLES: dict[str, frozenset[StaffRole]] = {
    "finish": frozenset(),
    "fail": frozenset(),
    "again": frozenset({StaffRole.PLANNER, StaffRole.LEADER}),
    "confirm": frozenset({StaffRole.LEADER}),
    "issue": frozenset({StaffRole.PLANNER, StaffRole.LEADER}),
}


def whoever_may(verb: str) -> Actor:
    return person(leader()) if verb == "confirm" else SYSTEM


@pytest.mark.parametrize(("verb", "state"), list(product(VERBS, S)))
def test_each_verb_from_each_state(verb: str, state: S) -> None:
    act, wanted, allowed_from = VERBS[verb]
    underlag = underlag_in(state)
    actor = whoever_may(verb)
    if state in allowed_from or state == wanted or (verb, state) == ("confirm", S.ISSUED):
        act(underlag, actor)
    else:
        with pytest.raises(WrongState):
            act(underlag, actor)
    underlag.refresh_from_db()
    assert underlag.state == (wanted if state in allowed_from else state)
    walked = AuditEntry.objects.filter(verb=f"underlag.{wanted}").count()
    assert walked == (state in allowed_from)


@pytest.mark.parametrize(("verb", "role"), list(product(VERBS, [None, *StaffRole])))
def test_each_verb_by_each_role(verb: str, role: StaffRole | None) -> None:
    act, wanted, allowed_from = VERBS[verb]
    underlag = underlag_in(sorted(allowed_from)[0])
    before = underlag.state
    actor = person(staff_user(role) if role else UserFactory())
    if role in ROLES[verb]:
        assert act(underlag, actor).state == wanted
    else:
        with pytest.raises(PermissionDenied):
            act(underlag, actor)
        underlag.refresh_from_db()
        assert underlag.state == before
        assert not AuditEntry.objects.exists()
        assert not Letter.objects.exists()


def test_the_verbs_cover_every_step_of_the_table() -> None:
    walked = {(start, to) for _act, to, starts in VERBS.values() for start in starts}
    assert walked == {(start, to) for start, ends in verbs.TABLE.items() for to in ends}


@pytest.mark.parametrize("verb", VERBS)
def test_a_failure_in_the_middle_leaves_nothing(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    act, _wanted, allowed_from = VERBS[verb]
    underlag = underlag_in(sorted(allowed_from)[0])
    before = (Underlag.objects.values().get(pk=underlag.pk), areas_of(underlag))

    def fall(**_facts: object) -> None:
        raise OSError("the audit log cannot be written")

    monkeypatch.setattr("accounts.domain.machine.record", fall)
    with pytest.raises(OSError, match="audit log"):
        act(underlag, whoever_may(verb))
    assert (Underlag.objects.values().get(pk=underlag.pk), areas_of(underlag)) == before
    assert not Letter.objects.exists()


def test_a_failing_letter_leaves_the_underlag_unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    underlag = underlag_in(S.CONFIRMED)

    def fall(**_facts: object) -> None:
        raise OSError("no letter can be written")

    monkeypatch.setattr(verbs, "write_to_huvudman", fall)
    with pytest.raises(OSError, match="no letter"):
        issue(underlag, SYSTEM)
    underlag.refresh_from_db()
    assert (underlag.state, underlag.issued_at) == (S.CONFIRMED, None)
    assert underlag.dialogue.state == "introduced"
    assert not AuditEntry.objects.exists()


def areas_of(underlag: Underlag) -> list[tuple[str, str]]:
    return list(CentralArea.objects.filter(underlag=underlag).values_list("area", "text"))


def test_areas_are_the_three_of_the_quality_system() -> None:
    assert {area for area, _text in areas_of(underlag_in(S.RENDERED))} <= set(Area.values)
