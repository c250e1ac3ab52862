"""The staff's pages of the register: the list, and one huvudman."""

import datetime

import pytest
from django.db import connection
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import StaffRole
from huvudman.models import Huvudman, HuvudmanType, LegalForm, RegionalOffice, SizeClass
from huvudman.queries import recipients_of
from huvudman.search import found
from tests.accounts.factories import UserFactory, planner, staff_user
from tests.huvudman.factories import (
    ContactFactory,
    HuvudmanFactory,
    KommunFactory,
    LanFactory,
    SchoolUnitFactory,
)

pytestmark = pytest.mark.django_db
PERSON = "1901019800"
LIST_QUERIES = 7
"""Session, user, staff role; offices and län; the count and the rows."""


@pytest.fixture
def staff(client):
    client.force_login(planner())
    return client


def names(response) -> list[str]:
    return [huvudman.name for huvudman in response.context["page"].object_list]


def listed(client, **query) -> list[str]:
    response = client.get(reverse("admin:huvudman_list"), query, follow=True)
    assert response.status_code == 200
    return names(response)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_needs_the_same_queries_however_long(
    staff, number, django_assert_num_queries: DjangoAssertNumQueries
):
    HuvudmanFactory.create_batch(number)
    for huvudman in list(HuvudmanFactory._meta.model.objects.all()):
        SchoolUnitFactory.create_batch(2, huvudman=huvudman)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(listed(staff)) == number


def test_the_list_is_sorted_as_swedes_expect(staff):
    for name in ["Örebro", "Zinkgruvan", "Ängelholm", "Åmål", "Arvika", "ånge"]:
        HuvudmanFactory(name=name)
    assert listed(staff) == ["Arvika", "Zinkgruvan", "Åmål", "ånge", "Ängelholm", "Örebro"]


def test_the_list_goes_by_fifty(staff):
    for n in range(53):
        HuvudmanFactory(name=f"Skola {n:03}")
    assert len(listed(staff)) == 50
    assert listed(staff, page=2) == ["Skola 050", "Skola 051", "Skola 052"]
    assert listed(staff, page="x")[0] == "Skola 000"


@pytest.mark.parametrize("typed", ["göteborgs kommun", "Goteborg", "Götebrogs komun", "GÖTEBORG"])
def test_a_search_finds_the_name_in_spite_of_slips(staff, typed):
    HuvudmanFactory(name="Göteborgs kommun")
    HuvudmanFactory(name="Malmö kommun")
    HuvudmanFactory(name="Stiftelsen Eken")
    assert listed(staff, q=typed)[0] == "Göteborgs kommun"
    assert "Stiftelsen Eken" not in listed(staff, q=typed)


@pytest.mark.parametrize("typed", ["Strangnas", "strängnäs", "Strngnäs", "Stragnas", "STRÄNGNÄS KOMUN"])
def test_a_search_finds_strangnas_however_it_is_typed(staff, typed):
    for name in ["Strängnäs kommun", "Strömstads kommun", "Söderhamns kommun", "Ängelholms kommun"]:
        HuvudmanFactory(name=name)
    assert listed(staff, q=typed)[0] == "Strängnäs kommun"
    assert "Söderhamns kommun" not in listed(staff, q=typed)


def test_a_search_for_a_place_finds_its_kommun_first(staff):
    for name in ("Stockholm International School AB", "Malmö friskola", "Skolan i Stockholm AB"):
        HuvudmanFactory(name=name)
    for name in ("Stockholms kommun", "Malmö kommun"):
        HuvudmanFactory(name=name, type=HuvudmanType.KOMMUN)
    assert listed(staff, q="Stockholm")[0] == "Stockholms kommun"
    assert listed(staff, q="Malmo")[0] == "Malmö kommun"
    assert listed(staff, q="Malmö fri")[0] == "Malmö friskola"


def test_rows_of_one_name_are_told_apart_by_orgnr_and_no_personnummer_is_shown(staff):
    rows = [HuvudmanFactory(name="Förskolan Eken"), HuvudmanFactory(name="Förskolan Eken")]
    HuvudmanFactory(orgnr="1901019800", legal_form="enskild_firma")
    page = staff.get(reverse("admin:huvudman_list")).text
    assert all(row.shown_orgnr in page for row in rows)
    assert "190101-XXXX" in page
    assert "9800" not in page


@pytest.mark.parametrize("region", ["l99", "k999"])
def test_a_region_that_does_not_exist_narrows_nothing(staff, region):
    HuvudmanFactory(name="Eken")
    answer = staff.get(reverse("admin:huvudman_list"), {"region": region})
    assert (names(answer), answer.context["filter"].region) == (["Eken"], "")


