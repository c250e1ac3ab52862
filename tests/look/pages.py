"""Pages that exist only in tests: the component sheet, in the public frame and in the staff's."""

from pathlib import Path

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines

from accounts.flash import tell_done


class SheetForm(forms.Form):
    name = forms.CharField(label="Namn", help_text="För- och efternamn.")
    answer = forms.ChoiceField(
        label="Vill ni delta?",
        widget=forms.RadioSelect,
        choices=[("yes", "Ja"), ("later", "Senare"), ("no", "Nej, tack")],
    )
    forms_discussed = forms.MultipleChoiceField(
        label="Skolformer",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("FSK", "Förskola"), ("GR", "Grundskola")],
    )
    reason = forms.CharField(label="Orsak", required=False, widget=forms.Textarea)
    region = forms.ChoiceField(label="Region", choices=[("", "Välj"), ("1", "Luleå")])
    day = forms.DateField(label="Dag", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    agree = forms.BooleanField(label="Vi har läst underlaget")


def sheet_context() -> dict[str, object]:
    """Sample rows for every component."""
    return {
        "phases": [
            {"title": "Introduktion", "state": "done", "when": "3 november 2026 kl. 13.15"},
            {
                "title": "Dialog",
                "state": "now",
                "whose_turn": "Er tur: svara på tidsförslaget",
                "when": "Föreslagen tid 1 december 2026",
                "minutes": 5,
                "url": "#tid",
                "link_text": "Se tidsförslaget",
            },
            {"title": "Återkoppling", "state": "later", "locked": "Öppnas när dialogen är genomförd."},
        ],
        "tasks": [
            {"title": "Välj frågor", "url": "#fragor", "hint": "Minst en fråga", "minutes": 15}
            | {"status": "now", "status_text": "Påbörjat"},
            {"title": "Självskattning", "url": "#skatta", "optional": True, "minutes": 20}
            | {"status": "off", "status_text": "Inte påbörjat"},
            {"title": "Underlag", "status": "ok", "status_text": "Skickat"},
        ],
        "answers": [
            {"label": "Svar", "value": "Ja, vi vill delta", "change_url": "#svar"},
            {"label": "Orsak", "value": "", "change_url": "#orsak"},
        ],
        "chips": [
            {"label": "Alla", "url": "?", "active": True, "count": 2800},
            {"label": "Kommun", "url": "?typ=kommun", "active": False, "count": 290},
        ],
        "columns": [{"label": "Enhet"}, {"label": "Kommun"}],
        "rows": [{"cells": ["Exempelskolan", "Luleå"], "url": "#enhet"}],
        "page": Paginator(range(2800), 50).page(7),
        "steps": [
            {"title": "Svara på inbjudan", "state": "done"},
            {"title": "Välj frågor", "state": "now"},
            {"title": "Träffa myndigheterna", "state": "later"},
        ],
        "actions": [{"value": "send", "label": "Skicka påminnelse"}],
    }


def sheet(request: HttpRequest) -> HttpResponse:
    """Every component on one page; a POST shows the form with its errors."""
    form = SheetForm(request.POST or None) if request.method == "POST" else SheetForm()
    tell_done(request, "Svaret är sparat.", undo="/sprak/setlang/")
    messages.warning(request, "Adressen är inte bekräftad.")
    template = engines["django"].from_string(Path(__file__).with_name("sheet.html").read_text())
    return HttpResponse(template.render(sheet_context() | {"form": form}, request))
