"""The situation analysis in the huvudman's own space: what is written, to read, print and send."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import Conflict, NotPossible
from accounts.templatetags.look import moment
from dialogues.analysis.content import (
    LANGUAGE,
    Json,
    build_content,
    factors_of,
    factors_rated,
    is_empty,
)
from dialogues.analysis.document import body_html, pdf_of, pdf_response
from dialogues.analysis.parts import MINUTES_BEFORE_DIALOGUE, PARTS, STEPS, Part, factor_key
from dialogues.domain.analyses import OPEN_FOR_SENDING, send_analysis
from dialogues.domain.analysis_drafts import OPEN_FOR_WRITING, Texts, texts_of
from dialogues.domain.files import read_file
from dialogues.domain.seen import content_version
from dialogues.forms.analysis import ChosenPartsForm
from dialogues.models import Dialogue
from dialogues.rules import may_write_own_space
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who


@own_dialogue
def portal_analysis(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """What is written so far, part by part, and what has been sent."""
    texts = texts_of(dialogue, person(who(request)))
    factors = factors_of(dialogue, *factors_rated(texts))
    tasks = [_task(dialogue, part, texts) for part in PARTS if not part.is_rating or factors]
    may_write = may_write_own_space(who(request), dialogue.huvudman) and not dialogue.is_paused
    return _show(
        request,
        "analysis",
        dialogue,
        tasks=tasks,
        is_open=dialogue.state in OPEN_FOR_WRITING and may_write,
        may_be_written=dialogue.state in OPEN_FOR_WRITING,
        may_send=dialogue.state in OPEN_FOR_SENDING and may_write,
        is_written=any(row.text for row in texts.values()),
        minutes=MINUTES_BEFORE_DIALOGUE,
        analysis_steps=STEPS.items(),
        sent=dialogue.analyses.select_related("pdf"),
    )


@own_dialogue
def portal_analysis_read(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """All that is written on one page, to read together and print for the nämnd or the styrelse."""
    content = _draft(request, dialogue)
    return _show(request, "analysis_read", dialogue, body=body_html(content), now=timezone.now())


@own_dialogue
def portal_analysis_pdf(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The same as a PDF, made now and kept nowhere."""
    content = _draft(request, dialogue)
    with translation.override(LANGUAGE):
        made = _("Utkast %(when)s, inte skickat") % {"when": moment(timezone.now())}
    return pdf_response(pdf_of(content, made=made), dialogue.huvudman)


@own_dialogue
def portal_analysis_check(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Choose what to send, after having read what that means; POST sends it."""
    content = _draft(request, dialogue)
    may_send = dialogue.state in OPEN_FOR_SENDING and not dialogue.is_paused
    if not may_send or not may_write_own_space(who(request), dialogue.huvudman):
        return redirect("portal_analysis", dialogue.public_id)
    form = _choice(request, content)
    status = 200
    if request.method == "POST":
        status = _send(request, dialogue, form)
    if status == 302:
        return redirect("portal_analysis_done", dialogue.public_id)
    more = {"form": form, "seen": content_version(content), "body": body_html(content)}
    return _show(request, "analysis_check", dialogue, status=status, **more)


@own_dialogue
def portal_analysis_done(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The receipt: what was sent last, and what happens next."""
    sent = dialogue.analyses.select_related("pdf").first()
    if sent is None:
        return redirect("portal_analysis", dialogue.public_id)
    return _show(request, "analysis_done", dialogue, sent=sent)


@own_dialogue
def portal_analysis_sent(request: HttpRequest, dialogue: Dialogue, version: int) -> HttpResponse:
    """A version as it was sent."""
    sent = get_object_or_404(dialogue.analyses.select_related("pdf"), version=version)
    return _show(request, "analysis_sent", dialogue, sent=sent, body=body_html(sent.content))


@own_dialogue
def portal_analysis_sent_pdf(_request: HttpRequest, dialogue: Dialogue, version: int) -> HttpResponse:
    """The PDF of a version, byte for byte as it was sent."""
    sent = get_object_or_404(dialogue.analyses.select_related("pdf"), version=version)
    return pdf_response(read_file(sent.pdf), dialogue.huvudman)


def _show(request: HttpRequest, template: str, dialogue: Dialogue, **more: Any) -> HttpResponse:
    return show(request, template, dialogue, here="analysis", **more)


def _draft(request: HttpRequest, dialogue: Dialogue) -> Json:
    """What is written. Raises Http404 while nothing is."""
    content = build_content(dialogue, texts_of(dialogue, person(who(request))))
    if is_empty(content):
        raise Http404
    return content


def _task(dialogue: Dialogue, part: Part, texts: Texts) -> dict[str, object]:
    """A part as the list shows it: who wrote last and when, or nothing yet."""
    keys = part.keys or [factor_key(number) for number in factors_rated(texts)]
    rows = [texts[key] for key in keys if key in texts and texts[key].text]
    last = max(rows, key=lambda row: row.saved_at, default=None)
    return {
        "part": part,
        "step_words": [f"{number} {STEPS[number]}" for number in part.steps],
        "last": last,
        "is_whole": len(rows) == len(keys) and bool(rows),
    }


def _choice(request: HttpRequest, content: Json) -> ChosenPartsForm:
    """The parts that say something; all chosen, but for the self-rating."""
    written = [(part["slug"], part["title"]) for part in content["parts"]]
    rating = [(part.slug, part.title) for part in PARTS if part.is_rating and content["ratings"]]
    chosen = {"parts": [slug for slug, _title in written] or [slug for slug, _title in rating]}
    return ChosenPartsForm(request.POST or None, parts=[*written, *rating], initial=chosen)


def _send(request: HttpRequest, dialogue: Dialogue, form: ChosenPartsForm) -> int:
    """Send what is chosen; answer the status of the page: 302 when it is sent."""
    if not form.is_valid():
        return 422
    try:
        send_analysis(
            dialogue=dialogue,
            parts=form.cleaned_data["parts"],
            seen=request.POST.get("seen", ""),
            told_by=str(contact_of(who(request), dialogue.huvudman)),
            actor=person(who(request)),
        )
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return 409 if isinstance(reason, Conflict) else 422
    return 302
