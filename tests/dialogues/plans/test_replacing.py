"""Somebody instead of one that has left: who is offered, what it costs, what is kept, when it can't be."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible
from accounts.models import StaffRole
from dialogues.domain import replacing
from dialogues.domain.dialogues import move
from dialogues.domain.engine import units_of
from dialogues.domain.plan_approval import open_plan
from dialogues.domain.plan_writing import blocks_of
from dialogues.domain.replacing import offers_for, plan_in_use, replace_gone
from dialogues.domain.swaps import SwappedSince, current_places
from dialogues.models import BatchState, Dialogue, DialogueState, Draw, DrawEntry, DrawEvent, Letter, Swap
from dialogues.planning.verify import verify
from tests.accounts.factories import planner, staff_user
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.factories import InvitationFactory
from tests.dialogues.plans.draws import approved, drawn, huvudman_in_two_lan, plan_on, somebody
from tests.dialogues.plans.replans import in_force, leaves_draft, reality_changes
from tests.dialogues.plans.test_intervals import had_dialogue, locked

pytestmark = pytest.mark.django_db


@pytest.fixture
def draw() -> Draw:
    """An approved plan of sixteen, in two years with two batches each."""
    huvudman_in_two_lan(16)
    return approved()


def gone_in(draw: Draw, number: int = 1) -> Dialogue:
    """One of the first year's batch that has been cancelled before it was invited."""
    found = draw.cycle.dialogues.filter(batch__year=draw.cycle.first_year, batch__number=number).first()
    return move(found, to=DialogueState.CANCELLED, actor=SYSTEM, reason="Hör av sig")


def fresh(dialogue: Dialogue) -> Dialogue:
    return Dialogue.objects.select_related("huvudman", "batch", "cycle").get(pk=dialogue.pk)


def page_of(dialogue: Dialogue) -> str:
    return reverse("admin:dialogue_replace", args=[dialogue.public_id])


def block_of(dialogue: Dialogue) -> str:
    return f"{dialogue.batch.year - dialogue.cycle.first_year + 1}:{dialogue.batch.number}"


def test_those_alike_in_later_batches_come_first_and_cost_nothing(draw) -> None:
    gone = fresh(gone_in(draw))
    offers = offers_for(gone, draw)
    assert offers
    assert [offer.outside for offer in offers] == sorted(offer.outside for offer in offers)
    assert offers[0].outside == 0
    assert "cell" in offers[0].alike
    for offer in offers:
        assert (offer.dialogue.batch.year, offer.dialogue.batch.number) > (gone.batch.year, gone.batch.number)


def test_they_change_places_and_everything_tells_of_it(draw) -> None:
    gone = fresh(gone_in(draw))
    comes = offers_for(gone, draw)[0].dialogue
    here, there, letters = gone.batch, comes.batch, Letter.objects.count()
    swap = replace_gone(dialogue=gone, instead=comes, reason="Avbokad per telefon", actor=somebody())
    assert (fresh(gone).batch, fresh(comes).batch) == (there, here)
    draw.refresh_from_db()
    draw.cycle.refresh_from_db()
    assert current_places(draw)[str(comes.huvudman.public_id)] == block_of(fresh(comes))
    assert draw.counted["swaps"][-1]["reason"] == swap.reason == "Avbokad per telefon"
    assert draw.cycle.certificate == draw.counted
    verify(units_of(draw), blocks_of(current_places(draw)), draw.counted)
    assert DrawEntry.objects.filter(draw=draw.public_id, event=DrawEvent.SWAPPED).exists()
    assert Letter.objects.count() == letters, "who comes is invited when the batch is sent"


@pytest.mark.parametrize("state", sorted(set(DialogueState) - {DialogueState.CANCELLED}))
def test_only_one_that_is_cancelled_leaves_its_place(draw, state) -> None:
    gone = fresh(gone_in(draw))
    comes = offers_for(gone, draw)[0].dialogue
    Dialogue.objects.filter(pk=gone.pk).update(state=state)
    with pytest.raises(NotPossible, match="Bara den som har avbokats"):
        replace_gone(dialogue=gone, instead=comes, reason="Byt", actor=somebody())


