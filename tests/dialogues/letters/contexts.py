"""What the verbs give each kind of letter, for tests."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from dialogues.models import (
    Channel,
    Dialogue,
    InvitationAnswer,
    LetterKind,
    MeetingKind,
    PriorityQuestion,
    QuestionForm,
    Receipt,
    Sent,
    SituationAnalysis,
    Underlag,
)
from dialogues.underlag.content import build_content
from quality_system.models import Area
from tests.dialogues.factories import InvitationFactory, MeetingFactory
from tests.dialogues.underlag.material import full_material


def context_for(kind: LetterKind, dialogue: Dialogue) -> dict[str, object]:
    """The context that the verbs give a letter of the kind."""
    return CONTEXTS.get(kind, _nothing)(dialogue)


def _nothing(_dialogue: Dialogue) -> dict[str, object]:
    return {}


def _invitation(dialogue: Dialogue) -> dict[str, object]:
    return {"answer_url": "https://example.test/svara/abc/", "answer_by": dialogue.batch.answer_by}


def _receipt(dialogue: Dialogue) -> dict[str, object]:
    answer = InvitationAnswer.objects.create(
        invitation=InvitationFactory(dialogue=dialogue),
        answer="yes",
        given_by="Anna Ek",
        channel=Channel.LINK,
    )
    return {"answer": answer, "answer_by": dialogue.batch.answer_by, "have_link": {"a@b.example"}}


def _meeting(dialogue: Dialogue) -> dict[str, object]:
    return {"meeting": MeetingFactory(batch=dialogue.batch)}


def _feedback(dialogue: Dialogue) -> dict[str, object]:
    return {"meeting": MeetingFactory(batch=dialogue.batch, kind=MeetingKind.FEEDBACK)}


def _meeting_cancelled(dialogue: Dialogue) -> dict[str, object]:
    return _meeting(dialogue) | {"why": "wished"}


def _underlag(dialogue: Dialogue) -> dict[str, object]:
    underlag = Underlag(dialogue=dialogue, content=build_content(full_material()))
    return _meeting(dialogue) | {"time_url": "https://example.test/tid/", "underlag": underlag}


def _questions(dialogue: Dialogue) -> dict[str, object]:
    form = QuestionForm.objects.create(
        dialogue=dialogue, channel=Channel.PHONE, told_by="Anna Ek", sent_at=timezone.now()
    )
    question = PriorityQuestion.objects.create(
        form=form, rank=1, area=Area.EQUITY, text="Hur når vi fler med <stöd> & trygghet?"
    )
    url = f"https://example.test/dialoger/{dialogue.public_id}/fragor/"
    return {"form": form, "questions": [question], "questions_url": url}


def _evaluation(dialogue: Dialogue) -> dict[str, object]:
    url = "https://example.test/tyck-till/abc/"
    return {"part": "dialogue", "answer_url": url, "closes_on": dialogue.batch.answer_by, "minutes": 3}


def _sent(dialogue: Dialogue) -> dict[str, object]:
    receipt = Receipt.objects.create(
        huvudman=dialogue.huvudman,
        dialogue=dialogue,
        kind=Sent.WISH,
        given_by="Anna Ek",
        channel=Channel.PORTAL,
        body="Helst <tisdagar> & onsdagar.",
    )
    return {"receipt": receipt, "happens_next": "Vi återkommer."}


def _analysis(dialogue: Dialogue) -> dict[str, object]:
    now = timezone.now()
    sent = SituationAnalysis(dialogue=dialogue, version=2, told_by="Anna <Ek> & Bo", sent_at=now)
    return {"analysis": sent}


def _cancelled(_dialogue: Dialogue) -> dict[str, object]:
    return {"reason": "Vi har för lite tid"}


CONTEXTS: dict[LetterKind, Callable[[Dialogue], dict[str, object]]] = {
    LetterKind.INVITATION: _invitation,
    LetterKind.REMINDER: _invitation,
    LetterKind.RECEIPT: _receipt,
    LetterKind.INTRODUCTION: _meeting,
    LetterKind.UNDERLAG: _underlag,
    LetterKind.TIME_PROPOSED: _meeting,
    LetterKind.TIME_FIXED: _meeting,
    LetterKind.QUESTIONS: _questions,
    LetterKind.SENT: _sent,
    LetterKind.ANALYSIS: _analysis,
    LetterKind.FEEDBACK: _feedback,
    LetterKind.MEETING_CANCELLED: _meeting_cancelled,
    LetterKind.CANCELLED: _cancelled,
    LetterKind.EVALUATION: _evaluation,
}
