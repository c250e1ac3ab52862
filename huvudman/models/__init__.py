"""The register: places, huvudmän, school units, contacts."""

from huvudman.models.contact import Contact, ContactRole
from huvudman.models.huvudman import Huvudman, HuvudmanEvent, HuvudmanType, Koncern, LegalForm, SizeClass
from huvudman.models.place import Kommun, Lan, RegionalOffice
from huvudman.models.unit import SchoolUnit, Skolform, SkolformOffer

__all__ = [
    "Contact",
    "ContactRole",
    "Huvudman",
    "HuvudmanEvent",
    "HuvudmanType",
    "Kommun",
    "Koncern",
    "Lan",
    "LegalForm",
    "RegionalOffice",
    "SchoolUnit",
    "SizeClass",
    "Skolform",
    "SkolformOffer",
]