def test_one_that_has_been_invited_keeps_its_place(draw) -> None:
    gone = fresh(gone_in(draw))
    comes = offers_for(gone, draw)[0].dialogue
    InvitationFactory(dialogue=gone, batch=gone.batch, answer_by=timezone.localdate())
    with pytest.raises(NotPossible, match="innan den bjöds in"):
        replace_gone(dialogue=gone, instead=comes, reason="Byt", actor=somebody())


def test_the_other_must_be_planned_where_the_plan_says(draw) -> None:
    gone = fresh(gone_in(draw))
    first, second = (offer.dialogue for offer in offers_for(gone, draw)[:2])
    Dialogue.objects.filter(pk=first.pk).update(state=DialogueState.INVITED)
    with pytest.raises(NotPossible, match="har flyttats eller svarat"):
        replace_gone(dialogue=gone, instead=first, reason="Byt", actor=somebody())
    elsewhere = draw.cycle.batches.exclude(pk__in=(second.batch_id, gone.batch_id)).first()
    Dialogue.objects.filter(pk=second.pk).update(batch=elsewhere)
    with pytest.raises(NotPossible, match="har flyttats eller svarat"):
        replace_gone(dialogue=gone, instead=fresh(second), reason="Byt", actor=somebody())
    assert fresh(gone).batch == gone.batch


def test_one_that_has_just_had_a_dialogue_is_not_offered_nor_taken() -> None:
    huvudman_in_two_lan(16)
    cycle = small_cycle()
    late = had_dialogue(0, 2026)
    draw = approved(drawn(locked(cycle, 2)))
    gone = fresh(gone_in(draw))
    assert late.pk not in {offer.dialogue.huvudman_id for offer in offers_for(gone, draw)}
    comes = fresh(late.dialogues.get(cycle=cycle))
    with pytest.raises(NotPossible, match="nyss har haft en dialog"):
        replace_gone(dialogue=gone, instead=comes, reason="Byt", actor=somebody())


def test_an_open_plan_and_no_reason_are_refused(draw) -> None:
    gone = fresh(gone_in(draw))
    comes = offers_for(gone, draw)[0].dialogue
    with pytest.raises(NotPossible, match="Skriv varför"):
        replace_gone(dialogue=gone, instead=comes, reason=" ", actor=somebody())
    open_plan(draw=draw, why="Byten", actor=somebody())
    assert plan_in_use(draw.cycle) is None
    with pytest.raises(NotPossible, match="ingen godkänd plan"):
        replace_gone(dialogue=gone, instead=comes, reason="Byt", actor=somebody())


@pytest.mark.parametrize("role", sorted(set(StaffRole) - {StaffRole.PLANNER}))
def test_only_planners_may(client: Client, draw, role) -> None:
    gone = fresh(gone_in(draw))
    comes = offers_for(gone, draw)[0].dialogue
    user = staff_user(role)
    with pytest.raises(PermissionDenied):
        replace_gone(dialogue=gone, instead=comes, reason="Byt", actor=person(user))
    client.force_login(user)
    assert client.get(page_of(gone)).status_code in (403, 404)


def test_from_the_dialogue_to_the_changed_batch(client: Client, draw) -> None:
    gone = fresh(gone_in(draw))
    client.force_login(planner())
    link = client.get(reverse("admin:dialogue", args=[gone.public_id])).text
    assert page_of(gone) in link
    comes = offers_for(gone, draw)[0].dialogue
    listed = client.get(page_of(gone)).text
    assert f"{comes} ({comes.batch})" in listed
    assert f"{gone} är avbokad, så platsen i" in listed
    assert "Gör inte planen mindre jämn." in listed
    priced = client.get(page_of(gone), {"instead": comes.public_id}).text
    assert "Ingen fördelning blir mindre jämn." in priced
    sent = {"instead": str(comes.public_id), "batch": str(gone.batch.public_id), "reason": ""}
    sent |= plan_on(priced)
    assert client.post(page_of(gone), sent).status_code == 422
    assert client.post(page_of(gone), {"instead": "x", "reason": "Byt"}).status_code == 422
    stale = sent | {"reason": "Byt", "batch": str(comes.batch.public_id)}
    assert "har flyttats eller svarat" in client.post(page_of(gone), stale).text
    assert not Swap.objects.exists()
    done = client.post(page_of(gone), sent | {"reason": "Avbokad per telefon"}, follow=True)
    assert f"{comes} är nu med i" in done.text
    assert "Avbokad per telefon" in client.get(reverse("lottery", args=[draw.public_id])).text


