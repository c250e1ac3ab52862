"""Recording what happens to a huvudman from its page: asked for, looked at once more, done; or not."""

import datetime
import re

import pytest
from django.urls import reverse

from huvudman.models import Huvudman, HuvudmanEvent, LegalForm
from huvudman.views.events import DEEDS
from tests.accounts.factories import StaffRole, leader, planner, staff_user
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, SchoolUnitFactory, orgnr

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 7, 1)
LAST = datetime.date(2026, 6, 30)
PERSON = "1901019800"
Kind = HuvudmanEvent.Kind


@pytest.fixture
def staff(client):
    client.force_login(planner())
    return client


def address(huvudman: Huvudman, kind: str) -> str:
    return reverse("admin:huvudman_event", args=[huvudman.public_id, kind])


def send(client, huvudman, kind, do, **fields):
    return client.post(address(huvudman, kind), {"on": DAY.isoformat(), "note": "", "do": do} | fields)


def fresh(row: Huvudman) -> Huvudman:
    return Huvudman.objects.get(pk=row.pk)


def test_a_merger_is_looked_at_and_then_done(staff):
    into, part = HuvudmanFactory(name="Norra AB"), HuvudmanFactory(name="Södra AB")
    SchoolUnitFactory.create_batch(2, huvudman=part)
    chosen = {"others": [part.public_id], "direction": "in", "note": "Beslut 7"}
    page = send(staff, into, "sammanslagning", "review", **chosen).text
    assert "Södra AB upphör. Sista dagen är 30 juni 2026." in page.replace("\xa0", " ")
    assert "2 skolenheter flyttas." in page
    assert "Beslut 7" in page
    assert not HuvudmanEvent.objects.exists(), "looking changes nothing"
    done = send(staff, into, "sammanslagning", "confirm", **chosen)
    assert done.url == reverse("admin:huvudman", args=[into.public_id])
    assert (fresh(part).active_to, into.units.count()) == (LAST, 2)
    page = staff.get(done.url).text
    assert "Beslut 7" in page
    assert "Södra AB" in page
    assert "Norra AB" in staff.get(reverse("admin:huvudman", args=[part.public_id])).text


def test_a_huvudman_goes_up_in_another_from_its_own_page(staff):
    part, into, third = HuvudmanFactory.create_batch(3)
    both = {"others": [into.public_id, third.public_id], "direction": "out"}
    assert "Kryssa i den enda huvudman" in send(staff, part, "sammanslagning", "review", **both).text
    send(staff, part, "sammanslagning", "confirm", others=[into.public_id], direction="out")
    assert [fresh(row).active_to for row in (part, into)] == [LAST, None]


@pytest.mark.parametrize("closes", [True, False])
def test_a_split_is_recorded_whether_it_closes_or_goes_on(staff, closes):
    source, one, two = HuvudmanFactory.create_batch(3)
    chosen = {"others": [one.public_id, two.public_id]} | ({"closes": "on"} if closes else {})
    page = send(staff, source, "delning", "review", **chosen).text
    assert ("upphör. Sista dagen" if closes else "fortsätter bredvid delarna") in page
    send(staff, source, "delning", "confirm", **chosen)
    assert fresh(source).active_to == (LAST if closes else None)
    assert set(HuvudmanEvent.objects.values_list("kind", "after")) == {
        (Kind.SPLIT, one.pk),
        (Kind.SPLIT, two.pk),
    }


def test_a_new_number_is_recorded_and_the_old_one_still_finds(staff):
    huvudman = HuvudmanFactory()
    old, new = huvudman.orgnr, orgnr(900_001)
    typed = f"{new[:6]}-{new[6:]}"
    page = send(staff, huvudman, "nytt-nummer", "review", orgnr=typed).text
    assert f"Numret {huvudman.shown_orgnr} byts mot {typed}." in page
    send(staff, huvudman, "nytt-nummer", "confirm", orgnr=typed)
    assert fresh(huvudman).orgnr == new
    for number in (old, new):
        found = staff.get(reverse("admin:huvudman_list"), {"q": number}).context["page"].object_list
        assert [row.pk for row in found] == [huvudman.pk]


def test_a_former_number_that_is_a_personnummer_finds_nobody(staff):
    huvudman = HuvudmanFactory(orgnr=PERSON, legal_form=LegalForm.ENSKILD_FIRMA)
    send(staff, huvudman, "nytt-nummer", "confirm", orgnr=orgnr(900_001))
    assert fresh(huvudman).orgnr == orgnr(900_001)
    found = staff.get(reverse("admin:huvudman_list"), {"q": PERSON}, follow=True)
    assert not found.context["page"].object_list
    page = staff.get(reverse("admin:huvudman", args=[huvudman.public_id])).text
    assert "190101-XXXX" in page
    assert "9800" not in page


