"""Writing in the audit log together with what it tells of."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation

from accounts.actors import SYSTEM, person
from accounts.domain.audit import update_and_record
from accounts.models import AuditEntry, User
from tests.accounts.factories import UserFactory, planner

pytestmark = pytest.mark.django_db


def test_rows_and_entries_come_together() -> None:
    actor = person(planner())
    rows = [UserFactory(), UserFactory()]
    UserFactory(name="någon annan")
    found = User.objects.filter(pk__in=[row.pk for row in rows])
    values = {"name": "100 % ny", "password": F("email")}
    assert update_and_record(found, values, actor=actor, verb="user.renamed", was={"å": 1}) == 2
    assert {(row.name, row.password) for row in found} == {("100 % ny", row.email) for row in rows}
    assert User.objects.filter(name="100 % ny").count() == 2
    entries = AuditEntry.objects.order_by("subject_id")
    assert [entry.subject for entry in entries] == rows
    assert {(e.actor, e.actor_label, e.verb, e.facts["was"]["å"]) for e in entries} == {
        (actor.user, actor.label, "user.renamed", 1)
    }


def test_no_row_no_entry() -> None:
    none = User.objects.filter(email="finns@inte.example")
    assert update_and_record(none, {"name": "x"}, actor=SYSTEM, verb="user.renamed") == 0
    assert not AuditEntry.objects.exists()


def test_what_cannot_be_changed_leaves_no_entry() -> None:
    UserFactory()
    everyone = User.objects.all()
    with pytest.raises(IntegrityError), transaction.atomic():
        update_and_record(everyone, {"email": "STORT@example.test"}, actor=SYSTEM, verb="user.renamed")
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("label", "in_english"),
    [
        (SYSTEM.label, "the system"),
        ("mottagaren, personlig länk", "the recipient, personal link"),
        ("Kim Ek, skolchef, personlig länk", "Kim Ek, skolchef, personal link"),
        ("Systemet Systemsson", "Systemet Systemsson"),
    ],
)
def test_who_did_it_is_said_in_the_readers_language(label: str, in_english: str) -> None:
    entry = AuditEntry(actor_label=label)
    assert entry.who == label
    with translation.override("en"):
        assert entry.who == in_english
