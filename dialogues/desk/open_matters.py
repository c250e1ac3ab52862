"""What visitors to the open pages have told us and somebody must take care of."""

from __future__ import annotations

import datetime

from django.db.models import DateField, ExpressionWrapper, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dialogues.desk.todo import Desk, Todo
from dialogues.models import AccessibilityReport, ReportState

ANSWER_IN = datetime.timedelta(days=2)
"""The accessibility statement promises an answer within two working days."""


def to_handle(_desk: Desk) -> QuerySet[AccessibilityReport]:
    """Reported problems that nobody has taken care of."""
    received = TruncDate("received_at", tzinfo=timezone.get_default_timezone())
    due = ExpressionWrapper(received + ANSWER_IN, output_field=DateField())
    return AccessibilityReport.objects.filter(state=ReportState.NEW).annotate(due=due)


def show_to_handle(report: AccessibilityReport, _desk: Desk) -> Todo:
    """A reported problem in words."""
    why = _("Någon har berättat att en sida inte fungerar, och vi har lovat svar inom två arbetsdagar.")
    address = reverse("admin:accessibility_report", args=[report.pk])
    return Todo(_("Ta hand om ett anmält tillgänglighetsproblem"), why, _("Planerare"), address)
