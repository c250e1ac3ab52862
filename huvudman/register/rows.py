"""What a register file says, row by row, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass, field

from huvudman.register.problems import Problem


@dataclass(slots=True)
class HuvudmanRow:
    """A huvudman as the register has it. `type` and `legal_form` are values of the models' enums.

    `main_kommun` and `kommuner` are kommun codes; `children` and `pupils` are None when not known.
    """

    orgnr: str
    name: str
    type: str
    legal_form: str
    street: str = ""
    postal_code: str = ""
    post_town: str = ""
    telephone: str = ""
    email: str = ""
    skolformer: tuple[str, ...] = ()
    main_kommun: str = ""
    kommuner: tuple[str, ...] = ()
    children: int | None = None
    pupils: int | None = None


@dataclass(slots=True)
class Offer:
    """A skolform at a unit: the year groups, programmes or parts it gives, and its pupils (None: not known).

    `counts` maps a year group ("F", "1" …) or programme ("NA" …) to its pupils.
    """

    groups: tuple[str, ...] = ()
    pupils: int | None = None
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class UnitRow:
    """A school unit as the register has it, gathered from every sheet that names it.

    `year` is the register's year, where pupils per group are known.
    """

    code: str
    orgnr: str
    kommun: str
    name: str
    street: str = ""
    postal_code: str = ""
    post_town: str = ""
    visiting_postal_code: str = ""
    telephone: str = ""
    email: str = ""
    website: str = ""
    orientation: str = ""
    year: int | None = None
    offers: dict[str, Offer] = field(default_factory=dict)

    @property
    def pupils(self) -> int | None:
        """All pupils whose number is known; None if no number is."""
        known = [offer.pupils for offer in self.offers.values() if offer.pupils is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is left out: of which table ("huvudman" or "units"), why, and what it is about.

    `key` is the orgnr or the unit code, empty where the row may be about any: its number cannot be read, or
    another row has it and one of the two must be wrong.
    """

    table: str
    problem: Problem
    key: str = ""


@dataclass(slots=True)
class Register:
    """All that was read: huvudmän by orgnr, units by code, rows left out, remarks on rows that were kept.

    `mentioned_huvudman` and `mentioned_units` hold every number seen, rows left out and units' owners
    included, so that a row that cannot be read never closes what it was about.
    """

    huvudman: dict[str, HuvudmanRow] = field(default_factory=dict)
    units: dict[str, UnitRow] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    mentioned_huvudman: set[str] = field(default_factory=set)
    mentioned_units: set[str] = field(default_factory=set)

    def may_miss_any(self, table: str) -> bool:
        """Tell whether a row left out of a table may be about anyone: nobody is then surely missing."""
        return any(row.table == table and not row.key for row in self.rejected)
