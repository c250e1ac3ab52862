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
    OwnQuestion,
    OwnQuestionState,
    PriorityQuestion,
    QuestionForm,
    Receipt,
    Sent,
    SituationAnalysis,
    SummaryRound,
    Underlag,
)
from dialogues.underlag.content import build_content
from quality_system.models import Area
from tests.accounts.factories import leader
from tests.dialogues.factories import InvitationFactory, MeetingFactory
from tests.dialogues.underlag.material import full_material
from tests.huvudman.factories import ContactFactory


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


def _introduction(dialogue: Dialogue) -> dict[str, object]:
    return _meeting(dialogue) | {"choose_url": "https://example.test/valj-introduktion/abc/"}


def _missed(dialogue: Dialogue) -> dict[str, object]:
    context = _introduction(dialogue)
    other, url = MeetingFactory(batch=dialogue.batch), context["choose_url"]
    return context | {"others": [other], "offered": [(other, f"{url}?mote={other.public_id}")]}


def _carried(_dialogue: Dialogue) -> dict[str, object]:
    return {"half_year": "hösten 2027", "wished": "våren 2027"}


def _colleague(dialogue: Dialogue) -> dict[str, object]:
    return {
        "contact": ContactFactory(huvudman=dialogue.huvudman),
        "invited_by": "Anna <Ek> & Bo",
        "due": "Svara.",
    }


def _own_answer(dialogue: Dialogue) -> dict[str, object]:
    question = OwnQuestion(
        dialogue=dialogue,
        text="Hur gör <andra> & vi?",
        state=OwnQuestionState.ANSWERED,
        answer="Så <här> & så.",
        settled_by=leader(),
        settled_at=timezone.now(),
    )
    return {"question": question, "questions_url": "https://example.test/fragor-till-oss/"}


def _closed(_dialogue: Dialogue) -> dict[str, object]:
    return {"left_questions": [OwnQuestion(text="Hur gör <andra> & vi?", reason="Vi hann inte.")]}


def _contact_check(_dialogue: Dialogue) -> dict[str, object]:
    return {"people": ["Anna <Ek> & Bo, skolchef, läser och skriver, tills vidare"], "may_write": True}


def _brief(dialogue: Dialogue) -> dict[str, object]:
    return _meeting(dialogue) | {"brief_url": "https://example.test/infor-dialogen/abc/"}


def _summary(dialogue: Dialogue) -> dict[str, object]:
    sent = SummaryRound(
        dialogue=dialogue,
        number=2,
        note="Läs <gärna> & säg till.",
        answer_by=timezone.localdate(),
        answered_by="Anna <Ek> & Bo",
        closing_note="Den <får> stå.",
    )
    return {"sent": sent}


def _cancelled(_dialogue: Dialogue) -> dict[str, object]:
    return {"reason": "Vi har för lite tid"}


CONTEXTS: dict[LetterKind, Callable[[Dialogue], dict[str, object]]] = {
    LetterKind.INVITATION: _invitation,
    LetterKind.REMINDER: _invitation,
    LetterKind.RECEIPT: _receipt,
    LetterKind.CARRIED: _carried,
    LetterKind.INTRODUCTION: _introduction,
    LetterKind.MISSED: _missed,
    LetterKind.UNDERLAG: _underlag,
    LetterKind.TIME_PROPOSED: _meeting,
    LetterKind.TIME_FIXED: _meeting,
    LetterKind.QUESTIONS: _questions,
    LetterKind.SENT: _sent,
    LetterKind.ANALYSIS: _analysis,
    LetterKind.COLLEAGUE: _colleague,
    LetterKind.CONTACT_CHECK: _contact_check,
    LetterKind.SUMMARY: _summary,
    LetterKind.SUMMARY_DONE: _summary,
    LetterKind.BRIEF: _brief,
    LetterKind.FEEDBACK: _feedback,
    LetterKind.MEETING_CANCELLED: _meeting_cancelled,
    LetterKind.CANCELLED: _cancelled,
    LetterKind.PAUSED: _cancelled,
    LetterKind.EVALUATION: _evaluation,
    LetterKind.OWN_ANSWER: _own_answer,
    LetterKind.CLOSED: _closed,
}
