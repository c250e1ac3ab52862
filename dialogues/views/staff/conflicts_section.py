"""What the dialogue's page shows of conflicts of interest."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.rules import runs_dialogues
from dialogues.domain.impartial import ALONE
from dialogues.models import Dialogue, Meeting, MeetingStaff
from dialogues.rules import why_barred


def conflicts_section(
    request: HttpRequest, dialogue: Dialogue, meetings: dict[str, Meeting]
) -> dict[str, Any]:
    """Who has said whether they have a conflict of interest, and who is asked and has not. Why, only to the
    person's own agency; and whether the reader has one, and so does nothing here. One query.
    """
    user: Any = request.user
    if not runs_dialogues(user):
        return {}
    said = {row.user_id: row for row in dialogue.conflict_declarations.all()}
    alone = [meetings[kind] for kind in ALONE if kind in meetings]
    booked = MeetingStaff.objects.filter(meeting__in=alone, is_booked=True).select_related("user", "agency")
    people = {row.user_id: f"{row.user} ({row.agency})" for row in booked}
    people |= {pk: f"{row.user} ({row.agency})" for pk, row in said.items()}
    own = user.staff.agency_id
    rows = [
        {
            "who": who,
            "is_own": pk == user.pk,
            "said": said.get(pk),
            "reason": said[pk].reason if pk in said and said[pk].agency_id == own else "",
        }
        for pk, who in people.items()
    ]
    silent = {pk for pk in people if pk not in said}
    why = why_barred(user, dialogue)
    return {"conflicts": sorted(rows, key=lambda row: str(row["who"])), "silent": silent, "barred": why}
