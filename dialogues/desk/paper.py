"""Letters on paper that wait: to be printed, to be posted."""

from __future__ import annotations

from django.db.models import Count, IntegerField, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import day, number
from dialogues.desk.belonging import NOBODYS, NOWHERE
from dialogues.desk.todo import Desk, Todo, day_of
from dialogues.models import PaperLetter, PostRun, RunState
from dialogues.paper.lifecycle import NOT_POSTED, printable_by_truth

PRINT_WITHIN = 2
"""Days after the first of them was written that letters should be printed."""
POST_WITHIN = 1
"""Days after a run was made that its letters should be posted."""


def to_print(_desk: Desk) -> QuerySet[PaperLetter]:
    """The letter that has waited longest to be printed, for all that wait and still hold; `waits` is how
    many.
    """
    true, _untrue = printable_by_truth()
    first = [letter.pk for letter in true[:1]]
    waits = Value(len(true), output_field=IntegerField())
    rows = PaperLetter.objects.filter(pk__in=first).annotate(waits=waits)
    whose = {"office": NOWHERE, "is_own": NOBODYS, "is_agencys": NOBODYS}
    return rows.annotate(due=day_of("written_at", plus=PRINT_WITHIN), **whose)


def to_post(_desk: Desk) -> QuerySet[PostRun]:
    """Runs that are made and not posted."""
    rows = PostRun.objects.filter(state__in=NOT_POSTED).annotate(size=Count("letters"))
    return rows.annotate(due=day_of("made_at", plus=POST_WITHIN))


def show_to_print(letter: PaperLetter, _desk: Desk) -> Todo:
    """The letters that wait to be printed, in words."""
    n: int = letter.waits  # type: ignore[attr-defined]
    what = ngettext("%(n)s brev väntar på utskrift", "%(n)s brev väntar på utskrift", n) % {"n": number(n)}
    why = _("Huvudmännen saknar e-post. Det äldsta skrevs %(day)s.") % {"day": day(letter.written_at)}
    return Todo(what, why, _("Planerare"), reverse("admin:paper_list"))


def show_to_post(run: PostRun, _desk: Desk) -> Todo:
    """A run that is not posted, in words."""
    whys = {
        RunState.ORDERED: _("Utskriften tas fram."),
        RunState.READY: _("Utskriften är klar. Skriv ut, posta och markera den som postad."),
        RunState.FAILED: _("Utskriften kunde inte tas fram."),
    }
    n: int = run.size  # type: ignore[attr-defined]
    what = ngettext("Posta %(n)s brev på papper", "Posta %(n)s brev på papper", n) % {"n": number(n)}
    address = reverse("admin:post_run", args=[run.public_id])
    return Todo(what, whys[RunState(run.state)], _("Planerare"), address)
