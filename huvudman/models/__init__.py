"""The register: places, huvudmän, school units, contacts, and imports of them."""

from huvudman.models.contact import Access, Contact, ContactRole
from huvudman.models.huvudman import Huvudman, HuvudmanEvent, HuvudmanType, Koncern, LegalForm, SizeClass
from huvudman.models.place import Kommun, Lan, RegionalOffice
from huvudman.models.register_import import (
    ChangeKind,
    ChangeTable,
    ImportKind,
    ImportState,
    RegisterChange,
    RegisterImport,
)
from huvudman.models.source import Source
from huvudman.models.unit import Orientation, PupilCount, SchoolUnit, Skolform, SkolformOffer

__all__ = [
    "Access",
    "ChangeKind",
    "ChangeTable",
    "Contact",
    "ContactRole",
    "Huvudman",
    "HuvudmanEvent",
    "HuvudmanType",
    "ImportKind",
    "ImportState",
    "Kommun",
    "Koncern",
    "Lan",
    "LegalForm",
    "Orientation",
    "PupilCount",
    "RegionalOffice",
    "RegisterChange",
    "RegisterImport",
    "SchoolUnit",
    "SizeClass",
    "Skolform",
    "SkolformOffer",
    "Source",
]
