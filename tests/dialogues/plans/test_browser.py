"""The lottery's pages in a real Chromium, wide and narrow, and a plan made from lock to freeze."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from dialogues.domain import draw_work, draws, swaps
from dialogues.domain.plan_approval import approve_plan
from dialogues.domain.replacing import offers_for
from dialogues.models import BatchState, Draw
from dialogues.models import DrawState as S
from huvudman.models import Huvudman, Koncern
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.factories import CycleFactory
from tests.dialogues.plans.draws import (
    approved,
    committed,
    drawn,
    huvudman_in_two_lan,
    queued,
    somebody,
    two_apart,
    typed,
)
from tests.dialogues.plans.replans import batch_at, leaves_draft, reality_changes, replanned
from tests.dialogues.plans.test_intervals import had_dialogue, locked
from tests.dialogues.plans.test_koncerner import locked as locked_together
from tests.dialogues.plans.test_replacing import fresh, gone_in
from tests.huvudman.factories import HuvudmanFactory
from tests.look.test_browser import RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def enter(page: Page, live_server: object, client: Client):
    """Sign in as somebody."""

    def signed_in(user: User) -> None:
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": str(live_server)}]
        )

    return signed_in


@pytest.fixture
def look(page: Page, live_server: object):
    """Open addresses at two widths, and find nothing wrong."""

    def looked_at(*places: str) -> None:
        for place in places:
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.goto(f"{live_server}{place}").status == 200, place
                results = Axe().run(page, options=RULES)
                assert results.violations_count == 0, f"{place} {width} px:\n{results.generate_report()}"
                assert page.evaluate("document.documentElement.scrollWidth") <= width, place

    return looked_at


def at(draw: Draw, *names: str) -> list[str]:
    return [reverse("admin:draw_deed", args=[draw.public_id, name]) for name in names]


def page_of(draw: Draw) -> str:
    return reverse("admin:draw", args=[draw.public_id])


def test_the_planners_pages_are_clean_and_fit(look, enter) -> None:
    huvudman_in_two_lan()
    HuvudmanFactory(name="Stockholms kommun", pupils=9000)
    enter(planner())
    cycle = small_cycle()
    names = ("cycle", "cycle_commit", "cycle_try")
    look(*(reverse(f"admin:{name}", args=[cycle.pk]) for name in names))
    draw = committed(cycle)
    look(page_of(draw), *at(draw, "varde", "kasta"))
    typed(draw)
    draw.refresh_from_db()
    look(page_of(draw), *at(draw, "bekrafta", "ta-tillbaka"))


def test_what_is_wider_than_its_frame_fades_until_it_is_scrolled_to_the_end(page, live_server, enter) -> None:
    """The heat map of 25 batches at 1280, and the public report's tables at 390; not a table that fits."""
    huvudman_in_two_lan(49)
    enter(planner())
    draw = approved(drawn(committed(years=5, batches_per_year=5)))
    faded = """wrap => getComputedStyle(wrap).getPropertyValue("--more-beside")"""
    to_the_end = "wrap => { wrap.scrollLeft = wrap.scrollWidth }"
    report = reverse("lottery", args=[draw.public_id])
    for place, width, found in ((page_of(draw), 1280, "figure .table-wrap"), (report, 390, ".table-wrap")):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{live_server}{place}")
        wide = page.locator(found).filter(visible=True)
        widths = [wrap.evaluate("w => w.scrollWidth > w.clientWidth") for wrap in wide.all()]
        assert any(widths), place
        for wrap, is_wide in zip(wide.all(), widths, strict=True):
            assert (float(wrap.evaluate(faded).removesuffix("px")) > 40) == is_wide, place
        first = wide.nth(widths.index(True))
        first.evaluate(to_the_end)
        page.wait_for_timeout(200)
        assert first.evaluate(faded) == "0px"


def test_a_drawn_plan_is_clean_and_fits(look, enter) -> None:
    huvudman_in_two_lan(49)
    HuvudmanFactory(name="Stockholms kommun", pupils=9000)
    enter(planner())
    draw = drawn(committed(years=5, batches_per_year=5))
    first, second = two_apart(draw)
    swap = reverse("admin:draw_swap", args=[draw.public_id])
    look(swap, f"{swap}?q1=Stockholms", f"{swap}?first={first}", f"{swap}?first={first}&second={second}")
    swaps.swap_places(draw=draw, first=first, second=second, reason="Flytt", actor=somebody())
    trial = draws.try_draw(cycle=draw.cycle, years=2, batches_per_year=1, why="", actor=somebody())
    draw_work.work_on(trial.pk)
    compare = f"{reverse('admin:draw_compare', args=[draw.public_id])}?med={trial.public_id}"
    look(page_of(draw), f"{page_of(draw)}?fordelning=cell&ar=1", compare, *at(draw, "godkann"))
    look(reverse("lotteries"), reverse("lottery", args=[approved(draw).public_id]), *at(draw, "oppna"))
    look(reverse("admin:cycle", args=[draw.cycle_id]), page_of(trial))


def test_who_is_held_back_is_told_cleanly_and_fits(look, enter) -> None:
    huvudman_in_two_lan(16)
    cycle = small_cycle()
    for at in range(3):
        had_dialogue(at, 2026)
    enter(planner())
    draw = approved(drawn(locked(cycle, 2)))
    look(page_of(draw), reverse("lottery", args=[draw.public_id]))
    look(page_of(locked(CycleFactory(name="Kort", first_year=2027, years=2, batches_per_year=2), 9)))


