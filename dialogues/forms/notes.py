"""A working note, as it is typed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from dialogues.forms.plain import LongText, PlainForm


class NoteForm(PlainForm):
    """One working note."""

    text = LongText(
        label=_("Anteckning"),
        rows=10,
        help_text=_(
            "Bara till för ert arbete. Skriv inte uppgifter om enskilda barn, elever eller lärare. "
            "Anteckningen rensas när dialogen avslutas."
        ),
    )
