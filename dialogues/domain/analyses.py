"""Sending the situation analysis to the agencies, if the huvudman wants: each time a version of its own."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from accounts.templatetags.look import moment
from dialogues.analysis.content import LANGUAGE, Json, build_content, is_empty
from dialogues.analysis.document import pdf_name, pdf_of
from dialogues.domain.analysis_drafts import require_writer, texts_of
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES, require_not_paused
from dialogues.domain.files import store_file
from dialogues.domain.receipts import register_sent
from dialogues.domain.seen import WrittenSince, require_as_seen
from dialogues.letters import Attachment
from dialogues.models import (
    BEFORE_DIALOGUE,
    Channel,
    Dialogue,
    LetterKind,
    Sent,
    SituationAnalysis,
    StoredFile,
)
from dialogues.models import DialogueState as S

OPEN_FOR_SENDING = BEFORE_DIALOGUE | {S.DIALOGUE_HELD, S.FEEDBACK_HELD}
SENT = "analysis.sent"
"""What the audit log calls it that an analysis was sent: which version, none of its words."""


def send_analysis(
    *, dialogue: Dialogue, parts: Collection[str], seen: str, told_by: str, actor: Actor
) -> SituationAnalysis:
    """Send the chosen parts (slugs) of what is written: frozen, received by the agencies, with a receipt.

    `seen` is the version of the whole draft on the page (`content_version`): raises WrittenSince when it is
    another one now. What was sent last, sent again, stays one version. The draft stays too. Raises
    PermissionDenied, and NotPossible when nothing is chosen or the dialogue is not open for it.
    """
    require_writer(dialogue, actor)
    content = _checked(dialogue, parts, seen, actor)
    latest = dialogue.analyses.first()
    if latest and latest.content == content:
        return latest
    at = timezone.now()
    with translation.override(LANGUAGE):
        made = _("Skickad till Skolverket och SPSM %(when)s av %(who)s") % {
            "when": moment(at),
            "who": told_by,
        }
    pdf = store_file(
        pdf_of(content, made=made), "application/pdf"
    )  # takes a second: before anything is locked
    with transaction.atomic():
        locked = DIALOGUES.locked(dialogue)
        if _checked(locked, parts, seen, actor) != content:
            raise WrittenSince(_written_since())
        last = locked.analyses.first()
        if last and last.content == content:
            return last
        return _keep(locked, content, pdf, told_by, actor)


def _checked(dialogue: Dialogue, parts: Collection[str], seen: str, actor: Actor) -> Json:
    """The content to send, of a draft that is as it was seen."""
    require_not_paused(dialogue)
    if dialogue.state not in OPEN_FOR_SENDING:
        raise NotPossible(
            _("Nulägesanalysen går att skicka från det att ni tackat ja tills dialogen avslutas.")
        )
    texts = texts_of(dialogue, actor)
    require_as_seen(build_content(dialogue, texts), seen, _written_since())
    content = build_content(dialogue, texts, parts)
    if is_empty(content):
        raise NotPossible(_("Välj minst en del att skicka."))
    return content


def _written_since() -> str:
    return _(
        "Någon har skrivit i analysen sedan sidan öppnades, och inget är skickat. Läs den igen. "
        "Ska den här texten skickas? Tryck då på knappen igen."
    )


def _keep(
    dialogue: Dialogue, content: Json, pdf: StoredFile, told_by: str, actor: Actor
) -> SituationAnalysis:
    last = dialogue.analyses.first()
    assert actor.user is not None  # noqa: S101  (a writer is signed in)
    sent = SituationAnalysis.objects.create(
        dialogue=dialogue,
        version=last.version + 1 if last else 1,
        content=content,
        pdf=pdf,
        told_by=told_by,
        sent_by=actor.user,
    )
    register_sent(
        kind=Sent.ANALYSIS,
        dialogue=dialogue,
        given_by=told_by,
        channel=Channel.PORTAL,
        actor=actor,
        body=f"Version {sent.version}",
        by_mail=False,
    )
    record(actor=actor, verb=SENT, subject=dialogue, version=sent.version)
    write_to_huvudman(
        kind=LetterKind.ANALYSIS,
        dialogue=dialogue,
        occasion=f"analysis-{sent.version}",
        context={"analysis": sent},
        attachments=[Attachment(pdf_name(dialogue.huvudman), "application/pdf", pdf)],
    )
    return sent
