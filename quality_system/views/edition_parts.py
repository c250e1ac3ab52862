"""The parts of an edition, a page each: read by staff, written in a draft by those with the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Max, Min
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import asked
from accounts.domain.machine import Conflict, NotPossible
from accounts.flash import tell_done
from accounts.typed import written
from huvudman.models import Skolform
from huvudman.views.pages import needs, staff_page
from quality_system.domain.edition_parts import (
    add_part,
    change_edition,
    change_part,
    move_part,
    remove_part,
    set_last_day_of_use,
)
from quality_system.edition_addresses import KINDS, address_of, place_of
from quality_system.edition_content import Part, edition_of, fields_of, name_of, version_of
from quality_system.edition_forms import EditionForm, LastDayForm, form_for
from quality_system.models import Edition, Indicator, Objective, ObservedValue, SubGoal, SuccessFactor
from quality_system.views.editions import CHANGE, POSTED, VIEW, actor_of, find
from quality_system.wording import period_words

WAYS = {"upp": True, "ner": False}
Save = Callable[[dict[str, Any]], object]


@POSTED
@needs(CHANGE)
def edition_change(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft's name and first day."""
    row = find(pk)
    if row.state != Edition.State.DRAFT and request.method != "POST":
        return redirect("admin:edition", pk)
    form = EditionForm(request.POST or None, instance=find(pk))

    def save(fields: dict[str, Any]) -> None:
        change_edition(edition=row, actor=actor_of(request), seen=request.POST.get("seen", ""), **fields)

    return _form_page(request, form, row, save, title=_("Namn och första dag"), back=_page_of(row))


@POSTED
@needs(VIEW)
def edition_part(request: HttpRequest, pk: int, kind: str, part_pk: int) -> HttpResponse:
    """A part: in a draft the form it is worded in, else what it says."""
    if request.method == "POST" and not request.user.has_perm(CHANGE):
        raise PermissionDenied(CHANGE)
    row = _part(pk, kind, part_pk)
    if row is None:
        return _gone(request, pk)
    if request.method != "POST" and not _is_open(request, row):
        return staff_page(request, "staff/edition_part.html", _context(row) | {"fields": fields_of(row)})
    form = form_for(_part(pk, kind, part_pk) or row, request.POST or None)

    def save(fields: dict[str, Any]) -> None:
        change_part(part=row, actor=actor_of(request), seen=request.POST.get("seen", ""), **fields)

    return _form_page(request, form, row, save, title=name_of(row), back=place_of(row))


