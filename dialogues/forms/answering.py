"""The answer to an invitation, as the huvudman gives it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.names import LONGEST_NAME, only_seen_signs
from dialogues.forms.plain import LongText, PlainForm
from dialogues.forms.steps import answer_in
from dialogues.half_years import CODE, coming_half_years, half_year_name
from dialogues.models import Answer, DeclineReason, InvitationAnswer


class HalfYearField(forms.ChoiceField):
    """A coming half-year; need not be chosen. One that began after the page was opened will do."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=self._offered, required=False, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return CODE.fullmatch(str(value)) is not None

    @staticmethod
    def _offered() -> list[tuple[str, str]]:
        codes = coming_half_years(timezone.localdate())
        return [("", str(_("Det spelar ingen roll"))), *((code, half_year_name(code)) for code in codes)]


class WishFields(PlainForm):
    """What a huvudman may wish with its answer; all of it voluntary."""

    wants_digital = forms.BooleanField(
        label=_("Vi vill helst ha dialogen digitalt"),
        required=False,
        help_text=_("Valfritt, om ni svarar ja. Annars föreslår vi att vi ses på plats hos er."),
    )
    wished_half_year = HalfYearField(label=_("Om ni vill delta senare: när passar det bäst?"))

    def wishes(self) -> dict[str, Any]:
        """The wishes, by the names of the verb's arguments."""
        return {name: self.cleaned_data[name] for name in ("wants_digital", "wished_half_year")}


class AnswerByLinkForm(WishFields):
    """Yes, later or no; a reason for no is voluntary.

    Before a no is sent, other ways are offered once: `offered` tells that they have been.
    """

    field_order = ("answer", "wants_digital", "wished_half_year", "reason", "comment", "given_by")

    offered = forms.BooleanField(required=False, widget=forms.HiddenInput)
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

    def clean(self) -> dict[str, Any]:
        """A yes from the page with other ways is a yes to a digital dialogue."""
        data = super().clean() or {}
        if data.get("offered") and data.get("answer") == Answer.YES:
            data["wants_digital"] = True
        return data

    @property
    def kept_fields(self) -> list[forms.BoundField]:
        """What was typed that the page with other ways sends on."""
        return [self[name] for name in ("reason", "comment", "given_by") if name in self.fields]

    def asks_before_no(self, latest: InvitationAnswer | None) -> bool:
        """Tell whether other ways are still to be offered: once, and not to who has said no before.

        Nor to who has not seen `latest`: that answer comes first.
        """
        data = self.cleaned_data
        said_no = latest is not None and latest.answer == Answer.NO
        is_seen = self.seen == (latest.pk if latest else 0)
        return data["answer"] == Answer.NO and not data["offered"] and not said_no and is_seen

    @property
    def seen(self) -> int:
        """The id of the answer that the page showed, 0 for none."""
        return answer_in(self.data)

    def typed(self) -> list[dict[str, str]]:
        """What was filled in, by label and in words; nothing when the form was only opened."""
        if not self.is_bound:
            return []
        names = [name for name in self.fields if name != "offered"]
        values = {name: str(self[name].value() or "").strip() for name in names}
        if values["wants_digital"]:
            values["wants_digital"] = str(_("Ja"))
        for name in ("answer", "reason", "wished_half_year"):
            choices: Any = self.fields[name].choices  # type: ignore[attr-defined]
            values[name] = str(dict(choices).get(values[name], "")) if values[name] else ""
        return [{"label": str(self[name].label), "value": value} for name, value in values.items() if value]


def initial_of(latest: InvitationAnswer) -> dict[str, Any]:
    """What the form opens with where an answer has been given."""
    names = ("answer", "reason", "comment", "wants_digital", "wished_half_year")
    return {name: getattr(latest, name) for name in names}
