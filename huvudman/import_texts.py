"""What people read about register files: reasons, places, names of fields."""

from __future__ import annotations

import datetime
import re

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.personnummer import mask_personnummer
from accounts.templatetags.look import day
from huvudman.models import Huvudman, Kommun, Koncern, SchoolUnit, Skolform
from huvudman.models.orgnr import shown
from huvudman.register.problems import Problem, Reason

REASONS = {
    Reason.EMPTY_FILE: gettext_lazy("Filen är tom."),
    Reason.NOT_A_WORKBOOK: gettext_lazy(
        "Filen är ingen arbetsbok som går att läsa. Spara den som Excel-arbetsbok (.xlsx) utan lösenord."
    ),
    Reason.NOT_TEXT: gettext_lazy("Filen är ingen textfil i UTF-8. Spara den som CSV med UTF-8."),
    Reason.BROKEN_ROW: gettext_lazy(
        "Raden går inte att dela i celler. Ta bort citattecken som står ensamma och radbrytningar i celler."
    ),
    Reason.TOO_LARGE: gettext_lazy("Filen är för stor, eller blir för stor när den packas upp."),
    Reason.TOO_MANY_CELLS: gettext_lazy(
        "Arbetsboken har celler långt utanför tabellen. Ta bort tomma rader och kolumner efter den."
    ),
    Reason.TOO_MUCH_TEXT: gettext_lazy(
        "Cellerna har för mycket text (%(detail)s). Ta bort långa texter som inte hör till registret."
    ),
    Reason.MISSING_SHEET: gettext_lazy("Bladet saknas."),
    Reason.MISSING_HEADER: gettext_lazy("Rubrikraden saknas. Den ska ha bland annat: %(detail)s."),
    Reason.MISSING_COLUMN: gettext_lazy("Kolumnen saknas. Dessa kolumner finns: %(detail)s."),
    Reason.REPEATED_COLUMN: gettext_lazy("Kolumnen finns mer än en gång."),
    Reason.EMPTY_SHEET: gettext_lazy("Det finns inga rader under rubrikraden."),
    Reason.BAD_ORGNR: gettext_lazy("Organisationsnumret stämmer inte: ”%(detail)s”."),
    Reason.BAD_CODE: gettext_lazy("Skolenhetskoden ska ha åtta siffror: ”%(detail)s”."),
    Reason.BAD_KOMMUN: gettext_lazy("Kommunkoden ska ha fyra siffror: ”%(detail)s”."),
    Reason.UNKNOWN_KOMMUN: gettext_lazy("Det finns ingen kommun med koden ”%(detail)s”."),
    Reason.UNKNOWN_TYPE: gettext_lazy("Huvudmannatypen är okänd: ”%(detail)s”."),
    Reason.UNKNOWN_LEGAL_FORM: gettext_lazy("Juridisk form saknas."),
    Reason.NO_NAME: gettext_lazy("Namnet saknas."),
    Reason.TOO_LONG: gettext_lazy("Texten är för lång: ”%(detail)s”."),
    Reason.BAD_FLAG: gettext_lazy("Här ska stå J, N eller ingenting, inte ”%(detail)s”."),
    Reason.BAD_NUMBER: gettext_lazy("Här ska stå ett heltal, inte ”%(detail)s”."),
    Reason.BAD_EMAIL: gettext_lazy("E-postadressen går inte att använda: ”%(detail)s”."),
    Reason.DUPLICATE: gettext_lazy(
        "Samma nummer står på rad %(detail)s. Det går inte att veta vilken rad som är rätt."
    ),
    Reason.OTHER_HUVUDMAN: gettext_lazy("Ett annat blad har en annan huvudman för skolenheten."),
    Reason.UNKNOWN_HUVUDMAN: gettext_lazy("Huvudmannen finns inte bland dem som gick att läsa: %(detail)s."),
    Reason.WRONG_LENGTH: gettext_lazy("Raden har fler celler än rubrikraden: %(detail)s."),
    Reason.REALIGNED: gettext_lazy("Raden var förskjuten ett steg åt höger. ”%(detail)s” togs bort."),
    Reason.FORMER_ORGNR: gettext_lazy("Huvudmannen har bytt organisationsnummer. Filen har det förra."),
    Reason.MERGED_HERE: gettext_lazy(
        "Huvudmannen har gått upp i en annan enligt en händelse här: %(detail)s. Filens rad lämnas."
    ),
    Reason.CLOSED_HERE: gettext_lazy(
        "Huvudmannen har upphört enligt en händelse här: %(detail)s. Filens rad lämnas."
    ),
    Reason.EMAIL_LEFT_OUT: gettext_lazy("E-postadressen går inte att använda och lämnas tom: ”%(detail)s”."),
    Reason.UNKNOWN_SHEET: gettext_lazy("Bladet är okänt och läses inte."),
    Reason.UNKNOWN_GROUP: gettext_lazy("Kolumnen är okänd och läses inte."),
}

