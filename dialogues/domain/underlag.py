"""The analysunderlag: ordered, rendered, confirmed by both agencies, issued with a proposed time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypedDict

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import latest, record
from accounts.domain.machine import Conflict, Machine, NotPossible, WrongState
from accounts.models import Agency, AuditEntry, StaffMember
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES, move, require_not_paused
from dialogues.domain.impartial import require_declared
from dialogues.domain.parcels import parcel_of, pdf_name
from dialogues.domain.rendering import Start, start_rendering
from dialogues.domain.staffing import require_both_agencies
from dialogues.letters import Attachment
from dialogues.models import (
    CentralArea,
    ConflictDeclaration,
    Dialogue,
    DialogueState,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingState,
    StoredFile,
    Underlag,
)
from dialogues.models import UnderlagState as S
from dialogues.underlag.issuable import require_issuable
from quality_system.models import Area, Edition, Indicator
from quality_system.queries import edition_in_force

TABLE: dict[str, frozenset[str]] = {
    S.ORDERED: frozenset({S.RENDERED, S.FAILED}),
    S.RENDERED: frozenset({S.CONFIRMED, S.ORDERED}),
    S.CONFIRMED: frozenset({S.ISSUED, S.ORDERED}),
    S.FAILED: frozenset({S.ORDERED}),
    S.ISSUED: frozenset(),
}
PERMISSIONS: dict[str, str] = {
    S.ORDERED: "dialogues.order_underlag",
    S.RENDERED: "dialogues.render_underlag",
    S.FAILED: "dialogues.render_underlag",
    S.CONFIRMED: "dialogues.confirm_underlag",
    S.ISSUED: "dialogues.issue_underlag",
}
UNDERLAG = Machine(model=Underlag, table=TABLE, permissions=PERMISSIONS)

MOST_TRIES = 3
MOST_AREAS = 6
AREAS_REVISED, AREAS_DROPPED = "underlag.central_areas_revised", "underlag.central_areas_dropped"
NEEDED = ("edition", "dialogue__huvudman__main_kommun")


class AreaText(TypedDict):
    """A central area in words: a strength or a need, and the indicator it was seen in, if any."""

    kind: CentralArea.Kind
    area: Area
    text: str
    indicator: Indicator | None


class Superseded(NotPossible):
    """The underlag was ordered again while this work was under way; the work is dropped."""


# Ordering -------------------------------------------------------------------------------------------------
def order_underlag(*, dialogue: Dialogue, actor: Actor, start: Start = start_rendering) -> Underlag:
    """Order the dialogue's underlag when its introduction has been held; a task renders it.

    One that is there already is answered as it is, one that failed is tried again. `start` is told what to
    render. Raises NotPossible before the introduction, or with no edition in force.
    """
    with transaction.atomic():
        underlag, is_new = _order(dialogue, actor, start)
        if is_new:
            start([underlag.pk])
    return underlag


def order_underlag_for_meeting(*, meeting: Meeting, actor: Actor) -> list[Underlag]:
    """Order the underlag of everyone in a held introduction, also of those who could not come; but not of
    those with whom the actor has a conflict of interest.

    Raises NotPossible unless the meeting is an introduction that has been held.
    """
    actor.require("dialogues.order_underlag", meeting)
    if meeting.kind != MeetingKind.INTRODUCTION or meeting.state != MeetingState.HELD:
        raise NotPossible(_("Analysunderlagen tas fram när introduktionsmötet är hållet."))
    waiting = Dialogue.objects.filter(
        seats__meeting=meeting, seats__is_current=True, state=DialogueState.INTRODUCED, paused_at=None
    )
    barred = ConflictDeclaration.objects.filter(user=actor.user, has_conflict=True)
    waiting = waiting.exclude(pk__in=barred.values("dialogue"))
    with transaction.atomic():
        orders = [_order(dialogue, actor, start_rendering) for dialogue in waiting.order_by("pk")]
        start_rendering([underlag.pk for underlag, is_new in orders if is_new])
    return [underlag for underlag, _is_new in orders]


def order_again(
    *, underlag: Underlag, actor: Actor, keep_areas: bool = False, start: Start = start_rendering
) -> Underlag:
    """Render the underlag anew, with the figures of its batch; confirmations are taken back.

    `start` is told what to render. The central areas are found anew too, unless `keep_areas`, or the last try
    failed.
    """

    def change(row: Underlag) -> None:
        row.ordered_at, row.begun_at, row.tries, row.failure = timezone.now(), None, 0, ""

    def after(row: Underlag) -> None:
        row.confirmations.all().delete()
        if not keep and (was := _texts(row)):
            row.central_areas.all().delete()
            record(actor=actor, verb=AREAS_DROPPED, subject=row, was=was)
        start([row.pk])

    with transaction.atomic():
        keep = keep_areas or UNDERLAG.locked(underlag).state == S.FAILED
        return UNDERLAG.walk(
            underlag, to=S.ORDERED, actor=actor, check=_require_open, change=change, after=after
        )


def revise_central_areas(
    *, underlag: Underlag, areas: Sequence[AreaText], reason: str, actor: Actor, seen_pdf: str = ""
) -> Underlag:
    """Put the central areas in the agencies' own words, most important first, and render again.

    `reason` is kept, and shown to whoever confirms; both agencies must, again. `seen_pdf` is the sha256 of
    the document that was read: raises Conflict when it is another one now. Raises NotPossible for none or too
    many areas or no reason, WrongState when it is too late.
    """
    if not reason.strip():
        raise NotPossible(_("Skriv varför områdena ändras, så att den andra myndigheten förstår."))
    if not 1 <= len(areas) <= MOST_AREAS:
        raise NotPossible(_("Ange minst ett och högst %(most)s centrala områden.") % {"most": MOST_AREAS})
    with transaction.atomic():
        locked = UNDERLAG.locked(underlag)
        actor.require("dialogues.confirm_underlag", locked)
        require_not_paused(locked.dialogue)
        if locked.state not in (S.RENDERED, S.CONFIRMED):
            raise WrongState(
                _("De centrala områdena kan ändras när underlaget är framtaget men inte skickat.")
            )
        if seen_pdf and seen_pdf != locked.pdf_id:
            raise Conflict(_("Någon annan har ändrat underlaget sedan du öppnade sidan."))
        was = _texts(locked)
        _write_areas(locked, areas)
        record(actor=actor, verb=AREAS_REVISED, subject=locked, was=was, reason=reason.strip())
        return order_again(underlag=locked, actor=actor, keep_areas=True)


def areas_are_revised(underlag: Underlag) -> bool:
    """Tell whether the central areas are in a person's words, not found by the system."""
    return latest_revision(underlag) is not None


