"""The summary of a dialogue: both agencies write it, the huvudman gets it in rounds, all three agree."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, Machine, NotPossible, WrongState
from accounts.models import Agency, StaffMember
from accounts.personnummer import mask_personnummer
from accounts.templatetags.look import day, moment
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.files import store_file
from dialogues.domain.receipts import register_sent
from dialogues.letters import Attachment
from dialogues.models import Channel, Dialogue, LetterKind, Sent, StoredFile, SummaryDraft, SummaryRound
from dialogues.models import DialogueState as D
from dialogues.models import RoundState as S
from dialogues.summary.content import LANGUAGE, Json, build_content
from dialogues.summary.document import pdf_name, pdf_of

TABLE: dict[str, frozenset[str]] = {
    S.OPEN: frozenset({S.AGREED, S.RETURNED, S.REPLACED, S.UNANSWERED}),
    S.AGREED: frozenset(),
    S.RETURNED: frozenset(),
    S.REPLACED: frozenset(),
    S.UNANSWERED: frozenset(),
}
PERMISSIONS: dict[str, str] = {
    S.AGREED: "dialogues.settle_summary",
    S.RETURNED: "dialogues.answer_summary",
    S.REPLACED: "dialogues.write_summary",
    S.UNANSWERED: "dialogues.write_summary",
}
ROUNDS = Machine(model=SummaryRound, table=TABLE, permissions=PERMISSIONS)

OPEN_FOR_SUMMARY = frozenset({D.DIALOGUE_HELD, D.FEEDBACK_HELD})
DAYS_TO_ANSWER, FEWEST_DAYS, MOST_DAYS = 14, 7, 90
"""Days that the huvudman has to answer a version: as proposed, at least, and at most."""
WRITTEN = "dialogue.summary_written"
SENT, CONFIRMED, AGREED_TO = "summaryround.sent", "summaryround.confirmed", "summaryround.agreed_to"
"""What the audit log calls what happens to a version besides its states."""


@dataclass(frozen=True)
class Words:
    """What a summary says, as it was typed."""

    talked_about: str
    agreements: str
    support: str


class WrittenSince(Conflict):
    """Somebody has saved the text after the page was opened."""


class SentSince(Conflict):
    """Somebody has sent a version after the page was opened."""


@transaction.atomic
def write_summary(*, dialogue: Dialogue, words: Words, seen: int, actor: Actor) -> SummaryDraft:
    """Save the one text that both agencies' leaders write. `seen` is the version on the page, 0 for none.

    The same words again do nothing. Raises WrittenSince when there is another version now, and NotPossible
    when it is agreed, says nothing, or has a personnummer.
    """
    row = _open(dialogue, actor)
    told = {name: text.strip() for name, text in vars(words).items()}
    if not told["talked_about"]:
        raise NotPossible(_("Skriv vad ni talade om."))
    if any(mask_personnummer(text) != text for text in told.values()):
        raise NotPossible(_("Ta bort personnumret ur texten."))
    draft = draft_of(row)
    if draft and all(getattr(draft, name) == text for name, text in told.items()):
        return draft
    if seen != (draft.version if draft else 0):
        raise _written_since(draft)
    draft = draft or SummaryDraft(dialogue=row, version=0)
    draft.version, draft.written_by = draft.version + 1, _leader(actor).user
    for name, text in told.items():
        setattr(draft, name, text)
    draft.save()
    record(actor=actor, verb=WRITTEN, subject=row, version=draft.version)
    return draft


def send_summary(
    *, dialogue: Dialogue, seen: int, seen_round: int, answer_by: datetime.date, note: str, actor: Actor
) -> SummaryRound:
    """Send the text to the huvudman as a version to agree to. The sender's agency stands behind it.

    An earlier version that waits is replaced, with all agreement to it. `seen` is the draft's version on the
    page: raises WrittenSince when there is another one now. `seen_round` is the number of the version that
    the page knew as sent last, 0 for none: raises SentSince when another has been sent, but the sender's own,
    sent again, stays one. Raises NotPossible without a text or a day within reach, and when the huvudman has
    returned the very same text and no note says why it stands.
    """
    member = _leader(actor)
    note = note.strip()
    _require_day(answer_by)
    content = _as_seen(dialogue, seen, seen_round)
    number = seen_round + 1
    pdf = store_file(  # takes a second: before anything is locked
        pdf_of(content, made=_to_read_words(number, answer_by)), "application/pdf"
    )
    with transaction.atomic():
        row = _open(dialogue, actor)
        last = row.summary_rounds.first()
        if last and _is_same(last, content=content, note=note, answer_by=answer_by, sent_by=member.user):
            return last
        if _as_seen(row, seen, seen_round) != content:
            raise _written_since(draft_of(row))
        _require_seen(last, seen_round)
        _require_answer_to_wish(last, content, note)
        if last and last.state == S.OPEN:
            ROUNDS.walk(last, to=S.REPLACED, actor=actor)
        sent = SummaryRound.objects.create(
            dialogue=row,
            number=number,
            content=content,
            note=note,
            pdf=pdf,
            sent_by=member.user,
            answer_by=answer_by,
        )
        sent.confirmations.create(agency=member.agency, user=member.user)
        record(actor=actor, verb=SENT, subject=sent, number=number)
        _write(LetterKind.SUMMARY, sent, pdf)
    return sent


@transaction.atomic
def confirm_summary(*, sent: SummaryRound, actor: Actor) -> SummaryRound:
    """The actor's agency stands behind a version; with both agencies and the huvudman it is agreed.

    Confirmed again, nothing happens. Raises WrongState when it does not wait any more.
    """
    member = _leader(actor)
    _open(sent.dialogue, actor, even_agreed=True)
    row = ROUNDS.locked(sent)
    actor.require("dialogues.write_summary", row)
    if row.confirmations.filter(agency=member.agency).exists():
        return row
    _require_waiting(row)
    row.confirmations.create(agency=member.agency, user=member.user)
    record(actor=actor, verb=CONFIRMED, subject=row, agency=member.agency.code)
    return _agreed_if_by_all(row, actor)


@transaction.atomic
def agree_to_summary(*, sent: SummaryRound, given_by: str, channel: Channel, actor: Actor) -> SummaryRound:
    """The huvudman agrees to a version, with a receipt; with both agencies it is agreed.

    Agreed to again, nothing happens. Raises WrongState when it does not wait any more.
    """
    row = _to_answer(sent, actor)
    if row.answered_at and row.state in (S.OPEN, S.AGREED):
        return row
    _require_waiting(row)
    row.answered_at, row.answered_by = timezone.now(), given_by[:200]
    row.save(update_fields=["answered_at", "answered_by"])
    record(actor=actor, verb=AGREED_TO, subject=row)
    _keep_answer(row, Sent.SUMMARY_AGREED, channel, actor, f"Version {row.number}")
    return _agreed_if_by_all(row, actor)


@transaction.atomic
def return_summary(
    *, sent: SummaryRound, comment: str, given_by: str, channel: Channel, actor: Actor
) -> SummaryRound:
    """The huvudman wants something changed in a version: also one that it has agreed to, while that waits.

    Raises NotPossible without words, WrongState when it does not wait any more, and Conflict when it was
    returned with other words.
    """
    comment = comment.strip()
    if not comment:
        raise NotPossible(_("Skriv vad ni vill ändra."))
    row = _to_answer(sent, actor)

    def change(row: SummaryRound) -> None:
        row.answered_at, row.answered_by, row.comment = timezone.now(), given_by[:200], comment

    def after(row: SummaryRound) -> None:
        _keep_answer(row, Sent.SUMMARY_RETURNED, channel, actor, f"Version {row.number}\n{comment}")

    def again(row: SummaryRound) -> None:
        if row.comment != comment:
            text = _("%(who)s har redan lämnat önskemål om den här versionen. Dina är inte skickade.")
            raise Conflict(text % {"who": row.answered_by})

    if row.state != S.RETURNED:
        _require_waiting(row)
    return ROUNDS.walk(row, to=S.RETURNED, actor=actor, change=change, after=after, again=again)


@transaction.atomic
def close_unanswered_summary(*, sent: SummaryRound, note: str, actor: Actor) -> SummaryRound:
    """Let a version stand without the huvudman's answer, with a note that it can read.

    Raises NotPossible without a note, before the last day to answer has passed, or when it has answered.
    """
    if not note.strip():
        raise NotPossible(_("Skriv några ord till huvudmannen."))
    _open(sent.dialogue, actor)

    def check(row: SummaryRound) -> None:
        if row.answered_at:
            raise NotPossible(_("Huvudmannen har godkänt sammanfattningen. Nu väntar den på myndigheterna."))
        if row.answer_by >= timezone.localdate():
            text = _("Huvudmannen har till och med %(day)s på sig att svara.")
            raise NotPossible(text % {"day": day(row.answer_by)})

    def change(row: SummaryRound) -> None:
        row.closing_note, row.settled_at = note.strip(), timezone.now()

    def after(row: SummaryRound) -> None:
        _write(LetterKind.SUMMARY_DONE, row, row.pdf)

    return ROUNDS.walk(sent, to=S.UNANSWERED, actor=actor, check=check, change=change, after=after)


def draft_of(dialogue: Dialogue) -> SummaryDraft | None:
    """The text as it is being written, if it is begun."""
    rows = SummaryDraft.objects.filter(dialogue=dialogue)
    return rows.select_related("dialogue__huvudman", "dialogue__cycle", "written_by").first()


def latest_round(dialogue: Dialogue) -> SummaryRound | None:
    """The version that was sent last, with its PDFs and who has confirmed it. Two queries."""
    rows = dialogue.summary_rounds.select_related("pdf", "agreed_pdf", "sent_by")
    return rows.prefetch_related("confirmations__agency", "confirmations__user").first()


def awaited_agencies(sent: SummaryRound) -> list[Agency]:
    """The agencies that have not confirmed the version yet."""
    confirmed = sent.confirmations.values("agency_id")
    return list(Agency.objects.exclude(pk__in=confirmed).order_by("name"))


def clear_unsent_summary(dialogue: Dialogue) -> None:
    """Clear a text that was never sent, as the working notes: in the caller's transaction and lock."""
    if not dialogue.summary_rounds.exists():
        SummaryDraft.objects.filter(dialogue=dialogue).delete()


