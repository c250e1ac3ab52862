"""Choosing who comes instead, and why."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from dialogues.forms.draws import reason_field
from dialogues.forms.plain import PlainForm


class InsteadForm(PlainForm):
    """Why the two change places."""

    reason = reason_field(_("Varför byter de plats?"))
