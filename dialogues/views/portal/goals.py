"""The huvudman's continued work: its own goals, followed up, closed, and shared only if it wishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible
from accounts.typed import written
from dialogues.domain.drafts import ChangedSince, Edit
from dialogues.domain.goals import (
    OPEN_FOR_GOALS,
    close_goal,
    content_of,
    drop_goal,
    follow_up_goal,
    goals_of,
    may_be_dropped,
    save_goal,
    share_goal,
    unshare_goal,
)
from dialogues.forms.goals import FollowUpForm, GoalForm, OutcomeForm
from dialogues.forms.plain import PlainForm
from dialogues.models import Dialogue, Goal, GoalKind, SharedGoal
from dialogues.queries import success_factors_for
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who

Verb = Callable[[HttpRequest, Dialogue, Goal, Any], object]


@dataclass(frozen=True)
class Deed:
    """Something done to one goal on a page of its own: what is asked, and the verb behind the button."""

    minutes: str
    """Where in `dialogues.minutes` it is told how long it takes."""
    form: type[PlainForm]
    title: str | Promise
    button: str | Promise
    done: str | Promise
    verb: Verb
    when: Callable[[Goal], bool]
    text: str | Promise = ""


@own_dialogue
def portal_work(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """All goals, those that are open first, with what has come of them and what is shared."""
    rows = [_shown(goal) for goal in goals_of(dialogue, _actor(request))]
    return show(
        request,
        "work",
        dialogue,
        here="work",
        is_open=dialogue.state in OPEN_FOR_GOALS,
        goals=sorted(rows, key=lambda row: bool(row["goal"].closed_on)),
        new_goal=uuid4(),
    )


@own_dialogue
def portal_goal(request: HttpRequest, dialogue: Dialogue, goal: UUID) -> HttpResponse:
    """Write or change one goal by its own id; an id that is not there is a new goal."""
    row = goals_of(dialogue, _actor(request)).filter(public_id=goal).first()
    factors = success_factors_for(dialogue, row.success_factor_id if row else None)
    if request.method == "POST":
        return _save(request, dialogue, goal, GoalForm(request.POST, factors=factors))
    if dialogue.state not in OPEN_FOR_GOALS or (row and row.closed_on):
        return redirect("portal_work", dialogue.public_id)
    initial = {"text": row.text, "kind": row.kind, "success_factor": row.success_factor_id} if row else {}
    edit = Edit(question=goal, seen=row.saved_in if row else None, form=uuid4())
    form = GoalForm(factors=factors, initial=initial)
    return show(request, "goal", dialogue, here="work", form=form, edit=edit, is_new=row is None)


@own_dialogue
def portal_goal_deed(request: HttpRequest, dialogue: Dialogue, goal: UUID, name: str) -> HttpResponse:
    """Follow up, close, take away, share or stop sharing one goal: a page that asks, and POST that does."""
    deed = DEEDS.get(name)
    row = goals_of(dialogue, _actor(request)).filter(public_id=goal).first()
    if deed is None:
        raise Http404
    if row is None and request.method == "POST":
        return show(request, "goal_gone", dialogue, here="work", texts=written(request), status=409)
    if row is None or (request.method != "POST" and not deed.when(row)):
        return redirect("portal_work", dialogue.public_id)
    form = deed.form(request.POST if request.method == "POST" else None)
    if form.is_valid() and _done(request, dialogue, row, deed, form):
        return redirect("portal_work", dialogue.public_id)
    more = {"deed": deed, "name": name, "goal": row, "form": form, "new_id": _form_id(request)}
    return show(request, "goal_deed", dialogue, here="work", status=422 if form.errors else 200, **more)


def _save(request: HttpRequest, dialogue: Dialogue, goal: UUID, form: GoalForm) -> HttpResponse:
    edit = Edit(question=goal, seen=_uuid(request.POST.get("seen")), form=_form_id(request))
    if form.is_valid():
        data = form.cleaned_data
        try:
            save_goal(
                dialogue=dialogue,
                edit=edit,
                kind=GoalKind(data["kind"]),
                text=data["text"],
                success_factor=data["success_factor"],
                actor=_actor(request),
            )
            return redirect("portal_work", dialogue.public_id)
        except ChangedSince as reason:
            form.add_error(None, str(reason))
            form.add_error(
                None, _("Det ni skrev står kvar här. Spara för att lägga till det som ett nytt mål.")
            )
            edit = Edit(question=uuid4(), seen=None, form=uuid4())
        except NotPossible as reason:
            form.add_error(None, str(reason))
    return show(request, "goal", dialogue, here="work", status=422, form=form, edit=edit)


def _done(request: HttpRequest, dialogue: Dialogue, goal: Goal, deed: Deed, form: forms.Form) -> bool:
    try:
        deed.verb(request, dialogue, goal, form.cleaned_data)
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    messages.success(request, str(deed.done))
    return True


def _shown(goal: Goal) -> dict[str, Any]:
    """A goal with what the page says of its sharing: the copy that is shared, and whether it is as it is."""
    copy: SharedGoal | None = next((c for c in goal.shared.all() if c.withdrawn_at is None), None)
    is_same = copy is not None and copy.content == content_of(goal)
    return {"goal": goal, "copy": copy, "is_same": is_same, "may_be_dropped": may_be_dropped(goal)}


def _actor(request: HttpRequest) -> Actor:
    return person(who(request))


def _about(request: HttpRequest, dialogue: Dialogue, goal: Goal) -> dict[str, Any]:
    return {"dialogue": dialogue, "goal": goal.public_id, "actor": _actor(request)}


def _follow_up(request: HttpRequest, dialogue: Dialogue, goal: Goal, data: dict[str, Any]) -> None:
    told = {"day": data["day"], "text": data["text"], "follow_up": _form_id(request)}
    follow_up_goal(**_about(request, dialogue, goal), **told)


def _share(request: HttpRequest, dialogue: Dialogue, goal: Goal, _data: dict[str, Any]) -> None:
    shared_by = str(contact_of(who(request), dialogue.huvudman))
    share_goal(**_about(request, dialogue, goal), shared_by=shared_by)


def _form_id(request: HttpRequest) -> UUID:
    """The id that the form was made with: sent twice it says the same."""
    return _uuid(request.POST.get("form")) or uuid4()


def _uuid(typed: str | None) -> UUID | None:
    try:
        return UUID(typed or "")
    except ValueError:
        return None


DEEDS: dict[str, Deed] = {
    "folj-upp": Deed(
        minutes="follow_up",
        form=FollowUpForm,
        title=_("Vad har hänt?"),
        button=_("Spara"),
        done=_("Uppföljningen är sparad."),
        verb=_follow_up,
        when=lambda goal: not goal.closed_on,
        text=_(
            "Det ni skriver sparas i ert eget utrymme när ni väljer Spara. Målet går sedan inte att ta bort, "
            "bara att avsluta."
        ),
    ),
    "avsluta": Deed(
        minutes="close_goal",
        form=OutcomeForm,
        title=_("Avsluta målet"),
        button=_("Avsluta målet"),
        done=_("Målet är avslutat. Det ligger kvar med sin historia."),
        verb=lambda request, dialogue, goal, data: close_goal(
            **_about(request, dialogue, goal), outcome=data["outcome"]
        ),
        when=lambda goal: not goal.closed_on,
        text=_("Ett mål kan ha nåtts, ändrats eller visat sig vara fel. Skriv med egna ord."),
    ),
    "ta-bort": Deed(
        minutes="goal_button",
        form=PlainForm,
        title=_("Vill ni ta bort målet?"),
        button=_("Ta bort målet"),
        done=_("Målet är borttaget."),
        verb=lambda request, dialogue, goal, _data: drop_goal(**_about(request, dialogue, goal)),
        when=may_be_dropped,
        text=_("Det går inte att få tillbaka texten sedan."),
    ),
    "dela": Deed(
        minutes="share_goal",
        form=PlainForm,
        title=_("Vill ni dela målet med myndigheterna?"),
        button=_("Dela målet"),
        done=_("Målet är delat med Skolverket och SPSM, så som det ser ut nu."),
        verb=_share,
        when=lambda goal: True,
        text=_(
            "Skolverket och SPSM får en kopia av målet så som det ser ut nu, med uppföljningarna. Kopian "
            "blir en allmän handling som vem som helst kan begära ut. Det ni skriver efteråt delas inte, om "
            "ni inte delar målet igen."
        ),
    ),
    "sluta-dela": Deed(
        minutes="goal_button",
        form=PlainForm,
        title=_("Vill ni sluta dela målet?"),
        button=_("Sluta dela"),
        done=_("Målet delas inte längre."),
        verb=lambda request, dialogue, goal, _data: unshare_goal(**_about(request, dialogue, goal)),
        when=lambda goal: any(copy.withdrawn_at is None for copy in goal.shared.all()),
        text=_(
            "Det visas inte längre för dem som ledde dialogen. Kopian som myndigheterna har fått är en "
            "allmän handling och finns kvar hos dem."
        ),
    ),
}
