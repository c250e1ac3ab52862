"""Our list pages and the admin's, against a bare Django view that shows the same fifty rows.

Both are asked through the whole site (middleware, session, sign-in) by the same client, by turns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.test import override_settings
from django.urls import reverse

from bench.database import own_database
from bench.marks import Mark, in_turns
from bench.world import DIALOGUES, HUVUDMAN, UNITS, make_world
from tests.accounts.sign_in import HouseClient

TIMES, AT_ONCE = 15, 3
OURS, ADMINS = 3, 10
SIZE = 50


@dataclass(frozen=True)
class Listed:
    """A list page: the name of its address and of its baseline, and which pages of it are asked for."""

    url: str
    plain: str
    limit: float
    pages: tuple[int, ...]


LISTS = [
    Listed("admin:huvudman_list", "huvudman", OURS, (1, HUVUDMAN // SIZE)),
    Listed("admin:dialogue_list", "dialogues", OURS, (1, 300, DIALOGUES // SIZE)),
    Listed("admin:batch_list", "batches", OURS, (1, 4)),
    Listed("admin:letter_list", "letters", OURS, (1, 300)),
    Listed("admin:huvudman_huvudman_changelist", "huvudman_register", ADMINS, (1, HUVUDMAN // SIZE)),
    Listed("admin:huvudman_schoolunit_changelist", "units", ADMINS, (1, UNITS // SIZE)),
]


def run() -> list[Mark]:
    """Measure the first and a late page of each list."""
    with own_database(), override_settings(ROOT_URLCONF="bench.baselines.urls"):
        client = HouseClient(SERVER_NAME="localhost")
        client.force_login(make_world())
        return [_mark(client, listed, page) for listed in LISTS for page in listed.pages]


def _mark(client: HouseClient, listed: Listed, page: int) -> Mark:
    own = _asking(client, f"{reverse(listed.url)}?{_page(listed, page)}")
    plain = _asking(client, f"/plain/{listed.plain}/?page={page}")
    own(), plain()
    measured, baseline = in_turns(TIMES, (_nothing, own), (_nothing, plain))
    name = f"{reverse(listed.url).removeprefix('/personal/')} page {page}"
    milliseconds = 1000 / AT_ONCE
    return Mark(
        name, measured * milliseconds, baseline * milliseconds, listed.limit, "ms", "bare view, same rows"
    )


def _page(listed: Listed, page: int) -> str:
    return f"p={page}" if listed.url.endswith("_changelist") else f"page={page}"


def _asking(client: HouseClient, address: str) -> Callable[[], None]:
    """Ask for a page some times over. Raises RuntimeError unless it shows fifty rows."""

    def ask() -> None:
        for _time in range(AT_ONCE):
            response = client.get(address)
            if response.status_code != 200 or response.content.count(b"<tr") < SIZE:
                raise RuntimeError(f"{address}: {response.status_code}, not {SIZE} rows")

    return ask


def _nothing() -> None:
    """Nothing is to be prepared."""
