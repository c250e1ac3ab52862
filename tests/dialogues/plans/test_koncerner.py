"""Koncerner invited together: chosen in the form, committed, and told on page and in report."""

from __future__ import annotations

import datetime
import hashlib
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from dialogues.domain import draws
from dialogues.domain.engine import units_of
from dialogues.domain.plan_writing import blocks_of
from dialogues.domain.plans import units_to_plan
from dialogues.domain.swaps import swap_places
from dialogues.models import Draw
from dialogues.plan_exports import plan_csv, register_csv, register_json
from dialogues.planning.files import read_plan, read_units
from dialogues.planning.verify import verify
from huvudman.models import Huvudman, Koncern
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.plans.draws import approved, drawn, huvudman_in_two_lan, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> list[str]:
    """Two of one koncern in the same län, among twenty-four huvudmän; a third koncern has a single one."""
    huvudman_in_two_lan(24)
    koncern, alone = Koncern.objects.create(name="Skolgruppen"), Koncern.objects.create(name="Ensam")
    rows = Huvudman.objects.filter(main_kommun__lan="12").order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    Huvudman.objects.filter(pk__in=ids[:2]).update(koncern=koncern)
    Huvudman.objects.filter(pk=ids[2]).update(koncern=alone)
    return [str(public_id) for public_id in rows.filter(koncern=koncern).values_list("public_id", flat=True)]


def locked(*, together: bool) -> Draw:
    return draws.commit_lottery(
        cycle=small_cycle(),
        years=2,
        batches_per_year=2,
        source="Slutvärdet för OMXS30",
        value_on=timezone.localdate() + datetime.timedelta(days=1),
        why="Cykelns lottning",
        actor=somebody(),
        together=together,
    )


def test_only_those_with_others_in_their_koncern_say_it_and_only_when_asked(group) -> None:
    assert {unit.id for unit in units_to_plan(together=True) if unit.koncern} == set(group)
    assert not [unit for unit in units_to_plan() if unit.koncern]


def test_they_share_a_batch_and_anyone_can_check_it(group) -> None:
    draw = drawn(locked(together=True))
    assert json.loads(draw.commitment)["koncerner_together"] == 1
    assert draw.assignment[group[0]] == draw.assignment[group[1]]
    assert hashlib.sha256(register_json(draw)).hexdigest() == draw.input_sha256
    units = read_units(register_csv(draw), years=2, batches=2)
    verify(units, read_plan(plan_csv(draw.assignment)), draw.certificate)
    verify(units_of(draw), blocks_of(draw.assignment), draw.certificate)


def test_page_and_report_tell_the_rule_and_who_a_swap_has_parted(client, group) -> None:
    draw = drawn(locked(together=True))
    here = draw.assignment[group[0]]
    other = next(unit for unit, block in draw.assignment.items() if block != here and unit not in group)
    swap_places(draw=draw, first=group[0], second=other, reason="Flytt", actor=somebody())
    draw.refresh_from_db()
    name = Huvudman.objects.get(public_id=draw.counted["koncern"]["apart"][0]["id"]).name
    report = reverse("lottery", args=[draw.public_id])
    assert "1 koncern med 2 huvudmän" in client.get(report).text
    assert "ligger i en annan omgång" not in client.get(report).text, "the plan is not public yet"
    client.force_login(planner())
    page = client.get(reverse("admin:draw", args=[draw.public_id])).text
    assert "Helt tillsammans är 0 av 1." in page
    assert name in page.partition("ligger i en annan omgång")[2].partition("</table>")[0]
    approved(draw)
    public = client.get(report).text
    assert "ligger i en annan omgång" in public
    assert name not in public


def test_the_form_asks_and_without_the_rule_nothing_is_said(client, group) -> None:
    client.force_login(planner())
    url = reverse("admin:cycle_try", args=[small_cycle().pk])
    sent = {"years": "2", "batches_per_year": "2", "least_years_between": "0", "families": ["region"]}
    assert "Bjud in huvudmän i samma koncern tillsammans" in client.get(url).text
    client.post(url, sent)
    client.post(url, sent | {"together": "on"})
    with_rule, without = Draw.objects.all()
    assert sorted(row["id"] for row in with_rule.units if row.get("koncern")) == sorted(group)
    assert not any("koncern" in row for row in without.units)
    page = client.get(reverse("admin:draw", args=[without.public_id])).text
    assert "samma koncern bjuds in" not in page
