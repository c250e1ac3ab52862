"""The page on which two change places, and two plans side by side."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from dialogues.domain import draw_work, draws, swaps
from dialogues.models import DrawState, Swap
from huvudman.models import Huvudman
from tests.accounts.factories import planner
from tests.dialogues.plans.draws import (
    approved,
    drawn,
    huvudman_in_two_lan,
    somebody,
    two_apart,
)
from tests.dialogues.plans.test_draw_pages import deed, page_of, swap_page
from tests.huvudman.factories import KommunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


@pytest.fixture
def as_planner(client: Client) -> Client:
    client.force_login(planner())
    return client


def seen_on(page: HttpResponse) -> str:
    """The version of the plan that a page shows, as its form sends it."""
    found = re.search(r'name="seen" value="([0-9]+)"', page.text)
    assert found
    return found[1]


class TestAStalePage:
    """A page that was opened before two changed places does nothing, and shows what holds now."""

    def test_the_same_swap_from_two_tabs_is_made_once(self, as_planner) -> None:
        draw = drawn()
        first, second = two_apart(draw)
        ids = {"first": first, "second": second}
        sent = ids | {"reason": "Flytt", "seen": seen_on(as_planner.get(swap_page(draw), ids))}
        assert as_planner.post(swap_page(draw), sent).status_code == 302
        swapped = swaps.current_places(draw)
        page = as_planner.post(swap_page(draw), sent)
        assert page.status_code == 422
        assert "Planen har ändrats sedan sidan öppnades" in page.text
        assert page.context["cost"].blocks == (swapped[first], swapped[second])
        assert Swap.objects.count() == 1
        assert as_planner.post(swap_page(draw), sent | {"seen": seen_on(page)}).status_code == 302
        assert swaps.current_places(draw) == draw.assignment

    def test_a_page_that_lacks_only_a_reason_is_still_of_what_it_showed(self, as_planner) -> None:
        draw = drawn()
        first, second = two_apart(draw)
        ids = {"first": first, "second": second}
        seen = seen_on(as_planner.get(swap_page(draw), ids))
        swaps.swap_places(draw=draw, reason="Flytt", actor=somebody(), **ids)
        assert seen_on(as_planner.post(swap_page(draw), ids | {"reason": "", "seen": seen})) == seen

    def test_a_plan_is_not_approved_as_it_was_not_read(self, client) -> None:
        draw = drawn()
        first, second = two_apart(draw)
        client.force_login(planner())
        seen = seen_on(client.get(deed(draw, "godkann")))
        swaps.swap_places(draw=draw, first=first, second=second, reason="Flytt", actor=somebody())
        page = client.post(deed(draw, "godkann"), {"seen": seen})
        assert page.status_code == 422
        assert "Planen har ändrats sedan sidan öppnades" in page.text
        figures = {figure.label: figure.value for figure in page.context["figures"]}
        assert figures["Byten efter lottningen"] == "1"
        draw.refresh_from_db()
        assert draw.state == DrawState.DRAWN
        assert client.post(deed(draw, "godkann"), {"seen": seen_on(page)}).status_code == 302
        draw.refresh_from_db()
        assert draw.state == DrawState.APPROVED

    def test_who_sends_no_version_has_read_none(self, client) -> None:
        draw = drawn()
        client.force_login(planner())
        assert client.post(deed(draw, "godkann")).status_code == 422
        first, second = two_apart(draw)
        sent = {"first": first, "second": second, "reason": "Flytt"}
        assert client.post(swap_page(draw), sent).status_code == 422
        assert not Swap.objects.exists()


class TestSwapPage:
    def test_a_swap_can_be_taken_back_and_one_of_the_two_chosen_anew(self, as_planner) -> None:
        draw = drawn()
        first, second = two_apart(draw)
        swaps.swap_places(draw=draw, first=first, second=second, reason="Fel", actor=somebody())
        back = f"{swap_page(draw)}?first={first}&second={second}"
        assert back.replace("&", "&amp;") in as_planner.get(page_of(draw)).text
        page = as_planner.get(back)
        assert [side["again"] for side in page.context["sides"]] == [f"?second={second}", f"?first={first}"]

    def test_search_choose_see_the_cost_and_swap(self, as_planner) -> None:
        draw = drawn()
        first, second = two_apart(draw)
        page = as_planner.get(swap_page(draw)).text
        assert "Sök huvudman</button>" in page
        page = as_planner.get(swap_page(draw), {"q1": first}).text
        assert f'value="{first}" checked' in page
        assert "Fortsätt</button>" in page
        page = as_planner.get(swap_page(draw), {"q1": first, "q2": second}).text
        assert "Visa vad bytet kostar</button>" in page
        page = as_planner.get(swap_page(draw), {"first": first}).text
        assert "Byten som inte gör planen mindre jämn" in page
        assert "Visa vad bytet kostar</button>" in page
        page = as_planner.get(swap_page(draw), {"first": first, "second": second})
        assert "Vad bytet kostar" in page.text
        assert len(page.context["families"]) == len(draw.counted["worst"])
        sent = {"first": first, "second": second, "reason": "", "seen": seen_on(page)}
        assert as_planner.post(swap_page(draw), sent).status_code == 422
        page = as_planner.post(swap_page(draw), sent | {"reason": "Flytt av skola"}, follow=True).text
        assert "Flytt av skola" in page
        assert Swap.objects.get().by_label

    def test_those_of_one_name_are_told_apart_and_no_personnummer_is_shown(self, as_planner) -> None:
        draw = drawn()
        rows = [Huvudman.objects.get(public_id=unit) for unit in sorted(draw.assignment)[:4]]
        orgnrs = ("5566778899", "5560360793", "1901011237", "5560125790")
        kommun = rows[0].main_kommun
        for row, orgnr in zip(rows, orgnrs, strict=True):
            Huvudman.objects.filter(pk=row.pk).update(name="Tvillingarna AB", orgnr=orgnr, main_kommun=kommun)
        alone = KommunFactory(code="0331", name="Ödeshög")
        Huvudman.objects.filter(pk=rows[3].pk).update(main_kommun=alone)
        page = as_planner.get(swap_page(draw), {"q1": "Tvillingarna"})
        marks = {h.orgnr: mark for h, _block, mark in page.context["sides"][0]["found"]}
        assert marks == {
            "5566778899": f"{kommun} 556677-8899",
            "5560360793": f"{kommun} 556036-0793",
            "1901011237": f"{kommun} {str(rows[2].public_id)[:8]}",
            "5560125790": "Ödeshög",
        }
        assert all(mark in page.text for mark in marks.values())
        assert "190101" not in page.text

    def test_two_in_one_batch_are_refused_in_words(self, as_planner) -> None:
        draw = drawn()
        first = next(iter(draw.assignment))
        assert "samma omgång" in as_planner.get(swap_page(draw), {"first": first, "second": first}).text

    def test_the_suggested_are_free(self, as_planner) -> None:
        from dialogues.domain.swaps import cost_of_swap

        draw = drawn()
        first = next(iter(draw.assignment))
        suggested = as_planner.get(swap_page(draw), {"first": first}).context["suggested"]
        assert suggested
        assert all(cost_of_swap(draw, first, str(h.public_id)).is_free for h, _block, _mark in suggested)

    def test_a_frozen_plan_leads_back(self, as_planner) -> None:
        assert as_planner.get(swap_page(approved())).status_code == 302


def test_two_plans_side_by_side(as_planner) -> None:
    draw = drawn()
    trial = draws.try_draw(cycle=draw.cycle, years=2, batches_per_year=1, why="", actor=somebody())
    draw_work.work_on(trial.pk)
    url = reverse("admin:draw_compare", args=[draw.public_id])
    assert str(trial) in as_planner.get(url).text
    page = as_planner.get(url, {"med": str(trial.public_id)})
    assert len(page.context["families"]) == len(draw.counted["worst"])
    assert page.context["common"] == 8
    assert len(re.findall('<svg[^>]*role="img"', page.text)) == 2
    assert as_planner.get(url, {"med": "x"}).status_code == 200


def test_only_what_both_plans_are_even_by_is_shown_side_by_side(as_planner) -> None:
    draw = drawn()
    even = draws.Even(families=("size",))
    trial = draws.try_draw(cycle=draw.cycle, years=2, batches_per_year=1, why="", actor=somebody(), even=even)
    draw_work.work_on(trial.pk)
    url = reverse("admin:draw_compare", args=[draw.public_id])
    page = as_planner.get(url, {"med": str(trial.public_id)})
    assert [chip["label"] for chip in page.context["chips"]] == ["Alla huvudmän", "Storlek"]
