"""Questions to talk about: by success factor, with the factors' example wording, and for central areas."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dialogues.models import CentralArea
from quality_system.models import Area

Question = str | Promise

QUESTIONS: dict[str, tuple[Question, Question]] = {
    "systematiskt kvalitetsarbete": (
        _("Hur får ni syn på hur undervisningen fungerar för barnen och eleverna?"),
        _("Vad har ni ändrat det senaste året utifrån det ni såg?"),
    ),
    "styrkedja": (
        _("Hur vet styrelsen eller nämnden vad som behövs närmast barnen och eleverna?"),
        _("När något inte fungerar: vem får veta det, och vad händer sedan?"),
    ),
    "pedagogiskt ledarskap": (
        _("Hur mycket tid har era rektorer för undervisningens kvalitet?"),
        _("Vilket stöd ger ni rektorerna i det?"),
    ),
    "kompetensförsörjning": (
        _("Hur rekryterar ni, och vad får medarbetare att stanna?"),
        _("Hur lär sig medarbetarna av varandra?"),
    ),
    "kompensatorisk": (
        _("Hur fördelar ni resurser så att de når dem som behöver dem mest?"),
        _("Hur följer ni upp vad resurserna leder till?"),
    ),
    "trygg": (
        _("Hur vet ni vilka som inte känner sig trygga?"),
        _("Vad fungerar väl hos er, som andra kan lära av?"),
    ),
    "tidiga insatser": (
        _("Hur snart upptäcker ni att ett barn eller en elev behöver stöd?"),
        _("Vad gör att stödet kommer i gång fort?"),
    ),
    "samverkan": (
        _("Hur följer kunskapen om barnet med vid övergångar?"),
        _("Vilka behöver ni samarbeta mer med?"),
    ),
}
GENERAL: tuple[Question, Question] = (
    _("Vad gör ni i dag som fungerar väl, och hur vet ni det?"),
    _("Vad vill ni pröva härnäst?"),
)
STRENGTH, NEED = CentralArea.Kind.STRENGTH, CentralArea.Kind.NEED
CENTRAL: dict[tuple[str, str], tuple[Question, Question]] = {
    (STRENGTH, Area.EQUITY): (
        _("Vad hos er tror ni ligger bakom?"),
        _("Når det alla grupper och enheter?"),
    ),
    (STRENGTH, Area.QUALITY): (
        _("Vad i undervisningen tror ni ligger bakom?"),
        _("Hur kan fler hos er lära av det?"),
    ),
    (STRENGTH, Area.LEARNING): (
        _("Vad tror ni har betytt mest för barnen och eleverna?"),
        _("Hur gör ni för att det ska hålla i sig?"),
    ),
    (NEED, Area.EQUITY): (
        _("Ser det likadant ut för alla grupper och enheter, och varför?"),
        _("Vilka behöver mest stöd, och hur når ni dem?"),
    ),
    (NEED, Area.QUALITY): (
        _("Vad i undervisningen tror ni påverkar mest?"),
        _("Vad har ni prövat, och vad lärde ni er?"),
    ),
    (NEED, Area.LEARNING): (
        _("Var börjar det ta emot för barnen och eleverna, och varför?"),
        _("Vad skulle ni vilja pröva härnäst?"),
    ),
}
"""Two open questions to each central area, by its kind and area."""


def central_questions(kind: str, area: str) -> list[str]:
    """Two open questions to talk about for a central area."""
    return [str(question) for question in CENTRAL[kind, area]]


def questions_for(factor: str) -> list[str]:
    """Two questions to talk about for a success factor, by how its text begins; general ones else."""
    words = factor.casefold()
    found = next((q for start, q in QUESTIONS.items() if words.startswith(start)), GENERAL)
    return [str(question) for question in found]