def latest_revision(underlag: Underlag) -> AuditEntry | None:
    """Who put the central areas in their own words last, why, and what they were; None where nobody has."""
    entry = latest(underlag, AREAS_REVISED, AREAS_DROPPED)
    return entry if entry and entry.verb == AREAS_REVISED else None


# Rendering, by tasks --------------------------------------------------------------------------------------
def begin_rendering(*, underlag_id: int, actor: Actor) -> Underlag | None:
    """Note that rendering begins and answer the underlag, or None when there is nothing to do.

    Nothing is to do while another worker is at it. One that was begun too often without coming to an end
    (the worker died) is given up.
    """
    actor.require("dialogues.render_underlag")
    with transaction.atomic():
        rows = Underlag.objects.select_for_update(of=("self",)).select_related(*NEEDED)
        underlag = rows.filter(pk=underlag_id).first()
        if underlag is None or underlag.state != S.ORDERED or _is_under_way(underlag):
            return None
        if underlag.tries >= MOST_TRIES:
            reason = _("Arbetet avbröts %(tries)s gånger utan att bli klart.") % {"tries": MOST_TRIES}
            fail_underlag(underlag=underlag, reason=reason, actor=actor)
            return None
        underlag.tries += 1
        underlag.begun_at = timezone.now()
        underlag.save(update_fields=["tries", "begun_at"])
    return underlag


