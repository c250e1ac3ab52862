"""The demo's kommun with five people, and its person with two huvudmän, by the same verbs as in real life."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from dialogues.demo.colleagues import OF_TWO, RUT, SIV, WRITTEN, colleagues_to_try, scenes_of_colleagues
from dialogues.demo.people import KOMMUN_TRIED
from dialogues.demo.story import Story
from dialogues.models import DialogueState, Letter, LetterKind
from huvudman.domain.sign_in import link_contact_user
from huvudman.models import HuvudmanType, LegalForm
from huvudman.queries import represented_by, writers_of
from tests.dialogues.factories import CycleFactory, DialogueFactory, both_agencies
from tests.huvudman.factories import ContactFactory, HuvudmanFactory, KommunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kommun():
    both_agencies()
    place = KommunFactory(code=KOMMUN_TRIED)
    huvudman = HuvudmanFactory(type=HuvudmanType.KOMMUN, legal_form=LegalForm.KOMMUN, main_kommun=place)
    for role in ("skolchef", "chair"):
        ContactFactory(huvudman=huvudman, role=role, user=None)
    return huvudman


def test_five_people_one_analysis_and_one_of_two(kommun):
    dialogue = DialogueFactory(huvudman=kommun, state=DialogueState.UNDERLAG_SENT)
    earlier = CycleFactory(name="Förra cykeln", first_year=2022)
    DialogueFactory(huvudman=kommun, state=DialogueState.CLOSED, cycle=earlier, batch__cycle=earlier)
    assert colleagues_to_try() == []
    others = [DialogueFactory(state=DialogueState.UNDERLAG_SENT) for _n in range(4)]
    told = [
        SimpleNamespace(batch=dialogue.batch, seated=lambda: others),
        SimpleNamespace(batch=dialogue.batch, seated=lambda: others[:2]),
    ]
    for scene in scenes_of_colleagues(Story(timezone.localdate()), told, SYSTEM):
        scene.play()
    assert kommun.contacts.count() == 5
    assert writers_of(kommun).count() == 4
    assert dialogue.analysis_drafts.count() == len(WRITTEN)
    assert {SIV.name, RUT.name} <= {by.split(" (")[0] for by in writers(dialogue)}
    assert Letter.objects.filter(kind=LetterKind.COLLEAGUE).count() == 3
    user = link_contact_user(contact=others[0].huvudman.contacts.get(email=OF_TWO))
    link_contact_user(contact=others[3].huvudman.contacts.get(email=OF_TWO))
    assert represented_by(user).count() == 2
    assert [who.email for who in colleagues_to_try()][2] == OF_TWO


def writers(dialogue) -> set[str]:
    return set(dialogue.analysis_drafts.values_list("saved_by", flat=True))
