"""The page where a batch takes in huvudmän that have said that they want to take part later."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.templatetags.look import number
from dialogues.domain.carrying import NOT_SENT
from dialogues.domain.many import Outcome
from dialogues.domain.taking_in import take_in
from dialogues.forms.taking_in import TakeInForm
from dialogues.half_years import half_year_name
from dialogues.models import InvitationBatch
from dialogues.views.staff.batches import crumb_of, crumbs, find_batch, tell_not_now
from dialogues.views.staff.frame import require, staff_page

PLAN = "dialogues.plan_cycle"


def batch_take_in(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who could come, those whom the batch suits first; posted, they are carried to it and told."""
    require(request, PLAN)
    batch = find_batch(public_id)
    if request.method != "POST" and batch.state not in NOT_SENT:
        return tell_not_now(request, batch)
    form = TakeInForm(request.POST if request.method == "POST" else None, batch=batch)
    if form.is_bound and form.is_valid() and (outcome := _perform(request, batch, form)):
        _tell(request, outcome)
        return redirect("admin:batch", public_id)
    context = {
        "title": _("Huvudmän som vill delta senare"),
        "crumbs": [*crumbs(), crumb_of(batch)],
        "batch": batch,
        "half_year": half_year_name(batch.half_year),
        "form": form,
    }
    return staff_page(request, "staff/batch_take_in.html", context, status=422 if form.is_bound else 200)


def _perform(request: HttpRequest, batch: InvitationBatch, form: TakeInForm) -> Outcome | None:
    try:
        return take_in(
            batch=batch,
            dialogues=list(form.cleaned_data["dialogues"]),
            actor=person(request.user),  # type: ignore[arg-type]
        )
    except NotPossible as why:
        form.add_error(None, str(why))
    return None


def _tell(request: HttpRequest, outcome: Outcome) -> None:
    count = len(outcome.done)
    text = ngettext(
        "%(n)s huvudman är med i omgången och får ett brev om det.",
        "%(n)s huvudmän är med i omgången och får ett brev om det.",
        count,
    )
    if count:
        messages.success(request, text % {"n": number(count)})
    for dialogue, why in outcome.left_out:
        messages.warning(request, f"{dialogue.huvudman}: {why}")