def test_numbers_that_cannot_be_are_refused_and_stay_in_the_form(staff):
    huvudman, other = HuvudmanFactory.create_batch(2)
    for typed, told in [
        ("5560000002", "Organisationsnumret stämmer inte."),
        (huvudman.orgnr, "som huvudmannen redan har"),
        (other.orgnr, "En annan huvudman har eller har haft"),
    ]:
        page = send(staff, huvudman, "nytt-nummer", "confirm", orgnr=typed).text
        assert told in page
        assert f'value="{typed}"' in page
    assert fresh(huvudman).orgnr == huvudman.orgnr


def test_an_end_is_recorded(staff):
    huvudman = HuvudmanFactory()
    SchoolUnitFactory(huvudman=huvudman)
    page = send(staff, huvudman, "upphor", "review").text
    assert "1 skolenhet ligger kvar hos den." in page
    send(staff, huvudman, "upphor", "confirm", note="Konkurs")
    assert fresh(huvudman).active_to == LAST
    page = staff.get(reverse("admin:huvudman", args=[huvudman.public_id])).text
    assert "Konkurs" in page
    assert "Har något hänt?" not in page


def test_one_that_was_closed_by_mistake_is_opened_again(staff):
    huvudman = HuvudmanFactory(name="Södra AB")
    page = reverse("admin:huvudman", args=[huvudman.public_id])
    assert "Öppna igen" not in staff.get(page).text
    send(staff, huvudman, "upphor", "confirm", note="Konkurs")
    assert address(huvudman, "oppna-igen") in staff.get(page).text
    review = send(staff, huvudman, "oppna-igen", "review", note="Fel huvudman").text
    assert "Södra AB är verksam igen." in review
    assert "Fel huvudman" in review
    assert fresh(huvudman).active_to == LAST, "looking changes nothing"
    staff.get(address(huvudman, "oppna-igen"), {"do": "confirm", "on": DAY.isoformat()})
    assert fresh(huvudman).active_to == LAST
    send(staff, huvudman, "oppna-igen", "confirm", note="Fel huvudman")
    assert fresh(huvudman).active_to is None
    shown = staff.get(page).text
    for words in ("upphörd", "Konkurs", "öppnad igen", "Fel huvudman", "Har något hänt?"):
        assert words in shown


def test_nothing_is_opened_again_before_its_last_day(staff):
    huvudman = HuvudmanFactory(active_to=LAST)
    page = send(staff, huvudman, "oppna-igen", "confirm", on="2026-06-29")
    assert "Dagen kan vara tidigast 30 juni 2026." in page.text.replace("\xa0", " ")
    assert fresh(huvudman).active_to == LAST


def test_what_has_not_happened_yet_is_refused(staff):
    huvudman = HuvudmanFactory()
    page = send(staff, huvudman, "upphor", "confirm", on="2999-01-01").text
    assert "Dagen kan inte ligga framåt i tiden." in page
    assert fresh(huvudman).active_to is None


@pytest.mark.parametrize("kind", ["upphor", "nytt-nummer"])
@pytest.mark.parametrize(
    ("on", "first"), [("0001-01-01", "1 januari 1990"), ("1989-12-31", "1 januari 1990"), ("", "")]
)
def test_a_day_too_long_ago_is_refused(staff, kind, on, first):
    page = send(staff, HuvudmanFactory(), kind, "confirm", on=on, orgnr=orgnr(900_001))
    assert page.status_code == 422
    assert f"Dagen kan vara tidigast {first}" in page.text.replace("\xa0", " ") or not first
    assert not HuvudmanEvent.objects.exists()


def test_nothing_happens_to_a_huvudman_before_its_first_day(staff):
    huvudman = HuvudmanFactory(active_from=DAY)
    page = send(staff, huvudman, "nytt-nummer", "review", on=LAST.isoformat(), orgnr=orgnr(900_001))
    assert "Dagen kan vara tidigast 1 juli 2026." in page.text.replace("\xa0", " ")


