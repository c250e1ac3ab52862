"""Choosing who comes instead, and why."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from dialogues.forms.draws import reason_field
from dialogues.forms.plan_seen import PlanSeenForm
from dialogues.forms.steps import version_in
from dialogues.models import Draw


class InsteadForm(PlanSeenForm):
    """Why the two change places. `seen` is the version of the plan whose cost is shown, `plan` its id."""

    plan: str

    reason = reason_field(_("Varför byter de plats?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen, self.plan = version_in(self.data), str(self.data.get("plan", ""))

    def show(self, draw: Draw) -> None:
        super().show(draw)
        self.plan = str(draw.public_id)
