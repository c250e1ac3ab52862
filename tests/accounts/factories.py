"""People and agencies for tests."""

import factory

from accounts.models import Agency, StaffMember, StaffRole, User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.test")
    name = factory.Sequence(lambda n: f"Person {n}")


class AgencyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Agency
        django_get_or_create = ("code",)

    code = "skolverket"
    name = factory.LazyAttribute(lambda a: {"skolverket": "Skolverket", "spsm": "SPSM"}.get(a.code, a.code))
    sender = factory.LazyAttribute(lambda a: f"{a.name} <kvalitetsdialog@{a.code}.example>")
    telephone = "08-465 004 01"


class StaffFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StaffMember

    user = factory.SubFactory(UserFactory, is_staff=True)
    agency = factory.SubFactory(AgencyFactory)
    roles = factory.LazyFunction(lambda: [StaffRole.PLANNER.value])


def staff_user(*roles: StaffRole, agency: str = "skolverket") -> User:
    """A user with staff roles at an agency (`skolverket` or `spsm`)."""
    return StaffFactory(roles=[r.value for r in roles], agency=AgencyFactory(code=agency)).user


def planner() -> User:
    return staff_user(StaffRole.PLANNER)


def leader(agency: str = "skolverket") -> User:
    return staff_user(StaffRole.LEADER, agency=agency)


def pair() -> list[User]:
    """A leader from each agency."""
    return [leader("skolverket"), leader("spsm")]
