"""What will happen when a meeting is moved or called off, told before it is done, in each side's words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialogues.domain.correspondence import booked
from dialogues.domain.introductions import taken_seats
from dialogues.domain.meetings import has_heard_of
from dialogues.models import Dialogue, DialogueState, Meeting, MeetingKind, MeetingState
from dialogues.timeline import current_meetings, when
from dialogues.turns import Side
from huvudman.models import Huvudman
from huvudman.queries import recipients_of

COMING = frozenset({MeetingState.PROPOSED, MeetingState.OTHER_WISHED, MeetingState.FIXED})


def of_moving(dialogue: Dialogue, meeting: Meeting | None) -> list[str]:
    """What happens when the agencies propose another time for a meeting with one huvudman."""
    if meeting is None:
        return []
    if dialogue.state == DialogueState.INTRODUCED:
        return [_("Inget brev går nu: förslaget skickas med analysunderlaget."), _kept(Side.STAFF)]
    told = [_letter(dialogue.huvudman, _("med det nya förslaget"))]
    if meeting.state == MeetingState.FIXED:
        told.append(_leaves_calendars(meeting))
    told.append(_("Huvudmannen godtar den nya tiden eller önskar en annan. Till dess är ingen tid bestämd."))
    return [*told, *_without_blame()]


def of_noting_wish(meeting: Meeting | None) -> list[str]:
    """What happens when staff write down that the huvudman wishes another time."""
    if meeting is None:
        return []
    told = [_leaves_calendars(meeting)] if meeting.state == MeetingState.FIXED else []
    told.append(_("De som är bokade från myndigheterna blir fria, och Föreslå ny tid kommer upp på listan."))
    return [*told, *_without_blame()]


def of_wishing(meeting: Meeting) -> list[str]:
    """What happens when the huvudman wishes another time."""
    first = _("Vi får ert önskemål genast och föreslår en ny tid. Ni får den med e-post och ser den här.")
    told = [first]
    if meeting.state == MeetingState.FIXED:
        text = _("Tiden %(when)s släpps. Ni får ett brev som tar bort den ur kalendern, och vi får ett eget.")
        told.append(text % {"when": when(meeting)})
    no_blame = _("Det går bra att byta tid när som helst. Ni behöver inte säga varför.")
    return [*told, _kept(Side.HUVUDMAN), no_blame]


def of_leaving(meetings: Iterable[Meeting]) -> list[str]:
    """What happens when the huvudman cancels its dialogue; `meetings` are those that it has been told of."""
    told = [
        _("Mötet %(when)s avbokas och tas bort ur kalendrarna.") % {"when": when(meeting)}
        for meeting in meetings
        if meeting.state in COMING
    ]
    return [
        *told,
        _("Ni och vi får varsitt brev om att dialogen är avbokad."),
        _("Det ni har skickat finns kvar här, och ni kan läsa det. Inget mer väntas av er."),
        _("Ingen frågar varför, och det påverkar inget annat. Ni kan bjudas in igen i nästa cykel."),
    ]


def of_cancelling(dialogue: Dialogue) -> list[str]:
    """What happens when staff cancel the whole dialogue."""
    meetings = [m for m in current_meetings(dialogue).values() if m.state in COMING]
    told = [_told_of_the_end(dialogue), *(_called_off(meeting) for meeting in meetings)]
    told.append(_("Arbetsanteckningar, namn och behov rensas. Allt som är skickat och mottaget finns kvar."))
    return [*told, _("Det går inte att ångra. Att avboka är alltid tillåtet, och ingen klandras.")]


def of_changing_introduction(meeting: Meeting) -> list[str]:
    """What happens when a group's time, link or people are changed."""
    seated = _seated(meeting)
    return [
        _("Ändras tid eller länk får %(seated)s ett brev med ny kalenderfil.") % {"seated": seated},
        _("De som kommer från myndigheterna får ett eget brev, också de som inte behövs längre."),
        _("Alla behåller sin plats. Nya platser går till dem som väntar."),
    ]


def of_cancelling_introduction(meeting: Meeting) -> list[str]:
    """What happens when a whole group is called off."""
    people = ", ".join(str(person.user) for person in booked(meeting))
    told = [
        _("Ett brev tar bort mötet ur kalendern hos %(seated)s.") % {"seated": _seated(meeting)},
        _("De får plats på ett annat möte i omgången om det finns lediga platser, och ett brev om det."),
        _("De övriga väntar tills ett nytt möte är bokat. Ingen tappar sin plats i dialogen."),
    ]
    return [*told, _("%(people)s får veta att tiden är fri.") % {"people": people}] if people else told


def _told_of_the_end(dialogue: Dialogue) -> str:
    if not has_heard_of(dialogue):
        return _("Huvudmannen har inte fått någon inbjudan och får inget brev om att dialogen avbokas.")
    return _letter(dialogue.huvudman, _("med skälet som du skriver"))


def _called_off(meeting: Meeting) -> str:
    if meeting.kind == MeetingKind.INTRODUCTION:
        text = _("Platsen på introduktionsmötet %(when)s blir ledig för en annan huvudman.")
        return text % {"when": when(meeting)}
    if meeting.state == MeetingState.FIXED:
        return _leaves_calendars(meeting)
    return _("Förslaget på tid, %(when)s, gäller inte längre.") % {"when": when(meeting)}


def _leaves_calendars(meeting: Meeting) -> str:
    people = ", ".join(str(person.user) for person in booked(meeting))
    facts = {"when": when(meeting), "people": people}
    if people:
        return _("Tiden %(when)s tas bort ur kalendern hos huvudmannen och hos %(people)s.") % facts
    return _("Tiden %(when)s tas bort ur huvudmannens kalender.") % facts


def _letter(huvudman: Huvudman, what: str) -> str:
    names = ", ".join(recipient.name or recipient.email for recipient in recipients_of(huvudman))
    if names:
        return _("Ett brev %(what)s går till %(names)s.") % {"what": what, "names": names}
    return _("Ett brev %(what)s går på papper, om postadressen är känd. Annars behöver någon ringa.") % {
        "what": what
    }


def _without_blame() -> list[str]:
    return [_kept(Side.STAFF), _("En tid får flyttas när som helst, och ingen klandras.")]


def _kept(side: Side) -> str:
    if side == Side.HUVUDMAN:
        return _("Era frågor och allt ni har skrivit finns kvar.")
    return _("Frågor, underlag och anteckningar finns kvar.")


def _seated(meeting: Meeting) -> str:
    number = taken_seats(meeting)
    return ngettext("%(n)s huvudman", "%(n)s huvudmän", number) % {"n": number}
