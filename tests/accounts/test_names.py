"""Names as they are typed: signs that can't be seen are refused wherever a name comes in."""

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import SYSTEM
from accounts.names import LONGEST_NAME, fit_for_name
from dialogues.forms.answering import AnswerByLinkForm
from dialogues.forms.content_steps import AnswerForm
from huvudman.domain.contacts import add_contact
from huvudman.forms import ContactForm
from huvudman.models import Contact
from tests.dialogues.factories import InvitationFactory
from tests.huvudman.factories import HuvudmanFactory

UNFIT = {
    "turned round": "Kim \u202ekE",
    "isolated": "Kim\u2066 Ek",
    "right to left": "Kim\u200fEk",
    "zero width": "Kim\u200bEk",
    "line break": "Kim Ek\nRektor: Bo",
    "line separator": "Kim\u2028Ek",
    "escape": "Kim\x1b[31mEk",
    "C1": "Kim\x85Ek",
    "private": "Kim\ue000Ek",
}
each_unfit = pytest.mark.parametrize("name", UNFIT.values(), ids=UNFIT)


@each_unfit
def test_unseen_signs_are_refused(name):
    with pytest.raises(ValidationError, match="inte syns"):
        fit_for_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Åsa Öst-Ek",
        "Nuño d’Ávila",
        "Zoe\u0308",
        "Ольга",
        "محمد علي",
        "李 小龙",
        "Kim\u00a0Ek",
        "x" * LONGEST_NAME,
    ],
)
def test_names_of_all_kinds_are_taken(name):
    fit_for_name(name)


def test_a_name_has_an_end():
    with pytest.raises(ValidationError):
        fit_for_name("x" * (LONGEST_NAME + 1))


@pytest.mark.django_db
@each_unfit
def test_every_way_in_refuses_them_and_says_where(name):
    by_link = AnswerByLinkForm({"answer": "yes", "given_by": name})
    told = {"answer": "yes", "told_by": name, "channel": "phone"}
    by_phone = AnswerForm(told, dialogue=InvitationFactory().dialogue)
    fields = {"role": "other", "name": name, "title": name, "valid_from": "2026-01-01"}
    contact = ContactForm(fields, instance=Contact(huvudman=HuvudmanFactory()))
    assert list(by_link.errors) == ["given_by"]
    assert list(by_phone.errors) == ["told_by"]
    assert "name" in contact.errors
    assert set(contact.errors) <= {"name", "title"}
    with pytest.raises(ValidationError, match="inte syns"):
        add_contact(huvudman=HuvudmanFactory(), name=name, role="other", email="a@b.test", actor=SYSTEM)


@pytest.mark.django_db
def test_a_long_name_is_refused_before_the_database_does():
    form = AnswerByLinkForm({"answer": "yes", "given_by": "x" * (LONGEST_NAME + 1)})
    assert list(form.errors) == ["given_by"]
    contact = Contact(huvudman=HuvudmanFactory(), role="chair", name="x" * LONGEST_NAME)
    assert len(str(contact)) <= 200  # so much of who answered in the portal is kept
