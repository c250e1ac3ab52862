"""The meetings: the introduction, the time for the dialogue, the feedback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.consequences import of_wishing
from dialogues.domain.conflicts import already_fixed
from dialogues.domain.correspondence import booked
from dialogues.domain.goals import OPEN_FOR_GOALS, happened_since
from dialogues.domain.impartial import taking_part
from dialogues.domain.introduction_choices import why_not_choose
from dialogues.domain.meetings import accept_time
from dialogues.domain.own_questions import own_questions_of
from dialogues.domain.wishes import wish_other_time
from dialogues.forms.portal import OtherTimeForm
from dialogues.forms.steps import version_in
from dialogues.models import (
    BEFORE_DIALOGUE,
    Channel,
    Dialogue,
    DialogueRecord,
    Meeting,
    MeetingForm,
    MeetingKind,
    MeetingState,
)
from dialogues.models import DialogueState as S
from dialogues.queries import open_introductions
from dialogues.rules import may_write_own_space
from dialogues.summary.content import as_texts
from dialogues.timeline import when
from dialogues.views.portal.case import Case, case_of, seat_of
from dialogues.views.portal.letters import letters_to
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who

Facts = list[dict[str, object]]
SETTLED = (MeetingState.FIXED, MeetingState.OTHER_WISHED)
BEFORE_YES = (S.PLANNED, S.INVITED, S.POSTPONED)
MAY_WISH = (MeetingState.PROPOSED, MeetingState.FIXED)


@dataclass(frozen=True)
class Pages:
    """The pages about one meeting's time: the step in the side list, and the names of their addresses."""

    here: str
    time: str
    other_time: str
    done: str


DIALOGUE = Pages("time", "portal_time", "portal_other_time", "portal_time_done")
FEEDBACK = Pages("feedback", "portal_feedback", "portal_feedback_other_time", "portal_feedback_done")


