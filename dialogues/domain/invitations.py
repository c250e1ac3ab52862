"""Inviting a huvudman, and its answer: one per huvudman, whoever gives it and by whichever channel."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.domain.audit import latest, record
from accounts.domain.machine import Conflict, NotPossible
from dialogues.batch_queries import on_paper, reachable, unmailed
from dialogues.domain.correspondence import calendar_file, write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES, PERMISSIONS, move
from dialogues.domain.introductions import place_where_free, release_seats
from dialogues.domain.receipts import register_sent
from dialogues.letters import queue_letter
from dialogues.links import answer_link
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationAnswer,
    InvitationBatch,
    LetterKind,
    PaperState,
    Sent,
)
from dialogues.paper import write_on_paper
from dialogues.paper.lifecycle import withdraw_waiting
from dialogues.queries import have_link, mailbox_of
from huvudman.domain.contacts import add_contact
from huvudman.models import Contact, ContactRole
from huvudman.queries import Recipient, postal_address_of, recipients_of

STATE_AFTER = {
    Answer.YES: DialogueState.ACCEPTED,
    Answer.LATER: DialogueState.POSTPONED,
    Answer.NO: DialogueState.DECLINED,
}
ANSWERABLE = frozenset({DialogueState.INVITED, *STATE_AFTER.values()})
ANSWERED_AGAIN = "dialogue.answered_again"
OWN_CHANNELS = frozenset({Channel.LINK, Channel.PORTAL})
"""Channels that close when the answer date has passed; by phone it is never too late."""


class AnsweredSince(Conflict):
    """Somebody has answered after the page that this answer comes from was opened."""


def invite(*, dialogue: Dialogue, actor: Actor) -> Dialogue:
    """Invite the huvudman: the invitation and a letter with a personal link to each recipient.

    Without a recipient the letter goes on paper. Without a postal address too it is invited all the same:
    somebody rings, and can enter the answer.
    """
    recipients = recipients_of(dialogue.huvudman)

    def write_invitation(row: Dialogue) -> None:
        assert row.batch.answer_by is not None  # noqa: S101  (the database holds it for scheduled batches)
        invitation, _new = Invitation.objects.get_or_create(
            dialogue=row, batch=row.batch, defaults={"answer_by": row.batch.answer_by}
        )
        _write_letters(invitation, row, recipients)

    facts: dict[str, Any] = {"letters": len(recipients)}
    if not recipients:
        facts["on_paper"] = postal_address_of(dialogue.huvudman) is not None
    return move(dialogue, to=DialogueState.INVITED, actor=actor, after=write_invitation, **facts)


def late_addresses() -> QuerySet[Dialogue]:
    """Dialogues invited without a letter by e-mail, or one on paper that has been printed, whose huvudman has
    got an address since, with time to answer.
    """
    today = timezone.localdate()
    open_ones = Q(huvudman__active_to=None) | Q(huvudman__active_to__gte=today)
    batches = InvitationBatch.objects.filter(
        state__in=(BatchState.SENDING, BatchState.SENT), answer_by__gt=today
    )
    printed = on_paper(PaperState.IN_RUN, PaperState.POSTED)
    rows = Dialogue.objects.filter(unmailed(), ~printed, reachable(), open_ones, batch__in=batches)
    return rows.filter(paused_at=None)


@transaction.atomic
def write_to_late_address(*, dialogue: Dialogue, actor: Actor) -> bool:
    """Write the invitation that had nowhere to go, once; tell whether there was still need to."""
    # The batch before its dialogue, as when it is sent: nobody stops it or changes its dates meanwhile.
    batch = InvitationBatch.objects.select_for_update(no_key=True).get(pk=dialogue.batch_id)
    row = DIALOGUES.locked_as_it_stands(dialogue)
    actor.require(PERMISSIONS[DialogueState.INVITED], row)
    if not late_addresses().filter(pk=row.pk, batch=batch).exists():
        return False
    recipients = recipients_of(row.huvudman)
    if not recipients:  # the address has gone again since it was looked for
        return False
    paper = row.paper_letters.select_for_update(no_key=True).filter(kind=LetterKind.INVITATION, batch=batch)
    withdraw_waiting(paper.order_by("pk"), reason=_("Inbjudan går med e-post i stället."), actor=actor)
    _write_letters(row.invitations.get(batch=batch), row, recipients)
    record(actor=actor, verb="dialogue.written_late", subject=row, letters=len(recipients))
    return True


def _write_letters(invitation: Invitation, dialogue: Dialogue, recipients: list[Recipient]) -> None:
    if not recipients:
        write_on_paper(
            kind=LetterKind.INVITATION,
            dialogue=dialogue,
            occasion=f"batch-{dialogue.batch_id}",
            context={"answer_by": invitation.answer_by},
        )
    for recipient in recipients:
        queue_letter(
            kind=LetterKind.INVITATION,
            dialogue=dialogue,
            contact=recipient.contact,
            recipient=recipient.email,
            recipient_name=recipient.name,
            occasion=f"batch-{dialogue.batch_id}",
            batch=dialogue.batch,
            context={
                "answer_url": answer_link(invitation, recipient.contact),
                "answer_by": invitation.answer_by,
            },
        )


def is_open(invitation: Invitation) -> bool:
    """Tell whether the huvudman may still answer by itself: to the end of the answer date in Stockholm."""
    return timezone.localdate() <= invitation.answer_by


def answer_invitation(
    *,
    invitation: Invitation,
    answer: Answer,
    given_by: str,
    channel: Channel,
    actor: Actor,
    reason: str = "",
    comment: str = "",
    wants_digital: bool = False,
    wished_half_year: str = "",
    contact: Contact | None = None,
    seen: int | None = None,
) -> InvitationAnswer:
    """Record the huvudman's answer. A new one counts before the old; the same again does nothing, but
    that another person has given it, or in another way, is kept in the audit log.

    `wants_digital` counts with a yes, `wished_half_year` (as `half_years` writes it) with *later*, and
    `reason` with a no. `seen` is the id of the answer that the page showed, 0 for none: raises AnsweredSince
    when another one is the latest now. Raises NotPossible when the answer date has passed (own channels), the
    dialogue has gone further, or the huvudman has been invited anew in a later batch.
    """
    if channel in OWN_CHANNELS and not is_open(invitation):
        raise NotPossible(_("Svarstiden har gått ut. Ring oss gärna, så hjälper vi er."))
    said = _what_counts(answer, reason, wants_digital=wants_digital, wished_half_year=wished_half_year)
    said["comment"] = comment
    with transaction.atomic():
        dialogue = DIALOGUES.locked(invitation.dialogue)
        actor.require("dialogues.answer_invitation", dialogue)
        _refuse_when_too_late(dialogue)
        _refuse_when_invited_anew(invitation, dialogue)
        last = invitation.answers.first()
        if last and all(getattr(last, name) == value for name, value in said.items()):
            _note_who_else(dialogue, last, {"given_by": given_by, "channel": channel}, actor)
            return last
        _refuse_when_answered_since(last, seen)
        row = InvitationAnswer.objects.create(
            invitation=invitation,
            given_by=given_by,
            channel=channel,
            contact=contact,
            recorded_by=actor.user,
            **said,
        )
        if answer == Answer.YES and channel == Channel.LINK and contact is None:
            _let_mailbox_sign_in(invitation, dialogue, given_by)
        _follow_answer(dialogue, row, actor)
    return row


def _what_counts(
    answer: Answer, reason: str, *, wants_digital: bool, wished_half_year: str
) -> dict[str, Any]:
    """What is kept of an answer: what goes with another answer than the one given is left out."""
    return {
        "answer": answer,
        "reason": reason if answer == Answer.NO else "",
        "wants_digital": wants_digital and answer == Answer.YES,
        "wished_half_year": wished_half_year if answer == Answer.LATER else "",
    }


def _refuse_when_too_late(dialogue: Dialogue) -> None:
    if dialogue.state not in ANSWERABLE:
        raise NotPossible(_("Dialogen har redan kommit vidare. Ring oss om ni vill ändra något."))


def _refuse_when_invited_anew(invitation: Invitation, dialogue: Dialogue) -> None:
    if invitation.batch_id != dialogue.batch_id:
        raise NotPossible(_("Ni har fått en ny inbjudan. Svara på den i stället."))


def _refuse_when_answered_since(latest: InvitationAnswer | None, seen: int | None) -> None:
    if seen is not None and seen != (latest.pk if latest else 0):
        raise AnsweredSince(
            _(
                "Någon har svarat sedan sidan öppnades. Läs det svaret först. Ska det du har fyllt i gälla i "
                "stället? Skicka då igen."
            )
        )


def _note_who_else(dialogue: Dialogue, answer: InvitationAnswer, told: dict[str, str], actor: Actor) -> None:
    entry = latest(dialogue, ANSWERED_AGAIN)
    known = ({name: getattr(answer, name) for name in told}, entry.facts if entry else None)
    if told not in known:
        record(actor=actor, verb=ANSWERED_AGAIN, subject=dialogue, **told)


def _let_mailbox_sign_in(invitation: Invitation, dialogue: Dialogue, name: str) -> None:
    """Make a contact of the huvudman's own mailbox, when the link came to it and nobody else is known.

    The link still only answers: signing in takes a code, sent to that mailbox. An address that has been a
    contact before stays as it is, also when it has ended; one that can be no contact (a member of staff's)
    does not stand in the way of the answer.
    """
    huvudman, mailbox = dialogue.huvudman, mailbox_of(invitation)
    writes_to = [(r.email.lower(), r.contact) for r in recipients_of(huvudman)]
    if writes_to != [(mailbox, None)] or huvudman.contacts.filter(email__iexact=mailbox).exists():
        return
    with suppress(ValidationError):
        add_contact(huvudman=huvudman, name=name, email=mailbox, role=ContactRole.REGISTRY, actor=SYSTEM)


def _follow_answer(dialogue: Dialogue, answer: InvitationAnswer, actor: Actor) -> None:
    state = STATE_AFTER[Answer(answer.answer)]
    dialogue = move(dialogue, to=state, actor=actor, channel=answer.channel, given_by=answer.given_by)
    given_up = [] if state == DialogueState.ACCEPTED else release_seats(dialogue)
    if state == DialogueState.ACCEPTED:
        place_where_free(dialogue=dialogue, actor=actor)
    write_to_huvudman(
        kind=LetterKind.RECEIPT,
        dialogue=dialogue,
        occasion=f"answer-{answer.pk}",
        context={
            "answer": answer,
            "answer_by": answer.invitation.answer_by if is_open(answer.invitation) else None,
            "have_link": have_link(answer.invitation),
            "given_up": [seat.meeting for seat in given_up],
        },
        attachments=[calendar_file(s.meeting, dialogue, method="CANCEL", seat=s) for s in given_up],
    )
    register_sent(
        kind=Sent.ANSWER,
        dialogue=dialogue,
        given_by=answer.given_by,
        channel=Channel(answer.channel),
        actor=actor,
        body=_in_words(answer),
        by_mail=False,
    )


def _in_words(answer: InvitationAnswer) -> str:
    """What was answered, in Swedish, with what was wished."""
    with translation.override(settings.LANGUAGE_CODE):
        words = [answer.get_answer_display()]
        if answer.wants_digital:
            words.append(_("Helst en digital dialog."))
        if answer.wished_half_year:
            words.append(_("Helst %(when)s.") % {"when": answer.wished_time})
    return "\n\n".join(filter(None, [*words, answer.comment]))
