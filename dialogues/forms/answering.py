"""The answer to an invitation, as the huvudman gives it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.names import LONGEST_NAME, only_seen_signs
from dialogues.forms.plain import LongText, PlainForm
from dialogues.models import Answer, DeclineReason


class AnswerByLinkForm(PlainForm):
    """Yes, later or no; a reason for no is voluntary."""

    answer = forms.ChoiceField(
        label=_("Vill ni delta?"),
        choices=Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ett av svaren.")},
    )
    reason = forms.ChoiceField(
        label=_("Om ni tackar nej: vill ni berätta varför?"),
        choices=DeclineReason.choices,
        required=False,
        help_text=_("Det hjälper oss att göra erbjudandet bättre."),
    )
    comment = LongText(
        label=_("Något mer ni vill säga?"),
        required=False,
        longest=2000,
        rows=3,
        help_text=_("Skriv inte uppgifter om enskilda barn eller elever."),
    )
    given_by = forms.CharField(
        label=_("Ditt namn"),
        max_length=LONGEST_NAME,
        validators=[only_seen_signs],
        error_messages={"required": _("Skriv ditt namn.")},
    )

    def typed(self) -> list[dict[str, str]]:
        """What was filled in, by label and in words; nothing when the form was only opened."""
        if not self.is_bound:
            return []
        values = {name: str(self[name].value() or "").strip() for name in self.fields}
        for name in ("answer", "reason"):
            choices: Any = self.fields[name].choices  # type: ignore[attr-defined]
            values[name] = str(dict(choices).get(values[name], "")) if values[name] else ""
        return [{"label": str(self[name].label), "value": value} for name, value in values.items() if value]
