"""Summaries that wait: to be written or changed, for an agency, for the huvudman."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.templatetags.look import day
from dialogues.desk.todo import Desk, Todo, day_of
from dialogues.domain.summaries import OPEN_FOR_SUMMARY
from dialogues.models import Dialogue, DialogueState, RoundState, SummaryConfirmation, SummaryRound

TO_WRITE, TO_CONFIRM = 7, 7
"""Days to write the summary in, or a new version; and for an agency to stand behind one."""


def to_write(_desk: Desk) -> QuerySet[Dialogue]:
    """Dialogues held of which nothing has been sent, or whose huvudman wants something changed."""
    last = SummaryRound.objects.filter(dialogue=OuterRef("pk")).order_by("-number")
    rows = Dialogue.objects.filter(state__in=OPEN_FOR_SUMMARY).annotate(
        last_state=Subquery(last.values("state")[:1]),
        returned_at=Subquery(last.values("answered_at")[:1]),
    )
    held = Q(state=DialogueState.DIALOGUE_HELD, last_state=None)
    rows = rows.filter(held | Q(last_state=RoundState.RETURNED)).select_related("huvudman")
    return rows.annotate(since=Coalesce("returned_at", "state_since"), due=day_of("since", plus=TO_WRITE))


def to_confirm(desk: Desk) -> QuerySet[SummaryRound]:
    """Versions that wait for the user's agency."""
    own = SummaryConfirmation.objects.filter(round=OuterRef("pk"), agency=desk.agency_id)
    return _open_rounds().filter(~Exists(own)).annotate(due=day_of("sent_at", plus=TO_CONFIRM))


def waiting_for_huvudman(_desk: Desk) -> QuerySet[SummaryRound]:
    """Versions that the huvudman has not answered: from the last day to answer on, staff ring or close."""
    return _open_rounds().filter(answered_at=None).annotate(due=F("answer_by"))


def show_to_write(dialogue: Dialogue, _desk: Desk) -> Todo:
    """A summary to write, in words; or to change, when the huvudman has said what."""
    when = {"day": day(dialogue.since)}  # type: ignore[attr-defined]
    if dialogue.returned_at:  # type: ignore[attr-defined]
        what, why = _("Ändra sammanfattningen för %(name)s"), _("Huvudmannen lämnade önskemål %(day)s.")
    else:
        what, why = _("Skriv sammanfattningen för %(name)s"), _("Dialogen dokumenterades %(day)s.")
    return _todo(what, why % when, dialogue, "sammanfattning", _("Dialogledare"))


def show_to_confirm(sent: SummaryRound, desk: Desk) -> Todo:
    """A version to stand behind, in words."""
    why = _("Version %(number)s skickades %(day)s och väntar på er myndighet.")
    facts = {"number": sent.number, "day": day(sent.sent_at)}
    whose = _("Dialogledare, %(agency)s") % {"agency": desk.user.staff.agency}
    what = _("Godkänn sammanfattningen för %(name)s")
    return _todo(what, why % facts, sent.dialogue, "godkann-sammanfattning", whose)


def show_waiting_for_huvudman(sent: SummaryRound, desk: Desk) -> Todo:
    """A version that waits for the huvudman, in words; past its day it can be closed."""
    facts = {"number": sent.number, "day": day(sent.answer_by)}
    what, whose = _("Sammanfattningen väntar på %(name)s"), _("Huvudmannen")
    if sent.answer_by < desk.today:
        why = _("%(name)s kunde svara om version %(number)s till och med %(day)s. Ring, eller låt den stå.")
        facts["name"] = str(sent.dialogue.huvudman)
        return _todo(what, why % facts, sent.dialogue, "sammanfattning-utan-svar", _("Dialogledare"))
    why = _("Version %(number)s är skickad. Svar senast %(day)s. Ringer huvudmannen skriver ni in svaret.")
    return _todo(what, why % facts, sent.dialogue, "svar-om-sammanfattning", whose)


def _open_rounds() -> QuerySet[SummaryRound]:
    rows = SummaryRound.objects.filter(state=RoundState.OPEN, dialogue__state__in=OPEN_FOR_SUMMARY)
    return rows.select_related("dialogue__huvudman").defer("content")


def _todo(what: str, why: str, dialogue: Dialogue, step: str, whose: str) -> Todo:
    address = reverse("admin:dialogue_step", args=[dialogue.public_id, step])
    return Todo(what % {"name": dialogue.huvudman}, why, whose, address)
