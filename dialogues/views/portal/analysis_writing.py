"""Writing a part of the situation analysis: saved while one writes, and nobody's words over another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.templatetags.look import clock
from dialogues.analysis.content import factors_of, factors_rated
from dialogues.analysis.parts import BY_SLUG, RATINGS, STEPS, Part
from dialogues.domain.analysis_drafts import (
    OPEN_FOR_WRITING,
    Saved,
    Texts,
    Typed,
    save_texts,
    texts_of,
    tidy,
)
from dialogues.domain.seen import version_of
from dialogues.forms.analysis import NOT_RATED, PartForm, RatingForm
from dialogues.models import AnalysisDraft, Dialogue, Underlag, UnderlagState
from dialogues.rules import may_write_own_space
from dialogues.underlag.html import figures_html
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who

BOTH, MINE, THEIRS = "both", "mine", "theirs"


@own_dialogue
@sensitive_post_parameters()
def portal_analysis_part(request: HttpRequest, dialogue: Dialogue, part: str) -> HttpResponse:
    """The fields of one part, beside the figures of the underlag. What is changed is saved, field by field:
    on the way by htmx, or by the button. What somebody else has changed too is shown side by side, and what
    is written as the dialogue ends stands in the form, with the reason.
    """
    writing = _writing(request, dialogue, _found(part))
    if request.method == "POST":
        return _save(request, writing)
    may_write = may_write_own_space(who(request), dialogue.huvudman) and not dialogue.is_paused
    if dialogue.state not in OPEN_FOR_WRITING or not may_write:
        return redirect("portal_analysis", dialogue.public_id)
    return _page(request, writing, writing.form())


@dataclass(frozen=True)
class Writing:
    """A part that is being written: its texts as they stand."""

    dialogue: Dialogue
    part: Part
    texts: Texts
    form_id: UUID

    def form(self, data: Mapping[str, Any] | None = None) -> PartForm | RatingForm:
        """The form, as the texts stand or as it was sent."""
        if self.part.is_rating:
            factors = factors_of(self.dialogue, *factors_rated(self.texts))
            return RatingForm(data, factors=factors, initial=self._stand([str(f.pk) for f in factors]))
        return PartForm(data, part=self.part, initial=self._stand([f.name for f in self.part.fields]))

    def row(self, name: str) -> AnalysisDraft | None:
        """The field as it stands."""
        return self.texts.get(self.part.key(name))

    def version(self, name: str) -> str:
        """The version of a field as it stands."""
        row = self.row(name)
        return version_of(row.text if row else "")

    def _stand(self, names: list[str]) -> dict[str, str]:
        return {name: row.text for name in names if (row := self.row(name))}


def _writing(request: HttpRequest, dialogue: Dialogue, part: Part) -> Writing:
    try:
        form_id = UUID(request.POST.get("form", ""))
    except ValueError:
        form_id = uuid4()
    return Writing(dialogue, part, texts_of(dialogue, person(who(request))), form_id)


def _found(slug: str) -> Part:
    try:
        return BY_SLUG[slug]
    except KeyError as missing:
        raise Http404 from missing


def _save(request: HttpRequest, writing: Writing) -> HttpResponse:
    """Save what may be saved. The page comes back with what is left: refused or changed by others as well."""
    form = writing.form(request.POST)
    form.is_valid()
    typed, unchosen = _typed(request, form, writing)
    try:
        saved = save_texts(
            dialogue=writing.dialogue,
            typed={writing.part.key(name): each for name, each in typed.items()},
            form=writing.form_id,
            by=str(contact_of(who(request), writing.dialogue.huvudman)),
            actor=person(who(request)),
        )
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return _not_saved(request, writing, form, str(reason))
    conflicts = {*unchosen, *(name for name in form.fields if writing.part.key(name) in saved.conflicts)}
    if request.htmx:  # type: ignore[attr-defined]
        return _line(request, writing, form, saved)
    if not form.errors and not conflicts:
        messages.success(request, _("Sparat kl. %(time)s. Inte skickat.") % {"time": clock(saved.at)})
        return redirect("portal_analysis", writing.dialogue.public_id)
    now = replace(writing, texts=texts_of(writing.dialogue, person(who(request))))
    left = {*form.errors, *conflicts}
    form = now.form(_with_what_stands(request, now, form, left))
    return _page(request, now, form, conflicts=conflicts, status=409 if conflicts else 422)


def _with_what_stands(
    request: HttpRequest, writing: Writing, form: PartForm | RatingForm, left: set[str]
) -> QueryDict:
    """What was sent, and in the fields where nothing is left to do the text as it stands now."""
    data = request.POST.copy()
    for name in form.fields:
        if name not in left:
            data[name] = row.text if (row := writing.row(name)) else ""
    return data


def _typed(
    request: HttpRequest, form: PartForm | RatingForm, writing: Writing
) -> tuple[dict[str, Typed], set[str]]:
    """What is to be saved of the form, by field, and the fields where a choice between texts is missing."""
    typed, unchosen = {}, set()
    for name in form.fields:
        is_asked = f"asked-{name}" in request.POST
        if is_asked and (name in form.errors or f"choice-{name}" not in request.POST):
            unchosen.add(name)
        if name in unchosen or name in form.errors or name not in request.POST:
            continue
        text, seen = tidy(request.POST[name]), request.POST.get(f"seen-{name}", version_of(""))
        choice = request.POST.get(f"choice-{name}", MINE)
        row = writing.row(name)
        if choice == BOTH and row and seen == writing.version(name):
            text = f"{row.text}\n\n{text}"
        if choice != THEIRS:
            typed[name] = Typed(text=text, seen=seen)
    return typed, unchosen


def _not_saved(request: HttpRequest, writing: Writing, form: PartForm | RatingForm, why: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "not_saved.html", {"why": why})
    return _page(request, writing, form, status=422)


def _line(request: HttpRequest, writing: Writing, form: PartForm | RatingForm, saved: Saved) -> HttpResponse:
    """The line that says what is saved, and the versions that the form is now made from."""
    kept = {name: row for name in form.fields if (row := saved.kept.get(writing.part.key(name)))}
    context = {
        "saved": saved,
        "refused": [
            (form.fields[name].label, form.errors[name]) for name in form.fields if name in form.errors
        ],
        "conflicts": [
            (form.fields[name].label, row)
            for name in form.fields
            if (row := saved.conflicts.get(writing.part.key(name)))
        ],
        "news": [
            (form.fields[name].label, row)
            for name in form.fields
            if (row := saved.news.get(writing.part.key(name)))
        ],
        "versions": [(name, version_of(row.text)) for name, row in kept.items()],
    }
    return render(request, "portal/analysis_saved.html", context)


def _page(
    request: HttpRequest,
    writing: Writing,
    form: PartForm | RatingForm,
    *,
    conflicts: set[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    conflicts = conflicts or set()
    return show(
        request,
        "analysis_part",
        writing.dialogue,
        here="analysis",
        part=writing.part,
        part_steps=[f"{number} {STEPS[number]}" for number in writing.part.steps],
        form=form,
        rows=[_row(request, writing, form, name, conflicts) for name in form.fields],
        form_id=uuid4() if conflicts else writing.form_id,
        has_conflicts=bool(conflicts),
        figures=_figures(writing),
        status=status,
    )


def _row(
    request: HttpRequest, writing: Writing, form: PartForm | RatingForm, name: str, conflicts: set[str]
) -> dict[str, Any]:
    """A field of the page: with the version that it is made from, or that which the form already had."""
    is_conflict, told = name in conflicts, request.POST.get(f"seen-{name}")
    keeps = told is not None and not is_conflict and name in form.errors
    theirs = writing.row(name) if is_conflict else None
    return {
        "name": name,
        "field": form[name],
        "seen": told if keeps else writing.version(name),
        "theirs": theirs,
        "lacks_choice": f"asked-{name}" in request.POST and f"choice-{name}" not in request.POST,
        "theirs_words": _rating_words(theirs) if theirs and writing.part.is_rating else "",
    }


def _rating_words(row: AnalysisDraft) -> str:
    return str(RATINGS.get(row.text, NOT_RATED[1])).capitalize()


def _figures(writing: Writing) -> str:
    """The figures of the underlag that was sent last, for the part's area; empty where there are none."""
    sent = Underlag.objects.filter(dialogue=writing.dialogue, state=UnderlagState.ISSUED).first()
    if sent is None or writing.part.is_rating:
        return ""
    return figures_html(sent.content, writing.part.area)
