"""A later batch takes in those who want to take part later: whom it suits first, and all are told."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.actors import SYSTEM, person
from accounts.domain.audit import latest
from accounts.domain.machine import NotPossible
from dialogues.domain.carrying import NOT_SENT
from dialogues.domain.taking_in import TOOK_IN, take_in, who_could_come
from dialogues.models import Answer, BatchState, Dialogue, DialogueState, Letter, LetterKind
from tests.accounts.factories import leader, planner
from tests.dialogues.answers import end_answering, give
from tests.dialogues.factories import BatchFactory, InvitationFactory, both_agencies, dialogue_with_contact
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _agencies():
    both_agencies()


def waits(wish: str = "", *, name: str = "", over: bool = True, batch=None) -> Dialogue:
    """A huvudman that has answered *later*, with a wish; its time to answer is over unless told."""
    fields = {"huvudman": HuvudmanFactory(name=name)} if name else {}
    if batch:
        fields["batch"] = batch
    dialogue, _user = dialogue_with_contact(DialogueState.INVITED, **fields)
    invitation = InvitationFactory(dialogue=dialogue)
    give(invitation, Answer.LATER, wished_half_year=wish)
    if over:
        end_answering(invitation)
    dialogue.refresh_from_db()
    return dialogue


def later(state=BatchState.DRAFT, **fields):
    return BatchFactory(**{"year": 2027, "number": 5, "state": state, "send_at": None} | fields)


def test_those_whom_the_batch_suits_come_first():
    waits("2028-2", name="A senare")
    waits("", name="B utan")
    waits("2027-2", name="D passar")
    waits("2027-1", name="C passar")
    found = [str(row.huvudman) for row in who_could_come(later())]
    assert found == ["C passar", "D passar", "B utan", "A senare"]


def test_those_who_may_change_their_answer_and_later_batches_are_not_there():
    waits(over=False)
    waits(batch=BatchFactory(year=2028, number=1))
    InvitationFactory()
    other = BatchFactory(cycle__name="Annan cykel")
    waits(batch=other)
    assert not who_could_come(later()).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_three_as_for_one(client, count, django_assert_num_queries):
    for _n in range(count):
        waits("2027-1")
    client.force_login(planner())
    batch = later()
    address = reverse("admin:batch_take_in", args=[batch.public_id])
    client.get(address)
    with django_assert_num_queries(QUERIES):
        client.get(address)


QUERIES = 6


def test_they_are_carried_and_told_and_the_page_says_so(client):
    first, second = waits("2027-1"), waits("2028-1")
    batch = later()
    client.force_login(planner())
    address = reverse("admin:batch_take_in", args=[batch.public_id])
    page = client.get(address)
    assert page.context["form"].initial["dialogues"] == [first.pk]
    assert "våren 2028" in page.text
    done = client.post(address, {"dialogues": [first.pk]}, follow=True)
    assert "1 huvudman är med i omgången och får ett brev om det." in done.text
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.batch, first.state) == (batch, DialogueState.PLANNED)
    assert second.batch != batch
    assert Letter.objects.get(kind=LetterKind.CARRIED).dialogue == first
    assert latest(batch, TOOK_IN).facts["done"] == [first.pk]


def test_one_that_changed_its_mind_meanwhile_is_not_moved(client):
    dialogue = waits()
    batch = later()
    client.force_login(planner())
    Dialogue.objects.filter(pk=dialogue.pk).update(state=DialogueState.ACCEPTED)
    refused = client.post(
        reverse("admin:batch_take_in", args=[batch.public_id]), {"dialogues": [dialogue.pk]}
    )
    assert refused.status_code == 422
    assert "har ändrat sitt svar" in refused.text


def test_one_that_cannot_come_is_told_with_the_reason_and_the_others_come():
    good, bad = waits(), waits()
    Dialogue.objects.filter(pk=bad.pk).update(state=DialogueState.DECLINED)
    outcome = take_in(batch=later(), dialogues=[good, bad], actor=SYSTEM)
    assert outcome.done == [good]
    assert [row for row, _why in outcome.left_out] == [bad]


@pytest.mark.parametrize("state", BatchState.values)
def test_only_a_batch_that_has_not_begun_to_be_sent_takes_in(client, state):
    batch = BatchFactory(year=2027, number=5, state=state)
    client.force_login(planner())
    address = reverse("admin:batch_take_in", args=[batch.public_id])
    assert client.get(address).status_code == (200 if state in NOT_SENT else 302)
    linked = address in client.get(reverse("admin:batch", args=[batch.public_id])).text
    assert linked is (state in NOT_SENT)
    if state not in NOT_SENT:
        with pytest.raises(NotPossible):
            take_in(batch=batch, dialogues=[], actor=SYSTEM)


def test_takes_the_right_to_plan(client):
    with pytest.raises(PermissionDenied):
        take_in(batch=later(), dialogues=[], actor=person(leader()))


def test_where_nobody_waits_the_page_says_so(client):
    client.force_login(planner())
    page = client.get(reverse("admin:batch_take_in", args=[later().public_id]))
    assert "Ingen väntar på en senare omgång" in page.text
