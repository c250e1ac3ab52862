"""All kinds of things to do, and who has them on the list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.models import StaffRole, User
from accounts.rules import staff_roles
from dialogues.desk import (
    batches,
    contacts,
    dialogues,
    impartiality,
    letters,
    lotteries,
    meetings,
    open_matters,
    own_questions,
    paper,
    summaries,
    underlag,
)
from dialogues.desk.todo import Kind

PLANNERS = frozenset({StaffRole.PLANNER})
LEADERS = frozenset({StaffRole.LEADER})
BOTH = PLANNERS | LEADERS

KINDS: tuple[Kind, ...] = (
    Kind("godkann-omgang", _("Godkänn omgång"), PLANNERS, batches.to_approve, batches.show_to_approve),
    Kind("lottning", _("Lottning"), PLANNERS, lotteries.to_see_to, lotteries.show_to_see_to),
    Kind("schemalagg", _("Schemalägg utskick"), PLANNERS, batches.to_schedule, batches.show_to_schedule),
    Kind("utskick", _("Se över utskick"), PLANNERS, batches.stalled, batches.show_stalled),
    Kind("brev", _("Se över brev"), PLANNERS, letters.in_doubt, letters.show_letter),
    Kind(
        "papper-i-stallet",
        _("Brev kom inte fram: skriv ut"),
        PLANNERS,
        letters.to_print_instead,
        letters.show_to_print_instead,
    ),
    Kind("skriv-ut", _("Skriv ut brev"), PLANNERS, paper.to_print, paper.show_to_print),
    Kind("posta", _("Posta brev"), PLANNERS, paper.to_post, paper.show_to_post),
    Kind(
        "tillganglighet",
        _("Ta hand om anmält problem"),
        PLANNERS | frozenset({StaffRole.ADMINISTRATOR}),
        open_matters.to_handle,
        open_matters.show_to_handle,
    ),
    Kind(
        "ring-inbjudan",
        _("Ring om inbjudan"),
        BOTH,
        batches.to_call,
        batches.show_to_call,
    ),
    Kind(
        "kontakter",
        _("Kontrollera kontakter"),
        PLANNERS,
        contacts.unconfirmed,
        contacts.show_unconfirmed,
    ),
    Kind("senare", _("Välj senare omgång"), PLANNERS, dialogues.to_place_later, dialogues.show_place_later),
    Kind("avsluta-omgang", _("Avsluta omgång"), PLANNERS, batches.to_close, batches.show_to_close),
    Kind(
        "introduktion",
        _("Boka introduktion"),
        BOTH,
        batches.waiting_for_introduction,
        batches.show_introduction,
    ),
    Kind(
        "annan-introduktion",
        _("Erbjud annan introduktion"),
        BOTH,
        dialogues.to_offer_again,
        dialogues.show_offer_again,
    ),
    Kind("ta-fram", _("Ta fram underlag"), BOTH, underlag.to_order, underlag.show_to_order),
    Kind("underlag-fel", _("Underlag som inte kunde tas fram"), BOTH, underlag.failed, underlag.show_failed),
    Kind(
        "faststall",
        _("Fastställ underlag"),
        LEADERS,
        underlag.to_confirm,
        underlag.show_to_confirm,
        by_agency=True,
    ),
    Kind("skicka", _("Skicka underlag"), BOTH, underlag.to_issue, underlag.show_to_issue),
    Kind(
        "jav",
        _("Säg om du är jävig"),
        LEADERS,
        impartiality.to_declare,
        impartiality.show_to_declare,
        by_agency=True,
    ),
    Kind("bemanna", _("Bemanna möte"), BOTH, meetings.lacking_staff, meetings.show_lacking_staff),
    Kind(
        "svar-om-tid",
        _("Väntar på svar om tid"),
        BOTH,
        meetings.waiting_for_answer,
        meetings.show_waiting_for_answer,
    ),
    Kind("blev-inte-av", _("Möte som inte blev av"), BOTH, meetings.missed, meetings.show_missed),
    Kind("passerad-tid", _("Tid som har passerat"), BOTH, meetings.passed_unanswered, meetings.show_passed),
    Kind("ny-tid", _("Föreslå ny tid"), BOTH, meetings.other_time_wished, meetings.show_other_time),
    Kind(
        "ring-fragor",
        _("Ring om frågor"),
        BOTH,
        dialogues.to_call_about_questions,
        dialogues.show_call_about_questions,
    ),
    Kind("dokumentera", _("Dokumentera möte"), LEADERS, meetings.to_note_as_held, meetings.show_to_note),
    Kind(
        "sammanfattning",
        _("Skriv sammanfattning"),
        LEADERS,
        summaries.to_write,
        summaries.show_to_write,
    ),
    Kind(
        "godkann-sammanfattning",
        _("Godkänn sammanfattning"),
        LEADERS,
        summaries.to_confirm,
        summaries.show_to_confirm,
        by_agency=True,
    ),
    Kind(
        "svar-om-sammanfattning",
        _("Väntar på svar om sammanfattning"),
        LEADERS,
        summaries.waiting_for_huvudman,
        summaries.show_waiting_for_huvudman,
    ),
    Kind(
        "aterkoppling", _("Boka återkoppling"), BOTH, dialogues.to_book_feedback, dialogues.show_book_feedback
    ),
    Kind(
        "svara-fragor",
        _("Svara på frågor"),
        BOTH,
        own_questions.to_answer,
        own_questions.show_to_answer,
    ),
    Kind("avsluta-dialog", _("Avsluta dialog"), BOTH, dialogues.to_close, dialogues.show_close),
    Kind(
        "pausad",
        _("Se över paus"),
        PLANNERS,
        dialogues.paused,
        dialogues.show_paused,
        of_paused=True,
    ),
)


def kinds_for(user: User) -> list[Kind]:
    """The kinds of things that a member of staff has on the list, by the roles held."""
    roles = staff_roles(user)
    return [kind for kind in KINDS if kind.roles & roles]