def finish_rendering(
    *,
    underlag: Underlag,
    content: dict[str, object],
    figures_as_of: datetime | None = None,
    areas: Sequence[AreaText],
    pdf: StoredFile,
    actor: Actor,
) -> Underlag:
    """Freeze what was rendered. Raises Superseded when it was ordered again meanwhile."""

    def change(row: Underlag) -> None:
        row.content, row.pdf, row.rendered_at = content, pdf, timezone.now()
        row.figures_as_of = figures_as_of

    def after(row: Underlag) -> None:
        _write_areas(row, areas)

    check = partial(_require_same_order, underlag)
    return UNDERLAG.walk(
        underlag, to=S.RENDERED, actor=actor, check=check, change=change, after=after, sha256=pdf.pk
    )


def fail_underlag(*, underlag: Underlag, reason: str, actor: Actor) -> Underlag:
    """Note that the underlag could not be rendered, and why. Raises Superseded as `finish_rendering`."""

    def change(row: Underlag) -> None:
        row.failure = reason

    check = partial(_require_same_order, underlag)
    return UNDERLAG.walk(underlag, to=S.FAILED, actor=actor, check=check, change=change, reason=reason)


# Confirming and issuing -----------------------------------------------------------------------------------
def confirm_underlag(*, underlag: Underlag, actor: Actor, seen_pdf: str = "") -> Underlag:
    """The actor's agency stands behind the central areas; with both agencies the underlag is confirmed.

    `seen_pdf` is the sha256 of the document that was read: raises NotPossible when it is another one now.
    """
    with transaction.atomic():
        locked = UNDERLAG.locked(underlag)
        actor.require("dialogues.confirm_underlag", locked)
        staff = _staff_member(actor)
        if locked.confirmations.filter(agency=staff.agency).exists():
            return locked
        _require_open(locked)
        _require_as_read(locked, seen_pdf)
        locked.confirmations.create(agency=staff.agency, user=staff.user)
        record(actor=actor, verb="underlag.confirmed_by_agency", subject=locked, agency=staff.agency.code)
        if awaited_agencies(locked):
            return locked
        return UNDERLAG.walk(locked, to=S.CONFIRMED, actor=actor)


def issue_underlag(*, underlag: Underlag, actor: Actor, seen: str = "") -> Underlag:
    """Send the underlag in Skolverket's name with the proposed time; the dialogue goes on.

    `seen` is the version of the parcel that a person said yes to: raises ChangedSince when it is another one.
    Raises NotPossible without a coming, proposed time, when the dialogue is not open for it, or for what
    `require_issuable` tells.
    """

    def check(row: Underlag) -> None:
        _require_introduced(dialogue)
        require_issuable(row)
        parcel_of(row, require_proposed_time(dialogue)).require_seen(seen)

    def change(row: Underlag) -> None:
        row.issued_at = timezone.now()

    def after(row: Underlag) -> None:
        _write_letter(row, dialogue)
        move(dialogue, to=DialogueState.UNDERLAG_SENT, actor=actor, underlag=row.pk)

    with transaction.atomic():
        dialogue = DIALOGUES.locked(underlag.dialogue)
        return UNDERLAG.walk(underlag, to=S.ISSUED, actor=actor, check=check, change=change, after=after)


def require_proposed_time(dialogue: Dialogue) -> Meeting:
    """The coming meeting whose time is proposed. Raises NotPossible when none has both agencies, or
    somebody has not said that they have no conflict of interest.
    """
    meeting = Meeting.objects.filter(
        taken_seats__dialogue=dialogue,
        taken_seats__is_current=True,
        kind=MeetingKind.DIALOGUE,
        state=MeetingState.PROPOSED,
    ).first()
    if meeting is None:
        raise NotPossible(_("Föreslå en tid för dialogen först: den skickas med underlaget."))
    if meeting.starts_at <= timezone.now():
        raise NotPossible(_("Den föreslagna tiden har passerat. Föreslå en ny tid först."))
    require_both_agencies(meeting)
    require_declared(meeting, dialogue)
    return meeting


