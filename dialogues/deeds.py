"""What the audit log says was done in a dialogue, as sentences: one for every verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dialogues.domain.analyses import SENT as ANALYSIS_SENT
from dialogues.domain.attendance import ATTENDANCE_CHANGED
from dialogues.domain.carrying import MOVED
from dialogues.domain.conflicts import WISHED
from dialogues.domain.impartiality import DECLARED
from dialogues.domain.invitations import ANSWERED_AGAIN
from dialogues.domain.meetings import ACCEPTED_AGAIN, OFFERED_AGAIN
from dialogues.domain.needs import CLEARED as NEEDS_CLEARED
from dialogues.domain.needs import TOLD as NEEDS_TOLD
from dialogues.domain.notes import CLEARED, SHARED
from dialogues.domain.own_questions import ANSWER_CHANGED, ASKED
from dialogues.domain.own_questions import CHANGED as OWN_CHANGED
from dialogues.domain.participants import CHANGED as PEOPLE_CHANGED
from dialogues.domain.participants import CLEARED as PEOPLE_CLEARED
from dialogues.domain.pausing import PAUSED, RESUMED
from dialogues.domain.questions import SENT
from dialogues.domain.records import CHANGED, HELD_UNDECLARED, TIME_CHANGED
from dialogues.domain.replacing import REPLACED as INSTEAD
from dialogues.domain.skipping import MISSED, SKIPPED
from dialogues.domain.summaries import AGREED_TO, CONFIRMED, WRITTEN
from dialogues.domain.summaries import SENT as SUMMARY_SENT
from dialogues.domain.underlag import AREAS_DROPPED, AREAS_REVISED
from dialogues.domain.wishes import WISH_ADDED
from dialogues.models import DialogueState as S
from dialogues.models import MeetingState as M
from dialogues.models import RoundState as R
from dialogues.models import UnderlagState as U

if TYPE_CHECKING:
    from accounts.models import AuditEntry

DEEDS: dict[str, Promise] = {
    f"dialogue.{S.PLANNED}": gettext_lazy("Flyttades till en senare omgång."),
    f"dialogue.{S.INVITED}": gettext_lazy("Inbjudan köades."),
    f"dialogue.{S.ACCEPTED}": gettext_lazy("Huvudmannen tackade ja."),
    f"dialogue.{S.POSTPONED}": gettext_lazy("Huvudmannen vill delta senare."),
    f"dialogue.{S.DECLINED}": gettext_lazy("Huvudmannen tackade nej."),
    f"dialogue.{S.INTRODUCED}": gettext_lazy("Introduktionsmötet hölls."),
    f"dialogue.{S.UNDERLAG_SENT}": gettext_lazy("Analysunderlaget skickades."),
    f"dialogue.{S.TIME_FIXED}": gettext_lazy("Dialogtiden bestämdes."),
    f"dialogue.{S.DIALOGUE_HELD}": gettext_lazy("Dialogen hölls."),
    f"dialogue.{S.FEEDBACK_HELD}": gettext_lazy("Återkopplingen hölls."),
    f"dialogue.{S.CLOSED}": gettext_lazy("Dialogen avslutades."),
    f"dialogue.{S.CANCELLED}": gettext_lazy("Dialogen avbokades."),
    MOVED: gettext_lazy("Flyttades till en annan omgång."),
    INSTEAD: gettext_lazy("Någon annan bjöds in i stället."),
    "dialogue.written_late": gettext_lazy("Huvudmannen fick en e-postadress, och inbjudan köades dit."),
    "dialogue.reminded": gettext_lazy("Huvudmannen har påmints om inbjudan."),
    ANSWERED_AGAIN: gettext_lazy("Huvudmannen gav samma svar en gång till."),
    CHANGED: gettext_lazy("Dokumentationen ändrades."),
    HELD_UNDECLARED: gettext_lazy("Mötet hölls, fast någon som ledde det inte hade svarat om jäv."),
    TIME_CHANGED: gettext_lazy("Tiden då mötet hölls ändrades."),
    "dialogue.placed": gettext_lazy("Huvudmannen fick plats på ett introduktionsmöte."),
    CLEARED: gettext_lazy("Arbetsanteckningarna rensades."),
    SHARED: gettext_lazy("En arbetsanteckning delades med den andra myndigheten."),
    PAUSED: gettext_lazy("Dialogen pausades."),
    RESUMED: gettext_lazy("Dialogen togs upp igen, där den var."),
    SENT: gettext_lazy("Prioriterade frågor lämnades."),
    ANALYSIS_SENT: gettext_lazy("Huvudmannen skickade sin nulägesanalys."),
    ASKED: gettext_lazy("Huvudmannen ställde en fråga till myndigheterna."),
    OWN_CHANGED: gettext_lazy("Huvudmannen ändrade en fråga till myndigheterna."),
    "ownquestion.withdrawn": gettext_lazy("Huvudmannen tog tillbaka en fråga till myndigheterna."),
    "ownquestion.answered": gettext_lazy("En fråga från huvudmannen fick svar."),
    "ownquestion.left": gettext_lazy("En fråga från huvudmannen avslutades utan svar, med ett skäl."),
    ANSWER_CHANGED: gettext_lazy("Svaret på en fråga från huvudmannen ändrades."),
    NEEDS_TOLD: gettext_lazy("Huvudmannen berättade vad den behöver på mötet."),
    NEEDS_CLEARED: gettext_lazy("Det som huvudmannen behövde på mötet togs bort."),
    PEOPLE_CHANGED: gettext_lazy("Huvudmannen ändrade vilka som kommer."),
    PEOPLE_CLEARED: gettext_lazy("Namnen på dem som kom från huvudmannen togs bort."),
    DECLARED: gettext_lazy("En medarbetare sade om hen är jävig."),
    MISSED: gettext_lazy("Ett möte blev inte av."),
    SKIPPED: gettext_lazy("En del av dialogen hoppas över."),
    OFFERED_AGAIN: gettext_lazy("Delen som hoppades över erbjuds igen."),
    WRITTEN: gettext_lazy("Sammanfattningen skrevs om."),
    SUMMARY_SENT: gettext_lazy("Sammanfattningen skickades till huvudmannen."),
    CONFIRMED: gettext_lazy("En myndighet godkände sammanfattningen."),
    AGREED_TO: gettext_lazy("Huvudmannen godkände sammanfattningen."),
    f"summaryround.{R.RETURNED}": gettext_lazy("Huvudmannen vill ändra något i sammanfattningen."),
    f"summaryround.{R.REPLACED}": gettext_lazy("En ny version av sammanfattningen tog vid."),
    f"summaryround.{R.AGREED}": gettext_lazy("Sammanfattningen är överenskommen."),
    f"summaryround.{R.UNANSWERED}": gettext_lazy("Sammanfattningen avslutades utan svar."),
    "goal.shared": gettext_lazy("Huvudmannen delade ett mål för sitt fortsatta arbete."),
    "goal.unshared": gettext_lazy("Huvudmannen slutade dela ett mål."),
    "meeting.dialogue_proposed": gettext_lazy("En tid för dialogen föreslogs."),
    "meeting.feedback_proposed": gettext_lazy("Återkopplingsmötet bokades."),
    f"meeting.{M.PROPOSED}": gettext_lazy("En ny tid föreslogs."),
    "meeting.proposal_changed": gettext_lazy("Förslaget på tid ändrades."),
    f"meeting.{M.FIXED}": gettext_lazy("Huvudmannen godtog tiden."),
    ACCEPTED_AGAIN: gettext_lazy("Någon mer hos huvudmannen godtog tiden."),
    WISHED: gettext_lazy("Huvudmannen önskade en annan tid."),
    WISH_ADDED: gettext_lazy("Huvudmannen skrev mer om vilka tider som passar."),
    "meeting.staff_changed": gettext_lazy("Vilka som kommer från myndigheterna ändrades."),
    f"meeting.{M.HELD}": gettext_lazy("Mötet antecknades som hållet."),
    f"meeting.{M.CANCELLED}": gettext_lazy("Mötet avbokades."),
    "meeting.introduction_set_up": gettext_lazy("Introduktionsmötet bokades."),
    "meeting.introduction_changed": gettext_lazy("Introduktionsmötet ändrades."),
    ATTENDANCE_CHANGED: gettext_lazy("Vilka som deltog på introduktionsmötet ändrades."),
    f"underlag.{U.ORDERED}": gettext_lazy("Analysunderlaget beställdes."),
    f"underlag.{U.RENDERED}": gettext_lazy("Analysunderlaget togs fram."),
    f"underlag.{U.FAILED}": gettext_lazy("Analysunderlaget kunde inte tas fram."),
    "underlag.confirmed_by_agency": gettext_lazy("En myndighet fastställde analysunderlaget."),
    f"underlag.{U.CONFIRMED}": gettext_lazy("Analysunderlaget är fastställt av båda myndigheterna."),
    f"underlag.{U.ISSUED}": gettext_lazy("Analysunderlaget lämnades ut."),
    AREAS_REVISED: gettext_lazy("De centrala områdena skrevs om."),
    AREAS_DROPPED: gettext_lazy("De centrala områdena togs fram på nytt."),
}
WORDS = {
    WISHED: "wish",
    WISH_ADDED: "wish",
    f"dialogue.{S.CANCELLED}": "reason",
    PAUSED: "reason",
    SKIPPED: "reason",
}
"""Where an entry keeps what somebody wrote, by what was done."""
NOT_WRITTEN = gettext_lazy("Ingen inbjudan kunde skickas: huvudmannen saknade e-postadress och postadress.")
ON_PAPER = gettext_lazy("Inbjudan skrevs på papper: huvudmannen saknade e-postadress.")
TIME_LET_GO = gettext_lazy("Dialogtiden gäller inte längre. En ny ska bestämmas.")


def sentence_of(entry: AuditEntry) -> str:
    """An audit entry as a sentence."""
    facts = entry.facts
    if entry.verb == f"dialogue.{S.INVITED}" and facts.get("letters") == 0:
        return str(ON_PAPER if facts.get("on_paper") else NOT_WRITTEN)
    if entry.verb == CLEARED:
        number = sum(facts.get("notes", {}).values())
        text = ngettext("%(n)s arbetsanteckning rensades.", "%(n)s arbetsanteckningar rensades.", number)
        return text % {"n": number}
    if entry.verb == f"dialogue.{S.UNDERLAG_SENT}" and facts.get("was") == S.TIME_FIXED:
        return str(TIME_LET_GO)
    return str(DEEDS.get(entry.verb, _("Något ändrades.")))


def words_in(entry: AuditEntry) -> str:
    """What somebody wrote when that was done which the entry tells; empty for most."""
    return str(entry.facts.get(WORDS.get(entry.verb, ""), ""))