@POSTED
@needs(CHANGE)
def edition_part_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Add a part to a draft: a sub-goal to an objective, an indicator to a skolform or sub-goal."""
    edition = find(pk)
    part = _new_part(request, edition, kind)
    if edition.state != Edition.State.DRAFT and request.method != "POST":
        return redirect("admin:edition", pk)
    form = form_for(part, request.POST or None)
    context: dict[str, Any] = _new_context(part, edition) | {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            added = add_part(part=form.save(commit=False), actor=actor_of(request))
        except ValidationError as error:
            form.add_error(None, error)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            tell_done(request, _("Tillagt: %(part)s.") % {"part": name_of(added)})
            return redirect(place_of(added))
    return staff_page(request, "staff/edition_form.html", context, status=422 if form.errors else 200)


@POSTED
@needs(CHANGE)
def edition_part_move(request: HttpRequest, pk: int, kind: str, part_pk: int, way: str) -> HttpResponse:
    """Let a part change places with its neighbour; it can be taken back."""
    row = _part(pk, kind, part_pk)
    if way not in WAYS:
        raise Http404
    if row is None:
        return _gone(request, pk)
    if request.method != "POST":
        return redirect(place_of(row))
    try:
        moved = move_part(part=row, actor=actor_of(request), up=WAYS[way])
    except NotPossible as error:
        return _refused(request, row, str(error))
    if moved:
        back = "ner" if WAYS[way] else "upp"
        undo = reverse("admin:edition_part_move", args=[pk, kind, part_pk, back])
        tell_done(request, _("Flyttat: %(part)s.") % {"part": name_of(row)}, undo=undo)
    return redirect(place_of(row))


@POSTED
@needs(CHANGE)
def edition_part_remove(request: HttpRequest, pk: int, kind: str, part_pk: int) -> HttpResponse:
    """Take a part away from a draft, after a question."""
    row = _part(pk, kind, part_pk)
    if row is None:
        return _gone(request, pk)
    if request.method != "POST":
        return _remove_page(request, row, "")
    seen, name, back = request.POST.get("seen", ""), name_of(row), place_of(row)
    try:
        remove_part(part=row, actor=actor_of(request), seen=seen)
    except NotPossible as error:
        return _remove_page(request, row, str(error))
    tell_done(request, _("Borttaget: %(part)s.") % {"part": name})
    return redirect(back)


@POSTED
@needs(CHANGE)
def indicator_last_day(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    """Until when the law lets an indicator's figures be used: in every edition, also in force."""
    row = get_object_or_404(Indicator.objects.select_related("edition"), edition=pk, pk=part_pk)
    form = LastDayForm(request.POST or None, initial={"last": row.usable_to})
    if request.method == "POST" and form.is_valid():
        try:
            set_last_day_of_use(indicator=row, actor=actor_of(request), last=form.cleaned_data["last"])
        except NotPossible as error:
            form.add_error("last", str(error))
        else:
            tell_done(request, _("Sista dagen är sparad, i alla utgåvor som har indikatorn."))
            return redirect(address_of(row))
    context = _context(row) | {"form": form, "title": _("Sista dagen som uppgifterna får användas")}
    status = 422 if form.errors else 200
    return staff_page(request, "staff/indicator_last_day.html", context, status=status)


# Finding --------------------------------------------------------------------------------------------------
def _part(pk: int, kind: str, part_pk: int) -> Part | None:
    """The part with its edition; None for one that is gone. Raises Http404 for another edition or kind."""
    if kind not in KINDS:
        raise Http404
    find(pk)
    is_goal = KINDS[kind] is SubGoal
    rows = KINDS[kind]._default_manager.select_related("objective__edition" if is_goal else "edition")
    own = {"objective__edition" if is_goal else "edition": pk}
    row: Any = rows.filter(pk=part_pk, **own).first()
    return row


def _new_part(request: HttpRequest, edition: Edition, kind: str) -> Part:
    """An unsaved part where the address says that it goes. Raises Http404 when there is no such place."""
    if kind not in KINDS:
        raise Http404
    if KINDS[kind] is SubGoal:
        under = asked.key(request.GET, "malsattning") or None
        return SubGoal(
            objective=get_object_or_404(Objective, edition=edition, pk=under), is_example_text=False
        )
    if KINDS[kind] is Indicator:
        return _new_indicator(request, edition)
    made = Objective if KINDS[kind] is Objective else SuccessFactor
    return made(edition=edition, is_example_text=False)


def _new_indicator(request: HttpRequest, edition: Edition) -> Indicator:
    skolform = asked.choice(request.GET, "skolform", Skolform.values)
    if not skolform:
        raise Http404
    goals = SubGoal.objects.filter(objective__edition=edition, objective__skolform=skolform)
    goal = goals.filter(pk=asked.key(request.GET, "delmal") or "0").first()
    return Indicator(edition=edition, skolform=skolform, sub_goal=goal)


def _is_open(request: HttpRequest, part: Part) -> bool:
    return _edition(part).state == Edition.State.DRAFT and request.user.has_perm(CHANGE)


def _edition(row: Edition | Part) -> Edition:
    return row if isinstance(row, Edition) else edition_of(row)


def _page_of(edition: Edition) -> str:
    return reverse("admin:edition", args=[edition.pk])


