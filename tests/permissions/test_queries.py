"""Whatever an address's query asks for, a list answers: never an error of ours."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.http import urlencode
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import StaffRole
from tests.accounts.factories import staff_user
from tests.accounts.sign_in import HouseClient
from tests.permissions.test_sweep import address, patterns, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db

NAMES = ["q", "page", "state", "lan", "type", "batch", "kind", "cykel", "lage", "visa", "region", "size"]
NAMES += ["skolform", "closed", "sort", "slag", "fordelning", "ar", "about", "o", "p", "edition", "e"]
NAMES += ["med", "q1", "q2", "first", "second", "beteckning"]
NAMES += ["del", "halvar", "grupp", "vems", "kontor", "vila", "typ", "storlek", "fast"]
HARD = [
    "\x00",
    "²",
    "٣",
    "-1",
    "0",
    "9" * 19,
    "9" * 5000,
    "k²",
    "l٣٣",
    "' or 1=1 --",
    "%",
    "_",
    "\\",
    "å\u0301",
]
LEAVES = ("logga-ut", "logout")
OPENERS: dict[str, int | None] = {}
"""Who of the three opens a page, by its name: asked once, since every test makes the same world."""
QUERIES = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(st.sampled_from(HARD), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)),
    min_size=1,
    max_size=4,
)


@pytest.fixture
def lists(world: tuple) -> list[tuple[Client, str]]:
    """Every page of the staff site with someone who may open it."""
    dialogue, _user = world
    clients = []
    for role in (StaffRole.PLANNER, StaffRole.ADMINISTRATOR, StaffRole.STATISTICIAN):
        clients.append(HouseClient())
        clients[-1].force_login(staff_user(role))
    opened = []
    for name, pattern in patterns(get_resolver()):
        path = address(name, pattern, dialogue)
        if (
            path is None
            or not path.startswith(reverse("admin:index"))
            or any(word in path for word in LEAVES)
        ):
            continue
        if name not in OPENERS:
            OPENERS[name] = next((n for n, c in enumerate(clients) if _shows_a_page(c, path)), None)
        if (opener := OPENERS[name]) is not None:
            opened.append((clients[opener], path))
    assert len(opened) > 30
    return opened


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=QUERIES)
@example(query=dict.fromkeys(NAMES, "\x00"))
@example(query=dict.fromkeys(NAMES, "²"))
@example(query=dict.fromkeys(NAMES, "9" * 19))
@example(query=dict.fromkeys(NAMES, "9" * 5000))
def test_no_query_breaks_a_page(lists: list[tuple[Client, str]], query: dict[str, str]) -> None:
    for client, path in lists:
        assert client.get(f"{path}?{urlencode(query)}").status_code < 500, (path, query)


@pytest.mark.parametrize("value", ["²", "9" * 19])
@pytest.mark.parametrize("listed", ["dialogue_list", "letter_list", "batch_list", "huvudman_list", "search"])
def test_no_hard_value_breaks_a_list(client: HouseClient, listed: str, value: str) -> None:
    client.force_login(staff_user(StaffRole.PLANNER))
    for name in NAMES:
        answer = client.get(f"{reverse(f'admin:{listed}')}?{urlencode({name: value})}")
        assert answer.status_code == 200, name


def test_nul_in_an_address_is_refused_everywhere(lists: list[tuple[Client, str]]) -> None:
    for client, path in lists:
        for query in ("q=%00", "name=%00", "role=a%00", "x%00=1", "term=%00&app_label=huvudman"):
            answer = client.get(f"{path}?{query}")
            assert answer.status_code == 400, (path, query)
            assert "Det gick inte att läsa förfrågan" in answer.text
        assert client.get(f"{path}%00").status_code == 400, path
        assert client.post(f"{path}?name=%00").status_code == 400, path


@pytest.mark.parametrize(
    "path", ["/svar/%00/", "/konto/losenord/1-%00/", "/konto/logga-in/?next=%00", "/%00"]
)
def test_nul_is_refused_from_strangers_too(path: str) -> None:
    assert Client(raise_request_exception=False).get(path).status_code == 400


def test_nul_in_a_cookie_is_refused() -> None:
    stranger = Client(raise_request_exception=False)
    written = {"cookie": r'sessionid="abc\000defghij"'}  # so is a NUL written in a cookie
    assert stranger.get(reverse("account_login"), headers=written).status_code == 400


@pytest.mark.parametrize("listed", ["accounts_user", "accounts_staffmember", "huvudman_koncern"])
def test_nul_typed_into_a_list_or_a_form_breaks_nothing(client: HouseClient, listed: str) -> None:
    client.raise_request_exception = False
    client.force_login(staff_user(*StaffRole))
    asked = {"action": "delete_selected\x00", "_selected_action": "\x001", "name": "a\x00", "email": "\x00"}
    for page in ("changelist", "add"):
        answer = client.post(reverse(f"admin:{listed}_{page}"), asked)
        assert answer.status_code < 500, page
    asked |= {"action": "stop_sign_in"}
    assert client.post(reverse(f"admin:{listed}_changelist"), asked).status_code < 500


def test_public_ids_in_an_address_stay_as_they_are(client: HouseClient) -> None:
    public_id = "81850615-1235-4e0c-9d68-602785061512"
    answer = client.get(reverse("account_login"), {"next": f"/personal/dialoger/{public_id}/"})
    assert answer.status_code == 200
    assert public_id in answer.text


@pytest.mark.parametrize("name", ["orgnr", "region", "x"])
def test_a_personnummer_in_any_question_is_moved_on_masked(client: HouseClient, name: str) -> None:
    client.force_login(staff_user(*StaffRole))
    answer = client.get(reverse("admin:huvudman_list"), {name: "1901019800", "page": "1"}, follow=True)
    assert f"{name}=190101-XXXX" in answer.redirect_chain[0][0]
    assert "9800" not in answer.text


@pytest.mark.parametrize("typed", ["1901019800", "190101-9800", "190101%2D9800", "1901%20019800"])
def test_a_page_that_does_not_exist_says_no_personnummer_back(client: HouseClient, typed: str) -> None:
    client.force_login(staff_user(StaffRole.PLANNER))
    for folder in ("/", "/personal/", "/personal/huvudman/", "/personal/huvudman/huvudman/"):
        answer = client.get(f"{folder}{typed}/", follow=True)
        assert "9800" not in answer.text, folder


@pytest.mark.parametrize("typed", ["190101-9800", "1901 019800", "190101  9800"])
def test_a_personnummer_searched_for_stays_in_no_address_and_on_no_page(
    lists: list[tuple[Client, str]], typed: str
) -> None:
    for client, path in lists:
        answer = client.get(path, {"q": typed, "page": "2", "p": "2"}, follow=True)
        assert answer.redirect_chain, path
        assert "9800" not in answer.redirect_chain[-1][0] + answer.text, path
        assert "page=2" in answer.redirect_chain[0][0], path


def _shows_a_page(client: Client, path: str) -> bool:
    answer = client.get(path)
    return answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"]
