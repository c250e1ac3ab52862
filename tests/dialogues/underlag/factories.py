"""Underlag in every state, and what they rest on, for tests."""

from __future__ import annotations

import datetime
import hashlib
import uuid

import factory
from django.core.files.base import ContentFile

from accounts.models import Agency
from dialogues.models import CentralArea, Dialogue, DialogueState, Meeting, StoredFile, Underlag
from dialogues.models import UnderlagState as S
from dialogues.underlag.content import build_content
from huvudman.models import Skolform
from quality_system.models import Edition, Objective, SubGoal, SuccessFactor
from tests.accounts.factories import leader
from tests.dialogues.factories import DialogueFactory, both_agencies, seat_at
from tests.dialogues.portal.helpers import both_booked
from tests.dialogues.underlag.material import preschool_material
from tests.huvudman.factories import ContactFactory

WITH_PDF = {S.RENDERED, S.CONFIRMED, S.ISSUED}


class EditionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Edition
        django_get_or_create = ("name",)

    name = "Utgåva 2026"
    state = Edition.State.IN_FORCE
    valid_from = datetime.date(2026, 1, 1)


def edition_with_texts(skolformer: tuple[str, ...] = (Skolform.GR,), *, is_example: bool = False) -> Edition:
    """An edition in force with one sub-goal in each area for each skolform, and two success factors."""
    edition = EditionFactory()
    for skolform in skolformer:
        objective = Objective.objects.create(
            edition=edition, skolform=skolform, text=f"Mål {skolform}", is_example_text=is_example
        )
        for number, area in enumerate(("equity", "quality", "learning"), start=1):
            SubGoal.objects.create(
                objective=objective,
                number=number,
                area=area,
                text=f"delmål {number} {skolform}",
                is_example_text=is_example,
            )
    for number, text in enumerate(("Pedagogiskt ledarskap", "En egen faktor"), start=1):
        SuccessFactor.objects.create(edition=edition, number=number, text=text, is_example_text=is_example)
    return edition


def stored_pdf(data: bytes | None = None) -> StoredFile:
    """A stored file that stands for a PDF."""
    data = data if data is not None else b"%PDF " + uuid.uuid4().bytes
    sha256 = hashlib.sha256(data).hexdigest()
    row = StoredFile(sha256=sha256, size=len(data), media_type="application/pdf")
    row.file.save(f"{sha256}.pdf", ContentFile(data), save=True)
    return row


def underlag_in(
    state: S, *, dialogue_state: DialogueState | None = None, edition: Edition | None = None
) -> Underlag:
    """An underlag in a state, with everything else in order: contact, proposed time, confirmations."""
    both_agencies()
    after = DialogueState.UNDERLAG_SENT if state == S.ISSUED else DialogueState.INTRODUCED
    dialogue = DialogueFactory(state=dialogue_state or after)
    ContactFactory(huvudman=dialogue.huvudman)
    both_booked(seat_at(dialogue))
    underlag = Underlag.objects.create(
        dialogue=dialogue,
        edition=edition or EditionFactory(),
        state=state,
        content=build_content(preschool_material()) if state in WITH_PDF else {},
        pdf=stored_pdf() if state in WITH_PDF else None,
        failure="något gick fel" if state == S.FAILED else "",
    )
    if state in WITH_PDF:
        CentralArea.objects.create(underlag=underlag, rank=1, area="quality", kind="need", text="Lärare")
    if state in (S.CONFIRMED, S.ISSUED):
        for agency in Agency.objects.order_by("pk"):
            underlag.confirmations.create(agency=agency, user=leader(agency.code))
    return underlag


def proposed(dialogue: Dialogue) -> Meeting:
    """The dialogue's proposed meeting."""
    return Meeting.objects.get(taken_seats__dialogue=dialogue)
