"""What was done with an introduction, in numbers: seats, who still waits, letters, who came."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import number
from dialogues.domain.introductions import waiting_for_seat
from dialogues.models import Dialogue, Meeting, MeetingKind, Seat
from huvudman.queries import postal_address_of, recipients_of


def seated(meeting: Meeting) -> list[Dialogue]:
    """The dialogues that have a seat, with their huvudmän."""
    seats = meeting.taken_seats.filter(is_current=True).select_related("dialogue__huvudman")
    return [seat.dialogue for seat in seats.order_by("dialogue_id")]


def set_up(meeting: Meeting) -> str:
    """What a new introduction came to."""
    told = seated(meeting)
    return _sentences(_("Mötet är bokat."), _placed(told), _still_waiting(meeting), letters_to(told))


def groups_set_up(meetings: list[Meeting]) -> str:
    """What introductions made in one go came to."""
    told = [dialogue for meeting in meetings for dialogue in seated(meeting)]
    count = len(meetings)
    booked = ngettext("%(n)s möte är bokat.", "%(n)s möten är bokade.", count) % {"n": number(count)}
    return _sentences(booked, _placed(told), letters_to(told))


def changed(was: Meeting, before: list[Dialogue], now: Meeting) -> str:
    """What a change came to; `before` had seats in the meeting as it `was`."""
    told = [dialogue for dialogue in seated(now) if now.sequence > was.sequence or dialogue not in before]
    new = [dialogue for dialogue in told if dialogue not in before]
    return _sentences(
        _("Mötet är ändrat."), _placed(new) if new else "", _still_waiting(now), letters_to(told)
    )


def cancelled(meeting: Meeting, before: list[Dialogue]) -> str:
    """What the end of an introduction came to; those who have got another seat are written to twice."""
    seats = Seat.objects.filter(dialogue__in=before, kind=MeetingKind.INTRODUCTION, is_current=True)
    elsewhere = [seat.dialogue for seat in seats.select_related("dialogue__huvudman")]
    placed = ngettext(
        "%(n)s huvudman har fått plats på ett annat möte.",
        "%(n)s huvudmän har fått plats på ett annat möte.",
        len(elsewhere),
    ) % {"n": number(len(elsewhere))}
    letters = letters_to([*before, *elsewhere])
    return _sentences(_("Mötet är inställt."), placed if elsewhere else "", _still_waiting(meeting), letters)


def held(meeting: Meeting) -> str:
    """Who came, and what comes next."""
    seats = meeting.taken_seats.filter(is_current=True)
    came, absent = (seats.filter(attended=attended).count() for attended in (True, False))
    return _sentences(
        _("Mötet är hållet."),
        ngettext("%(n)s huvudman deltog.", "%(n)s huvudmän deltog.", came) % {"n": number(came)},
        _("%(n)s kunde inte komma.") % {"n": number(absent)} if absent else "",
        _("Analysunderlag tas fram för alla som inte redan har ett."),
        _("De som inte kunde komma får ett brev om andra möten.") if absent else _("Inga brev skickas nu."),
    )


def _placed(dialogues: list[Dialogue]) -> str:
    count = len(dialogues)
    text = ngettext("%(n)s huvudman har fått plats.", "%(n)s huvudmän har fått plats.", count)
    return text % {"n": number(count)}


def _still_waiting(meeting: Meeting) -> str:
    assert meeting.batch is not None  # noqa: S101  (the database holds it for introductions)
    count = waiting_for_seat(meeting.batch).count()
    if not count:
        return _("Ingen väntar på en plats.")
    text = ngettext("%(n)s huvudman väntar på en plats.", "%(n)s huvudmän väntar på en plats.", count)
    return text % {"n": number(count)}


def letters_to(dialogues: list[Dialogue]) -> str:
    """How many letters go out, one round for each time a dialogue is named, and whom none reaches."""
    letters = {dialogue: len(recipients_of(dialogue.huvudman)) for dialogue in dialogues}
    sent = sum(letters[dialogue] for dialogue in dialogues)
    text = _("Brev till huvudmän: %(n)s.") % {"n": number(sent)}
    without_mail = [dialogue for dialogue, n in letters.items() if not n]
    printed = sum(postal_address_of(dialogue.huvudman) is not None for dialogue in without_mail)
    if printed:
        paper = ngettext("%(n)s huvudman får det på papper.", "%(n)s huvudmän får det på papper.", printed)
        text = _sentences(text, paper % {"n": number(printed)})
    unreached = len(without_mail) - printed
    if not unreached:
        return text
    without = ngettext(
        "%(n)s huvudman har ingen e-post och får inget brev. Ring den.",
        "%(n)s huvudmän har ingen e-post och får inget brev. Ring dem.",
        unreached,
    )
    return _sentences(text, without % {"n": number(unreached)})


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
