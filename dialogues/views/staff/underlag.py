"""The staff's page of an analysunderlag: read it, confirm it for one's agency, change the areas."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor, person
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import Agency, User
from dialogues.domain import underlag as verbs
from dialogues.domain.dialogues import OPEN
from dialogues.models import Dialogue, Meeting, MeetingKind, Underlag
from dialogues.models import UnderlagState as S
from dialogues.underlag.areas import AgainForm, AreaFormSet, ReasonForm, area_texts, initial_areas
from dialogues.underlag.download import excel_response, pdf_response, short_response
from dialogues.underlag.html import body_html
from dialogues.underlag.issuable import require_issuable
from dialogues.views.staff.frame import staff_page, turn_back
from huvudman.queries import postal_address_of, recipients_of

READABLE = frozenset({S.RENDERED, S.CONFIRMED, S.ISSUED})


@require_GET
def underlag_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The latest version of a dialogue's underlag: where it stands, what can be done, and all it says."""
    dialogue = _dialogue(public_id)
    underlag = _latest(dialogue)
    if underlag:
        underlag.dialogue = dialogue  # what is said of conflicts is read once
    context = {
        "title": _("Analysunderlag"),
        "dialogue": dialogue,
        "underlag": underlag,
        "before": _before(underlag),
        "confirmations": _confirmations(underlag) if underlag else [],
        "revision": verbs.latest_revision(underlag) if underlag else None,
        "actions": _actions(request.user, dialogue, underlag),  # type: ignore[arg-type]
        "by_post": postal_address_of(dialogue.huvudman) is not None,
        "no_recipient": dialogue.state in OPEN and not recipients_of(dialogue.huvudman),
        "of_old_figures": underlag is not None and underlag.figures_as_of != dialogue.batch.figures_as_of,
        "why_not": _why_not_yet(dialogue, underlag),
        "body": body_html(underlag.content) if underlag and underlag.state in READABLE else "",
        "is_example": bool(underlag and underlag.edition.contains_example_text),
    }
    return staff_page(request, "underlag/staff.html", context)


