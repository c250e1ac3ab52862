"""The frame of the staff's site: rail, breadcrumbs, heading, and Django's own pages in the same clothes."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.adminsite import RailEntry, StaffSite, site
from accounts.models import StaffRole
from tests.accounts.factories import planner, staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def front(client: Client) -> str:
    client.force_login(planner())
    return client.get(reverse("admin:index")).content.decode()


def test_rail_shows_what_is_registered_and_where_one_is(front: str) -> None:
    rail = re.search(r'<nav class="rail".*?</nav>', front, re.S)
    assert rail
    assert len(re.findall("<a ", rail[0])) <= len(site._rail)
    assert rail[0].count("aria-current") == 1
    assert "Att göra i dag" in rail[0]


def test_an_entry_for_another_role_is_left_out() -> None:
    own = StaffSite("own")
    own.add_rail_entry(RailEntry("Planering", "start", "calendar", 1, frozenset({StaffRole.PLANNER})))
    request = type("Request", (), {"path": "/", "user": staff_user(StaffRole.REGISTRAR)})()
    assert own.rail_for(request) == []
    request.user = planner()
    assert [row["label"] for row in own.rail_for(request)] == ["Planering"]


def test_frame_has_landmarks_one_heading_and_who_is_signed_in(front: str) -> None:
    assert len(re.findall(r"<h1[ >]", front)) == 1
    assert front.count("<main ") == 1
    assert '<a class="skip-link" href="#main">' in front
    assert "planerare" in front
    assert 'class="crumbs"' in front


def test_nothing_inline_and_nothing_from_djangos_own_sheet(front: str) -> None:
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", front)
    assert "admin/css/base.css" not in front
    assert "admin/js/theme.js" not in front


def test_breadcrumbs_lead_back(client: Client) -> None:
    client.force_login(planner())
    shown = client.get(reverse("admin:dialogue_list")).content.decode()
    crumbs = re.search(r'<nav class="crumbs".*?</nav>', shown, re.S)
    assert crumbs
    assert reverse("admin:index") in crumbs[0]
    assert 'aria-current="page">Dialoger<' in crumbs[0]