def awaited_agencies(underlag: Underlag) -> list[Agency]:
    """The agencies that have not confirmed the underlag yet."""
    confirmed = underlag.confirmations.values("agency_id")
    return list(Agency.objects.exclude(pk__in=confirmed).order_by("name"))


def _order(dialogue: Dialogue, actor: Actor, start: Start) -> tuple[Underlag, bool]:
    locked = DIALOGUES.locked(dialogue)
    actor.require("dialogues.order_underlag", locked)
    there = locked.underlag.first()
    if there and there.state == S.FAILED:
        return order_again(underlag=there, actor=actor, start=start), False
    if there:
        return there, False
    _require_introduced(locked)
    underlag = Underlag.objects.create(dialogue=locked, edition=_keep_edition(locked))
    record(actor=actor, verb="underlag.ordered", subject=underlag)
    return underlag, True


def _keep_edition(dialogue: Dialogue) -> Edition:
    edition = dialogue.edition or edition_in_force()
    if edition is None:
        raise NotPossible(_("Det finns ingen gällande utgåva av kvalitetssystemet."))
    Dialogue.objects.filter(pk=dialogue.pk).update(edition=edition)
    return edition


def _is_under_way(underlag: Underlag) -> bool:
    begun = underlag.begun_at
    return begun is not None and begun > timezone.now() - timedelta(seconds=settings.UNDERLAG_RENDER_LIMIT)


def _texts(underlag: Underlag) -> list[str]:
    return list(underlag.central_areas.values_list("text", flat=True))


def _write_areas(underlag: Underlag, areas: Sequence[AreaText]) -> None:
    underlag.central_areas.all().delete()
    CentralArea.objects.bulk_create(
        CentralArea(underlag=underlag, rank=rank, **area) for rank, area in enumerate(areas, start=1)
    )


def _require_introduced(dialogue: Dialogue) -> None:
    if dialogue.state != DialogueState.INTRODUCED:
        raise NotPossible(
            _("Analysunderlaget hör till tiden efter introduktionen. Dialogen är nu i läget ”%(state)s”.")
            % {"state": dialogue.get_state_display()}
        )


def _require_open(underlag: Underlag) -> None:
    require_not_paused(underlag.dialogue)
    _require_introduced(underlag.dialogue)


def _require_same_order(begun: Underlag, row: Underlag) -> None:
    if begun.ordered_at != row.ordered_at:
        raise Superseded(_("Underlaget har beställts på nytt."))


def _require_as_read(underlag: Underlag, seen_pdf: str) -> None:
    if underlag.state != S.RENDERED:
        raise WrongState(_("Underlaget går att fastställa när det är framtaget."))
    if seen_pdf and seen_pdf != underlag.pdf_id:
        raise NotPossible(_("Underlaget har tagits fram på nytt. Läs det igen innan ni fastställer det."))


def _staff_member(actor: Actor) -> StaffMember:
    """Who the actor is at an agency. The system is at none and confirms nothing."""
    staff: StaffMember | None = getattr(actor.user, "staff", None)
    if staff is None:
        raise PermissionDenied("dialogues.confirm_underlag")
    return staff


def _write_letter(underlag: Underlag, dialogue: Dialogue) -> None:
    assert underlag.pdf is not None  # noqa: S101  (the database holds it for a rendered underlag)
    write_to_huvudman(
        kind=LetterKind.UNDERLAG,
        dialogue=dialogue,
        occasion=f"underlag-{underlag.pk}",
        context={"underlag": underlag, "meeting": require_proposed_time(dialogue)},
        attachments=[
            Attachment(name=pdf_name(dialogue.huvudman), media_type="application/pdf", data=underlag.pdf)
        ],
    )
