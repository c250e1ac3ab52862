"""A huvudman's contacts: add, change, confirm, end."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import person
from accounts.domain.machine import Conflict
from accounts.flash import tell_done
from accounts.templatetags.look import day
from huvudman.domain.contacts import (
    change_contact,
    confirm_contact,
    contact_version,
    end_contact,
    enter_contact,
)
from huvudman.forms import ContactForm
from huvudman.models import Contact, Huvudman
from huvudman.views.pages import needs, staff_page

CHANGE = "huvudman.change_register"


@needs(CHANGE)
def contact_new(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add a contact."""
    huvudman = get_object_or_404(Huvudman, public_id=public_id)
    form = ContactForm(request.POST or None, instance=Contact(huvudman=huvudman))

    def save(fields: dict[str, Any]) -> None:
        enter_contact(huvudman=huvudman, actor=person(request.user), **fields)  # type: ignore[arg-type]

    return _form_page(request, form, huvudman, _("Ny kontakt"), save)


@needs(CHANGE)
def contact_change(request: HttpRequest, public_id: uuid.UUID, pk: int) -> HttpResponse:
    """Change a contact."""
    contact = _contact(public_id, pk)
    form = ContactForm(request.POST or None, instance=_contact(public_id, pk))

    def save(fields: dict[str, Any]) -> None:
        seen = request.POST.get("seen", "")
        change_contact(contact=contact, actor=person(request.user), seen=seen, **fields)  # type: ignore[arg-type]

    return _form_page(request, form, contact.huvudman, _("Ändra kontakt"), save, contact)


@require_POST
@needs(CHANGE)
def contact_confirm(request: HttpRequest, public_id: uuid.UUID, pk: int) -> HttpResponse:
    """Somebody has said that the contact is right."""
    contact = _contact(public_id, pk)
    confirm_contact(contact=contact, actor=person(request.user))  # type: ignore[arg-type]
    tell_done(request, _("Kontakten är bekräftad."))
    return redirect("admin:huvudman", public_id)


@require_POST
@needs(CHANGE)
def contact_end(request: HttpRequest, public_id: uuid.UUID, pk: int) -> HttpResponse:
    """The contact no longer represents the huvudman."""
    contact = _contact(public_id, pk)
    end_contact(contact=contact, actor=person(request.user))  # type: ignore[arg-type]
    tell_done(request, _("Kontakten är avslutad."))
    return redirect("admin:huvudman", public_id)


def _contact(public_id: uuid.UUID, pk: int) -> Contact:
    rows = Contact.objects.select_related("huvudman")
    return get_object_or_404(rows, pk=pk, huvudman__public_id=public_id)


def _form_page(
    request: HttpRequest,
    form: ContactForm,
    huvudman: Huvudman,
    title: str,
    save: Callable[[dict[str, Any]], None],
    contact: Contact | None = None,
) -> HttpResponse:
    """The form, or back to the huvudman; after a conflict with what now stands beside what was typed."""
    context: dict[str, Any] = {"title": title, "form": form, "huvudman": huvudman}
    seen = request.POST.get("seen") or (contact_version(contact) if contact else "")
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        except Conflict as conflict:
            stands = _contact(huvudman.public_id, form.instance.pk)
            seen = contact_version(stands)
            form.add_error(None, str(conflict))
            context["stands"] = _differing(form, stands)
        else:
            tell_done(request, _("Kontakten är sparad."))
            return redirect("admin:huvudman", huvudman.public_id)
    context["seen"] = seen
    return staff_page(request, "staff/contact_form.html", context, status=422 if form.errors else 200)


def _differing(form: ContactForm, stands: Contact) -> list[dict[str, Any]]:
    """What stands in the register where something else was typed."""
    now = ContactForm(instance=stands)
    return [
        {"label": field.label, "value": _in_words(stands, field.name)}
        for field in now
        if form.cleaned_data.get(field.name) != getattr(stands, field.name)
    ]


def _in_words(contact: Contact, name: str) -> Any:
    if name == "role":
        return contact.get_role_display()
    value = getattr(contact, name)
    return (day(value) if isinstance(value, datetime.date) else value) or "–"