def test_an_end_that_is_recorded_already_is_told_of(staff):
    huvudman = HuvudmanFactory(name="Södra AB")
    send(staff, huvudman, "upphor", "confirm")
    page = send(staff, huvudman, "upphor", "confirm", on="2026-07-05")
    assert page.status_code == 422
    assert "Södra AB har redan upphört: sista dagen är 30 juni 2026. Ingenting är ändrat." in page.text
    assert HuvudmanEvent.objects.count() == 1


def test_a_merger_confirmed_twice_says_so_in_words(staff):
    into, part = HuvudmanFactory.create_batch(2)
    chosen = {"others": [part.public_id], "direction": "in"}
    send(staff, into, "sammanslagning", "confirm", **chosen)
    errors = send(staff, into, "sammanslagning", "confirm", **chosen).context["form"].errors["others"]
    assert errors == ["En av de valda har redan upphört eller finns inte. Sök och kryssa i på nytt."]
    assert HuvudmanEvent.objects.count() == 1


def test_a_taken_number_is_told_of_before_it_is_confirmed(staff):
    huvudman, other = HuvudmanFactory.create_batch(2)
    page = send(staff, huvudman, "nytt-nummer", "review", orgnr=other.orgnr)
    assert "En annan huvudman har eller har haft" in page.text


def test_others_are_found_in_spite_of_slips_and_what_is_ticked_or_typed_stays(staff):
    huvudman = HuvudmanFactory(name="Strängnäs kommun")
    kommun = KommunFactory(code="1480", name="Göteborg")
    wanted = HuvudmanFactory(name="Göteborgs kommun", main_kommun=kommun)
    ticked, closed = HuvudmanFactory(name="Eken AB"), HuvudmanFactory(name="Göteborgs skolor", active_to=DAY)
    page = send(
        staff, huvudman, "sammanslagning", "search", q="Gotebrog", note="Halv", others=[ticked.public_id]
    )
    assert [str(key) for key, _label in page.context["form"].fields["others"].choices] == [
        str(ticked.public_id),
        str(wanted.public_id),
    ]
    assert f"Göteborgs kommun ({wanted.shown_orgnr}, Göteborg)" in page.text
    assert re.search(rf'value="{ticked.public_id}"[^>]* checked', page.text)
    assert not re.search(rf'value="{wanted.public_id}"[^>]* checked', page.text)
    assert closed.name not in page.text
    assert "Halv" in page.text
    assert "error-summary" not in page.text
    assert "Ingen verksam huvudman matchar." in send(staff, huvudman, "delning", "search", q="xyzzy").text
    own = send(staff, huvudman, "delning", "search", q="Strängnäs")
    assert not own.context["form"].fields["others"].choices, "never itself"


def test_nobody_is_chosen_who_has_ended_or_is_made_up(staff):
    huvudman, closed = HuvudmanFactory(), HuvudmanFactory(active_to=DAY)
    for others in ([], [closed.public_id], ["nonsens"], [huvudman.public_id]):
        page = send(staff, huvudman, "delning", "confirm", others=others, closes="on")
        assert page.context["form"].errors["others"]
    assert not HuvudmanEvent.objects.exists()


def test_back_to_the_form_with_everything_as_it_was(staff):
    huvudman, other = HuvudmanFactory.create_batch(2)
    page = send(
        staff, huvudman, "delning", "edit", others=[other.public_id], note="Som det var", closes=""
    ).text
    assert "Som det var" in page
    assert DAY.isoformat() in page
    assert other.name in page


@pytest.mark.parametrize("kind", DEEDS)
def test_who_may_record(client, kind):
    huvudman, other = HuvudmanFactory(active_to=LAST if kind == "oppna-igen" else None), HuvudmanFactory()
    facts = {"others": [other.public_id], "direction": "in", "orgnr": orgnr(900_001), "closes": "on"}
    client.force_login(leader())
    assert client.get(address(huvudman, kind)).status_code == 403
    assert send(client, huvudman, kind, "confirm", **facts).status_code == 403
    assert kind not in client.get(reverse("admin:huvudman", args=[huvudman.public_id])).text
    assert not HuvudmanEvent.objects.exists()
    for user in (planner(), staff_user(StaffRole.ADMINISTRATOR)):
        client.force_login(user)
        assert client.get(address(huvudman, kind)).status_code == 200
    assert address(huvudman, kind) in client.get(reverse("admin:huvudman", args=[huvudman.public_id])).text
    assert send(client, huvudman, kind, "confirm", **facts).status_code == 302
    assert HuvudmanEvent.objects.count() == 1


def test_other_kinds_are_not_found(staff):
    assert staff.get(address(HuvudmanFactory(), "flytt")).status_code == 404