def test_a_search_uses_the_index_of_names():
    """With scans made dear, the planner takes the index: it would not if the search asked another way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    asked = found(Huvudman.objects.all(), "Strangnas").explain()
    assert "huvudman_by_plain_name" in asked


def test_a_name_that_begins_so_comes_before_one_that_has_the_word(staff):
    for name in ["Eken i Göteborg AB", "Göteborgs kommun"]:
        HuvudmanFactory(name=name)
    assert listed(staff, q="goteborg") == ["Göteborgs kommun", "Eken i Göteborg AB"]


def test_the_name_that_is_most_like_a_misspelt_one_comes_first(staff):
    for name in ["Friskolan Strängnäs Montessori AB", "Föreningen Strandskolan", "Strängnäs kommun"]:
        HuvudmanFactory(name=name)
    best = ["Strängnäs kommun", "Friskolan Strängnäs Montessori AB", "Föreningen Strandskolan"]
    assert listed(staff, q="strängnes") == best


def test_a_word_that_is_like_comes_before_one_that_only_has_the_letters_in_it(staff):
    like = ["Örebro kommun", "Stiftelsen Lärkans förskolor i Örebro med omnejd"]
    for name in ("Föreningen Eken i Töreboda", "Töreboda kommun", *like):
        HuvudmanFactory(name=name)
    assert listed(staff, q="örebo") == [*like, "Töreboda kommun", "Föreningen Eken i Töreboda"]


def test_names_that_are_as_like_are_sorted_as_swedes_expect_on_every_page(staff):
    towns = ["Örby", "Zinkby", "Ängby", "Åby", "Arby"] * 11
    for number, town in enumerate(towns):
        HuvudmanFactory(name=f"{town} Eken {number:02}")
    shown = listed(staff, q="eken") + listed(staff, q="eken", page=2)
    assert shown == [
        f"{town} Eken {number:02}"
        for town in ("Arby", "Zinkby", "Åby", "Ängby", "Örby")
        for number in range(len(towns))
        if towns[number] == town
    ]


def test_school_units_sort_by_their_numbers_and_as_swedes_expect(staff):
    huvudman = HuvudmanFactory()
    sorted_names = ["Skola 1", "Skola 2", "Skola 10", "Skola 10 B", "Åskolan 9", "Åskolan 10", "Öskolan"]
    for name in sorted(sorted_names, reverse=True):
        SchoolUnitFactory(huvudman=huvudman, name=name)
    page = staff.get(reverse("admin:huvudman", args=[huvudman.public_id])).context
    register = staff.get(reverse("admin:huvudman_schoolunit_changelist")).context
    assert [unit.name for unit in page["units"]] == sorted_names
    assert [unit.name for unit in register["cl"].result_list] == sorted_names


def test_a_search_finds_orgnr_and_unit_code(staff):
    huvudman = HuvudmanFactory(name="Eken AB", orgnr="5567812069")
    HuvudmanFactory(name="Boken AB")
    unit = SchoolUnitFactory(huvudman=huvudman)
    SchoolUnitFactory(huvudman=huvudman)
    assert listed(staff, q="556781-2069") == ["Eken AB"]
    assert listed(staff, q="556781") == ["Eken AB"]
    assert listed(staff, q=unit.code) == ["Eken AB"]
    assert listed(staff, q="99999") == []


@pytest.mark.parametrize("typed", [PERSON, "190101-9800", "190101", "19010", "9800"])
def test_a_search_never_finds_a_personnummer(staff, typed):
    HuvudmanFactory(name="Anna Andersson", orgnr=PERSON, legal_form=LegalForm.ENSKILD_FIRMA)
    assert listed(staff, q=typed) == []
    assert listed(staff, q="anna") == ["Anna Andersson"]


def test_a_personnummer_is_masked_on_every_page(staff):
    huvudman = HuvudmanFactory(name="Anna", orgnr=PERSON, legal_form=LegalForm.ENSKILD_FIRMA)
    unit = SchoolUnitFactory(huvudman=huvudman)
    page = staff.get(reverse("admin:huvudman", args=[huvudman.public_id])).content.decode()
    assert "190101-XXXX" in page
    addresses = [
        reverse("admin:huvudman", args=[huvudman.public_id]),
        reverse("admin:huvudman_list"),
        reverse("admin:huvudman_huvudman_changelist"),
        reverse("admin:huvudman_huvudman_change", args=[huvudman.pk]),
        reverse("admin:huvudman_schoolunit_changelist"),
        reverse("admin:huvudman_schoolunit_change", args=[unit.pk]),
        reverse("admin:contact_new", args=[huvudman.public_id]),
    ]
    for address in addresses:
        response = staff.get(address)
        assert response.status_code == 200, address
        assert "9800" not in response.content.decode(), address
        assert PERSON not in address


def test_filters(staff):
    office = RegionalOffice.objects.create(name="Luleå")
    north = KommunFactory(code="2580", lan=LanFactory(code="25", office=office))
    south = KommunFactory(code="1280", lan=LanFactory(code="12"))
    HuvudmanFactory(name="Norr", main_kommun=north, type=HuvudmanType.KOMMUN, skolformer=["GR", "GY"])
    HuvudmanFactory(name="Syd", main_kommun=south, size_class=SizeClass.S5, skolformer=["FSK"])
    HuvudmanFactory(name="Stängd", main_kommun=south, active_to="2025-06-30")
    assert listed(staff) == ["Norr", "Syd"]
    assert listed(staff, type="kommun") == ["Norr"]
    assert listed(staff, size="s5") == ["Syd"]
    assert listed(staff, skolform="GY") == ["Norr"]
    assert listed(staff, region=f"k{office.pk}") == ["Norr"]
    assert listed(staff, region="l12") == ["Syd"]
    assert listed(staff, closed="1") == ["Stängd"]
    assert listed(staff, type="nej", size="'", region="k'", skolform="X", sort="pk;") == ["Norr", "Syd"]


def test_by_size(staff):
    HuvudmanFactory(name="Liten", pupils=5)
    HuvudmanFactory(name="Okänd", pupils=None)
    HuvudmanFactory(name="Stor", pupils=3, children=900)
    assert listed(staff, sort="-size") == ["Stor", "Liten", "Okänd"]


def test_empty_register_and_empty_search(staff):
    assert "Registret är tomt" in staff.get(reverse("admin:huvudman_list")).content.decode()
    answer = staff.get(reverse("admin:huvudman_list"), {"q": "finns inte"})
    assert "Ingen huvudman matchar" in answer.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_one_huvudman_needs_the_same_queries_however_many_units(
    staff, number, django_assert_num_queries: DjangoAssertNumQueries
):
    huvudman = HuvudmanFactory()
    for unit in SchoolUnitFactory.create_batch(number, huvudman=huvudman):
        unit.offers.create(skolform="GR", pupils=10)
    ContactFactory.create_batch(number, huvudman=huvudman)
    with django_assert_num_queries(14):
        page = staff.get(reverse("admin:huvudman", args=[huvudman.public_id]))
    assert len(page.context["units"].object_list) == number


def letters_go_to(client, huvudman) -> str:
    """What the huvudman's page says of where its letters go."""
    page = client.get(reverse("admin:huvudman", args=[huvudman.public_id])).content.decode()
    return page.split("Brev går till</dt><dd>")[1].split("</dd>")[0]


