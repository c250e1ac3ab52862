"""Gör för alla i urvalet: ask with exact counts and names, do it for exactly those, tell what came of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actors import person
from accounts.domain.audit import entries
from accounts.domain.machine import NotPossible
from dialogues.batch_deeds import ACTED, DEEDS, Deed, act_on_all
from dialogues.batch_facts import Fact, facts_of
from dialogues.batch_filters import BatchChoice
from dialogues.batch_queries import batch_dialogues
from dialogues.forms.many import DeedForm
from dialogues.models import Dialogue, InvitationBatch
from dialogues.views.staff.batches import VIEW, crumb_of, crumbs, find_batch
from dialogues.views.staff.frame import require, staff_page


def offered(request: HttpRequest, chosen: list[Fact], choice: BatchChoice) -> list[dict[str, Any]]:
    """The deeds that the signed-in person may do for some of the chosen: name, words, how many, address."""
    found = []
    for name, deed in DEEDS.items():
        count = sum(name in fact.deeds for fact in chosen)
        if count and request.user.has_perm(deed.permission):
            found.append({"name": name, "label": deed.label, "count": count, "query": choice.query})
    return found


def batch_all(request: HttpRequest, public_id: uuid.UUID, name: str) -> HttpResponse:
    """Ask before a deed is done for all in the choice that it is for; posted, do it for exactly those.

    Somebody else may have done something since the page was shown: then it says so, and does nothing.
    """
    deed = DEEDS.get(name)
    if deed is None:
        raise Http404
    require(request, deed.permission)
    batch = find_batch(public_id)
    chosen = BatchChoice.from_query(request.GET).of(facts_of(batch))
    concerned = [fact.pk for fact in chosen if name in fact.deeds]
    form = DeedForm(request.POST if request.method == "POST" else None, batch=batch, deed=deed)
    if form.is_bound and form.is_valid():
        if set(form.cleaned_data["vilka"]) == set(concerned):
            return _do(request, name, batch, concerned, form)
        _tell_changes(form, concerned)
    status = (409 if form.has_changed_meanwhile else 422) if form.is_bound else 200
    return _ask(request, name, batch, concerned, len(chosen), form, status)


@require_GET
def batch_done(request: HttpRequest, public_id: uuid.UUID, pk: int) -> HttpResponse:
    """What came of a deed done for many: how many, for which it was not done, and why."""
    require(request, VIEW)
    batch = find_batch(public_id)
    entry = get_object_or_404(entries(batch, ACTED), pk=pk)
    deed, left_out = DEEDS.get(entry.facts["deed"]), entry.facts["left_out"]
    if deed is None:
        raise Http404
    named = Dialogue.objects.filter(pk__in=[*entry.facts["done"], *left_out]).select_related("huvudman")
    rows = list(named.order_by("huvudman__name", "pk"))
    context = {
        "title": deed.label,
        "crumbs": [*crumbs(), crumb_of(batch)],
        "batch": batch,
        "entry": entry,
        "deed": deed,
        "done": [row for row in rows if str(row.pk) not in left_out],
        "left_out": [(row, left_out[str(row.pk)]) for row in rows if str(row.pk) in left_out],
    }
    return staff_page(request, "staff/batch_done.html", context)


def _do(
    request: HttpRequest, name: str, batch: InvitationBatch, pks: list[int], form: DeedForm
) -> HttpResponse:
    rows = Dialogue.objects.filter(pk__in=pks).select_related("huvudman", "batch").order_by("pk")
    try:
        entry = act_on_all(
            name=name,
            batch=batch,
            rows=rows,
            actor=person(request.user),  # type: ignore[arg-type]
            to_batch=form.cleaned_data.get("omgang"),
        )
    except NotPossible as why:
        form.add_error(None, str(why))
        return _ask(request, name, batch, pks, len(pks), form, 422)
    return redirect("admin:batch_done", batch.public_id, entry.pk)


def _ask(
    request: HttpRequest,
    name: str,
    batch: InvitationBatch,
    concerned: list[int],
    size: int,
    form: DeedForm,
    status: int,
) -> HttpResponse:
    deed: Deed = DEEDS[name]
    query = BatchChoice.from_query(request.GET).query
    context = {
        "title": deed.question,
        "crumbs": [*crumbs(), crumb_of(batch)],
        "batch": batch,
        "deed": deed,
        "form": form,
        "rows": batch_dialogues(batch).filter(pk__in=concerned),
        "vilka": ".".join(map(str, concerned)),
        "others": size - len(concerned),
        "back": f"{reverse('admin:batch', args=[batch.public_id])}?{query}#huvudman",
    }
    return staff_page(request, "staff/batch_all.html", context, status=status)


def _tell_changes(form: DeedForm, concerned: list[int]) -> None:
    """Say that those concerned are others now than on the page, and how many have come and gone."""
    shown, now = set(form.cleaned_data["vilka"]), set(concerned)
    text = _(
        "Urvalet har ändrats sedan sidan visades: %(gone)s har fallit bort och %(come)s har tillkommit. "
        "Ingenting är gjort. Läs igenom listan och bekräfta igen."
    )
    form.add_error(None, text % {"gone": len(shown - now), "come": len(now - shown)})
    form.has_changed_meanwhile = True
