"""Letters that a person must look at."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dialogues.desk.todo import Desk, Todo, day_of
from dialogues.models import Letter, LetterState
from dialogues.paper.instead import refused, to_write_on_paper


def in_doubt(_desk: Desk) -> QuerySet[Letter]:
    """Letters of which nobody knows whether they arrived, or that failed and can't go on paper."""
    failed = refused().exclude(pk__in=to_write_on_paper().values("pk")).values("pk")
    return _letters(Q(state=LetterState.UNCERTAIN) | Q(pk__in=failed))


def to_print_instead(_desk: Desk) -> QuerySet[Letter]:
    """Letters by e-mail that did not get there, and that the post can bring instead."""
    return _letters(Q(pk__in=to_write_on_paper().values("pk")))


def _letters(which: Q) -> QuerySet[Letter]:
    rows = Letter.objects.filter(which).select_related("dialogue__huvudman").defer("text", "html")
    return rows.annotate(due=day_of("due_at"))


def show_to_print_instead(letter: Letter, _desk: Desk) -> Todo:
    """A letter that did not get there, in words."""
    why = _("Brevet (%(kind)s) till %(to)s kunde inte skickas. Skriv det på papper, eller rätta adressen.")
    told = {"kind": letter.get_kind_display(), "to": letter.recipient}
    address = reverse("admin:letter", args=[letter.public_id])
    what = _("Brevet till %(name)s kom inte fram: skriv ut") % {"name": letter.dialogue}
    return Todo(what, why % told, _("Planerare"), address)


def show_letter(letter: Letter, _desk: Desk) -> Todo:
    """A failed or uncertain letter in words."""
    whys = {
        LetterState.FAILED: _("Brevet (%(kind)s) till %(to)s kunde inte skickas."),
        LetterState.UNCERTAIN: _("Det är osäkert om brevet (%(kind)s) till %(to)s kom fram."),
    }
    why = whys[LetterState(letter.state)] % {"kind": letter.get_kind_display(), "to": letter.recipient}
    address = reverse("admin:letter", args=[letter.public_id])
    name = str(letter.dialogue.huvudman) if letter.dialogue else letter.recipient_name or letter.recipient
    return Todo(_("Se över brev till %(name)s") % {"name": name}, why, _("Planerare"), address)
