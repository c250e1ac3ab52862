"""Receipts: what a huvudman sends is written down once, and its people are told."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.models import Channel, Dialogue, LetterKind, Receipt, Sent
from huvudman.models import Huvudman

HAPPENS_NEXT: dict[str, str | Promise] = {
    Sent.ANSWER: _("Vi läser ert svar och hör av oss om nästa steg."),
    Sent.INTRODUCTION: _("Ni får en kallelse med e-post, med möteslänken och en kalenderfil."),
    Sent.TIME: _("Ni får en bekräftelse med e-post, med en kalenderfil."),
    Sent.WISH: _("Vi återkommer med ett nytt förslag. Ni får det med e-post och ser det i portalen."),
    Sent.QUESTIONS: _("De som leder dialogen läser frågorna inför mötet. Ni kan ändra dem tills dess."),
    Sent.ANALYSIS: _("De som leder dialogen läser analysen inför mötet. Ni kan skicka den igen."),
    Sent.OWN_QUESTION: _(
        "Ni får svar på dialogen eller efter den. Svaret visas i portalen. Tills dess kan ni ändra frågan."
    ),
    Sent.OWN_WITHDRAWN: _("Ni får inget svar på frågan. Ni kan ställa den igen."),
    Sent.NEEDS: _("De som leder dialogen ordnar det. Det ni skrev tas bort när dialogen är hållen."),
    Sent.SUMMARY_AGREED: _("Ni får sammanfattningen som PDF när båda myndigheterna också har godkänt den."),
    Sent.SUMMARY_RETURNED: _("Vi läser era önskemål och skickar en ny version till er."),
    Sent.CANCELLED: _("Kommande möten är avbokade. Ni behöver inte göra något mer."),
    Sent.GOAL: _("Målet visas för dem som leder dialogen. Ni kan sluta dela det när ni vill."),
    Sent.PEOPLE: _("Ändringen gäller genast. Ni som skriver för huvudmannen har fått besked med e-post."),
    Sent.CHECKED: _("Vi frågar igen om ett år. Ändra gärna själva så snart något blir annorlunda."),
}
"""What the huvudman can expect after it has sent a thing of each kind."""


def register_sent(
    *,
    kind: Sent,
    dialogue: Dialogue,
    given_by: str,
    channel: Channel,
    actor: Actor,
    body: str = "",
    by_mail: bool = True,
) -> Receipt:
    """Write down what the huvudman sent, in the caller's transaction, and send its people the receipt.

    Call it from the verb that receives the thing, once for each time something new was sent. `body` is what
    was sent, in words; leave it empty for what may not be kept. `by_mail=False` where the verb writes a
    letter of its own that says the same.
    """
    receipt = keep_receipt(
        kind=kind,
        huvudman=dialogue.huvudman,
        dialogue=dialogue,
        given_by=given_by,
        channel=channel,
        actor=actor,
        body=body,
    )
    if by_mail:
        write_to_huvudman(
            kind=LetterKind.SENT,
            dialogue=dialogue,
            occasion=f"receipt-{receipt.pk}",
            context={"receipt": receipt, "happens_next": in_swedish(HAPPENS_NEXT[kind])},
        )
    return receipt


def keep_receipt(
    *,
    kind: Sent,
    huvudman: Huvudman,
    given_by: str,
    channel: Channel,
    actor: Actor,
    dialogue: Dialogue | None = None,
    body: str = "",
) -> Receipt:
    """Write down what the huvudman sent, with or without a dialogue, and tell nobody."""
    return Receipt.objects.create(
        kind=kind,
        huvudman=huvudman,
        dialogue=dialogue,
        given_by=given_by[:200],
        channel=channel,
        sent_by=actor.user,
        body=body.strip(),
    )


def in_swedish(text: str | Promise) -> str:
    """A text as it is kept and written in letters, whatever language the page was read in."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(text)
