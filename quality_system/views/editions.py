"""The editions of the quality system: read, copied, compared, put in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import asked
from accounts.actors import Actor, person
from accounts.domain.machine import Conflict, NotPossible
from accounts.flash import tell_done
from huvudman.models import Skolform
from huvudman.views.pages import needs, staff_page
from quality_system.domain.editions import (
    Seen,
    as_seen,
    copy_edition,
    dialogues_by_edition,
    drop_edition,
    put_edition_in_force,
    what_stops,
)
from quality_system.edition_comparison import Comparison, compare
from quality_system.edition_content import (
    Content,
    Worded,
    edition_list,
    skolformer_without_objective,
    texts_of,
)
from quality_system.models import Edition, SubGoal, SuccessFactor

VIEW, ADD = "quality_system.view_edition", "quality_system.add_edition"
CHANGE, DROP = "quality_system.change_edition", "quality_system.delete_edition"
PUBLISH = "quality_system.put_edition_in_force"
State = Edition.State
POSTED = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs(VIEW)
def editions(request: HttpRequest) -> HttpResponse:
    """Every edition with its state, period, contents and the dialogues that keep it."""
    kept = dialogues_by_edition()
    rows = [{"edition": edition, "dialogues": kept.get(edition.pk, 0)} for edition in edition_list()]
    context = {"title": _("Kvalitetssystem"), "rows": rows}
    return staff_page(request, "staff/edition_list.html", context)


@require_safe
@needs(VIEW)
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition in reading order; of a draft what is left to do before it can apply."""
    row = find(pk)
    content = Content(row)
    is_open = row.state == State.DRAFT and request.user.has_perm(CHANGE)
    context = {
        "title": row.name,
        "edition": row,
        "content": content,
        "is_open": is_open,
        "examples": _by_skolform(content.examples),
        "is_demo": settings.DEMO,
        "stops": list(_left_to_do(content)) if row.state == State.DRAFT else [],
        "can_add_objective": is_open and any(skolformer_without_objective(content)),
        "dialogues": dialogues_by_edition().get(row.pk, 0),
        "may_copy": request.user.has_perm(ADD),
        "may_publish": request.user.has_perm(PUBLISH),
    }
    return staff_page(request, "staff/edition.html", context)


@require_POST
@needs(ADD)
def edition_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft with the same content."""
    made = copy_edition(edition=find(pk), actor=actor_of(request))
    tell_done(request, _("”%(edition)s” är skapad som utkast.") % {"edition": made})
    return redirect("admin:edition", made.pk)


@POSTED
@needs(DROP)
def edition_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a draft, after a question."""
    row = find(pk)
    refused = ""
    if request.method == "POST":
        try:
            drop_edition(edition=row, actor=actor_of(request))
        except NotPossible as error:
            refused = str(error)
        else:
            tell_done(request, _("Utkastet ”%(edition)s” är borttaget.") % {"edition": row})
            return redirect("admin:editions")
    elif row.state != State.DRAFT:
        return redirect("admin:edition", pk)
    context = {
        "title": _("Kasta utkastet?"),
        "edition": row,
        "question": _("Vill du kasta utkastet ”%(edition)s”?") % {"edition": row},
        "text": _("Allt som står i utkastet försvinner. Andra utgåvor och all statistik är kvar."),
        "button": _("Kasta utkastet"),
        "back_url": reverse("admin:edition", args=[pk]),
        "refused": refused,
    }
    return staff_page(request, "staff/edition_confirm.html", context, status=422 if refused else 200)


