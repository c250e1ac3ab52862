"""A form about a plan that somebody else may change meanwhile."""

from __future__ import annotations

from dialogues.domain.swaps import plan_version
from dialogues.forms.plain import PlainForm
from dialogues.models import Draw


class PlanSeenForm(PlainForm):
    """A form that knows which version of a plan its page shows: None where that does not matter."""

    seen: int | None = None

    def show(self, draw: Draw) -> None:
        """Let it be about this plan as it is now."""
        self.seen = plan_version(draw)
