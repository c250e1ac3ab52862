"""Places, huvudmän, units and contacts for tests."""

import datetime

import factory
from stdnum import luhn

from huvudman.models import (
    Contact,
    ContactRole,
    Huvudman,
    HuvudmanType,
    Kommun,
    Lan,
    LegalForm,
    SchoolUnit,
    SizeClass,
)
from tests.accounts.factories import UserFactory


def orgnr(n: int) -> str:
    """The n-th valid orgnr of a legal person."""
    first_nine = f"556{n:06d}"
    return first_nine + luhn.calc_check_digit(first_nine)


class LanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Lan
        django_get_or_create = ("code",)

    code = "25"
    name = factory.LazyAttribute(lambda lan: f"Län {lan.code}")


class KommunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Kommun
        django_get_or_create = ("code",)

    code = "2510"
    name = factory.LazyAttribute(lambda kommun: f"Kommun {kommun.code}")
    lan = factory.SubFactory(LanFactory)


class HuvudmanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Huvudman

    orgnr = factory.Sequence(orgnr)
    name = factory.Sequence(lambda n: f"Exempelskolan {n} AB")
    type = HuvudmanType.ENSKILD
    legal_form = LegalForm.AKTIEBOLAG
    main_kommun = factory.SubFactory(KommunFactory)
    pupils = 149
    size_class = SizeClass.S2


class SchoolUnitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SchoolUnit

    code = factory.Sequence(lambda n: f"{10_000_000 + n}")
    name = factory.Sequence(lambda n: f"Skola {n}")
    huvudman = factory.SubFactory(HuvudmanFactory)
    kommun = factory.SubFactory(KommunFactory)


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    huvudman = factory.SubFactory(HuvudmanFactory)
    user = factory.SubFactory(UserFactory, email=factory.SelfAttribute("..email"))
    name = factory.Sequence(lambda n: f"Kontakt {n}")
    role = ContactRole.SKOLCHEF
    email = factory.Sequence(lambda n: f"kontakt{n}@example.test")
    valid_from = datetime.date(2025, 1, 1)
