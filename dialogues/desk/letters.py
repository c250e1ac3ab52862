"""Letters that a person must look at."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dialogues.desk.todo import Desk, Todo, day_of
from dialogues.models import Letter, LetterState


def in_doubt(_desk: Desk) -> QuerySet[Letter]:
    """Letters that failed, or of which nobody knows whether they arrived."""
    rows = Letter.objects.filter(state__in=[LetterState.FAILED, LetterState.UNCERTAIN])
    return rows.select_related("dialogue__huvudman").defer("text", "html").annotate(due=day_of("due_at"))


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
