"""A person's saved choices of what Att göra i dag lists."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import asked
from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.flash import tell_done
from dialogues.desk import DeskFilter, kinds_for
from dialogues.domain import choices
from dialogues.forms.desk import ChoiceForm
from dialogues.models import SavedChoice
from dialogues.views.staff.frame import require, staff_page

DEEDS: dict[str, tuple[Callable[..., object], str | Promise]] = {
    "usual": (choices.make_usual, gettext_lazy("Urvalet visas nu från början.")),
    "not-usual": (choices.end_usual, gettext_lazy("Listan visar nu allt från början.")),
    "drop": (choices.drop_choice, gettext_lazy("Urvalet är borttaget.")),
}


def desk_choices(request: HttpRequest) -> HttpResponse:
    """The reader's saved choices; asked with a choice in the address, a form to save it by name."""
    require(request, "dialogues.view_desk")
    if request.POST.get("deed") in DEEDS:
        return _deed(request, request.POST["deed"])
    wanted = _asked_for(request)
    form = ChoiceForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _saved(request, form, wanted):
        return redirect("admin:desk_choices")
    context = {
        "title": _("Dina sparade urval"),
        "form": form if wanted != DeskFilter() else None,
        "wanted": wanted,
        "words": wanted.in_words(kinds_for(request.user)),  # type: ignore[arg-type]
        "choices": request.user.saved_choices.all(),  # type: ignore[union-attr]
    }
    return staff_page(request, "staff/desk_choices.html", context, status=422 if form.is_bound else 200)


def _asked_for(request: HttpRequest) -> DeskFilter:
    wanted = DeskFilter.from_query(request.GET)
    kinds = {"", *(kind.key for kind in kinds_for(request.user))}  # type: ignore[arg-type]
    if wanted.kind not in kinds:
        raise Http404
    return wanted


def _saved(request: HttpRequest, form: ChoiceForm, wanted: DeskFilter) -> bool:
    if wanted == DeskFilter():
        raise Http404
    try:
        choices.save_choice(query=wanted.query, actor=person(request.user), **form.cleaned_data)  # type: ignore[arg-type]
    except NotPossible as reason:
        form.add_error("name", str(reason))
        return False
    tell_done(request, _("Urvalet är sparat."))
    return True


def _deed(request: HttpRequest, name: str) -> HttpResponse:
    key = asked.only_key(request.POST.get("pk", "")) or 0
    row = get_object_or_404(SavedChoice, user=request.user, pk=key)
    verb, done = DEEDS[name]
    verb(choice=row, actor=person(request.user))  # type: ignore[arg-type]
    tell_done(request, str(done))
    return redirect("admin:desk_choices")
