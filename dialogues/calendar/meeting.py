"""One meeting as a calendar file."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CET, CEST = datetime.timedelta(hours=1), datetime.timedelta(hours=2)
STATUS = {"REQUEST": "CONFIRMED", "PUBLISH": "CONFIRMED", "CANCEL": "CANCELLED"}


def meeting_calendar(
    *,
    uid: str,
    sequence: int,
    method: str,
    title: str,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    location: str,
    description: str,
    organizer: str,
    attendees: Sequence[str],
    stamp: datetime.datetime | None = None,
) -> bytes:
    """A calendar file with one meeting, in CRLF lines and UTF-8.

    `method` is REQUEST (enter or update), PUBLISH (to pass on: it asks for no answer) or CANCEL; `uid` names
    the meeting for ever and `sequence` counts its changes. `organizer` and `attendees` are e-mail addresses,
    with or without a name ("Anna Ek <a@b.example>"). Times must be aware; they are written in Stockholm's
    time.
    Raises ValueError for anything else.
    """
    if method not in STATUS:
        raise ValueError(f"unknown method: {method}")
    if ends_at <= starts_at:
        raise ValueError("a meeting ends after it starts")
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", (stamp or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC))
    event.add("dtstart", _in_stockholm(starts_at))
    event.add("dtend", _in_stockholm(ends_at))
    event.add("sequence", sequence)
    event.add("status", STATUS[method])
    event.add("summary", title)
    if location:
        event.add("location", location)
    if description:
        event.add("description", description)
    event.add("organizer", _person(organizer))
    for attendee in attendees:
        event.add("attendee", _attendee(attendee, method))
    return _calendar(method, event)


def _calendar(method: str, event: Event) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Kvalitetsdialoger//SV")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_stockholm_rules())
    calendar.add_component(event)
    return calendar.to_ical()


def _in_stockholm(moment: datetime.datetime) -> datetime.datetime:
    """Local time, or UTC for the hour in October that comes twice and can't be told apart locally."""
    if moment.utcoffset() is None:
        raise ValueError("a meeting's times must be aware")
    local = moment.astimezone(STOCKHOLM)
    comes_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return moment.astimezone(datetime.UTC) if comes_twice else local


def _person(address: str) -> vCalAddress:
    name, email = parseaddr(address)
    person = vCalAddress(f"mailto:{email}")
    if name:
        person.params["CN"] = vText(name)
    return person


def _attendee(address: str, method: str) -> vCalAddress:
    person = _person(address)
    person.params["ROLE"] = vText("REQ-PARTICIPANT")
    if method == "REQUEST":
        person.params["PARTSTAT"] = vText("NEEDS-ACTION")
        person.params["RSVP"] = vText("FALSE")
    return person


def _stockholm_rules() -> Timezone:
    """The rules since 1996: summer time from the last Sunday of March to the last of October."""
    zone = Timezone()
    zone.add("tzid", "Europe/Stockholm")
    winter, summer = TimezoneStandard(), TimezoneDaylight()
    for part, name, begins, before, after, month in (
        (summer, "CEST", datetime.datetime(1996, 3, 31, 2), CET, CEST, 3),
        (winter, "CET", datetime.datetime(1996, 10, 27, 3), CEST, CET, 10),
    ):
        part.add("tzname", name)
        part.add("dtstart", begins)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        zone.add_component(part)
    return zone
