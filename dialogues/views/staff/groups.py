"""Introductions for all who have said yes in a batch: filled in, looked at, and made when confirmed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import person
from accounts.domain.machine import Conflict, NotPossible
from accounts.templatetags.look import number
from dialogues.domain.introduction_groups import GroupNotPossible
from dialogues.domain.introductions import waiting_for_seat
from dialogues.forms.groups import GroupsForm, GroupTimeForm, Proposal
from dialogues.models import Dialogue, InvitationBatch
from dialogues.planning.groups import Group, Why
from dialogues.views.staff import in_numbers
from dialogues.views.staff.frame import require, staff_page

RUN = "dialogues.run_introduction"
WHY: dict[Why, str | Promise] = {
    Why.ALIKE: gettext_lazy("Samma region och typ."),
    Why.REGION: gettext_lazy("Samma region. De är för få av varje typ för egna möten."),
    Why.TYPE: gettext_lazy("Samma typ, från flera regioner. De är för få i varje region."),
    Why.MIXED: gettext_lazy("De som blev över. De är för få för egna möten."),
}
TYPES = {"offentlig": gettext_lazy("offentliga"), "enskild": gettext_lazy("enskilda")}


@dataclass(frozen=True)
class Row:
    """A group as the preview shows it."""

    name: str
    why: str
    members: list[Dialogue]
    time: GroupTimeForm


def introduction_groups(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Fill in, look at the proposal, and make it; nothing is made before that."""
    require(request, RUN)
    batch = get_object_or_404(InvitationBatch, public_id=public_id)
    step = request.POST.get("step", "")
    form = GroupsForm(request.POST if request.method == "POST" else None, batch=batch)
    if not form.is_bound or step == "edit" or not form.is_valid():
        return _fill_in(request, batch, form, status=422 if form.is_bound and step != "edit" else 200)
    proposal = Proposal(form, request.POST if step == "make" else None)
    if step != "make":
        return _look(request, batch, proposal)
    return _make(request, batch, proposal)


def _make(request: HttpRequest, batch: InvitationBatch, proposal: Proposal) -> HttpResponse:
    if request.POST.get("seen") != proposal.fingerprint:
        why = _("Andra väntar på plats nu än när förslaget gjordes. Läs det nya förslaget och boka igen.")
        return _look(request, batch, Proposal(proposal.form), why=why, status=409)
    if not proposal.is_valid:
        return _look(request, batch, proposal, status=422)
    try:
        made = proposal.perform(person(request.user))  # type: ignore[arg-type]
    except Conflict as others:
        return _look(request, batch, Proposal(proposal.form), why=str(others), status=409)
    except GroupNotPossible as reason:
        proposal.time_forms[reason.number].add_error("time", str(reason))
        return _look(request, batch, proposal, status=422)
    except NotPossible as reason:
        return _look(request, batch, proposal, why=str(reason), status=422)
    messages.success(request, in_numbers.groups_set_up(made))
    return redirect("admin:batch", batch.public_id)


def _fill_in(request: HttpRequest, batch: InvitationBatch, form: GroupsForm, *, status: int) -> HttpResponse:
    context = {
        "title": _("Föreslå introduktionsmöten"),
        "crumbs": _crumbs(batch),
        "batch": batch,
        "form": form,
        "waiting": waiting_for_seat(batch).count(),
    }
    return staff_page(request, "staff/introduction_groups.html", context, status=status)


def _look(
    request: HttpRequest, batch: InvitationBatch, proposal: Proposal, *, why: str = "", status: int = 200
) -> HttpResponse:
    rows = _rows(batch, proposal)
    if why and not rows:
        why = _("Alla har fått plats sedan förslaget gjordes. Inget av det bokades.")
    waiting = sum(len(row.members) for row in rows)
    context = {
        "title": _("Förslag till introduktionsmöten"),
        "crumbs": _crumbs(batch),
        "batch": batch,
        "proposal": proposal,
        "rows": rows,
        "why": why,
        "waiting": waiting,
        "letters": in_numbers.letters_to([dialogue for row in rows for dialogue in row.members]),
        "button": _button(len(rows), waiting),
    }
    return staff_page(request, "staff/introduction_groups_look.html", context, status=status)


def _button(meetings: int, huvudman: int) -> str:
    book = ngettext("Boka %(n)s möte", "Boka %(n)s möten", meetings) % {"n": number(meetings)}
    seat = ngettext("ge %(n)s huvudman plats", "ge %(n)s huvudmän plats", huvudman) % {"n": number(huvudman)}
    return _("%(book)s och %(seat)s") % {"book": book, "seat": seat}


def _rows(batch: InvitationBatch, proposal: Proposal) -> list[Row]:
    waiting = {d.pk: d for d in waiting_for_seat(batch).select_related("huvudman__main_kommun")}
    pairs = zip(proposal.groups, proposal.time_forms, strict=True)
    return [
        Row(_name_of(group), str(WHY[group.why]), _members(group, waiting), form) for group, form in pairs
    ]


def _members(group: Group, waiting: dict[int, Dialogue]) -> list[Dialogue]:
    """Those in the group, by name; who has got a seat elsewhere since is told by the verb."""
    found = [waiting[pk] for pk in group.members if pk in waiting]
    return sorted(found, key=lambda dialogue: dialogue.huvudman.name)


def _name_of(group: Group) -> str:
    region = group.region or (
        _("Region saknas") if group.why in {Why.ALIKE, Why.REGION} else _("Flera regioner")
    )
    return f"{region}, {TYPES[group.type]}" if group.type else region


def _crumbs(batch: InvitationBatch) -> list[dict[str, str]]:
    return [
        {"label": _("Omgångar"), "url": reverse("admin:batch_list")},
        {"label": str(batch), "url": reverse("admin:batch", args=[batch.public_id])},
    ]