@require_GET
def underlag_pdf(_request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The PDF, as it is kept."""
    return pdf_response(_readable(public_id))


@require_GET
def underlag_excel(_request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The tables as an Excel file."""
    return excel_response(_readable(public_id))


@require_GET
def underlag_short(_request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The two pages for a nämnd or styrelse, as a PDF."""
    return short_response(_readable(public_id))


@require_POST
def underlag_act(request: HttpRequest, public_id: uuid.UUID, name: str) -> HttpResponse:
    """Do one of the verbs and come back to the page, saying what was done or why not."""
    dialogue = _dialogue(public_id)
    if name not in ACTS:
        raise Http404
    act, done = ACTS[name]
    try:
        act(request, dialogue, _latest(dialogue))
    except NotPossible as why:
        messages.error(request, str(why))
    else:
        messages.success(request, str(done))
    return redirect("admin:underlag", public_id)


def underlag_areas(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put the central areas in one's own words."""
    dialogue = _dialogue(public_id)
    underlag = _existing(_latest(dialogue))
    person(request.user).require("dialogues.confirm_underlag", underlag)  # type: ignore[arg-type]
    if request.method != "POST" and underlag.state not in (S.RENDERED, S.CONFIRMED):
        return turn_back(request, _too_late(underlag), "admin:underlag", public_id)
    forms = AreaFormSet(
        request.POST or None,
        initial=initial_areas(underlag),
        form_kwargs={"edition": underlag.edition},
    )
    why = ReasonForm(request.POST or None)
    is_filled = request.method == "POST" and all([forms.is_valid(), why.is_valid()])
    status = _revise(request, underlag, forms, why) if is_filled else 422 if request.method == "POST" else 200
    if status == 302:
        return redirect("admin:underlag", public_id)
    context = {
        "title": _("Centrala områden"),
        "dialogue": dialogue,
        "underlag": underlag,
        "forms": forms,
        "why": why,
        "all_forms": [*forms.forms, why],
        "now": initial_areas(underlag) if status == 409 else [],
    }
    return staff_page(request, "underlag/areas.html", context, status=status)


def underlag_again(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask whether the central areas stay, and then make the underlag anew with today's figures."""
    dialogue = _dialogue(public_id)
    underlag = _existing(_latest(dialogue))
    _actor(request).require("dialogues.order_underlag", dialogue)
    if request.method != "POST" and underlag.state not in (S.RENDERED, S.CONFIRMED, S.FAILED):
        return turn_back(request, _too_late(underlag), "admin:underlag", public_id)
    revised = verbs.areas_are_revised(underlag)
    initial = {"areas": AgainForm.KEEP if revised else AgainForm.FIND}
    form = AgainForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid() and _made_anew(request, underlag, form):
        return redirect("admin:underlag", public_id)
    context = {
        "title": _("Ta fram underlaget på nytt"),
        "dialogue": dialogue,
        "form": form,
        "revised": revised,
        "areas": underlag.central_areas.all(),
        "confirmed": underlag.confirmations.exists(),
        "mark": _mark(underlag),
    }
    return staff_page(request, "underlag/again.html", context, status=422 if form.errors else 200)


@require_POST
def underlag_for_meeting(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Order the underlag of everyone in a held introduction meeting."""
    meeting = get_object_or_404(Meeting, public_id=public_id, kind=MeetingKind.INTRODUCTION)
    try:
        ordered = verbs.order_underlag_for_meeting(meeting=meeting, actor=_actor(request))
    except NotPossible as why:
        messages.error(request, str(why))
    else:
        done = ngettext(
            "%(count)s analysunderlag är beställt.", "%(count)s analysunderlag är beställda.", len(ordered)
        )
        messages.success(request, done % {"count": len(ordered)})
    return redirect("admin:introduction", public_id)


# Acts -----------------------------------------------------------------------------------------------------
def _order(request: HttpRequest, dialogue: Dialogue, _underlag: Underlag | None) -> None:
    verbs.order_underlag(dialogue=dialogue, actor=_actor(request))


def _again(request: HttpRequest, _dialogue: Dialogue, underlag: Underlag | None) -> None:
    there = _existing(underlag)
    keep = verbs.areas_are_revised(there)
    verbs.order_again(underlag=there, actor=_actor(request), keep_areas=keep)


def _confirm(request: HttpRequest, _dialogue: Dialogue, underlag: Underlag | None) -> None:
    seen = request.POST.get("seen", "")
    verbs.confirm_underlag(underlag=_existing(underlag), actor=_actor(request), seen_pdf=seen or "-")


Act = Callable[[HttpRequest, Dialogue, Underlag | None], None]
ACTS: dict[str, tuple[Act, str | Promise]] = {
    "bestall": (_order, gettext_lazy("Analysunderlaget är beställt.")),
    "igen": (_again, gettext_lazy("Analysunderlaget tas fram på nytt.")),
    "faststall": (_confirm, gettext_lazy("Ni har fastställt underlaget för er myndighet.")),
}


# Reading --------------------------------------------------------------------------------------------------
def _actor(request: HttpRequest) -> Actor:
    return person(request.user)  # type: ignore[arg-type]


def _dialogue(public_id: uuid.UUID) -> Dialogue:
    rows = Dialogue.objects.select_related("huvudman", "batch", "edition")
    return get_object_or_404(rows.prefetch_related("conflict_declarations"), public_id=public_id)


def _latest(dialogue: Dialogue) -> Underlag | None:
    return dialogue.underlag.select_related("edition", "pdf", "dialogue__huvudman").first()


def _readable(public_id: uuid.UUID) -> Underlag:
    """The latest version, with its document. Raises Http404 while there is none to read."""
    underlag = _latest(_dialogue(public_id))
    if underlag is None or underlag.pdf is None or underlag.state not in READABLE:
        raise Http404
    return underlag


def _before(underlag: Underlag | None) -> int:
    """How many underlag that were ordered before this one are still to be made."""
    if underlag is None or underlag.state != S.ORDERED:
        return 0
    return Underlag.objects.filter(state=S.ORDERED, ordered_at__lt=underlag.ordered_at).count()


def _existing(underlag: Underlag | None) -> Underlag:
    if underlag is None:
        raise Http404
    return underlag


def _confirmations(underlag: Underlag) -> list[dict[str, object]]:
    """Each agency with its confirmation, or None while it is awaited."""
    given = {c.agency_id: c for c in underlag.confirmations.select_related("user")}
    return [{"agency": agency, "given": given.get(agency.pk)} for agency in Agency.objects.order_by("name")]


def _actions(user: User, dialogue: Dialogue, underlag: Underlag | None) -> list[str]:
    """The names of what the person may do now; the template has a form for each."""
    if dialogue.is_paused:
        return []
    may_order = user.has_perm("dialogues.order_underlag", dialogue)
    if underlag is None:
        return ["order"] if may_order and dialogue.state == "introduced" else []
    may_confirm = user.has_perm("dialogues.confirm_underlag", underlag)
    staff = getattr(user, "staff", None)
    awaited = staff is not None and staff.agency in verbs.awaited_agencies(underlag)
    offered = {
        "again": may_order and underlag.state in (S.RENDERED, S.CONFIRMED, S.FAILED),
        "revise": may_confirm and underlag.state in (S.RENDERED, S.CONFIRMED),
        "confirm": may_confirm and underlag.state == S.RENDERED and awaited,
        "issue": underlag.state == S.CONFIRMED and user.has_perm("dialogues.issue_underlag", underlag),
    }
    return [name for name, holds in offered.items() if holds]


def _why_not_yet(dialogue: Dialogue, underlag: Underlag | None) -> str:
    """What stands in the way of sending a confirmed underlag, in words; empty for nothing."""
    if underlag is None or underlag.state != S.CONFIRMED:
        return ""
    try:
        require_issuable(underlag)
        verbs.require_proposed_time(dialogue)
    except NotPossible as why:
        return str(why)
    return ""


def _made_anew(request: HttpRequest, underlag: Underlag, form: AgainForm) -> bool:
    keep = form.cleaned_data["areas"] == AgainForm.KEEP
    if request.POST.get("seen") != _mark(underlag):
        changed = _("Underlaget har ändrats eller fastställts sedan du öppnade sidan. Läs vad som gäller nu.")
        form.add_error(None, changed)
        return False
    try:
        verbs.order_again(underlag=underlag, actor=_actor(request), keep_areas=keep)
    except NotPossible as why:
        form.add_error(None, str(why))
        return False
    messages.success(request, _("Analysunderlaget tas fram på nytt."))
    return True


def _revise(request: HttpRequest, underlag: Underlag, forms: BaseFormSet, why: ReasonForm) -> int:
    """Save the areas; answer the page's status: 302 when it is done, else what was typed stays on it."""
    try:
        verbs.revise_central_areas(
            underlag=underlag,
            areas=area_texts(forms),
            reason=why.cleaned_data["reason"],
            actor=_actor(request),
            seen_pdf=request.POST.get("seen", "") or "-",
        )
    except NotPossible as refused:
        messages.error(request, str(refused))
        return 409 if isinstance(refused, Conflict) else 422
    messages.success(request, _("De centrala områdena är sparade. Underlaget tas fram på nytt."))
    return 302


def _too_late(underlag: Underlag) -> str:
    told = _("Det går inte att ändra nu: underlaget är %(state)s.")
    return told % {"state": underlag.get_state_display()}


def _mark(underlag: Underlag) -> str:
    """What a person has seen of an underlag before making it anew: the document, and who stands behind it."""
    return f"{underlag.pdf_id}-{underlag.confirmations.count()}"
