"""All underlag of a batch rest on the same figures, whatever has been put in or corrected since."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.audit import entries
from accounts.models import StaffRole
from dialogues.domain import underlag as verbs
from dialogues.domain.freezes import FrozenSince, freeze_figures, freeze_figures_anew
from dialogues.models import InvitationBatch, Underlag
from dialogues.underlag.content import build_content
from dialogues.underlag.html import body_html
from dialogues.underlag.material import gather
from huvudman.models import Huvudman, SkolformOffer
from quality_system.models import ObservedValue
from quality_system.queries import figures_for_many, newer_values
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.factories import BatchFactory, DialogueFactory
from tests.dialogues.underlag.factories import edition_with_texts
from tests.huvudman.factories import SchoolUnitFactory
from tests.quality_system.factories import IndicatorFactory, ObservedValueFactory

pytestmark = pytest.mark.django_db
KEY = "gr-y9-merit"
WEEK = datetime.timedelta(days=7)


@pytest.fixture(autouse=True)
def edition():
    edition = edition_with_texts()
    IndicatorFactory(edition=edition, key=KEY)
    return edition


def ordered(batch: InvitationBatch) -> Underlag:
    """An order in the batch, for a huvudman with a grundskola."""
    dialogue = DialogueFactory(state="introduced", batch=batch)
    unit = SchoolUnitFactory(huvudman=dialogue.huvudman)
    SkolformOffer.objects.create(unit=unit, skolform="GR", pupils=149)
    return verbs.order_underlag(dialogue=dialogue, actor=SYSTEM)


def value_of(huvudman: Huvudman, merit: str, **fields: object) -> ObservedValue:
    return ObservedValueFactory(huvudman=huvudman, number=merit, count=60, **fields)


def corrected(value: ObservedValue, merit: str) -> None:
    """What an import does with a corrected figure."""
    now = timezone.now()
    ObservedValue.objects.filter(pk=value.pk).update(superseded_at=now)
    value_of(value.huvudman, merit, retrieved_at=now, version=value.version + 1)


def merit_in(underlag: Underlag) -> str | None:
    (figure,) = [f for f in gather([underlag])[underlag.pk].figures if f.key == KEY]
    return str(figure.own.number) if figure.own.number is not None else None


def test_a_correction_after_the_first_underlag_is_in_none_of_the_batch() -> None:
    batch = BatchFactory()
    first, second = ordered(batch), ordered(batch)
    values = [value_of(row.dialogue.huvudman, "230.5000") for row in (first, second)]
    assert merit_in(first) == "230.5000"
    for value in values:
        corrected(value, "199.0000")
    assert [merit_in(row) for row in (first, second)] == ["230.5000", "230.5000"]
    assert merit_in(ordered_elsewhere := ordered(BatchFactory())) is None
    assert ordered_elsewhere.dialogue.batch_id != batch.pk


def test_a_figure_that_came_after_is_not_there_either() -> None:
    underlag = ordered(BatchFactory())
    assert merit_in(underlag) is None
    value_of(underlag.dialogue.huvudman, "230.5000")
    assert merit_in(underlag) is None


def test_another_batch_has_the_figures_of_its_own_moment() -> None:
    early, late = ordered(BatchFactory()), ordered(BatchFactory())
    value = value_of(early.dialogue.huvudman, "230.5000")
    other = value_of(late.dialogue.huvudman, "230.5000")
    assert merit_in(early) == "230.5000"
    corrected(value, "199.0000")
    corrected(other, "199.0000")
    assert [merit_in(early), merit_in(late)] == ["230.5000", "199.0000"]


def test_every_version_is_read_at_its_time(edition) -> None:
    huvudman = ordered(BatchFactory()).dialogue.huvudman
    moments = []
    for version, merit in enumerate(("1.0000", "2.0000", "3.0000"), start=1):
        with time_machine.travel(timezone.now() + version * WEEK):
            ObservedValue.objects.filter(superseded_at__isnull=True).update(superseded_at=timezone.now())
            value_of(huvudman, merit, version=version, retrieved_at=timezone.now())
            moments.append(timezone.now())

    def stood(moment: datetime.datetime | None) -> str | None:
        (figure,) = figures_for_many([huvudman.pk], edition, as_of=moment)[huvudman.pk]
        return str(figure.own.number) if figure.own.number is not None else None

    assert stood(moments[0] - WEEK / 2) is None
    assert [stood(moment) for moment in moments] == ["1.0000", "2.0000", "3.0000"]
    assert stood(moments[1] + WEEK / 2) == "2.0000"
    assert stood(None) == "3.0000"


def test_who_chooses_todays_figures_gets_them_and_it_is_written_down() -> None:
    underlag = ordered(BatchFactory())
    value = value_of(underlag.dialogue.huvudman, "230.5000")
    assert merit_in(underlag) == "230.5000"
    corrected(value, "199.0000")
    batch = InvitationBatch.objects.get(pk=underlag.dialogue.batch_id)
    was = batch.figures_as_of
    assert was is not None
    assert [(new.source, new.values) for new in newer_values(was)] == [("skolverket-csv", 1)]
    now = freeze_figures_anew(batch=batch, actor=person(planner()), seen=was)
    assert merit_in(underlag) == "199.0000"
    latest, first = entries(batch, "batch.figures_frozen").order_by("-pk")
    assert latest.facts == {"was": was.isoformat(), "as_of": now.figures_as_of.isoformat()}
    assert first.facts == {"as_of": was.isoformat()}
    assert newer_values(now.figures_as_of) == []


def test_of_two_who_choose_the_second_is_told() -> None:
    batch = BatchFactory()
    seen = freeze_figures(batch_id=batch.pk, actor=SYSTEM)
    freeze_figures_anew(batch=batch, actor=person(planner()), seen=seen)
    before = InvitationBatch.objects.get(pk=batch.pk).figures_as_of
    with pytest.raises(FrozenSince):
        freeze_figures_anew(batch=batch, actor=person(leader()), seen=seen)
    assert InvitationBatch.objects.get(pk=batch.pk).figures_as_of == before


def test_none_is_chosen_before_the_first_underlag_is_made() -> None:
    batch = BatchFactory()
    with pytest.raises(FrozenSince):
        freeze_figures_anew(batch=batch, actor=person(planner()), seen=None)
    batch.refresh_from_db()
    assert batch.figures_as_of is None


def test_the_first_moment_stays() -> None:
    batch = BatchFactory()
    first = freeze_figures(batch_id=batch.pk, actor=SYSTEM)
    assert freeze_figures(batch_id=batch.pk, actor=SYSTEM) == first
    assert entries(batch, "batch.figures_frozen").count() == 1


def test_others_may_not_choose() -> None:
    batch = BatchFactory()
    with pytest.raises(PermissionDenied):
        freeze_figures_anew(batch=batch, actor=person(staff_user(StaffRole.STATISTICIAN)), seen=None)
    batch.refresh_from_db()
    assert batch.figures_as_of is None


def test_the_document_says_when_its_figures_stood() -> None:
    underlag = ordered(BatchFactory())
    with time_machine.travel("2026-12-31T23:30:00+00:00"):  # already the new year in Sweden
        material = gather([underlag])[underlag.pk]
    assert "Siffrorna är de som fanns 1 januari 2027" in body_html(build_content(material))