def test_koncerner_are_told_cleanly_and_fit(look, enter) -> None:
    huvudman_in_two_lan(16)
    ids = Huvudman.objects.order_by("pk").values_list("pk", flat=True)[:3]
    Huvudman.objects.filter(pk__in=list(ids)).update(koncern=Koncern.objects.create(name="Skolgruppen"))
    enter(planner())
    draw = drawn(locked_together(together=True))
    parted = next(row["id"] for row in draw.units if row.get("koncern"))
    other = next(u for u, block in draw.assignment.items() if block != draw.assignment[parted])
    swaps.swap_places(draw=draw, first=parted, second=other, reason="Flytt", actor=somebody())
    look(page_of(draw), reverse("lottery", args=[approved(draw).public_id]))


def test_somebody_instead_is_chosen_cleanly_and_fits(look, enter) -> None:
    huvudman_in_two_lan(16)
    enter(planner())
    draw = approved()
    gone = fresh(gone_in(draw))
    url = reverse("admin:dialogue_replace", args=[gone.public_id])
    best = offers_for(gone, draw)[0].dialogue.public_id
    look(reverse("admin:dialogue", args=[gone.public_id]), url, f"{url}?instead={best}")
    last = fresh(gone_in(draw, 2))
    sent = {"state": BatchState.SENT, "send_at": timezone.now(), "answer_by": timezone.localdate()}
    draw.cycle.batches.filter(pk=last.batch_id).update(**sent)
    late = reverse("admin:dialogue_replace", args=[last.public_id])
    look(late)
    draw.cycle.batches.filter(pk=last.batch_id).update(answer_by=timezone.localdate() + timedelta(days=20))
    best = offers_for(fresh(last), draw)[0].dialogue.public_id
    look(late, f"{late}?instead={best}")


def test_a_replan_is_clean_and_fits(look, enter) -> None:
    huvudman_in_two_lan(24)
    enter(planner())
    parent = approved(drawn(committed(years=3, batches_per_year=2)))
    ask = reverse("admin:draw_replan", args=[parent.public_id])
    look(ask)
    reality_changes(parent)
    unit = max(parent.assignment)
    leaves_draft(batch_at(parent, "1:1"))
    replan = replanned(parent, capacity=[("12", 2, 1, 1)], waits={unit: 3})
    changes = reverse("admin:draw_changes", args=[replan.public_id])
    look(
        ask,
        page_of(replan),
        changes,
        f"{changes}?slag=nya",
        f"{changes}?q=ingen",
        *at(replan, "godkann", "kasta"),
    )
    approve_plan(draw=replan, actor=somebody())
    root = reverse("lottery", args=[parent.public_id])
    look(page_of(parent), reverse("admin:draw_replan", args=[replan.public_id]), root)


def test_work_is_followed_without_reloading_and_ends_with_the_plan(page: Page, live_server, enter) -> None:
    huvudman_in_two_lan()
    enter(planner())
    draw = queued()
    draw_work.teller(draw)(15, "Fördelar huvudmännen på omgångar")
    page.goto(f"{live_server}{page_of(draw)}")
    expect(page.get_by_role("status")).to_contain_text("Fördelar huvudmännen")
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    draw_work.work_on(draw.pk)
    expect(page.get_by_role("heading", name="Hur jämn är planen?")).to_be_visible()


def test_a_planner_swaps_two_and_another_approves(page: Page, live_server, enter) -> None:
    huvudman_in_two_lan()
    enter(planner())
    draw = drawn()
    first, _second = two_apart(draw)
    page.goto(f"{live_server}{page_of(draw)}")
    page.get_by_role("link", name="Låt två byta plats").click()
    page.get_by_label(re.compile("beteckning i lottningen")).first.fill(first)
    page.get_by_role("button", name="Sök huvudman").click()
    page.get_by_role("button", name="Fortsätt").click()
    free = page.get_by_role("group", name=re.compile("inte gör planen mindre jämn"))
    free.get_by_role("radio").first.check()
    page.get_by_role("button", name="Visa vad bytet kostar").click()
    expect(page.get_by_role("heading", name="Vad bytet kostar")).to_be_visible()
    expect(page.get_by_text("Ingen fördelning blir mindre jämn.")).to_be_visible()
    page.get_by_label("Varför byter de plats?").fill("Flytt av skola")
    page.get_by_role("button", name="Låt dem byta plats").click()
    expect(page.get_by_role("cell", name="Flytt av skola")).to_be_visible()
    expect(page.get_by_text("en annan planerare godkänner den")).to_be_visible()
    page.goto(f"{live_server}{at(draw, 'godkann')[0]}")
    page.get_by_role("button", name="Godkänn och frys planen").click()
    expect(page.get_by_role("alert")).to_contain_text("En annan planerare")
    enter(planner())
    page.goto(f"{live_server}{at(draw, 'godkann')[0]}")
    page.get_by_role("button", name="Godkänn och frys planen").click()
    expect(page.get_by_text("Planen är fryst")).to_be_visible()
    draw.refresh_from_db()
    assert draw.state == S.APPROVED
