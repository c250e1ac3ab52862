"""What happens to a huvudman is recorded by staff: asked for, looked at once more, and then done."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible
from accounts.flash import tell_done
from accounts.templatetags.look import day
from huvudman.domain.events import (
    change_orgnr,
    close_huvudman,
    merge_huvudman,
    reopen_huvudman,
    split_huvudman,
)
from huvudman.event_forms import (
    ClosingForm,
    EventForm,
    MergerForm,
    NewOrgnrForm,
    OthersForm,
    ReopeningForm,
    SplitForm,
)
from huvudman.models import Huvudman, SchoolUnit
from huvudman.models.orgnr import shown
from huvudman.views.pages import needs, staff_page

CHANGE = "huvudman.change_register"
Fields = dict[str, Any]


@dataclass(frozen=True)
class Deed:
    """One kind of event: its words and form, what it leads to, and the verb that records it."""

    title: str | Promise
    button: str | Promise
    form: type[EventForm]
    leads_to: Callable[[Huvudman, Fields], list[str]]
    record: Callable[[Huvudman, Fields, Actor], object]


@needs(CHANGE)
def event_new(request: HttpRequest, public_id: uuid.UUID, kind: str) -> HttpResponse:
    """Record an event: `do` is `search` (for other huvudmän), `review`, `edit` (again) or `confirm`."""
    if kind not in DEEDS:
        raise Http404
    deed = DEEDS[kind]
    huvudman = get_object_or_404(Huvudman, public_id=public_id)
    form, do = _form(request, deed, huvudman), request.POST.get("do", "")
    if do in {"review", "confirm"} and form.is_valid():
        if do == "review":
            return _page(request, "staff/huvudman_event_confirm.html", deed, huvudman, form)
        try:
            deed.record(huvudman, form.cleaned_data, person(request.user))  # type: ignore[arg-type]
        except (NotPossible, ValidationError) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        else:
            tell_done(request, _("Händelsen är antecknad."))
            return redirect("admin:huvudman", huvudman.public_id)
    return _page(request, "staff/huvudman_event.html", deed, huvudman, form)


def _form(request: HttpRequest, deed: Deed, huvudman: Huvudman) -> EventForm:
    """The form, judged only when it is to be reviewed: who searches keeps what is typed, without errors."""
    more: Fields = {"huvudman": huvudman}
    if issubclass(deed.form, OthersForm):
        more["q"] = _q(request)
    if request.POST.get("do") in {"review", "confirm"}:
        return deed.form(request.POST, **more)
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in deed.form.base_fields}
        return deed.form(initial=typed | {"others": request.POST.getlist("others")}, **more)
    return deed.form(**more)


def _q(request: HttpRequest) -> str:
    return " ".join(request.POST.get("q", "").replace("\x00", "").split())[:100]


def _page(
    request: HttpRequest, template: str, deed: Deed, huvudman: Huvudman, form: EventForm
) -> HttpResponse:
    """The form, or what was filled in to be looked at once more."""
    reviewed = form.is_bound and form.is_valid()
    kept = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
    context = {
        "title": deed.title,
        "button": deed.button,
        "huvudman": huvudman,
        "form": form,
        "q": _q(request),
        "typed": kept,
        "fields": form.cleaned_data if reviewed else {},
        "leads_to": deed.leads_to(huvudman, form.cleaned_data) if reviewed else [],
    }
    return staff_page(request, template, context, status=422 if form.errors else 200)


# What each leads to -----------------------------------------------------------------------------------------


def _ends(row: Huvudman, on: datetime.date) -> str:
    last = on - datetime.timedelta(days=1)
    return _("%(huvudman)s upphör. Sista dagen är %(day)s.") % {"huvudman": row, "day": day(last)}


def _units(number: int) -> str:
    words = ngettext("%(number)d skolenhet flyttas.", "%(number)d skolenheter flyttas.", number)
    return words % {"number": number}


def _parts(huvudman: Huvudman, fields: Fields) -> tuple[list[Huvudman], Huvudman]:
    """Those that go up in another, and the one they go up in."""
    others = list(fields["others"])
    return (others, huvudman) if fields["direction"] == "in" else ([huvudman], others[0])


def _merger_leads_to(huvudman: Huvudman, fields: Fields) -> list[str]:
    parts, into = _parts(huvudman, fields)
    return [
        *(_ends(part, fields["on"]) for part in parts),
        _("%(huvudman)s får deras skolenheter och kommuner.") % {"huvudman": into},
        _units(SchoolUnit.objects.filter(huvudman__in=parts).count()),
        _("Kontakter och dialoger ligger kvar hos den som upphör, så att historiken går att följa."),
    ]


def _split_leads_to(huvudman: Huvudman, fields: Fields) -> list[str]:
    goes_on = _("%(huvudman)s fortsätter bredvid delarna.") % {"huvudman": huvudman}
    parts = ", ".join(str(part) for part in fields["others"])
    return [
        _ends(huvudman, fields["on"]) if fields["closes"] else goes_on,
        _("Delarna är %(parts)s.") % {"parts": parts},
        _("Skolenheterna flyttas inte nu. Nästa register som läses in säger vems de är."),
    ]


def _new_orgnr_leads_to(huvudman: Huvudman, fields: Fields) -> list[str]:
    numbers = {"before": huvudman.shown_orgnr, "after": shown(fields["orgnr"])}
    return [
        _("Numret %(before)s byts mot %(after)s.") % numbers,
        _("Skolenheter, kontakter, dialoger och historik följer med."),
        _("Det förra numret leder fortfarande hit, i sökningar och när filer läses in."),
    ]


def _closing_leads_to(huvudman: Huvudman, fields: Fields) -> list[str]:
    number = huvudman.units.filter(active_to__isnull=True).count()
    units = ngettext(
        "%(number)d skolenhet ligger kvar hos den.", "%(number)d skolenheter ligger kvar hos den.", number
    )
    return [
        _ends(huvudman, fields["on"]),
        units % {"number": number},
        _("Dialoger som pågår avslutas inte av sig själva."),
    ]


def _reopening_leads_to(huvudman: Huvudman, fields: Fields) -> list[str]:
    return [
        _("%(huvudman)s är verksam igen.") % {"huvudman": huvudman},
        _("Skolenheter som har flyttats flyttas inte nu. Nästa register som läses in säger vems de är."),
        _("Det som filer säger om huvudmannen gäller på nytt när de läses in."),
    ]


def _record_merger(huvudman: Huvudman, fields: Fields, actor: Actor) -> None:
    parts, into = _parts(huvudman, fields)
    merge_huvudman(parts=parts, into=into, on=fields["on"], note=fields["note"], actor=actor)


def _record_split(huvudman: Huvudman, fields: Fields, actor: Actor) -> None:
    split_huvudman(
        huvudman=huvudman,
        into=list(fields["others"]),
        on=fields["on"],
        note=fields["note"],
        closes=fields["closes"],
        actor=actor,
    )


def _record_new_orgnr(huvudman: Huvudman, fields: Fields, actor: Actor) -> None:
    change_orgnr(huvudman=huvudman, orgnr=fields["orgnr"], on=fields["on"], note=fields["note"], actor=actor)


def _record_closing(huvudman: Huvudman, fields: Fields, actor: Actor) -> None:
    close_huvudman(huvudman=huvudman, on=fields["on"], note=fields["note"], actor=actor)


def _record_reopening(huvudman: Huvudman, fields: Fields, actor: Actor) -> None:
    reopen_huvudman(huvudman=huvudman, on=fields["on"], note=fields["note"], actor=actor)


DEEDS = {
    "sammanslagning": Deed(
        gettext_lazy("Sammanslagning"),
        gettext_lazy("Slå samman"),
        MergerForm,
        _merger_leads_to,
        _record_merger,
    ),
    "delning": Deed(
        gettext_lazy("Delning"), gettext_lazy("Anteckna delningen"), SplitForm, _split_leads_to, _record_split
    ),
    "nytt-nummer": Deed(
        gettext_lazy("Nytt organisationsnummer"),
        gettext_lazy("Byt nummer"),
        NewOrgnrForm,
        _new_orgnr_leads_to,
        _record_new_orgnr,
    ),
    "upphor": Deed(
        gettext_lazy("Huvudmannen upphör"),
        gettext_lazy("Anteckna att den upphör"),
        ClosingForm,
        _closing_leads_to,
        _record_closing,
    ),
    "oppna-igen": Deed(
        gettext_lazy("Öppna huvudmannen igen"),
        gettext_lazy("Öppna igen"),
        ReopeningForm,
        _reopening_leads_to,
        _record_reopening,
    ),
}
