"""Somebody instead of one that has left: who could come, what it costs, and the change with its reason."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.templatetags.look import day
from dialogues.domain.late_invitations import is_late
from dialogues.domain.replacing import (
    cost_of,
    moved_words,
    offers_for,
    plan_in_use,
    replace_gone,
    why_nobody_can_come,
)
from dialogues.forms.replacing import InsteadForm
from dialogues.models import Dialogue, Draw
from dialogues.plan_heat import block_name
from dialogues.plan_queries import families_of, family_name
from dialogues.views.staff.dialogues import find_dialogue
from dialogues.views.staff.draws import tell_why_not
from dialogues.views.staff.frame import require, staff_page
from huvudman.queries import postal_address_of, recipients_of

PLAN = "dialogues.plan_cycle"


def dialogue_replace(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Choose who comes instead, see the cost, give the reason; or why nobody can."""
    require(request, PLAN)
    dialogue = find_dialogue(public_id)
    instead = _chosen(request, dialogue)
    form = InsteadForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _replaced(request, dialogue, instead, form):
        return redirect("admin:batch", dialogue.batch.public_id)
    why = why_nobody_can_come(dialogue)
    draw = None if why else plan_in_use(dialogue.cycle)
    context: dict[str, Any] = {
        "title": _("Föreslå någon i stället"),
        "crumbs": [
            {"label": _("Dialoger"), "url": reverse("admin:dialogue_list")},
            {"label": str(dialogue), "url": reverse("admin:dialogue", args=[public_id])},
        ],
        "dialogue": dialogue,
        "why": why,
        "form": form,
        "instead": instead,
        "is_late": is_late(dialogue.batch),
    }
    if draw and not form.is_bound:
        form.show(draw)
    if draw and instead:
        context |= _priced(dialogue, instead, draw) | _written_to(instead)
    elif draw:
        context["offers"] = _offers(dialogue, draw)
    return staff_page(request, "staff/dialogue_replace.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, dialogue: Dialogue) -> Dialogue | None:
    """Who is to come: another dialogue of the cycle."""
    asked = request.POST if request.method == "POST" else request.GET
    try:
        public_id = uuid.UUID(asked.get("instead", ""))
    except ValueError:
        return None
    rows = Dialogue.objects.filter(cycle=dialogue.cycle_id).exclude(pk=dialogue.pk)
    return rows.select_related("huvudman", "batch", "cycle").filter(public_id=public_id).first()


def _replaced(request: HttpRequest, dialogue: Dialogue, instead: Dialogue | None, form: InsteadForm) -> bool:
    if instead is None:
        form.add_error(None, _("Välj vem som ska komma i stället."))
        return False
    if request.POST.get("batch") != str(dialogue.batch.public_id):
        form.add_error(None, moved_words())
        return False
    try:
        replace_gone(
            dialogue=dialogue,
            instead=instead,
            reason=form.cleaned_data["reason"],
            actor=person(request.user),  # type: ignore[arg-type]
            answer_by=_shown_day(request),
            plan=form.plan,
            seen=form.seen,
        )
    except NotPossible as reason:
        tell_why_not(form, reason, lambda: plan_in_use(dialogue.cycle))
        return False
    if is_late(dialogue.batch):
        text = _("%(huvudman)s är inbjuden i %(batch)s och kan svara till och med %(day)s.")
        told = {
            "huvudman": instead,
            "batch": str(dialogue.batch).lower(),
            "day": day(dialogue.batch.answer_by),
        }
        messages.success(request, text % told)
        return True
    text = _("%(huvudman)s är nu med i %(batch)s. Bytet står i intyget och i den offentliga rapporten.")
    messages.success(request, text % {"huvudman": instead, "batch": str(dialogue.batch).lower()})
    return True


def _shown_day(request: HttpRequest) -> datetime.date | None:
    """The last day to answer that the page showed, when it said that a letter goes out now."""
    try:
        return parse_date(request.POST.get("answer_by", ""))
    except ValueError:
        return None


def _written_to(instead: Dialogue) -> dict[str, Any]:
    """Who gets the invitation: by e-mail, else on paper; neither when somebody has to ring."""
    recipients = recipients_of(instead.huvudman)
    return {
        "recipients": recipients,
        "address": None if recipients else postal_address_of(instead.huvudman),
    }


def _offers(dialogue: Dialogue, draw: Draw) -> list[dict[str, Any]]:
    return [
        {
            "dialogue": offer.dialogue,
            "alike": [family_name(name) for name in offer.alike],
            "outside": offer.outside,
        }
        for offer in offers_for(dialogue, draw)
    ]


def _priced(dialogue: Dialogue, instead: Dialogue, draw: Draw) -> dict[str, Any]:
    try:
        cost = cost_of(dialogue, instead, draw)
    except NotPossible as reason:
        return {"refused": str(reason)}
    by_name = {row["family"]: row | {"name": family_name(row["family"])} for row in cost.families}
    first = draw.cycle.first_year
    return {
        "cost": cost,
        "families": [by_name[family] for family in families_of(draw.counted)],
        "pupils": [row | {"name": block_name(row["block"], first)} for row in cost.pupils],
    }
