"""What can be done for many huvudmän of a batch at once: for whom, by whom, and by which verb."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry
from dialogues.domain import underlag_for_many as underlag
from dialogues.domain.carrying import NOT_SENT, carry_to_later_batch
from dialogues.domain.introductions import place_where_free
from dialogues.domain.many import Outcome, for_each
from dialogues.domain.reminders import REMIND, remind_all, remindable
from dialogues.letters.lifecycle import BY_PEOPLE
from dialogues.models import (
    Dialogue,
    DialogueState,
    Invitation,
    InvitationBatch,
    Meeting,
    MeetingKind,
    MeetingState,
    Seat,
)
from dialogues.paper.instead import has_letters_to_write, write_all_instead

ACTED = "batch.acted_on_all"
"""The audit verb of a deed done for many; its entry tells for whom, and for whom not and why."""
Rows = Iterable[Dialogue]


class ChosenHaveChanged(Conflict):
    """Those chosen are not those that the page showed."""


@dataclass(frozen=True)
class Deed:
    """Something to do for many: its words, the permission, whom it is for, and the verb.

    `whom` answers what holds for a dialogue it can be done for now; `asks_for_batch` tells that a later batch
    is to be chosen, which the verb then gets.
    """

    label: str | Promise
    question: str | Promise
    about: str | Promise
    done: str | Promise
    permission: str
    whom: Callable[[], Q]
    verb: Callable[[Rows, Actor, InvitationBatch | None], Outcome]
    asks_for_batch: bool = False


def waits_for_seat() -> Q:
    """Holds for a dialogue whose huvudman said yes and has no seat; its batch has introductions to come."""
    seats = Seat.objects.filter(dialogue=OuterRef("pk"), kind=MeetingKind.INTRODUCTION, is_current=True)
    coming = Meeting.objects.filter(
        batch=OuterRef("batch"),
        kind=MeetingKind.INTRODUCTION,
        state=MeetingState.FIXED,
        starts_at__gt=timezone.now(),
    )
    return Q(~Exists(seats), Exists(coming), state=DialogueState.ACCEPTED, paused_at=None)


def to_carry() -> Q:
    """Holds for a dialogue whose huvudman wants to take part later, and can't change its answer any more."""
    own = Invitation.objects.filter(dialogue=OuterRef("pk"), batch=OuterRef("batch"))
    return Q(~Exists(own.filter(answer_by__gte=timezone.localdate())), state=DialogueState.POSTPONED)


def batches_after(batch: InvitationBatch) -> QuerySet[InvitationBatch]:
    """The batches of the cycle that come later and have not been sent, the next first."""
    later = Q(year__gt=batch.year) | Q(year=batch.year, number__gt=batch.number)
    rows = InvitationBatch.objects.filter(later, cycle=batch.cycle_id, state__in=NOT_SENT)
    return rows.select_related("cycle").order_by("year", "number")


def _remind(rows: Rows, actor: Actor, _batch: InvitationBatch | None) -> Outcome:
    return remind_all(dialogues=rows, actor=actor)


def _place(rows: Rows, actor: Actor, _batch: InvitationBatch | None) -> Outcome:
    def place_one(dialogue: Dialogue) -> None:
        if place_where_free(dialogue=dialogue, actor=actor) is None:
            raise NotPossible(_("Ingen ledig plats finns, eller så har huvudmannen redan en."))

    return for_each(rows, place_one)


def _carry(rows: Rows, actor: Actor, batch: InvitationBatch | None) -> Outcome:
    if batch is None:
        raise NotPossible(_("Välj en senare omgång som inte har skickats."))
    return for_each(rows, lambda row: carry_to_later_batch(dialogue=row, batch=batch, actor=actor))


def _on_paper(rows: Rows, actor: Actor, _batch: InvitationBatch | None) -> Outcome:
    reason = _("För alla i urvalet, från omgångens sida.")
    return for_each(rows, lambda row: write_all_instead(dialogue=row, reason=reason, actor=actor))


def _order(rows: Rows, actor: Actor, _batch: InvitationBatch | None) -> Outcome:
    return underlag.order_for_all(dialogues=rows, actor=actor)


def _make_anew(rows: Rows, actor: Actor, _batch: InvitationBatch | None) -> Outcome:
    return underlag.make_anew_for_all(dialogues=rows, actor=actor)


def _issue(rows: Rows, actor: Actor, _batch: InvitationBatch | None) -> Outcome:
    return underlag.issue_for_all(dialogues=rows, actor=actor)