# Answering ------------------------------------------------------------------------------------------------
def _form_page(
    request: HttpRequest, form: ModelForm, row: Edition | Part, save: Save, *, title: str, back: str
) -> HttpResponse:
    """The form, or back; after a conflict with what now stands beside what was typed."""
    context = _context(row) | {"title": title, "form": form, "back": back}
    seen, status = request.POST.get("seen") or version_of(row), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                save(form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            except Conflict as conflict:
                stands = type(row)._default_manager.get(pk=row.pk)
                seen, status = version_of(stands), 409
                context["stands"] = _differing(form, stands)
                form.add_error(None, str(conflict))
            except NotPossible as error:
                form.add_error(None, str(error))
            else:
                tell_done(request, _("Sparat."))
                return redirect(back)
    return staff_page(request, "staff/edition_form.html", context | {"seen": seen}, status=status)


def _differing(form: ModelForm, stands: Any) -> list[tuple[str, str]]:
    """What now stands where something else was typed, by label."""
    typed, now = fields_of(form.instance), fields_of(stands)
    return [(label, text or "–") for label, text in now.items() if typed[label] != text]


def _context(row: Edition | Part) -> dict[str, Any]:
    """What every page about an edition or a part of it shows round it."""
    if isinstance(row, Edition):
        return {"edition": row, "back": _page_of(row)}
    found: dict[str, Any] = {
        "title": name_of(row),
        "edition": _edition(row),
        "part": row,
        "back": place_of(row),
    }
    if isinstance(row, Indicator):
        found["history"] = _history(row)
    return found


def _new_context(part: Part, edition: Edition) -> dict[str, Any]:
    titles = {
        Objective: _("Ny målsättning"),
        SubGoal: _("Nytt delmål"),
        Indicator: _("Ny indikator"),
        SuccessFactor: _("Ny framgångsfaktor"),
    }
    skolform = getattr(getattr(part, "objective", part), "skolform", "")
    place = str(Skolform(skolform).label) if skolform else ""
    back = f"{_page_of(edition)}#{skolform or 'framgangsfaktorer'}"
    return {"title": titles[type(part)], "edition": edition, "place": place, "back": back, "is_new": True}


def _history(indicator: Indicator) -> dict[str, Any]:
    """What is known under the indicator's key: its values and the other editions that have it."""
    values = ObservedValue.objects.filter(indicator_key=indicator.key, superseded_at__isnull=True)
    told = values.exclude(period="").aggregate(n=Count("pk"), first=Min("period"), last=Max("period"))
    others = Indicator.objects.filter(key=indicator.key).exclude(edition=indicator.edition_id)
    return {
        "values": told["n"],
        "first": period_words(told["first"] or ""),
        "last": period_words(told["last"] or ""),
        "others": others.select_related("edition").order_by("edition__valid_from", "pk"),
    }


def _remove_page(request: HttpRequest, row: Part, refused: str) -> HttpResponse:
    if _edition(row).state != Edition.State.DRAFT and not refused:
        return redirect(address_of(row))
    context = _context(row) | {
        "title": _("Ta bort ur utkastet?"),
        "question": _("Vill du ta bort ”%(part)s”?") % {"part": name_of(row)},
        "text": _("Det försvinner ur det här utkastet. Andra utgåvor och all statistik är kvar."),
        "facts": [{"label": label, "value": text} for label, text in fields_of(row).items() if text],
        "hidden": [{"name": "seen", "value": version_of(row)}],
        "button": _("Ta bort"),
        "back_url": place_of(row),
        "refused": refused,
    }
    return staff_page(request, "staff/edition_confirm.html", context, status=422 if refused else 200)


def _refused(request: HttpRequest, row: Part, why: str) -> HttpResponse:
    context = _context(row) | {"fields": fields_of(row), "refused": why}
    return staff_page(request, "staff/edition_part.html", context, status=422)


def _gone(request: HttpRequest, pk: int) -> HttpResponse:
    """Says that somebody has taken the part away, with what was typed, so that it can be copied."""
    if request.method != "POST":
        raise Http404
    context = {"title": _("Delen är borttagen"), "edition": find(pk), "texts": written(request)}
    return staff_page(request, "staff/edition_gone.html", context, status=409)
