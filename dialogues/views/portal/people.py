"""Those who represent a huvudman: all of them, invite a colleague, change one, end one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import person
from accounts.domain.machine import Conflict, NotPossible
from dialogues.domain.contact_checks import confirm_people, people_version
from dialogues.domain.people import capacity, change_colleague, end_colleague, in_words, invite_colleague
from dialogues.forms.people import ChangedPersonForm, ColleagueForm, PersonForm
from dialogues.views.portal.pages import frame, own_huvudman, who
from huvudman.domain.contacts import contact_version
from huvudman.models import Contact, Huvudman
from huvudman.queries import contacts_of, people_of, writers_of


@own_huvudman
@require_safe
def portal_people(request: HttpRequest, huvudman: Huvudman) -> HttpResponse:
    """Who represents the huvudman, what each may do, since when and until when."""
    mine = set(contacts_of(who(request)).values_list("pk", flat=True))
    return _page(request, "people", huvudman, mine=mine, **people_and_check(huvudman))


@own_huvudman
def portal_people_confirm(request: HttpRequest, huvudman: Huvudman) -> HttpResponse:
    """The button that says that all who represent the huvudman are right."""
    if request.method == "POST":
        try:
            confirm_people(huvudman=huvudman, seen=request.POST.get("seen", ""), actor=person(who(request)))
        except Conflict as reason:
            messages.warning(request, str(reason))
        else:
            messages.success(request, _("Tack! Uppgifterna är bekräftade. Ni får ett kvitto med e-post."))
    return redirect("portal_people", huvudman.public_id)


@own_huvudman
def portal_colleague_new(request: HttpRequest, huvudman: Huvudman) -> HttpResponse:
    """Invite a colleague."""
    form = ColleagueForm(request.POST if request.method == "POST" else None)
    if _only_reads(request, huvudman):
        return redirect("portal_people", huvudman.public_id)
    if form.is_valid():
        try:
            invited = invite_colleague(huvudman=huvudman, actor=person(who(request)), **form.cleaned_data)
        except ValidationError as error:
            _tell_of(form, error)
        else:
            told = _("%(name)s är inbjuden. Ett brev om hur man loggar in är på väg till %(email)s.")
            messages.success(request, told % {"name": invited.name, "email": invited.email})
            return redirect("portal_people", huvudman.public_id)
    return _page(request, "colleague", huvudman, form=form, title=_("Bjud in en medarbetare"))


@own_huvudman
def portal_colleague(request: HttpRequest, huvudman: Huvudman, pk: int) -> HttpResponse:
    """Change what is known of somebody, and what it may do."""
    contact = _found(huvudman, pk)
    form = ChangedPersonForm.about(contact, request.POST if request.method == "POST" else None)
    if _only_reads(request, huvudman):
        return redirect("portal_people", huvudman.public_id)
    more: dict[str, Any] = {"seen": request.POST.get("seen") or contact_version(contact)}
    if form.is_valid():
        told = {"seen": more["seen"], **form.cleaned_data}
        try:
            change_colleague(contact=contact, actor=person(who(request)), **told)
        except ValidationError as error:
            _tell_of(form, error)
        except Conflict as reason:
            form.add_error(None, str(reason))
            contact.refresh_from_db()
            more = {"seen": contact_version(contact), "stands": in_words(contact)}
        except NotPossible as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Sparat."))
            return _back(request, huvudman)
    more |= {"contact": contact, "title": contact.name or contact.email}
    return _page(request, "colleague", huvudman, form=form, **more)


@own_huvudman
def portal_colleague_end(request: HttpRequest, huvudman: Huvudman, pk: int) -> HttpResponse:
    """Ask, and then let somebody no longer represent the huvudman."""
    contact = _found(huvudman, pk)
    if _only_reads(request, huvudman):
        return redirect("portal_people", huvudman.public_id)
    reason = ""
    if request.method == "POST":
        try:
            end_colleague(contact=contact, actor=person(who(request)))
        except NotPossible as refused:
            reason = str(refused)
        else:
            told = _("%(name)s företräder inte längre er huvudman.")
            messages.success(request, told % {"name": contact.name or contact.email})
            return _back(request, huvudman)
    is_self = contacts_of(who(request)).filter(pk=contact.pk).exists()
    others = writers_of(huvudman).exclude(pk=contact.pk).exists()
    more = {"contact": contact, "is_self": is_self, "is_last": not others, "reason": reason}
    return _page(request, "colleague_end", huvudman, status=422 if reason else 200, **more)


def people_and_check(huvudman: Huvudman) -> dict[str, Any]:
    """Those who represent the huvudman, with their capacity; and `check`, the version of the list to be
    confirmed, empty when nothing asks for it. One query.
    """
    people = people_of(huvudman)
    asks = any(contact.asks for contact in people)  # type: ignore[attr-defined]
    rows = [{"contact": contact, "capacity": capacity(contact)} for contact in people]
    return {"people": rows, "check": people_version(people) if asks else ""}


def _page(
    request: HttpRequest, template: str, huvudman: Huvudman, *, status: int = 200, **more: Any
) -> HttpResponse:
    form: PersonForm | None = more.get("form")
    status = 422 if form and form.errors else status
    return render(request, f"portal/{template}.html", frame(request, huvudman) | more, status=status)


def _found(huvudman: Huvudman, pk: int) -> Contact:
    """Somebody who represents the huvudman now or will. Raises Http404 for all others."""
    return get_object_or_404(Contact, pk__in=[contact.pk for contact in people_of(huvudman)], id=pk)


def _only_reads(request: HttpRequest, huvudman: Huvudman) -> bool:
    return not frame(request, huvudman)["may_write"]


def _back(request: HttpRequest, huvudman: Huvudman) -> HttpResponse:
    """To the list; to the front door for who has just ended itself."""
    still_here = contacts_of(who(request)).filter(huvudman=huvudman).exists()
    return redirect("portal_people", huvudman.public_id) if still_here else redirect(reverse("home"))


def _tell_of(form: PersonForm, error: ValidationError) -> None:
    """Say at its field what the verb refused, or above the form where the form has no such field."""
    for name, told in error.message_dict.items():
        form.add_error(name if name in form.fields else None, told)
