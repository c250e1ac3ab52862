"""Att göra i dag narrowed: by kind, whose and office; every number is the length of the list it leads to."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.db.models import Value
from django.http import QueryDict
from django.test import Client

from accounts.models import StaffRole, User
from dialogues.desk import Desk, DeskFilter, kinds_for, waiting
from dialogues.models import (
    BatchState,
    Dialogue,
    DialogueState,
    MeetingState,
    StoredFile,
    Underlag,
    UnderlagState,
)
from huvudman.models import Kommun, Lan, RegionalOffice
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.desk.kinds import NOW, book, days
from tests.dialogues.desk.test_page import FRONT, counts, rows
from tests.dialogues.factories import DialogueFactory, both_agencies, seat_at
from tests.dialogues.underlag.factories import EditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_nine")]


def office(name: str, lan: str, kommun: str) -> RegionalOffice:
    """A regional office with a län and a kommun of its own."""
    found = RegionalOffice.objects.create(name=name)
    Lan.objects.update_or_create(code=lan, defaults={"name": f"{name}s län", "office": found})
    Kommun.objects.update_or_create(code=kommun, defaults={"name": f"{name}s kommun", "lan_id": lan})
    return found


def in_state(state: DialogueState, kommun: str) -> Dialogue:
    return DialogueFactory(state=state, huvudman__main_kommun_id=kommun)


def wished(kommun: str, *people: User) -> Dialogue:
    """A dialogue whose huvudman wishes another time than the one that the people were booked for."""
    dialogue = in_state(DialogueState.UNDERLAG_SENT, kommun)
    meeting = seat_at(dialogue, state=MeetingState.OTHER_WISHED, starts_at=NOW + days(5), wish="Efter lunch")
    book(meeting, *people)
    meeting.staff.update(is_booked=False)
    return dialogue


@pytest.fixture
def people() -> dict[str, User]:
    """A person of each sort, and a world with things of many kinds, in two offices and everywhere."""
    both_agencies()
    found = {
        "planner": planner(),
        "leader": leader(),
        "other agency": leader("spsm"),
        "both": staff_user(StaffRole.PLANNER, StaffRole.LEADER),
        "registrar": staff_user(StaffRole.REGISTRAR),
    }
    office("Norr", "91", "9101")
    office("Syd", "92", "9201")
    for kommun, who in (("9101", "leader"), ("9201", "other agency")):
        wished(kommun, found[who])
        in_state(DialogueState.FEEDBACK_HELD, kommun)
        in_state(DialogueState.INTRODUCED, kommun)
        time = seat_at(in_state(DialogueState.UNDERLAG_SENT, kommun), starts_at=NOW + days(10))
        book(time, found[who])
    booked = in_state(DialogueState.FEEDBACK_HELD, "9101")
    book(seat_at(booked, state=MeetingState.FIXED, starts_at=NOW + days(3)), found["both"])
    Underlag.objects.create(
        dialogue=in_state(DialogueState.INTRODUCED, "9201"),
        state=UnderlagState.RENDERED,
        edition=EditionFactory(),
        pdf=StoredFile.objects.create(sha256="a" * 64, size=1, media_type="application/pdf"),
        rendered_at=NOW,
    )
    batch_in(BatchState.APPROVED, prepared_by=found["planner"])
    return found


@pytest.mark.parametrize("who", ["planner", "leader", "other agency", "both", "registrar"])
def test_every_number_is_the_length_of_the_list_behind_it(people, who: str) -> None:
    user = people[who]
    found = waiting(kinds_for(user), Desk.of(user))
    told = {"slag=": len(found.entries)}
    seen: set[str] = set()
    while left := set(told) - seen:
        for query in left:
            wanted = DeskFilter.from_query(QueryDict(query))
            assert len(wanted.listed(found)) == told[query], query
            for group in wanted.chips(found):
                for chip in group["chips"]:
                    address = chip["url"].removeprefix("?")
                    assert told.setdefault(address, chip["count"]) == chip["count"], (query, address)
            seen.add(query)
    assert seen == {"slag="} if who == "registrar" else len(seen) > 20


def test_the_page_lists_what_its_numbers_say(client: Client, people) -> None:
    client.force_login(people["both"])
    shown = counts(client.get(FRONT).text)
    assert len(shown) > 8
    for address, number in shown.items():
        assert len(rows(client.get(FRONT + address).text)) == number, address


def test_the_rail_of_the_front_page_has_the_same_number(client: Client, people) -> None:
    client.force_login(people["both"])
    text = client.get(FRONT).text
    (shown,) = re.findall(r'data-count-from="[^"]*">(\d*)<', text)
    assert int(shown) == len(rows(text)) == int(client.get(f"{FRONT}att-gora/antal/").text)
    assert re.findall(r'data-count-from="[^"]*">(\d*)<', client.get("/personal/dialoger/").text) == [""]


def narrowed(user: User, **fields: str) -> list[tuple[str, int]]:
    found = waiting(kinds_for(user), Desk.of(user))
    return [(entry.kind, entry.pk) for entry in DeskFilter(**fields).listed(found)]


def test_ones_own_are_those_one_is_booked_for(people) -> None:
    lena = people["leader"]
    own = {kind for kind, _pk in narrowed(lena, whose="mina")}
    assert own == {"ny-tid", "bemanna", "svar-om-tid", "jav"}
    assert len(narrowed(lena, whose="mina")) == 4
    both = {kind for kind, _pk in narrowed(people["both"], whose="mina")}
    assert both == {"avsluta-dialog", "bemanna", "jav"}
    assert narrowed(people["planner"], whose="mina")[0][0] == "schemalagg"


def test_the_agencys_are_those_of_its_people_and_what_only_it_can_do(people) -> None:
    spsm = narrowed(people["other agency"], whose="myndighetens")
    assert sorted(kind for kind, _pk in spsm) == ["bemanna", "faststall", "jav", "ny-tid", "svar-om-tid"]


def test_an_office_has_its_own_huvudman_and_the_whole_country_the_rest(people) -> None:
    everybody = people["both"]
    north, south = RegionalOffice.objects.order_by("name")
    lists = [narrowed(everybody, office=str(where)) for where in (north.pk, south.pk, 0)]
    assert [len(found) for found in lists] == [8, 6, 1]
    assert sum(len(found) for found in lists) == len(narrowed(everybody))


def test_a_kind_that_knows_better_is_believed(people) -> None:
    kind = next(kind for kind in kinds_for(people["both"]) if kind.key == "avsluta-dialog")
    office = RegionalOffice.objects.first()
    told = replace(kind, rows=lambda desk: kind.rows(desk).annotate(office=Value(office.pk)))
    (entry, *_rest) = waiting([told], Desk.of(people["both"])).entries
    assert entry.office == office.pk


def test_an_empty_choice_says_so_and_leads_back(client: Client, people) -> None:
    client.force_login(people["registrar"])
    assert "Planerare och dialogledare får sina nästa steg här" in client.get(FRONT).text
    client.force_login(staff_user(StaffRole.PLANNER, agency="spsm"))
    text = client.get(FRONT, {"vems": "mina"}).text
    assert "Inget väntar i det urvalet" in text
    assert 'href="?slag="' in text
