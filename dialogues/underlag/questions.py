"""Questions to talk about, by success factor. They go with the example wording of the factors."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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


def questions_for(factor: str) -> list[str]:
    """Two questions to talk about for a success factor, by how its text begins; general ones else."""
    words = factor.casefold()
    found = next((q for start, q in QUESTIONS.items() if words.startswith(start)), GENERAL)
    return [str(question) for question in found]
