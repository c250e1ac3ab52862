"""The summary of the dialogue: read, agreed to or returned with what should be changed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.domain.summaries import OPEN_FOR_SUMMARY, latest_round
from dialogues.forms.portal import SummaryAnswerForm
from dialogues.forms.steps import answer_in
from dialogues.forms.summary_steps import answer_summary
from dialogues.models import Channel, Dialogue, RoundState, SummaryRound
from dialogues.summary.document import body_html, pdf_response
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who


@own_dialogue
def portal_summary(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The version that was sent last, those before it, and what the huvudman says: POST sends that."""
    form, status = SummaryAnswerForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = _answer(request, dialogue, form)
    if status == 302:
        return redirect("portal_summary_done", dialogue.public_id)
    sent = latest_round(dialogue)
    return show(
        request,
        "summary",
        dialogue,
        here="summary",
        status=status,
        sent=sent,
        body=body_html(sent.content) if sent else "",
        earlier=dialogue.summary_rounds.all()[1:],
        form=form,
        may_answer=sent is not None and sent.state == RoundState.OPEN and dialogue.state in OPEN_FOR_SUMMARY,
    )


@own_dialogue
def portal_summary_done(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The receipt: what was answered, and what happens next."""
    sent = latest_round(dialogue)
    if sent is None or sent.answered_at is None:
        return redirect("portal_summary", dialogue.public_id)
    return show(request, "summary_done", dialogue, here="summary", sent=sent)


@own_dialogue
def portal_summary_pdf(request: HttpRequest, dialogue: Dialogue, number: int) -> HttpResponse:
    """The PDF of a version, byte for byte."""
    rows = dialogue.summary_rounds.select_related("pdf", "agreed_pdf")
    return require_GET(lambda _request: pdf_response(get_object_or_404(rows, number=number)))(request)


def _answer(request: HttpRequest, dialogue: Dialogue, form: SummaryAnswerForm) -> int:
    """Take in the answer to the version on the page; answer the page's status: 302 when it is taken in."""
    sent = get_object_or_404(SummaryRound, dialogue=dialogue, number=answer_in(request.POST))
    if not form.is_valid():
        return 422
    try:
        answer_summary(
            sent,
            form.cleaned_data,
            given_by=str(contact_of(who(request), dialogue.huvudman)),
            channel=Channel.PORTAL,
            actor=person(who(request)),
        )
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return 409
    return 302
