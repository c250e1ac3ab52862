"""What a person decides about a letter, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.free_text import NoPersonnummer
from accounts.plain_words import LongText
from dialogues.letters.lifecycle import mark_as_arrived, send_again, stop_letter
from dialogues.models import Letter, LetterState, PaperLetter
from dialogues.paper.instead import can_go_on_paper, write_on_paper_instead

PAPER = "papper"


@dataclass(frozen=True)
class Deed:
    """Something a person can do with a letter in some states."""

    name: str
    verb: Callable[..., Letter | PaperLetter]
    states: frozenset[str]
    button: str | Promise
    done: str | Promise
    explains: str | Promise
    is_main: bool = False


DEEDS = {
    deed.name: deed
    for deed in (
        Deed(
            "framkommet",
            mark_as_arrived,
            frozenset({LetterState.UNCERTAIN, LetterState.FAILED}),
            _("Markera som framkommet"),
            _("Brevet är markerat som framkommet."),
            _("Välj det här när mottagaren har bekräftat att brevet har kommit."),
            is_main=True,
        ),
        Deed(
            "skicka-igen",
            send_again,
            frozenset({LetterState.UNCERTAIN, LetterState.FAILED, LetterState.STOPPED}),
            _("Skicka igen"),
            _("Brevet ligger i kön. Det skickas inom en minut, eller med omgången om den går ut senare."),
            _("Brevet skickas en gång till. Om det första kom fram får mottagaren två."),
        ),
        Deed(
            PAPER,
            write_on_paper_instead,
            frozenset({LetterState.FAILED}),
            _("Skriv på papper i stället"),
            _("Brevet väntar på utskrift, bland breven på papper."),
            _("Samma brev går med posten till huvudmannens adress i registret."),
        ),
        Deed(
            "stoppa",
            stop_letter,
            frozenset({LetterState.QUEUED, LetterState.RETRY}),
            _("Stoppa brevet"),
            _("Brevet är stoppat. Du kan skicka det igen om du ångrar dig."),
            _("Brevet skickas inte. Du kan ångra dig senare."),
        ),
    )
}


def deeds_for(letter: Letter) -> list[Deed]:
    """What can be done with the letter as it stands; what never was handed over can't have arrived,
    and one goes on paper where the post can bring it.
    """
    possible = [deed for deed in DEEDS.values() if letter.state in deed.states]
    if letter.handed_over_at is None:
        possible = [deed for deed in possible if deed.verb is not mark_as_arrived]
    return [deed for deed in possible if deed.name != PAPER or can_go_on_paper(letter)]


class ReasonForm(NoPersonnummer, forms.Form):
    """Why a person does something with a letter."""

    reason = LongText(
        label=_("Varför?"),
        help_text=_("Skriv hur du vet, så att andra förstår vad som hände."),
        longest=500,
        rows=3,
        error_messages={"required": _("Skriv varför.")},
    )
