"""The form for two huvudmän that change places in a plan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dialogues.domain.swaps import plan_version, swap_places
from dialogues.forms.draws import reason_field
from dialogues.forms.plan_seen import PlanSeenForm
from dialogues.forms.steps import version_in
from dialogues.models import Draw, Swap


class SwapForm(PlanSeenForm):
    """Two huvudmän that change places, and why. `seen` is the version of the plan whose cost is shown."""

    first = forms.UUIDField(widget=forms.HiddenInput)
    second = forms.UUIDField(widget=forms.HiddenInput)
    reason = reason_field(_("Varför byter de plats?"))

    def __init__(self, *args: Any, draw: Draw, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draw = draw
        self.seen = version_in(self.data) if self.is_bound else plan_version(draw)

    def perform(self, actor: Actor) -> Swap:
        """Let them change places."""
        ids = {name: str(self.cleaned_data[name]) for name in ("first", "second")}
        reason = self.cleaned_data["reason"]
        return swap_places(draw=self.draw, reason=reason, actor=actor, seen=self.seen, **ids)
