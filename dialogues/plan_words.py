"""What is wrong with a file of units, a plan or a certificate, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.personnummer import mask_personnummer
from dialogues.planning.files import BadFile, Fault
from dialogues.planning.verify import Flaw, Wrong

FAULTS = {
    Fault.NOT_UTF8: gettext_lazy("texten är inte UTF-8"),
    Fault.NOT_CSV: gettext_lazy("citattecknen går inte ihop"),
    Fault.NO_HEADER: gettext_lazy("filen saknar rubriker"),
    Fault.NO_UNITS: gettext_lazy("filen har inga enheter under rubrikerna"),
    Fault.COLUMN_MISSING: gettext_lazy("kolumnen saknas: %(value)s"),
    Fault.COLUMN_UNKNOWN: gettext_lazy("okänd kolumn: %(value)s"),
    Fault.COLUMN_TWICE: gettext_lazy("kolumnen finns två gånger: %(value)s"),
    Fault.CELLS: gettext_lazy("raden har fel antal celler: %(value)s"),
    Fault.NO_ID: gettext_lazy("id saknas"),
    Fault.ID_TWICE: gettext_lazy("samma id finns på rad %(value)s"),
    Fault.NOT_A_NUMBER: gettext_lazy("inte ett heltal som går att använda: %(value)s"),
    Fault.TEXT: gettext_lazy("texten är för lång eller har tecken som inte får finnas: %(value)s"),
    Fault.PIN_WITHOUT_YEAR: gettext_lazy("pin_batch kräver pin_year"),
    Fault.OUTSIDE: gettext_lazy("utanför planens år eller omgångar: %(value)s"),
    Fault.TOO_EARLY: gettext_lazy("pin_year är före not_before_year"),
}
FLAWS = {
    Flaw.FORM: gettext_lazy("Intyget går inte att läsa: %(where)s"),
    Flaw.MISSING: gettext_lazy("%(where)s finns bara i en av filerna med enheter och plan."),
    Flaw.BLOCK: gettext_lazy("%(where)s har en plats som den inte kan ha."),
    Flaw.COUNTS: gettext_lazy("Intyget stämmer inte med enheterna och planen: %(where)s"),
    Flaw.GROUPS: gettext_lazy("Intygets antal stämmer inte med enheterna: %(where)s"),
    Flaw.PREVIOUS: gettext_lazy(
        "Intyget bygger på en tidigare plan. Den saknas (--previous) eller är en annan än intyget säger."
    ),
    Flaw.NOT_REPLANNED: gettext_lazy("Intyget bygger inte på någon tidigare plan. Kontrollera utan den."),
    Flaw.MOVED: gettext_lazy("Intyget säger fel antal flyttade. Rätt antal är %(where)s."),
    Flaw.SWAP: gettext_lazy("Byte %(where)s i intyget går inte att göra: alla stod inte där det säger."),
    Flaw.DRAW: gettext_lazy("Frö, antal och byten ger %(where)s en annan plats än planens."),
    Flaw.COMMITTED: gettext_lazy("Intyget stämmer inte med det låsta: %(where)s"),
    Flaw.AGAIN: gettext_lazy(
        "Görs beräkningen om ger fröet andra antal än intygets. Intyget är gjort med %(where)s: "
        "andra versioner kan ge andra antal som är lika jämna."
    ),
}


def fault_text(error: BadFile) -> str:
    """The line and the reason."""
    reason = str(FAULTS[error.fault]) % {"value": mask_personnummer(error.value)}
    return _("rad %(line)s: %(reason)s") % {"line": error.line, "reason": reason}


def flaw_text(error: Wrong) -> str:
    """What does not hold."""
    return str(FLAWS[error.flaw]) % {"where": mask_personnummer(error.where)}


def unreachable_text(name: str, error: OSError) -> str:
    """Why a file can't be read or written."""
    told = {"file": mask_personnummer(name), "reason": error.strerror}
    if isinstance(error, FileNotFoundError):
        return _("%(file)s: filen finns inte") % told
    if isinstance(error, IsADirectoryError):
        return _("%(file)s: det är en mapp") % told
    return _("%(file)s: går inte att komma åt (%(reason)s)") % told
