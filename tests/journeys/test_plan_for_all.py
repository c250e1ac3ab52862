"""Everyone is planned: locked, drawn by a public value, read, swapped in, approved, planned anew."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.utils import timezone

from accounts.models import StaffRole
from dialogues.demo.register import write_example_register
from dialogues.models import Dialogue, Draw, InvitationBatch
from dialogues.models import DrawState as S
from huvudman.models import Huvudman, HuvudmanType, Kommun
from tests.accounts.factories import staff_user
from tests.huvudman.factories import HuvudmanFactory
from tests.journeys.people import LONG_WORK, Person, make_strong

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

VALUE = "2 501,35"
GONE = 40
"""So many close after the plan is made."""
NEAR = 10
"""So many more than the proved least may move."""
FREE = re.compile("inte gör planen mindre jämn")


@pytest.fixture
def everyone() -> int:
    """About 2 800 huvudmän."""
    return write_example_register("resan")


@pytest.fixture
def planner(everyone: int, site: str, somebody: Callable[..., Person]) -> Callable[[], Person]:
    """Gives planners that have signed in."""

    def comes_to_work() -> Person:
        user = staff_user(StaffRole.PLANNER)
        make_strong(user)
        who = somebody()
        who.signs_in_as_staff(user.email)
        return who

    return comes_to_work


@pytest.fixture
def it_becomes() -> Iterator[Callable[[datetime.date], None]]:
    """Lets a day come, for the web."""
    travels = []

    def come(day: datetime.date) -> None:
        noon = datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
        travels.append(time_machine.travel(noon))
        travels[-1].start()

    yield come
    for travel in reversed(travels):
        travel.stop()


def test_two_planners_plan_everyone_and_plan_anew(
    everyone: int, planner: Callable[[], Person], it_becomes: Callable[[datetime.date], None]
) -> None:
    locks_the_register(planner())
    it_becomes(Draw.objects.get().value_on)
    one, other = planner(), planner()
    types_the_value(one)
    confirms_the_value(other)
    draw = reads_the_plan(other, everyone)
    swaps_two(one)
    is_not_let_to_approve(one, draw)
    approves(other, draw)
    draw.refresh_from_db()
    assert draw.state == S.APPROVED
    assert Dialogue.objects.filter(batch__cycle=draw.cycle).count() == everyone
    assert InvitationBatch.objects.filter(cycle=draw.cycle).count() == draw.years * draw.batches_per_year
    closed, new = reality_changes()
    replan = plans_anew(one, draw)
    assert Dialogue.objects.filter(batch__cycle=draw.cycle, state="planned").count() == everyone
    is_not_let_to_approve(one, replan)
    approves(other, replan)
    planned = Dialogue.objects.filter(cycle=draw.cycle, state="planned")
    assert planned.count() == everyone - len(closed) + len(new)
    assert not planned.filter(huvudman__in=closed).exists()
    assert planned.filter(huvudman__in=new).count() == len(new)


def locks_the_register(planner: Person) -> None:
    planner.opens("/personal/planering/")
    planner.follows("Skapa den första cykeln")
    planner.types(name="Kvalitetsdialoger för alla")
    planner.presses("Skapa cykeln")
    planner.follows("Lås registret för lottning")
    planner.types(why="Cykelns lottning")
    planner.presses("Lås registret")
    planner.sees("väntar på värdet")


def types_the_value(planner: Person) -> None:
    draw = Draw.objects.get()
    planner.opens(f"/personal/planering/lottning/{draw.public_id}/")
    planner.follows("Skriv in värdet")
    planner.types(value=VALUE, where="nasdaq.example/omxs30")
    planner.presses("Spara värdet")


def confirms_the_value(planner: Person) -> None:
    planner.opens(f"/personal/planering/lottning/{Draw.objects.get().public_id}/")
    planner.follows("Bekräfta värdet")
    planner.types(value="2501.35")
    planner.presses("Bekräfta och lotta")


def reads_the_plan(planner: Person, everyone: int) -> Draw:
    """Even in every batch and every year, by every family."""
    planner.waits_for("Hur jämn är planen?", LONG_WORK)
    draw = Draw.objects.get()
    assert len(draw.assignment) == everyone
    assert not draw.certificate["breaches"]
    planner.sees("Huvudmän som är större än en halv omgång")
    planner.follows("Län och storlek")
    return draw


def swaps_two(planner: Person) -> None:
    """Two that are alike change places: nothing becomes less even."""
    planner.opens(f"/personal/planering/lottning/{Draw.objects.get().public_id}/")
    planner.follows("Låt två byta plats")
    planner.types(q1="Jokkmokk")
    planner.presses("Sök huvudman")
    planner.page.get_by_role("radio").first.check()
    planner.presses("Fortsätt")
    planner.page.get_by_role("group", name=FREE).get_by_role("radio").first.check()
    planner.presses("Visa vad bytet kostar")
    planner.sees("Ingen fördelning blir mindre jämn.")
    planner.types(reason="Kommunen byter skolchef")
    planner.presses("Låt dem byta plats")
    planner.sees("Kommunen byter skolchef")


def is_not_let_to_approve(planner: Person, draw: Draw) -> None:
    planner.opens(f"/personal/planering/lottning/{draw.public_id}/")
    planner.sees("annan planerare")
    planner.opens(f"/personal/planering/lottning/{draw.public_id}/gor/godkann/")
    planner.presses("Godkänn och frys planen")
    planner.sees("En annan planerare")


def approves(planner: Person, draw: Draw) -> None:
    planner.opens(f"/personal/planering/lottning/{draw.public_id}/")
    planner.follows("Godkänn och frys planen")
    planner.presses("Godkänn och frys planen")
    planner.sees("Planen är fryst")


def reality_changes() -> tuple[list[Huvudman], list[Huvudman]]:
    """Some small ones here and there have closed, and five are new."""
    small = Huvudman.objects.filter(type=HuvudmanType.ENSKILD, pupils__lt=100).order_by("pk")
    closed = list(small[: GONE * 7 : 7])
    gone = timezone.localdate() - datetime.timedelta(days=1)
    Huvudman.objects.filter(pk__in=[row.pk for row in closed]).update(active_to=gone)
    home = Kommun.objects.get(code="2510")
    return closed, [HuvudmanFactory(main_kommun=home, pupils=30) for _one in range(5)]


def plans_anew(planner: Person, draw: Draw) -> Draw:
    """Few move, and the plan is as even as before."""
    planner.opens(f"/personal/planering/lottning/{draw.public_id}/")
    planner.follows("Planera om")
    planner.sees(f"{GONE} har upphört")
    planner.types(why="Förskolor har lagts ner")
    planner.presses("Planera om")
    planner.waits_for("Hur jämn är planen?", LONG_WORK)
    replan = Draw.objects.get(parent=draw)
    assert not replan.certificate["breaches"]
    least = replan.certificate["moved_bound"]
    assert least <= replan.certificate["moved"] <= least + NEAR
    planner.follows("Alla ändringar, huvudman för huvudman")
    planner.types(q="Jokkmokk")
    planner.presses("Visa")
    planner.opens(f"/personal/planering/lottning/{replan.public_id}/")
    return replan