@require_safe
@needs(VIEW)
def edition_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Two editions side by side, the earlier first."""
    row = find(pk)
    others = list(Edition.objects.exclude(pk=pk))
    chosen = asked.key(request.GET, "med")
    other = next((one for one in others if str(one.pk) == chosen), None) or _nearest(row, others)
    context: dict[str, Any] = {
        "title": _("Jämför utgåvor"),
        "edition": row,
        "others": others,
        "other": other,
    }
    if other:
        before, after = sorted([row, other], key=_in_time)
        found = compare(texts_of(before), texts_of(after))
        context |= {"before": before, "after": after} | in_words(found)
    return staff_page(request, "staff/edition_compare.html", context)


@POSTED
@needs(PUBLISH)
def edition_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """What putting a draft in force leads to, and the button that does it."""
    row = find(pk)
    refused, status = "", 200
    if request.method == "POST":
        try:
            done = put_edition_in_force(edition=row, actor=actor_of(request), seen=_seen(request.POST))
        except NotPossible as error:
            refused, status = str(error), 409 if isinstance(error, Conflict) else 422
        else:
            tell_done(
                request,
                _("”%(edition)s” gäller nu. Pågående dialoger behåller sin utgåva.") % {"edition": done},
            )
            return redirect("admin:edition", pk)
    elif row.state != State.DRAFT:
        return redirect("admin:edition", pk)
    context = _publish_context(find(pk)) | {"refused": refused}
    return staff_page(request, "staff/edition_publish.html", context, status=status)


def find(pk: int) -> Edition:
    """The edition. Raises Http404."""
    return get_object_or_404(Edition, pk=pk)


def actor_of(request: HttpRequest) -> Actor:
    """Who asks."""
    return person(request.user)  # type: ignore[arg-type]


def in_words(found: Comparison) -> dict[str, Any]:
    """A comparison with the names of what comes in another order."""
    names = {"subgoal": _("delmål"), "indicator": _("indikatorer"), "successfactor": _("framgångsfaktorer")}
    orders = [
        ", ".join(filter(None, [names.get(kind, ""), skolform and str(Skolform(skolform).label)]))
        for kind, skolform in found.reordered
        if kind in names
    ]
    return {"found": found, "orders": orders}


def _publish_context(row: Edition) -> dict[str, Any]:
    seen = as_seen(row)
    former = Edition.objects.filter(pk=seen.replaces or 0).first()
    found = compare(texts_of(former) if former else [], texts_of(row))
    return {
        "title": _("Låt utgåvan börja gälla"),
        "edition": row,
        "former": former,
        "seen": seen,
        "stops": [{"text": stop.text} for stop in what_stops(row)],
        "applies_from": timezone.localdate() if former else row.valid_from,
        "keep": dialogues_by_edition().get(former.pk, 0) if former else 0,
    } | in_words(found)


def _seen(posted: Mapping[str, str]) -> Seen:
    replaces = asked.only_key(posted.get("replaces", ""))
    return Seen(posted.get("content", ""), int(replaces) if replaces else None)


def _left_to_do(content: Content) -> Iterator[dict[str, str]]:
    """What stops a draft, each with where it is seen to."""
    pk = content.edition.pk
    new = reverse("admin:edition_part_new", args=[pk, "indikator" if content.objectives else "malsattning"])
    query = f"?skolform={content.objectives[0].skolform}" if content.objectives else ""
    ways = {
        "indicators": (_("Lägg till"), new + query),
        "examples": (_("Visa exempeltexterna"), "#exempeltexter"),
        "day": (_("Ändra första dagen"), reverse("admin:edition_change", args=[pk])),
    }
    for stop in what_stops(content.edition):
        told, url = ways[stop.kind]
        yield {"text": stop.text, "url": url, "link_text": told}


def _by_skolform(examples: list[Worded]) -> list[tuple[str, list[Worded]]]:
    """The example texts under the names of their skolformer, factors last."""
    found: dict[str, list[Worded]] = {}
    for row in sorted(examples, key=lambda row: isinstance(row, SuccessFactor)):
        found.setdefault(_heading(row), []).append(row)
    return list(found.items())


def _heading(row: Worded) -> str:
    if isinstance(row, SuccessFactor):
        return _("Framgångsfaktorer")
    objective = row.objective if isinstance(row, SubGoal) else row
    return str(objective.get_skolform_display()).capitalize()


def _nearest(row: Edition, others: list[Edition]) -> Edition | None:
    """What an edition is compared with unless something else is asked for: the one in force, or before it."""
    in_force = [other for other in others if other.state == State.IN_FORCE]
    earlier = [other for other in others if other.state == State.CLOSED and _in_time(other) < _in_time(row)]
    return next(iter([*in_force, *earlier, *others]), None)


def _in_time(row: Edition) -> tuple[bool, Any, int]:
    return row.state == State.DRAFT, row.valid_from, row.pk
