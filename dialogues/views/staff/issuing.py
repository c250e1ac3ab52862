"""Sending an analysunderlag: first what goes to whom, then the press that cannot be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible
from dialogues.domain.files import read_file
from dialogues.domain.parcels import ChangedSince, Parcel, parcel_of, pdf_name
from dialogues.domain.underlag import issue_underlag, require_proposed_time
from dialogues.models import Underlag, UnderlagState
from dialogues.timeline import when
from dialogues.underlag.issuable import require_issuable
from dialogues.underlag.pdf import page_count
from dialogues.views.staff.frame import staff_page, tell_written, turn_back
from huvudman.queries import Recipient, postal_address_of


def underlag_issue(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask before the underlag is sent; that cannot be undone."""
    actor = person(request.user)  # type: ignore[arg-type]
    underlag = _latest(public_id)
    actor.require("dialogues.issue_underlag", underlag)
    if request.method == "POST":
        return _issue(request, underlag, actor)
    if underlag.state != UnderlagState.CONFIRMED:
        why = _("Det går inte att skicka nu: underlaget är %(state)s.")
        told = why % {"state": underlag.get_state_display()}
        return turn_back(request, told, "admin:underlag", public_id)
    try:
        return _ask(request, _parcel(underlag))
    except NotPossible as why:
        messages.error(request, str(why))
        return redirect("admin:underlag", public_id)


def _issue(request: HttpRequest, underlag: Underlag, actor: Actor) -> HttpResponse:
    page = "admin:underlag"
    try:
        issue_underlag(underlag=underlag, actor=actor, seen=request.POST.get("seen", "") or "-")
    except NotPossible as why:
        messages.error(request, str(why))
        page = "admin:underlag_issue" if isinstance(why, ChangedSince) else page
    else:
        done = _("Analysunderlaget är på väg till huvudmannen, med förslaget på tid.")
        tell_written(request, underlag.dialogue.huvudman, done)
    return redirect(page, underlag.dialogue.public_id)


def _ask(request: HttpRequest, parcel: Parcel) -> HttpResponse:
    page = reverse("admin:underlag", args=[parcel.underlag.dialogue.public_id])
    context = {
        "crumbs": [{"label": _("Analysunderlag"), "url": page}],
        "parcel": parcel,
        "facts": _facts(parcel),
        "hidden": [{"name": "seen", "value": parcel.version}],
        "by_post": postal_address_of(parcel.underlag.dialogue.huvudman) is not None,
        "back_url": page,
    }
    return staff_page(request, "underlag/issue.html", context)


def _facts(parcel: Parcel) -> list[dict[str, str]]:
    rows = [
        (_("Huvudman"), str(parcel.underlag.dialogue.huvudman)),
        (_("Till"), _names(parcel.recipients) or _("Ingen har en e-postadress")),
        (_("Föreslagen tid"), when(parcel.meeting)),
        (_("Hur"), str(parcel.meeting.get_form_display()).capitalize()),
        (_("Var"), parcel.meeting.where),
    ]
    return [{"label": label, "value": value} for label, value in rows] + [_file(parcel.underlag)]


def _names(recipients: Sequence[Recipient]) -> str:
    return ", ".join(f"{to.name} ({to.email})" if to.name else to.email for to in recipients)


def _file(underlag: Underlag) -> dict[str, str]:
    assert underlag.pdf is not None  # noqa: S101  (the database holds it for a confirmed underlag)
    pages = page_count(read_file(underlag.pdf))
    told = ngettext("%(name)s, %(pages)s sida, %(size)s", "%(name)s, %(pages)s sidor, %(size)s", pages) % {
        "name": pdf_name(underlag.dialogue.huvudman),
        "pages": pages,
        "size": filesizeformat(underlag.pdf.size),
    }
    address = reverse("admin:underlag_pdf", args=[underlag.dialogue.public_id])
    return {"label": _("Bilaga"), "value": told, "url": address}


def _parcel(underlag: Underlag) -> Parcel:
    require_issuable(underlag)
    return parcel_of(underlag, require_proposed_time(underlag.dialogue))


def _latest(public_id: uuid.UUID) -> Underlag:
    rows = Underlag.objects.select_related("edition", "pdf", "dialogue__huvudman", "dialogue__batch")
    underlag = rows.filter(dialogue__public_id=public_id).first()
    if underlag is None:
        raise Http404
    return underlag
