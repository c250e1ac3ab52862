"""What was asked, agreed and rated last time, beside the new on both sides."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import person
from accounts.models import User
from dialogues.domain import summaries
from dialogues.last_time import HELD, last_time_of
from dialogues.models import (
    AnalysisDraft,
    Dialogue,
    DialogueRecord,
    DialogueState,
    PriorityQuestion,
    QuestionForm,
    RoundState,
)
from tests.accounts.factories import leader
from tests.dialogues.factories import BatchFactory, CycleFactory, DialogueFactory, dialogue_with_contact
from tests.dialogues.own_space.writing import part
from tests.dialogues.portal.helpers import address, sent_analysis, text
from tests.dialogues.summaries import in_state
from tests.dialogues.test_staff_pages import page_of
from tests.dialogues.underlag.factories import edition_with_texts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plain_pdf(monkeypatch):
    monkeypatch.setattr(summaries, "pdf_of", lambda content, made: f"%PDF {made}".encode())


def now_and_then(state: DialogueState = DialogueState.CLOSED) -> tuple[Dialogue, Dialogue, User]:
    """A dialogue, the huvudman's one in the cycle before it, and its contact."""
    dialogue, own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    cycle = CycleFactory(name="Cykel 2022–2025", first_year=2022)
    then = DialogueFactory(batch=BatchFactory(cycle=cycle), huvudman=dialogue.huvudman, state=state)
    form = QuestionForm.objects.create(
        dialogue=then, channel="phone", told_by="Anna Ek", sent_at=timezone.now()
    )
    PriorityQuestion.objects.create(form=form, rank=1, area="equity", text="Hur når vi fler då?")
    return dialogue, then, own


def test_nothing_when_there_was_no_last_time(django_assert_num_queries):
    dialogue, _own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    dialogue = Dialogue.objects.select_related("cycle").get(pk=dialogue.pk)
    with django_assert_num_queries(1):
        assert last_time_of(dialogue) is None


@pytest.mark.parametrize("state", DialogueState)
def test_only_a_dialogue_that_was_held(state):
    dialogue, _then, _own = now_and_then(state)
    assert bool(last_time_of(dialogue)) == (state in HELD)


def test_the_latest_before_this_and_none_after():
    dialogue, then, _own = now_and_then()
    cycle = CycleFactory(name="Cykel 2031–2034", first_year=2031)
    after = DialogueFactory(
        batch=BatchFactory(cycle=cycle), huvudman=dialogue.huvudman, state=DialogueState.CLOSED
    )
    assert last_time_of(dialogue).dialogue == then
    assert last_time_of(after).dialogue == then, "the one in between has not been held"


def test_another_huvudmans_is_not_there():
    _dialogue, _then, _own = now_and_then()
    other, _other = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    assert last_time_of(other) is None


def test_the_agreed_summary_comes_before_what_was_noted():
    dialogue, then, own = now_and_then(DialogueState.FEEDBACK_HELD)
    DialogueRecord.objects.create(dialogue=then, summary="Antecknat.", discussed_skolformer=["GR"])
    assert [words for _title, words in last_time_of(dialogue).summary] == ["Antecknat."]
    in_state(RoundState.AGREED, then, own)
    words = [words for _title, words in last_time_of(dialogue).summary]
    assert words[:2] == ["Vi talade om skillnader mellan skolorna.", "Skolorna planerar tillsammans."]


class TestRatings:
    def rated(self, then: Dialogue) -> None:
        factor = edition_with_texts().success_factors.first()
        AnalysisDraft.objects.create(
            dialogue=then,
            field=f"sjalvskattning.{factor.pk}",
            text="large",
            saved_in="6f1c1f4e-7d5a-4f0e-9a51-0f6a8d1d2b3c",
        )

    def test_what_was_never_sent_the_huvudman_alone_sees(self):
        dialogue, then, own = now_and_then()
        self.rated(then)
        assert [row["answer"] for row in last_time_of(dialogue, own=person(own)).ratings] == ["till stor del"]
        assert last_time_of(dialogue).ratings == []
        with pytest.raises(PermissionDenied):
            last_time_of(dialogue, own=person(leader()))

    def test_what_was_sent_both_see(self):
        dialogue, then, own = now_and_then()
        sent = sent_analysis(then, own)
        sent.content["ratings"] = [{"factor": "Ledarskap", "is_example": True, "answer": "helt"}]
        sent.save()
        for actor in (None, person(own)):
            assert last_time_of(dialogue, own=actor).ratings[0]["answer"] == "helt"


def test_the_huvudman_reads_it_beside_the_new(client):
    dialogue, _then, own = now_and_then()
    client.force_login(own)
    places = [address("portal_questions", dialogue), address("portal_analysis", dialogue), part(dialogue)]
    for place in places:
        page = text(client.get(place))
        assert "Förra gången (Cykel 2022–2025)" in page
        assert "Hur når vi fler då?" in page


def test_staff_read_it_on_the_page_of_the_dialogue(client):
    dialogue, _then, _own = now_and_then()
    client.force_login(leader())
    assert "Hur når vi fler då?" in text(client.get(page_of(dialogue)))