@own_dialogue
def portal_introduction(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """When the introduction is and how to get there."""
    seat = seat_of(dialogue, MeetingKind.INTRODUCTION)
    meeting = seat.meeting if seat else None
    return show(
        request,
        "introduction",
        dialogue,
        here="introduction",
        meeting=meeting,
        is_offered=dialogue.state in BEFORE_DIALOGUE,
        is_joined=dialogue.state not in BEFORE_YES,
        may_choose=why_not_choose(dialogue) == "" and open_introductions(dialogue).exists(),
        facts=facts_of(meeting),
    )


@own_dialogue
def portal_time(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The proposed time: POST accepts it."""
    return _time_page(request, dialogue, case_of(dialogue), DIALOGUE)


@own_dialogue
def portal_feedback(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """What the dialogue came to and what has happened since, and when the feedback meeting is; POST accepts a
    time that is proposed anew.
    """
    case = case_of(dialogue)
    has_own_work = dialogue.state in OPEN_FOR_GOALS
    actor = person(who(request))
    return _time_page(
        request,
        dialogue,
        case,
        FEEDBACK,
        summary_texts=as_texts(case.summary.content) if case.summary else [],
        record=DialogueRecord.objects.filter(dialogue=dialogue).first(),
        **(_since(request, case) if has_own_work else {}),
        has_own_work=has_own_work,
        own_questions=own_questions_of(dialogue) if has_own_work else [],
        happened=happened_since(dialogue, actor) if has_own_work else [],
    )


@own_dialogue
def portal_other_time(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Wishing another time for the dialogue, in one's own words."""
    return _other_time_page(request, dialogue, DIALOGUE)


@own_dialogue
def portal_feedback_other_time(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Wishing another time for the feedback meeting."""
    return _other_time_page(request, dialogue, FEEDBACK)


@own_dialogue
def portal_time_done(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The receipt: the time is fixed, or the wish is noted."""
    return _done_page(request, dialogue, DIALOGUE)


@own_dialogue
def portal_feedback_done(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The receipt for the feedback meeting's time."""
    return _done_page(request, dialogue, FEEDBACK)


def _since(request: HttpRequest, case: Case) -> dict[str, object]:
    """What the agencies have written to the person since the dialogue was held."""
    letters = letters_to(request, case.dialogue).order_by("sent_at")
    return {"letters": letters.filter(sent_at__gte=case.meeting.starts_at) if case.meeting else []}


def facts_of(meeting: Meeting | None, dialogue: Dialogue | None = None) -> Facts:
    """When, how, where and with whom, as the facts component shows it; nothing of no meeting.

    Of a meeting with one `dialogue` alone, it names those who have said that they have no conflict.
    """
    if meeting is None:
        return []
    rows: Facts = [
        {"label": _("När"), "value": when(meeting)},
        {"label": _("Hur"), "value": meeting.get_form_display().capitalize()},
    ]
    is_digital = meeting.form == MeetingForm.DIGITAL
    if meeting.place and not is_digital:
        rows.append({"label": _("Plats"), "value": meeting.place})
    if meeting.link and is_digital and meeting.state in MAY_WISH:
        rows.append({"label": _("Möteslänk"), "value": _("Öppna mötet"), "url": meeting.link})
    there = taking_part(booked(meeting), dialogue) if dialogue else booked(meeting)
    people = [f"{row.user} ({row.agency})" for row in there]
    if people:
        rows.append({"label": _("Från myndigheterna"), "value": ", ".join(people)})
    return rows


def _time_page(
    request: HttpRequest, dialogue: Dialogue, case: Case, pages: Pages, **more: object
) -> HttpResponse:
    meeting = _meeting(case, pages)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if meeting and request.method == "POST" and _done(form, lambda: _accept(request, dialogue, meeting)):
        return _accepted(request, dialogue, pages, meeting)
    return _show(request, dialogue, pages, meeting, 409, template=pages.here, case=case, form=form, **more)


def _accepted(request: HttpRequest, dialogue: Dialogue, pages: Pages, before: Meeting) -> HttpResponse:
    """On to the receipt; who accepts the same time again is told that it is fixed already."""
    if before.state != MeetingState.FIXED:
        return redirect(pages.done, dialogue.public_id)
    messages.info(request, already_fixed(before))
    return redirect(pages.time, dialogue.public_id)


def _other_time_page(request: HttpRequest, dialogue: Dialogue, pages: Pages) -> HttpResponse:
    case = case_of(dialogue)
    meeting = _meeting(case, pages)
    may_write = may_write_own_space(who(request), dialogue.huvudman)
    if meeting is None or (request.method != "POST" and not (may_write and _may_wish(meeting))):
        return redirect(pages.time, dialogue.public_id)
    form = OtherTimeForm(request.POST if request.method == "POST" else None)
    told: dict[str, Any] = {"consequences": of_wishing(meeting)}
    if form.is_valid() and _done(form, lambda: _wish(request, dialogue, meeting, form.cleaned_data["wish"])):
        return redirect(pages.done, dialogue.public_id)
    return _show(request, dialogue, pages, meeting, 422, template="other_time", case=case, form=form, **told)


def _may_wish(meeting: Meeting) -> bool:
    """Whether the page is opened: what is sent from it later gets an answer, and nothing typed is lost."""
    return meeting.state in MAY_WISH and meeting.takes_wishes


def _done_page(request: HttpRequest, dialogue: Dialogue, pages: Pages) -> HttpResponse:
    case = case_of(dialogue)
    meeting = _meeting(case, pages)
    if meeting is None or meeting.state not in SETTLED:
        return redirect(pages.time, dialogue.public_id)
    facts = facts_of(meeting, dialogue)
    return show(request, "time_done", dialogue, here=pages.here, case=case, meeting=meeting, facts=facts)


def _show(
    request: HttpRequest,
    dialogue: Dialogue,
    pages: Pages,
    meeting: Meeting | None,
    refused: int,
    *,
    template: str,
    form: forms.Form,
    **more: object,
) -> HttpResponse:
    """The page with the time as it is now: after a refusal (status `refused`) it is read again."""
    if meeting and form.errors:
        meeting.refresh_from_db()
    status = refused if form.errors else 200
    more |= {"meeting": meeting, "facts": facts_of(meeting, dialogue), "form": form, "pages": pages}
    return show(request, template, dialogue, here=pages.here, status=status, **more)


def _meeting(case: Case, pages: Pages) -> Meeting | None:
    return case.feedback if pages is FEEDBACK else case.meeting


def _accept(request: HttpRequest, dialogue: Dialogue, meeting: Meeting) -> None:
    accept_time(meeting=meeting, **_said(request, dialogue))


def _wish(request: HttpRequest, dialogue: Dialogue, meeting: Meeting, wish: str) -> None:
    wish_other_time(meeting=meeting, wish=wish, **_said(request, dialogue))


def _said(request: HttpRequest, dialogue: Dialogue) -> dict[str, Any]:
    """Who says it, how, and about which version of the meeting."""
    return {
        "given_by": str(contact_of(who(request), dialogue.huvudman)),
        "channel": Channel.PORTAL,
        "actor": person(who(request)),
        "seen": version_in(request.POST),
    }


def _done(form: forms.Form, verb: Callable[[], None]) -> bool:
    """Call the verb; a refusal becomes the form's error."""
    form.full_clean()
    try:
        verb()
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    return True