def _open(dialogue: Dialogue, actor: Actor, *, even_agreed: bool = False) -> Dialogue:
    """The dialogue, locked, for a leader, while its summary can be written."""
    row = DIALOGUES.locked(dialogue)
    actor.require("dialogues.write_summary", row)
    _require_time(row)
    if not even_agreed and row.summary_rounds.filter(state=S.AGREED).exists():
        raise WrongState(_("Sammanfattningen är överenskommen och ändras inte mer."))
    return row


def _require_time(dialogue: Dialogue) -> None:
    if dialogue.state not in OPEN_FOR_SUMMARY:
        raise WrongState(
            _("Sammanfattningen hör till tiden från det att dialogen är hållen tills den avslutas.")
        )


def _to_answer(sent: SummaryRound, actor: Actor) -> SummaryRound:
    """The version, locked after its dialogue, for who may answer for the huvudman."""
    dialogue = DIALOGUES.locked(sent.dialogue)
    row = ROUNDS.locked(sent)
    actor.require("dialogues.answer_summary", row)
    if row.state == S.OPEN:
        _require_time(dialogue)
    return row


def _require_waiting(row: SummaryRound) -> None:
    if row.state != S.OPEN:
        text = _("Version %(number)s väntar inte på svar längre: den är %(state)s.")
        raise WrongState(text % {"number": row.number, "state": row.get_state_display()})


