"""A plan opened by mistake is closed again as it was, and who may approve it is the same everywhere."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry, StaffRole
from dialogues.desk.lotteries import show_to_see_to, to_see_to
from dialogues.desk.todo import Desk
from dialogues.domain import swaps
from dialogues.domain.plan_approval import approve_plan, close_plan, has_made, open_plan
from dialogues.models import Draw, DrawEntry, DrawEvent
from dialogues.models import DrawState as S
from tests.accounts.factories import planner, staff_user
from tests.dialogues.plans.draws import approved, committed, drawn, huvudman_in_two_lan, somebody, two_apart
from tests.dialogues.plans.replans import in_force, places_of, replanned

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


def opened(draw: Draw | None = None) -> Draw:
    return open_plan(draw=draw or approved(), why="Av misstag", actor=somebody())


def swapped(draw: Draw, actor: Actor | None = None) -> None:
    first, second = two_apart(draw)
    swaps.swap_places(draw=draw, first=first, second=second, reason="Flytt", actor=actor or somebody())


def page(draw: Draw) -> str:
    return reverse("admin:draw", args=[draw.public_id])


def undo(draw: Draw) -> str:
    return reverse("admin:draw_deed", args=[draw.public_id, "angra"])


class TestClosing:
    @pytest.mark.parametrize("make", [approved, in_force])
    def test_it_is_approved_and_frozen_as_it_was(self, make) -> None:
        before = make()
        places = places_of(before)
        draw = close_plan(draw=opened(before), actor=somebody())
        assert (draw.state, draw.approved_by) == (S.APPROVED, before.approved_by)
        assert abs(draw.approved_at - before.approved_at).total_seconds() < 1
        assert places_of(draw) == places == draw.assignment
        assert AuditEntry.objects.get(verb="draw.approved", facts__opening_undone=True).subject_id == draw.pk
        assert DrawEntry.objects.get(event=DrawEvent.CLOSED).draw == draw.public_id
        assert DrawEntry.objects.filter(event=DrawEvent.APPROVED, draw=draw.public_id).count() == 1

    def test_undone_twice_it_is_noted_once_and_can_be_opened_again(self) -> None:
        draw = close_plan(draw=opened(), actor=somebody())
        close_plan(draw=draw, actor=somebody())
        assert DrawEntry.objects.filter(event=DrawEvent.CLOSED).count() == 1
        assert opened(draw).is_open_again

    def test_not_when_somebody_has_swapped_since(self) -> None:
        draw = opened()
        swapped(draw)
        with pytest.raises(NotPossible, match="Två har bytt plats"):
            close_plan(draw=draw, actor=somebody())

    def test_swaps_of_an_earlier_opening_stand_in_no_way(self) -> None:
        draw = opened()
        swapped(draw)
        draw = opened(approve_plan(draw=draw, actor=somebody()))
        assert close_plan(draw=draw, actor=somebody()).state == S.APPROVED

    @pytest.mark.parametrize("state", S)
    def test_only_a_plan_that_is_open(self, state: S) -> None:
        draw = opened() if state == S.DRAWN else approved()
        Draw.objects.filter(pk=draw.pk).update(state=state)
        draw.refresh_from_db()
        if state in {S.DRAWN, S.APPROVED}:  # closed already, nothing happens
            assert close_plan(draw=draw, actor=somebody()).state == S.APPROVED
            return
        with pytest.raises(NotPossible):
            close_plan(draw=draw, actor=somebody())
        draw.refresh_from_db()
        assert draw.state == state

    def test_a_plan_never_approved_is_not_closed_but_approved(self) -> None:
        with pytest.raises(NotPossible, match="inte öppnad"):
            close_plan(draw=drawn(), actor=somebody())

    @pytest.mark.parametrize("role", sorted(set(StaffRole) - {StaffRole.PLANNER}))
    def test_only_planners_may(self, role: StaffRole) -> None:
        with pytest.raises(PermissionDenied):
            close_plan(draw=opened(), actor=person(staff_user(role)))

    def test_from_the_page_by_who_opened_it(self, client: Client) -> None:
        kim = planner()
        draw = open_plan(draw=approved(), why="Av misstag", actor=person(kim))
        client.force_login(kim)
        assert "öppen för byten" in client.get(page(draw)).text
        assert undo(draw) in client.get(page(draw)).text
        assert "precis som den var" in client.get(undo(draw)).text
        assert "Öppningen är ångrad" in client.post(undo(draw), follow=True).text
        draw.refresh_from_db()
        assert draw.state == S.APPROVED

    def test_the_page_does_not_offer_it_after_a_swap_or_before_approval(self, client: Client) -> None:
        client.force_login(planner())
        draw = drawn()
        assert undo(draw) not in client.get(page(draw)).text
        draw = opened(approve_plan(draw=draw, actor=somebody()))
        swapped(draw)
        assert undo(draw) not in client.get(page(draw)).text


def waits_for(user) -> bool:
    """Whether the desk has the plan for this person to approve."""
    return to_see_to(Desk.of(user)).exists()


@pytest.mark.parametrize("swaps_before", ["nobody", "asker", "other"])
@pytest.mark.parametrize("opened_again", [False, True])
@pytest.mark.parametrize("swaps_after", ["nobody", "asker", "other"])
def test_the_desk_asks_those_who_may_approve(swaps_before: str, opened_again: bool, swaps_after: str) -> None:
    people = {"asker": planner(), "other": planner(), "third": planner()}
    draw = drawn(committed(actor=person(people["asker"])))
    if swaps_before != "nobody":
        swapped(draw, person(people[swaps_before]))
    if opened_again:
        draw = opened(approve_plan(draw=draw, actor=somebody()))
    if swaps_after != "nobody":
        swapped(draw, person(people[swaps_after]))
    new = {swaps_after} if opened_again else {swaps_before, swaps_after}
    made = new - {"nobody"} or {"asker"}
    for name, user in people.items():
        assert has_made(user.pk, draw) == (name in made)
        assert waits_for(user) == (name not in made)
    for name in sorted(people, key=lambda name: name not in made):
        actor = person(people[name])
        if name in made:
            with pytest.raises(NotPossible, match="En annan planerare"):
                approve_plan(draw=draw, actor=actor)
        else:
            assert approve_plan(draw=draw, actor=actor).state == S.APPROVED


@pytest.mark.parametrize(
    ("make", "title", "badge"),
    [
        (drawn, "Läs och godkänn planen", "lottad, inte godkänd"),
        (replanned, "Läs och godkänn omplaneringen", "omplanerad, väntar på godkännande"),
        (opened, "Godkänn planen igen", "öppen för byten"),
    ],
)
def test_what_waits_is_called_what_it_is(client: Client, make, title: str, badge: str) -> None:
    draw, user = make(), planner()
    desk = Desk.of(user)
    assert [show_to_see_to(row, desk).what for row in to_see_to(desk)] == [title]
    client.force_login(user)
    assert badge in client.get(page(draw)).text.lower()


class TestFigures:
    def figures(self, client: Client, draw: Draw) -> dict[str, str]:
        client.force_login(planner())
        shown = client.get(reverse("admin:draw_deed", args=[draw.public_id, "godkann"]))
        assert "Planen i siffror" in shown.text
        return {figure.label: figure.value for figure in shown.context["figures"]}

    def test_of_a_lottery_with_a_swap(self, client: Client) -> None:
        draw = drawn()
        swapped(draw)
        figures = self.figures(client, draw)
        draw.refresh_from_db()
        off = len(draw.counted["breaches"])
        assert figures["Huvudmän"] == "8"
        assert figures["Omgångar"] == "4"
        assert figures["Avvikelser"] == (str(off) if off else "Inga")
        assert figures["Byten efter lottningen"] == "1"
        assert figures["Barn och elever varierar mellan omgångarna med"].endswith("%")
        assert "Flyttas" not in figures

    def test_of_a_replan(self, client: Client) -> None:
        draw = replanned()
        figures = self.figures(client, draw)
        assert figures["Ny i planen"] == figures["Lämnar planen"] == "1"
        assert figures["Flyttas"] == str(draw.certificate["moved"])
        assert figures["Minst så många måste flyttas"] == str(draw.certificate["moved_bound"])
        assert figures["Avvikelser"] == "Inga"

    def test_other_deeds_show_none(self, client: Client) -> None:
        client.force_login(planner())
        draw = drawn()
        kasta = reverse("admin:draw_deed", args=[draw.public_id, "kasta"])
        assert "Planen i siffror" not in client.get(kasta).text
