"""Words about what somebody else has done already."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import AuditEntry
from accounts.templatetags.look import moment


def who_and_when(entry: AuditEntry | None) -> dict[str, str]:
    """Who did what an audit entry says, and when, for a sentence that begins with `%(who)s`."""
    if entry is None:
        return {"who": _("Någon annan"), "when": _("nyss")}
    return {"who": entry.who, "when": moment(entry.at)}
