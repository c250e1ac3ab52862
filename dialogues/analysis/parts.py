"""The parts of a situation analysis and their fields: one page each, all of them voluntary."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quality_system.models import Area

Words = str | Promise


@dataclass(frozen=True)
class Field:
    """A text to write: its name within the part, what it asks for, and a few words of help."""

    name: str
    label: Words
    help: Words


@dataclass(frozen=True)
class Part:
    """A page of the analysis. `steps` are those of the analysis that it belongs to, `area` if it has one."""

    slug: str
    title: Words
    steps: tuple[int, ...]
    fields: tuple[Field, ...]
    minutes: int
    area: str = ""

    def key(self, name: str) -> str:
        """What a field is called in the database: `likvardighet.see`."""
        return f"{self.slug}.{name}"

    @property
    def keys(self) -> list[str]:
        """The part's fields as the database calls them."""
        return [self.key(field.name) for field in self.fields]

    @property
    def is_rating(self) -> bool:
        """Whether the part has a choice for each success factor, instead of fields."""
        return not self.fields


STEPS: dict[int, Words] = {
    1: _("Var är vi?"),
    2: _("Varför ser det ut så?"),
    3: _("Vart ska vi och hur gör vi?"),
    4: _("Hur blev det?"),
}
"""The steps of the analysis. Exempeltext: the official wording is not confirmed."""

RATINGS: dict[str, Words] = {
    "none": _("inte alls"),
    "part": _("till en del"),
    "large": _("till stor del"),
    "whole": _("helt"),
}
"""The answers of the self-rating, as in the analysunderlag: words, no points to add up."""

SEE = Field(
    "see",
    _("Vad vi ser"),
    _("Vad visar siffrorna, och vad vet ni själva? Styrkor hör också hit."),
)
WHY = Field(
    "why",
    _("Varför det är så"),
    _("Vad tror ni att det beror på, och hur vet ni det?"),
)
AIM = Field("aim", _("Vart vi ska"), _("Hur vill ni att det ska vara för barnen och eleverna?"))
WAY = Field("way", _("Hur vi gör"), _("Vad gör ni först, vilka gör det, och hur märker ni att det hjälper?"))
OUTCOME = Field("outcome", _("Hur det blev"), _("Vad har förändrats, och vad tar ni med er?"))

PARTS: tuple[Part, ...] = (
    Part("likvardighet", _("Likvärdighet"), (1, 2), (SEE, WHY), 10, Area.EQUITY),
    Part("kvalitet", _("Kvalitet"), (1, 2), (SEE, WHY), 10, Area.QUALITY),
    Part("larande", _("Barns och elevers utveckling och lärande"), (1, 2), (SEE, WHY), 10, Area.LEARNING),
    Part("annat", _("Annat som är viktigt hos er"), (1, 2), (SEE, WHY), 5),
    Part("framat", _("Vart ska vi och hur gör vi?"), (3,), (AIM, WAY), 10),
    Part("resultat", _("Hur blev det?"), (4,), (OUTCOME,), 5),
    Part("sjalvskattning", _("Er självskattning mot framgångsfaktorerna"), (), (), 10),
)
BY_SLUG = {part.slug: part for part in PARTS}
MINUTES_BEFORE_DIALOGUE = 30
"""What the first two steps take, more or less: the three areas."""


def factor_key(number: int) -> str:
    """What the self-rating of a success factor is called in the database, by the factor's id."""
    return f"sjalvskattning.{number}"