@pytest.mark.parametrize("own", ["", "kansli@skola.example"])
def test_the_page_says_where_letters_go_as_the_letters_do(staff, own):
    huvudman = HuvudmanFactory(email=own)
    paper, mailbox = "e-post och postadress saknas, så ring huvudmannen", "huvudmannens egen e-post"
    assert (mailbox if own else paper) in letters_go_to(staff, huvudman)
    ContactFactory(huvudman=huvudman, name="Förra", valid_to=datetime.date(2025, 6, 30))
    ContactFactory(huvudman=huvudman, name="Nästa", valid_from=datetime.date(2999, 1, 1))
    ContactFactory(huvudman=huvudman, name="Utan", email="", user=None)
    assert (mailbox if own else paper) in letters_go_to(staff, huvudman), "none of them can be written to now"
    ends_later = datetime.date(2999, 12, 31)
    contact = ContactFactory(huvudman=huvudman, name="Eva Ek", valid_to=ends_later)
    assert letters_go_to(staff, huvudman) == "Eva Ek"
    assert [r.contact for r in recipients_of(huvudman)] == [contact]


def test_the_page_tells_what_changed(staff):
    huvudman = HuvudmanFactory(name="Förr AB")
    huvudman.name = "Nu AB"
    huvudman.save()
    page = staff.get(reverse("admin:huvudman", args=[huvudman.public_id])).content.decode()
    assert "namn Förr AB → Nu AB" in page


def test_who_may_see(client):
    huvudman = HuvudmanFactory()
    addresses = [reverse("admin:huvudman_list"), reverse("admin:huvudman", args=[huvudman.public_id])]
    for address in addresses:
        client.logout()
        assert client.get(address).status_code == 302
        client.force_login(UserFactory())
        assert client.get(address).status_code in {302, 403, 404}
        client.force_login(staff_user(StaffRole.STATISTICIAN))
        assert client.get(address).status_code == 200


def test_an_office_gets_its_lan(staff):
    lan = LanFactory(code="25")
    address = reverse("admin:huvudman_regionaloffice_add")
    assert staff.post(address, {"name": "Luleå", "lan": ["25"]}).status_code == 302
    lan.refresh_from_db()
    assert lan.office.name == "Luleå"
    office = reverse("admin:huvudman_regionaloffice_change", args=[lan.office.pk])
    staff.post(office, {"name": "Luleå", "lan": []})
    lan.refresh_from_db()
    assert lan.office is None