def test_a_page_read_before_another_swap_changes_nothing(client: Client, draw) -> None:
    """Its cost is another by now: it is shown, nothing typed is lost, and then it can be confirmed."""
    gone, other = fresh(gone_in(draw)), fresh(gone_in(draw, 2))
    offers = [offer.dialogue for offer in offers_for(gone, draw)]
    comes = offers[0]
    client.force_login(planner())
    sent = {"instead": str(comes.public_id), "batch": str(gone.batch.public_id), "reason": "Avbokad"}
    sent |= plan_on(client.get(page_of(gone), {"instead": comes.public_id}).text)
    assert sent["seen"] == "0"
    swapped = next(o.dialogue for o in offers_for(other, draw) if o.dialogue.pk != comes.pk)
    replace_gone(dialogue=other, instead=swapped, reason="Byt", actor=somebody())
    stale = client.post(page_of(gone), sent)
    assert "Planen har ändrats sedan sidan öppnades, och inget är gjort." in stale.text
    assert "Avbokad" in stale.text
    assert Swap.objects.count() == 1
    assert (stale.status_code, plan_on(stale.text)) == (422, {"plan": sent["plan"], "seen": "1"})
    assert client.post(page_of(gone), sent | plan_on(stale.text)).status_code == 302
    assert Swap.objects.count() == 2


def test_a_page_of_a_plan_that_is_no_longer_in_force_changes_nothing(client: Client, draw) -> None:
    gone = fresh(gone_in(draw))
    comes = offers_for(gone, draw)[0].dialogue
    with pytest.raises(SwappedSince):
        replace_gone(dialogue=gone, instead=comes, reason="Byt", actor=somebody(), plan=str(uuid4()), seen=0)
    with pytest.raises(SwappedSince):
        replace_gone(
            dialogue=gone, instead=comes, reason="Byt", actor=somebody(), plan=str(draw.public_id), seen=1
        )
    assert not Swap.objects.exists()
    replace_gone(
        dialogue=gone, instead=comes, reason="Byt", actor=somebody(), plan=str(draw.public_id), seen=0
    )


def test_one_that_waits_is_led_to_a_later_batch(client: Client, draw) -> None:
    gone = fresh(gone_in(draw))
    sent = {"state": BatchState.SENT, "send_at": timezone.now(), "answer_by": timezone.localdate()}
    draw.cycle.batches.filter(pk=gone.batch_id).update(**sent)
    Dialogue.objects.filter(pk=gone.pk).update(state=DialogueState.POSTPONED)
    client.force_login(planner())
    page = client.get(page_of(gone)).text
    assert "Det är för sent att bjuda in någon" in page
    assert "Välj en senare omgång" in page


def test_in_a_batch_locked_before_a_replan_the_page_says_why_nobody_can_come(client: Client, draw) -> None:
    first = draw.cycle.batches.get(year=draw.cycle.first_year, number=1)
    leaves_draft(first)
    reality_changes(draw)
    in_force(draw)
    gone = fresh(gone_in(draw))
    client.force_login(planner())
    assert "platserna i den ligger fast och ingen kan komma" in client.get(page_of(gone)).text


def test_when_nobody_can_come_the_page_says_so(client: Client, draw) -> None:
    last = draw.cycle.dialogues.order_by("-batch__year", "-batch__number").first()
    gone = fresh(move(last, to=DialogueState.CANCELLED, actor=SYSTEM, reason="Hör av sig"))
    client.force_login(planner())
    assert "Ingen kan komma i stället" in client.get(page_of(gone)).text


@pytest.mark.parametrize("shown", [1, 3])
def test_the_list_asks_as_much_for_one_as_for_three(
    client: Client, draw, monkeypatch, django_assert_num_queries, shown
) -> None:
    gone = fresh(gone_in(draw))
    monkeypatch.setattr(replacing, "OFFERED", shown)
    client.force_login(planner())
    client.get(page_of(gone))
    with django_assert_num_queries(12):
        assert client.get(page_of(gone)).text.count('name="instead"') == shown
