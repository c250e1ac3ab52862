"""Problems with a page that visitors report, until somebody has taken care of them."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, Machine
from dialogues.models import AccessibilityReport, ReportState

HANDLE = "dialogues.handle_accessibility_reports"
REPORTS = Machine(
    model=AccessibilityReport,
    table={ReportState.NEW: frozenset({ReportState.HANDLED}), ReportState.HANDLED: frozenset()},
    permissions={ReportState.HANDLED: HANDLE},
)


def report_problem(*, place: str, problem: str, reply_to: str) -> AccessibilityReport:
    """Keep what a visitor reports. Nobody need be signed in; who it was is not known unless told."""
    row = AccessibilityReport.objects.create(place=place, problem=problem, reply_to=reply_to)
    record(actor=SYSTEM, verb="accessibilityreport.new", subject=row)
    return row


def handle_report(*, report: AccessibilityReport, outcome: str, actor: Actor) -> AccessibilityReport:
    """Note what was done. The address to answer to is not needed any more and is taken away.

    Raises Conflict when something else has been noted already.
    """

    def change(row: AccessibilityReport) -> None:
        row.outcome, row.handled_at, row.reply_to = outcome, timezone.now(), ""

    def again(row: AccessibilityReport) -> None:
        if row.outcome != outcome:
            raise Conflict(_("Någon annan har redan antecknat vad som gjordes."))

    return REPORTS.walk(report, to=ReportState.HANDLED, actor=actor, change=change, again=again)
