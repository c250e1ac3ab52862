"""Let something on Att göra i dag rest, and wake it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.flash import tell_done
from accounts.templatetags.look import day
from dialogues.desk import Desk, Entry, Waiting, kinds_for, waiting
from dialogues.domain.resting import REST, Matter, put_to_rest, wake
from dialogues.forms.desk import RestForm
from dialogues.models import Rest
from dialogues.views.staff.frame import require, staff_page


def desk_rest(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Ask until when something on the reader's own list may rest, and why; posted, let it."""
    require(request, REST)
    found, entry = _on_the_list(request, kind, pk)
    todo = next(iter(found.read([entry])), None)
    if todo is None:
        raise Http404
    form = RestForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _rests(request, form, found.matter(entry)):
        return redirect("admin:index")
    context = {"title": _("Låt vila"), "todo": todo, "form": form}
    return staff_page(request, "staff/desk_rest.html", context, status=422 if form.is_bound else 200)


@require_POST
def desk_wake(request: HttpRequest, pk: int) -> HttpResponse:
    """Put something that rests back on the list."""
    require(request, REST)
    rest = get_object_or_404(Rest, pk=pk)
    kinds = {kind.key for kind in kinds_for(request.user)}  # type: ignore[arg-type]
    own_agency = request.user.staff.agency_id  # type: ignore[union-attr]
    if rest.kind not in kinds or rest.agency_id not in (None, own_agency):
        raise Http404
    wake(rest=rest, actor=person(request.user))  # type: ignore[arg-type]
    tell_done(request, _("Det står på listan igen."))
    return redirect("admin:index")


def _on_the_list(request: HttpRequest, kind: str, pk: int) -> tuple[Waiting, Entry]:
    user = request.user
    kinds = [own for own in kinds_for(user) if own.key == kind]  # type: ignore[arg-type]
    found = waiting(kinds, Desk.of(user))  # type: ignore[arg-type]
    for entry in (*found.entries, *found.resting):
        if entry.pk == pk:
            return found, entry
    raise Http404


def _rests(request: HttpRequest, form: RestForm, matter: Matter) -> bool:
    try:
        rest = put_to_rest(matter=matter, actor=person(request.user), **form.cleaned_data)  # type: ignore[arg-type]
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    text = _("Det vilar till %(day)s och kommer då tillbaka av sig självt.") % {"day": day(rest.until)}
    tell_done(request, text, undo=reverse("admin:desk_wake", args=[rest.pk]))
    return True