def _agreed_if_by_all(row: SummaryRound, actor: Actor) -> SummaryRound:
    if not row.answered_at or awaited_agencies(row):
        return row

    def change(row: SummaryRound) -> None:
        row.settled_at = timezone.now()
        row.agreed_pdf = store_file(pdf_of(row.content, made=_agreed_words(row)), "application/pdf")

    def after(row: SummaryRound) -> None:
        assert row.agreed_pdf is not None  # noqa: S101  (the database holds it for an agreed summary)
        _write(LetterKind.SUMMARY_DONE, row, row.agreed_pdf)

    return ROUNDS.walk(row, to=S.AGREED, actor=actor, change=change, after=after)


def _to_read_words(number: int, answer_by: datetime.date) -> str:
    with translation.override(LANGUAGE):
        text = _("Version %(number)s, att läsa och svara på senast %(day)s")
        return text % {"number": number, "day": day(answer_by)}


def _agreed_words(row: SummaryRound) -> str:
    """Who have agreed and when. The PDF is made under the lock: once in a summary's life, a second."""
    with translation.override(LANGUAGE):
        text = _("Version %(number)s, överenskommen %(when)s av %(who)s, Skolverket och SPSM")
        return text % {"number": row.number, "when": moment(row.settled_at), "who": row.answered_by}