FIELDS = {
    "offer": gettext_lazy("erbjuder"),
    "pupils": gettext_lazy("elever"),
    "year": gettext_lazy("elevantalens år"),
    "kommun": gettext_lazy("kommun"),
    "kommuner": gettext_lazy("kommuner"),
    "main_kommun": gettext_lazy("huvudsaklig kommun"),
}
YEAR_GROUPS = re.compile(r"\d+")


def reason_text(problem: Problem) -> str:
    """Why, in words, without personnummer."""
    return mask_personnummer(str(REASONS[problem.reason]) % {"detail": problem.detail})


def place_text(problem: Problem) -> str:
    """Where: sheet, row and column, as far as known."""
    parts = [
        _("bladet %s") % problem.sheet if problem.sheet else "",
        _("rad %d") % problem.row if problem.row else "",
        _("kolumnen %s") % problem.column if problem.column else "",
    ]
    place = ", ".join(part for part in parts if part)
    return place[:1].upper() + place[1:]


def problem_text(problem: Problem) -> str:
    """Where and why, on one line."""
    place = place_text(problem)
    return f"{place}: {reason_text(problem)}" if place else reason_text(problem)


def kept_text(rejected: int) -> str:
    """Why somebody who is not in the file is not closed; `rejected` is how many rows could not be read."""
    if not rejected:
        return _("stängs inte, eftersom skolenheter finns kvar")
    words = ngettext(
        "stängs inte, eftersom %(number)d rad inte kunde läsas",
        "stängs inte, eftersom %(number)d rader inte kunde läsas",
        rejected,
    )
    return words % {"number": rejected}


def field_text(table: str, name: str) -> str:
    """A changed field's name: `pupils:GR:5` is elever, grundskola, årskurs 5."""
    kind, *rest = name.split(":")
    words = [str(FIELDS[kind])] if kind in FIELDS else [_plain_field(table, kind)]
    if rest:
        words.append(str(Skolform(rest[0]).label))
    if len(rest) > 1:
        words.append(group_text(rest[1]))
    return ", ".join(words)


def group_text(group: str) -> str:
    """A year group or programme in words."""
    if group == "F":
        return str(Skolform.FKLASS.label)
    return _("årskurs %s") % group if YEAR_GROUPS.fullmatch(group) else group


def _plain_field(table: str, name: str) -> str:
    if table != "huvudman" and name == "orgnr":
        return str(Huvudman._meta.verbose_name)
    model = Huvudman if table == "huvudman" else SchoolUnit
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


CHOICES = {"type", "legal_form", "source", "orientation", "size_class"}
DAYS = {"active_from", "active_to"}
KOMMUNER = {"kommun", "kommuner", "main_kommun"}


class Names:
    """What kommuner and koncerner are called. Read once, when first asked for: keep one for a page."""

    @cached_property
    def kommuner(self) -> dict[str, str]:
        """Name by code."""
        return dict(Kommun.objects.order_by().values_list("code", "name"))

    @cached_property
    def koncerner(self) -> dict[str, str]:
        """Name by id, as text."""
        return {str(key): name for key, name in Koncern.objects.order_by().values_list("pk", "name")}


def value_text(table: str, name: str, value: object, names: Names) -> str:
    """A changed field's value as people know it: choices, places and days in words, orgnr as it may be shown.

    `value` is as an import keeps it (codes with commas) or as the history does (a list, a date, an id).
    """
    if value in (None, "", []):
        return "–"
    if name == "orgnr":
        return shown(str(value))
    if name in CHOICES:
        model = Huvudman if table == "huvudman" else SchoolUnit
        return str(dict(model._meta.get_field(name).flatchoices).get(value, value))  # type: ignore[union-attr]
    if name in DAYS:
        return day(datetime.date.fromisoformat(str(value)))
    if name == "skolformer":
        return ", ".join(str(dict(Skolform.choices).get(code, code)) for code in _codes(value))
    if name in KOMMUNER:
        return ", ".join(names.kommuner.get(code, code) for code in _codes(value))
    if name == "koncern":
        return names.koncerner.get(str(value), str(value))
    return mask_personnummer(str(value))


def _codes(value: object) -> list[str]:
    return [str(code) for code in value] if isinstance(value, list) else str(value).split(", ")
