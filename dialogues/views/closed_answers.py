"""Why an invitation can't be answered on a page any more, in words for the huvudman."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.templatetags.look import day
from dialogues.domain.dialogues import OPEN
from dialogues.domain.invitations import ANSWERABLE, is_open
from dialogues.models import Invitation


@dataclass(frozen=True)
class Closed:
    """Why, as a title and as a text that says what to do."""

    title: str
    text: str


def why_closed(invitation: Invitation) -> Closed | None:
    """Why the invitation can't be answered now by its link or in the portal; None when it can."""
    dialogue = invitation.dialogue
    if dialogue.state not in OPEN:
        text = _("Dialogen är avslutad eller avbokad, så det finns inget mer att svara på.")
        return Closed(_("Dialogen är över"), text)
    if invitation.batch_id != dialogue.batch_id:
        text = _("Har ni fått en ny inbjudan svarar ni med länken i den. Ring oss annars, så hjälper vi er.")
        return Closed(_("Länken hör till en tidigare inbjudan"), text)
    if dialogue.is_paused:
        text = _(
            "Ni behöver inte svara nu. Vi hör av oss när dialogen fortsätter. Ring gärna om ni vill prata."
        )
        return Closed(_("Dialogen är pausad"), text)
    if dialogue.state not in ANSWERABLE:
        text = _(
            "Svaret på inbjudan går att ändra tills introduktionsmötet är hållet, och det har det varit. "
            "Vill ni ändra något? Ring oss, så hjälper vi er."
        )
        return Closed(_("Dialogen har kommit vidare"), text)
    if not is_open(invitation):
        text = _(
            "Sista dagen att svara här var %(day)s. Det är inte för sent: ring oss, så skriver vi in svaret."
        )
        return Closed(_("Svarstiden är slut"), text % {"day": day(invitation.answer_by)})
    return None
