"""One more is invited in a batch that has been sent, instead of one that leaves it: whom, when, once."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.audit import latest
from accounts.domain.machine import NotPossible
from accounts.models import StaffRole
from dialogues.domain import replacing
from dialogues.domain.dialogues import move
from dialogues.domain.engine import units_of
from dialogues.domain.invitations import answer_invitation, invite
from dialogues.domain.late_invitations import LEAST_DAYS_LEFT
from dialogues.domain.plan_approval import approve_plan
from dialogues.domain.plan_writing import blocks_of
from dialogues.domain.replacing import offers_for, replace_gone
from dialogues.domain.since_planned import since_planned
from dialogues.domain.swaps import current_places
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Dialogue,
    DialogueState,
    Draw,
    Invitation,
    InvitationBatch,
    Letter,
    LetterKind,
    PaperLetter,
    Swap,
)
from dialogues.planning.verify import verify
from huvudman.models import Huvudman
from tests.accounts.factories import planner, staff_user
from tests.dialogues.factories import both_agencies
from tests.dialogues.plans.draws import approved, huvudman_in_two_lan, plan_on, somebody
from tests.dialogues.plans.replans import in_force, reality_changes, replanned
from tests.dialogues.plans.test_replacing import block_of, fresh, page_of
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db
SAID = (Answer.NO, Answer.LATER)
LEAVING = {DialogueState.DECLINED, DialogueState.POSTPONED, DialogueState.CANCELLED}


@pytest.fixture
def draw() -> Draw:
    """A plan of sixteen in two years with two batches each; the first batch is sent, nobody has answered."""
    return with_a_sent_batch()


def with_a_sent_batch(days: int = 20) -> Draw:
    """As the fixture, with so many days left to answer."""
    both_agencies()
    huvudman_in_two_lan(16)
    Huvudman.objects.update(email="skola@example.test")
    draw = approved()
    batch = draw.cycle.batches.get(year=draw.cycle.first_year, number=1)
    set_batch(batch, BatchState.SENT, days)
    for dialogue in batch.dialogues.all():
        invite(dialogue=dialogue, actor=SYSTEM)
    return draw


def set_batch(batch: InvitationBatch, state: BatchState, days: int = 20) -> None:
    """Let a batch be in a state, with so many days left to answer."""
    last = timezone.localdate() + datetime.timedelta(days=days)
    InvitationBatch.objects.filter(pk=batch.pk).update(state=state, send_at=timezone.now(), answer_by=last)
    Invitation.objects.filter(batch=batch).update(answer_by=last)


def says(dialogue: Dialogue, answer: Answer) -> Dialogue:
    """Let a huvudman have answered, by phone."""
    answer_invitation(
        invitation=dialogue.invitations.get(),
        answer=answer,
        given_by="Kim",
        channel=Channel.PHONE,
        actor=SYSTEM,
    )
    return fresh(dialogue)


def one_that_says(draw: Draw, answer: Answer = Answer.NO) -> Dialogue:
    """The first one of the first batch, that has answered."""
    first = draw.cycle.dialogues.filter(batch__year=draw.cycle.first_year, batch__number=1)
    return says(first.order_by("pk").first(), answer)


def replaced(gone: Dialogue, comes: Dialogue, **facts: object) -> Swap:
    """Invite one instead of another, as the page does."""
    asked = {"reason": "Tackade nej", "actor": somebody(), "answer_by": gone.batch.answer_by} | facts
    return replace_gone(dialogue=gone, instead=comes, **asked)


def invitations_to(dialogue: Dialogue) -> int:
    return Letter.objects.filter(dialogue=dialogue, kind=LetterKind.INVITATION).count()


@pytest.mark.parametrize("answer", SAID)
def test_the_new_one_is_invited_at_once_and_the_plan_tells(draw, answer) -> None:
    gone = one_that_says(draw, answer)
    comes = offers_for(gone, draw)[0].dialogue
    left, letters = block_of(comes), Letter.objects.filter(kind=LetterKind.INVITATION).count()
    swap = replaced(gone, comes)
    invited, stays = fresh(comes), fresh(gone)
    assert (invited.batch, invited.state) == (gone.batch, DialogueState.INVITED)
    assert invited.invitations.get().answer_by == gone.batch.answer_by
    assert invitations_to(comes) == 1
    assert Letter.objects.filter(kind=LetterKind.INVITATION).count() == letters + 1, "and nobody else"
    assert (stays.batch, stays.state) == (gone.batch, gone.state)
    draw.refresh_from_db()
    places = current_places(draw)
    assert places[str(comes.huvudman.public_id)] == block_of(invited)
    assert places[str(gone.huvudman.public_id)] == left
    assert draw.counted["swaps"][-1]["reason"] == swap.reason
    verify(units_of(draw), blocks_of(places), draw.counted)
    assert latest(gone, replacing.REPLACED).facts["by"] == str(comes)
    assert latest(comes, "dialogue.invited").facts["letters"] == 1


def test_without_an_address_the_new_one_gets_it_on_paper(draw) -> None:
    gone = one_that_says(draw)
    comes = offers_for(gone, draw)[0].dialogue
    Huvudman.objects.filter(pk=comes.huvudman_id).update(email="", postal_code="21120", post_town="Malmö")
    replaced(gone, fresh(comes))
    assert PaperLetter.objects.filter(dialogue=comes, kind=LetterKind.INVITATION).count() == 1
    assert invitations_to(comes) == 0


def test_one_cancelled_after_the_invitation_leaves_its_place_too(draw) -> None:
    first = draw.cycle.dialogues.filter(state=DialogueState.INVITED).first()
    gone = fresh(move(first, to=DialogueState.CANCELLED, actor=SYSTEM, reason="Läggs ner"))
    comes = offers_for(gone, draw)[0].dialogue
    replaced(gone, comes)
    assert fresh(comes).state == DialogueState.INVITED


def test_each_place_is_given_once(draw) -> None:
    gone = one_that_says(draw)
    first, second = (offer.dialogue for offer in offers_for(gone, draw)[:2])
    replaced(gone, first)
    with pytest.raises(NotPossible, match="har flyttats eller svarat|kan redan ha fått den"):
        replaced(gone, second)
    assert fresh(second).state == DialogueState.PLANNED
    assert Swap.objects.count() == 1


def test_a_no_may_still_become_a_yes(draw) -> None:
    gone = one_that_says(draw)
    replaced(gone, offers_for(gone, draw)[0].dialogue)
    assert says(gone, Answer.YES).state == DialogueState.ACCEPTED


def test_one_that_waits_is_offered_the_place_of_the_one_that_came(client: Client, draw) -> None:
    gone = one_that_says(draw, Answer.LATER)
    comes = offers_for(gone, draw)[-1].dialogue
    replaced(gone, comes)
    set_batch(gone.batch, BatchState.SENT, -1)
    client.force_login(planner())
    page = client.get(reverse("admin:dialogue_step", args=[gone.public_id, "senare-omgang"])).text
    assert f'<option value="{comes.batch_id}" selected>' in page


@pytest.mark.parametrize("state", sorted(set(DialogueState) - LEAVING))
def test_one_that_may_take_part_leaves_no_place(draw, state) -> None:
    gone = one_that_says(draw)
    comes = offers_for(gone, draw)[0].dialogue
    Dialogue.objects.filter(pk=gone.pk).update(state=state)
    with pytest.raises(NotPossible, match="lämnar en plats"):
        replaced(gone, comes)
    assert not Swap.objects.exists()


def test_there_have_to_be_days_left_to_answer(client: Client) -> None:
    draw = with_a_sent_batch(LEAST_DAYS_LEFT)
    gone = one_that_says(draw)
    comes = offers_for(gone, draw)[0].dialogue
    client.force_login(planner())
    assert f"{comes} ({comes.batch})" in client.get(page_of(gone)).text
    set_batch(gone.batch, BatchState.SENT, LEAST_DAYS_LEFT - 1)
    assert "Det är för sent att bjuda in någon" in client.get(page_of(gone)).text
    with pytest.raises(NotPossible, match="Det är för sent"):
        replaced(fresh(gone), comes)
    assert fresh(comes).state == DialogueState.PLANNED


@pytest.mark.parametrize(
    ("state", "words"), [(BatchState.STOPPED, "är stoppat"), (BatchState.CLOSED, "är avslutad")]
)
def test_nobody_comes_to_a_stopped_or_closed_batch(client: Client, draw, state, words) -> None:
    gone = one_that_says(draw)
    comes = offers_for(gone, draw)[0].dialogue
    set_batch(gone.batch, state)
    client.force_login(planner())
    assert words in client.get(page_of(gone)).text
    with pytest.raises(NotPossible, match=words):
        replaced(fresh(gone), comes)
    assert not Swap.objects.exists()


def test_what_the_planner_was_shown_has_to_hold(draw) -> None:
    gone = one_that_says(draw)
    comes = offers_for(gone, draw)[0].dialogue
    for day in (None, timezone.localdate()):
        with pytest.raises(NotPossible, match="har ändrats sedan sidan öppnades"):
            replaced(gone, comes, answer_by=day)
    assert (Swap.objects.count(), invitations_to(comes)) == (0, 0)


def test_one_that_has_closed_or_not_begun_is_neither_offered_nor_invited(draw) -> None:
    gone = one_that_says(draw)
    comes = offers_for(gone, draw)[0].dialogue
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Huvudman.objects.filter(pk=comes.huvudman_id).update(active_to=yesterday)
    assert comes.pk not in {offer.dialogue.pk for offer in offers_for(gone, draw)}
    with pytest.raises(NotPossible, match="Verksamheten upphörde"):
        replaced(gone, fresh(comes))
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    Huvudman.objects.filter(pk=comes.huvudman_id).update(active_to=None, active_from=tomorrow)
    assert comes.pk not in {offer.dialogue.pk for offer in offers_for(gone, draw)}
    with pytest.raises(NotPossible, match="Verksamheten börjar först"):
        replaced(gone, fresh(comes))
    assert fresh(comes).batch == comes.batch


def test_a_batch_does_not_outgrow_the_approval_of_who_prepared_it(draw, settings) -> None:
    gone = one_that_says(draw)
    comes = offers_for(gone, draw)[0].dialogue
    settings.SECOND_APPROVAL_ABOVE = gone.batch.dialogues.count()
    one, other = planner(), planner()
    InvitationBatch.objects.filter(pk=gone.batch_id).update(prepared_by=one, approved_by=one)
    with pytest.raises(NotPossible, match="krävts en annan planerare"):
        replaced(gone, comes)
    assert fresh(comes).batch == comes.batch
    InvitationBatch.objects.filter(pk=gone.batch_id).update(approved_by=other)
    replaced(gone, comes)
    assert fresh(comes).batch == gone.batch


def test_the_places_that_a_replan_found_fixed_stay_so(client: Client, draw) -> None:
    gone = one_that_says(draw)
    reality_changes(draw)
    in_force(draw)
    client.force_login(planner())
    assert "platserna i den ligger fast" in client.get(page_of(gone)).text


@pytest.mark.parametrize("answer", SAID)
def test_a_replan_leaves_the_new_one_where_it_was_invited(draw, answer) -> None:
    gone = one_that_says(draw, answer)
    comes = offers_for(gone, draw)[0].dialogue
    replaced(gone, comes)
    draw.refresh_from_db()
    reality_changes(draw)
    again = in_force(draw)
    assert (fresh(comes).batch, fresh(gone).batch) == (gone.batch, gone.batch)
    assert since_planned(again).previous[str(comes.huvudman.public_id)] == (1, 1)
    verify(units_of(again), blocks_of(current_places(again)), again.counted, blocks_of(again.previous))


def test_a_replan_made_before_has_to_be_made_again(draw) -> None:
    gone = one_that_says(draw)
    comes = offers_for(gone, draw)[0].dialogue
    HuvudmanFactory(main_kommun=gone.huvudman.main_kommun, pupils=120)
    replan = replanned(draw)
    replaced(gone, comes)
    with pytest.raises(NotPossible, match="bytt plats sedan omplaneringen"):
        approve_plan(draw=replan, actor=somebody())
    assert fresh(comes).batch == gone.batch


@pytest.mark.parametrize("role", sorted(set(StaffRole) - {StaffRole.PLANNER}))
def test_only_planners_may(client: Client, draw, role) -> None:
    gone = one_that_says(draw)
    comes = offers_for(gone, draw)[0].dialogue
    user = staff_user(role)
    with pytest.raises(PermissionDenied):
        replaced(gone, comes, actor=person(user))
    client.force_login(user)
    sent = {"instead": str(comes.public_id), "batch": str(gone.batch.public_id), "reason": "Byt"}
    sent["answer_by"] = gone.batch.answer_by.isoformat()
    assert client.post(page_of(gone), sent).status_code in (403, 404)
    assert page_of(gone) not in client.get(reverse("admin:batch", args=[gone.batch.public_id])).text
    assert fresh(comes).state == DialogueState.PLANNED


@pytest.mark.parametrize("answer", SAID)
def test_from_the_batch_to_the_sent_invitation(client: Client, draw, answer) -> None:
    gone = one_that_says(draw, answer)
    comes = offers_for(gone, draw)[0].dialogue
    client.force_login(planner())
    batch = reverse("admin:batch", args=[gone.batch.public_id])
    assert page_of(gone) in client.get(batch).text
    listed = client.get(page_of(gone)).text
    assert "bjuds in direkt" in listed
    assert (
        f"{gone} {'har tackat nej' if answer == Answer.NO else 'vill delta senare'}, så platsen i" in listed
    )
    shown = client.get(page_of(gone), {"instead": comes.public_id}).text
    assert "skola@example.test" in shown
    assert ("väntar därför kvar" in shown) == (answer == Answer.LATER)
    day = gone.batch.answer_by.isoformat()
    assert f'name="answer_by" value="{day}"' in shown
    sent = {"instead": str(comes.public_id), "batch": str(gone.batch.public_id), "answer_by": day}
    sent |= plan_on(shown)
    assert client.post(page_of(gone), sent | {"reason": ""}).status_code == 422
    stale = client.post(page_of(gone), sent | {"reason": "Tackade nej", "answer_by": "2026-02-31"})
    assert "har ändrats sedan sidan öppnades" in stale.text
    assert "Tackade nej" in stale.text, "nothing typed is lost"
    assert invitations_to(comes) == 0
    done = client.post(page_of(gone), sent | {"reason": "Tackade nej"}, follow=True)
    assert f"{comes} är inbjuden i" in done.text
    assert client.post(page_of(gone), sent | {"reason": "Tackade nej"}).status_code == 422
    assert invitations_to(comes) == 1


@pytest.mark.parametrize("shown", [1, 3])
def test_the_list_asks_as_much_for_one_as_for_three(
    client: Client, draw, monkeypatch, django_assert_num_queries, shown
) -> None:
    gone = one_that_says(draw)
    monkeypatch.setattr(replacing, "OFFERED", shown)
    client.force_login(planner())
    client.get(page_of(gone))
    with django_assert_num_queries(11):
        assert client.get(page_of(gone)).text.count('name="instead"') == shown
