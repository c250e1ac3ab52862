"""Forms for the open pages: their texts, and the problems that visitors report."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from allauth.core import ratelimit
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from dialogues.domain.accessibility_reports import handle_report, report_problem
from dialogues.domain.page_texts import Written, save_page_text
from dialogues.forms.plain import LongText, PlainForm
from dialogues.models import AccessibilityReport, PageText
from dialogues.public.shipped import Text


class PageTextForm(PlainForm):
    """The text of an open page in one language."""

    title = forms.CharField(label=gettext_lazy("Rubrik"), max_length=100)
    lead = LongText(label=gettext_lazy("Ingress"), rows=3, longest=500)
    body = LongText(
        label=gettext_lazy("Text"),
        rows=24,
        longest=20_000,
        required=False,
        help_text=gettext_lazy(
            "Skriv ## före en mellanrubrik, * före en punkt i en lista, **så här** för fet text och "
            "[text](https://adress) för en länk. {telefon}, {telefontid} och {epost} byts mot våra uppgifter."
        ),
    )
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)
    form = forms.UUIDField(widget=forms.HiddenInput)

    @classmethod
    def showing(cls, text: Text, draft: PageText | None) -> PageTextForm:
        """A form that holds a text, made from the draft if there is one."""
        values = {"title": text.title, "lead": text.lead, "body": text.body, "form": uuid4()}
        return cls(initial=values | {"seen": draft.saved_in if draft else None})

    def in_language(self, language: str) -> PageTextForm:
        """The form, whose texts tell a screen reader which language they are in."""
        for name in ("title", "lead", "body"):
            self.fields[name].widget.attrs["lang"] = language
        return self

    @property
    def written(self) -> Written:
        """What the valid form holds."""
        return Written(**self.cleaned_data)

    def perform(self, page: str, language: str, actor: Actor) -> PageText:
        """Save the draft. Raises Conflict."""
        return save_page_text(page=page, language=language, written=self.written, actor=actor)

    def made_from(self, draft: PageText | None) -> PageTextForm:
        """The same words in a form that is made from the draft as it is now."""
        words = {name: self.data.get(name, "") for name in ("title", "lead", "body")}
        seen: UUID | None = draft.saved_in if draft else None
        return PageTextForm(initial=words | {"seen": seen, "form": uuid4()})


class SeenForm(PlainForm):
    """Which save of a draft a button was shown with."""

    seen = forms.UUIDField()


class ReportForm(PlainForm):
    """What does not work for a visitor, and where to answer if an answer is wished."""

    problem = LongText(label=gettext_lazy("Vad är det som inte fungerar?"), rows=6, longest=2_000)
    place = forms.CharField(
        label=gettext_lazy("På vilken sida?"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Till exempel adressen eller sidans rubrik."),
    )
    reply_to = forms.EmailField(
        label=gettext_lazy("Din e-postadress, om du vill ha svar"),
        required=False,
        help_text=gettext_lazy("Vi sparar adressen bara tills vi har svarat."),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and not ratelimit.consume(self.request, action="report_problem"):
            raise ValidationError(
                _("Det har kommit många anmälningar på kort tid. Vänta en stund, eller ring oss."),
                code="many",
            )
        return found

    def perform(self) -> AccessibilityReport:
        """Keep the report."""
        return report_problem(**self.cleaned_data)


class OutcomeForm(PlainForm):
    """What was done about a reported problem."""

    outcome = LongText(label=gettext_lazy("Vad har gjorts?"), rows=4, longest=2_000)

    def perform(self, report: AccessibilityReport, actor: Actor) -> AccessibilityReport:
        """Note it. Raises Conflict."""
        return handle_report(report=report, outcome=self.cleaned_data["outcome"], actor=actor)
