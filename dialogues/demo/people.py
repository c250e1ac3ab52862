"""The people of the demo: staff of both agencies and those who represent huvudmän."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Abs
from django.utils import timezone

from accounts.actors import person
from accounts.domain.staff import add_staff
from accounts.models import Agency, StaffRole, User
from dialogues.domain.impartiality import declare_conflict
from dialogues.models import Dialogue
from huvudman.domain.sign_in import link_contact_user
from huvudman.models import Contact, ContactRole, Huvudman, HuvudmanType, Kommun, LegalForm

PASSWORD = "kvalitet-i-dialog"  # noqa: S105  (shown to whoever starts the demo)
TOTP_SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105
WITHOUT_ADDRESS = 12
"""One huvudman in so many has no e-mail."""
RUNG = 3
"""One in so many of those has no postal address either, and is rung."""

MORE_LEADERS = {
    "skolverket": ("Ledare", "Maja", "Nils", "Omar", "Pia", "Sara"),
    "spsm": ("Rådgivare", "Alva", "Bengt", "Daniela", "Erik", "Farah"),
}
"""The surname of more leaders of each agency and their names: six pairs in all, so that a hundred dialogues
fit in a few weeks.
"""
NAMES = {ContactRole.SKOLCHEF: "Kim", ContactRole.CHAIR: "Noa"}

KOMMUN_TRIED = "0486"
"""Strängnäs: the kommun whose skolchef can be tried in the demo."""


@dataclass(frozen=True)
class DemoUser:
    """A person to sign in as, for the list that the demo prints."""

    who: str
    email: str
    how: str


STAFF = (
    ("planerare1@skolverket.example", "Petra Planerare", "skolverket", [StaffRole.PLANNER]),
    ("planerare2@skolverket.example", "Pontus Planerare", "skolverket", [StaffRole.PLANNER]),
    ("ledare@skolverket.example", "Lena Ledare", "skolverket", [StaffRole.LEADER]),
    ("ledare@spsm.example", "Rolf Rådgivare", "spsm", [StaffRole.LEADER]),
    ("registrator@skolverket.example", "Rita Registrator", "skolverket", [StaffRole.REGISTRAR]),
    ("statistiker@skolverket.example", "Stig Statistiker", "skolverket", [StaffRole.STATISTICIAN]),
    ("admin@skolverket.example", "Ada Administratör", "skolverket", [StaffRole.ADMINISTRATOR]),
)
AGENCIES = (
    ("skolverket", "Skolverket", "08-465 004 01"),
    ("spsm", "Specialpedagogiska skolmyndigheten", "08-465 004 02"),
)


def write_people() -> list[DemoUser]:
    """Make the agencies and their staff; answer whom one can sign in as. Refuses outside a demo."""
    if not settings.DEMO:
        raise RuntimeError("demo people are made in a demo only")
    for code, name, telephone in AGENCIES:
        Agency.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "sender": f"{name} <kvalitetsdialog@{code}.example>",
                "telephone": telephone,
            },
        )
    for email, name, agency, roles in (*STAFF, *_more_leaders()):
        _add(email, name, agency, roles)
    return [DemoUser(_role_words(roles), email, "lösenord och kod") for email, _n, _a, roles in STAFF]


def write_contacts() -> list[DemoUser]:
    """Give nearly every huvudman a skolchef, and public ones a chair; answer the two to be tried. The small
    förening is to be asked whether its contacts are right.
    """
    if not Contact.objects.exists():
        since = timezone.localdate() - datetime.timedelta(days=400)
        rows = list(Huvudman.objects.order_by("pk"))
        asks = small_association().pk
        always = {kommun_tried().pk, asks}
        reached = [h for n, h in enumerate(rows) if n % WITHOUT_ADDRESS or h.pk in always]
        Contact.objects.bulk_create(
            contact for h in reached for contact in _contacts_of(h, since, confirmed=h.pk != asks)
        )
        _write_postal_addresses(sorted(set(rows) - set(reached), key=lambda h: h.pk))
    tried = [
        ("skolchef i en kommun", kommun_tried()),
        ("skolchef i en förening med 40 elever", small_association()),
    ]
    return [DemoUser(who, _sign_in_as(huvudman), "kod i e-post") for who, huvudman in tried]


def _write_postal_addresses(unreached: list[Huvudman]) -> None:
    """Give most of those that no e-mail reaches, and that have none, a plainly made-up postal address."""
    kommuner: dict[str | None, str] = dict(Kommun.objects.values_list("code", "name"))
    posted = [h for n, h in enumerate(unreached) if n % RUNG and h.main_kommun_id and not h.post_town]
    for number, huvudman in enumerate(posted, start=1):
        huvudman.street = f"Exempelgatan {number}"
        huvudman.postal_code = "00000"
        huvudman.post_town = kommuner[huvudman.main_kommun_id]
    Huvudman.objects.bulk_update(posted, ["street", "postal_code", "post_town"])


def kommun_tried() -> Huvudman:
    """The kommun whose skolchef can be tried."""
    return Huvudman.objects.get(type=HuvudmanType.KOMMUN, main_kommun=KOMMUN_TRIED)


def small_association() -> Huvudman:
    """The förening with 40 pupils, or nearest to it."""
    associations = Huvudman.objects.filter(legal_form=LegalForm.IDEELL_FORENING, pupils__isnull=False)
    return associations.order_by(Abs(F("pupils") - 40), "pk")[0]


def leader_pairs() -> list[list[User]]:
    """Pairs of leaders, one from each agency."""
    leaders = User.objects.filter(staff__roles__contains=[StaffRole.LEADER]).select_related("staff__agency")
    ours = [u for u in leaders.order_by("pk") if u.staff.agency.code == "skolverket"]
    theirs = [u for u in leaders.order_by("pk") if u.staff.agency.code == "spsm"]
    return [list(pair) for pair in zip(ours, theirs, strict=False)]


def _more_leaders() -> list[tuple[str, str, str, list[StaffRole]]]:
    return [
        (f"ledare{n}@{agency}.example", f"{name} {surname}", agency, [StaffRole.LEADER])
        for agency, (surname, *names) in MORE_LEADERS.items()
        for n, name in enumerate(names, start=2)
    ]


def _add(email: str, name: str, agency: str, roles: list[StaffRole]) -> None:
    if not User.objects.filter(email=email).exists():
        add_staff(
            email=email,
            name=name,
            agency=Agency.objects.get(code=agency),
            roles=roles,
            password=PASSWORD,
            totp_secret=TOTP_SECRET,
        )


def _contacts_of(huvudman: Huvudman, since: datetime.date, *, confirmed: bool) -> list[Contact]:
    roles = [ContactRole.SKOLCHEF]
    if huvudman.type != HuvudmanType.ENSKILD:
        roles.append(ContactRole.CHAIR)
    return [
        Contact(
            huvudman=huvudman,
            name=f"{NAMES[role]} Exempel {huvudman.pk}",
            role=role,
            email=f"{role}.{huvudman.pk}@huvudman.example",
            valid_from=since,
            confirmed_at=timezone.now() if confirmed else None,
        )
        for role in roles
    ]


def _sign_in_as(huvudman: Huvudman) -> str:
    contact = huvudman.contacts.get(role=ContactRole.SKOLCHEF)
    link_contact_user(contact=contact)
    return contact.email


def _role_words(roles: list[StaffRole]) -> str:
    return ", ".join(str(role.label) for role in roles)


def declare_none(dialogue: Dialogue, people: Iterable[User]) -> None:
    """Let people say that they have no conflict of interest in a dialogue."""
    for user in people:
        declare_conflict(dialogue=dialogue, has_conflict=False, reason="", actor=person(user))