DEEDS: dict[str, Deed] = {
    "paminn": Deed(
        gettext_lazy("Påminn om inbjudan"),
        gettext_lazy("Vill du påminna om inbjudan?"),
        gettext_lazy(
            "En vänlig påminnelse går till dem som har haft inbjudan i minst tre dagar, inte har svarat och "
            "inte är påminda, på papper till dem som fick inbjudan så. Sista svarsdagen ändras inte."
        ),
        gettext_lazy("Påmindes"),
        REMIND,
        remindable,
        _remind,
    ),
    "papper": Deed(
        gettext_lazy("Skriv på papper i stället"),
        gettext_lazy("Vill du skriva breven på papper i stället?"),
        gettext_lazy(
            "Breven med e-post till dem kunde inte skickas. Samma brev läggs bland dem som väntar på "
            "utskrift, till postadressen i registret."
        ),
        gettext_lazy("Brev väntar på utskrift"),
        BY_PEOPLE,
        has_letters_to_write,
        _on_paper,
    ),
    "ge-plats": Deed(
        gettext_lazy("Ge plats på introduktionsmöte"),
        gettext_lazy("Vill du ge plats på introduktionsmöte?"),
        gettext_lazy(
            "De som har tackat ja och saknar plats får den första lediga i omgångens kommande "
            "introduktionsmöten, och en kallelse."
        ),
        gettext_lazy("Fick plats"),
        "dialogues.answer_invitation",
        waits_for_seat,
        _place,
    ),
    "senare-omgang": Deed(
        gettext_lazy("Välj en senare omgång"),
        gettext_lazy("Vill du flytta till en senare omgång?"),
        gettext_lazy(
            "De som har svarat att de vill delta senare behåller sin plats och bjuds in i omgången "
            "du väljer. De får ett brev om när det blir."
        ),
        gettext_lazy("Flyttades"),
        "dialogues.plan_cycle",
        to_carry,
        _carry,
        asks_for_batch=True,
    ),
    "bestall-underlag": Deed(
        gettext_lazy("Ta fram analysunderlag"),
        gettext_lazy("Vill du ta fram analysunderlagen?"),
        gettext_lazy(
            "De har haft sitt introduktionsmöte och har inget underlag, eller ett som inte kunde tas fram. "
            "Underlagen tas fram i bakgrunden, och inget skickas."
        ),
        gettext_lazy("Underlag tas fram"),
        "dialogues.order_underlag",
        underlag.to_order,
        _order,
    ),
    "underlag-pa-nytt": Deed(
        gettext_lazy("Ta fram på nytt med omgångens siffror"),
        gettext_lazy("Vill du ta fram underlagen på nytt?"),
        gettext_lazy(
            "De här underlagen är inte skickade, och vilar på andra siffror än dem som omgången har nu. "
            "Centrala områden som ni har skrivit om står kvar, andra tas fram ur de nya siffrorna. Båda "
            "myndigheterna behöver fastställa underlagen igen."
        ),
        gettext_lazy("Underlag tas fram på nytt"),
        "dialogues.order_underlag",
        underlag.of_old_figures,
        _make_anew,
    ),
    "skicka-underlag": Deed(
        gettext_lazy("Skicka fastställda underlag"),
        gettext_lazy("Vill du skicka underlagen?"),
        gettext_lazy(
            "Båda myndigheterna har fastställt underlagen, och en tid för dialogen är föreslagen. Varje "
            "huvudman får sitt underlag och sin tid i ett brev. Det går inte att ta tillbaka."
        ),
        gettext_lazy("Underlaget är på väg till"),
        "dialogues.issue_underlag",
        underlag.to_issue,
        _issue,
    ),
}
"""The deeds by their names in an address, in the order in which they are offered."""


def act_on_all(
    *,
    name: str,
    batch: InvitationBatch,
    rows: Rows,
    actor: Actor,
    to_batch: InvitationBatch | None = None,
) -> AuditEntry:
    """Do a deed for each of the rows, in transactions of their own; answer the entry that tells the outcome
    (`facts`: `deed`, `done` and `left_out` by dialogue id, the latter with reasons).

    Whoever has answered or moved on since the rows were read is left out, by the verb's own lock. Raises
    PermissionDenied, and NotPossible when a batch is to be chosen and is not.
    """
    deed = DEEDS[name]
    actor.require(deed.permission)
    outcome = deed.verb(rows, actor, to_batch)
    return record(
        actor=actor,
        verb=ACTED,
        subject=batch,
        deed=name,
        done=[row.pk for row in outcome.done],
        left_out={str(row.pk): why for row, why in outcome.left_out},
        **({"batch": str(to_batch)} if to_batch else {}),
    )