def _keep_answer(row: SummaryRound, kind: Sent, channel: Channel, actor: Actor, body: str) -> None:
    register_sent(
        kind=kind, dialogue=row.dialogue, given_by=row.answered_by, channel=channel, actor=actor, body=body
    )


def _write(kind: LetterKind, sent: SummaryRound, pdf: StoredFile) -> None:
    write_to_huvudman(
        kind=kind,
        dialogue=sent.dialogue,
        occasion=f"summary-{sent.number}",
        context={"sent": sent},
        attachments=[Attachment(pdf_name(sent), "application/pdf", pdf)],
    )


def _as_seen(dialogue: Dialogue, seen: int, seen_round: int) -> Json:
    draft = draft_of(dialogue)
    if draft is None:
        raise NotPossible(_("Skriv sammanfattningen först."))
    if draft.version != seen:
        raise _written_since(draft, _sent_words(dialogue.summary_rounds.first(), seen_round))
    return build_content(draft)


def _is_same(waits: SummaryRound, **told: object) -> bool:
    """Tell whether what is sent is what the same person has sent already, and it waits."""
    return waits.state == S.OPEN and all(getattr(waits, name) == value for name, value in told.items())


def _require_seen(last: SummaryRound | None, seen_round: int) -> None:
    if last is None and seen_round:
        raise _written_since(None)
    words = _sent_words(last, seen_round)
    if words:
        raise SentSince(words)


def _sent_words(last: SummaryRound | None, seen_round: int) -> str:
    if last is None or last.number == seen_round:
        return ""
    text = _(
        "%(who)s skickade version %(number)s till huvudmannen %(when)s, och inget av ditt är skickat. "
        "Vill din myndighet stå bakom den väljer du ”Godkänn sammanfattningen” på dialogens sida. "
        "Skickar du ändå ersätts den, och de godkännanden som har lämnats gäller inte längre."
    )
    return text % {"who": last.sent_by, "number": last.number, "when": moment(last.sent_at)}


def _require_answer_to_wish(last: SummaryRound | None, content: Json, note: str) -> None:
    if last and last.state == S.RETURNED and last.content == content and not note:
        raise NotPossible(
            _(
                "Texten är densamma som huvudmannen ville ändra. Ändra den, eller skriv till huvudmannen "
                "varför den står som den är."
            )
        )


def _require_day(answer_by: datetime.date) -> None:
    ahead = (answer_by - timezone.localdate()).days
    if not FEWEST_DAYS <= ahead <= MOST_DAYS:
        text = _("Ge huvudmannen minst %(fewest)s och högst %(most)s dagar att svara.")
        raise NotPossible(text % {"fewest": FEWEST_DAYS, "most": MOST_DAYS})


def _leader(actor: Actor) -> StaffMember:
    """Who the actor is at an agency. The system is at none, and stands behind nothing."""
    member: StaffMember | None = getattr(actor.user, "staff", None)
    if member is None:
        raise PermissionDenied("dialogues.write_summary")
    return member


def _written_since(draft: SummaryDraft | None, sent: str = "") -> WrittenSince:
    if draft is None:
        return WrittenSince(_("Sammanfattningen har ändrats sedan sidan öppnades. Läs den igen."))
    text = _(
        "%(who)s sparade det som står nu, %(when)s, och inget av ditt är sparat eller skickat. Läs det som "
        "står, för ihop texterna om det behövs, och tryck igen."
    )
    return WrittenSince(f"{sent} {text % {'who': draft.written_by, 'when': moment(draft.saved_at)}}".strip())
