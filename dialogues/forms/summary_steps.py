"""Steps about the summary: writing it, sending it, standing behind it, what the huvudman answers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from accounts.templatetags.look import day, moment
from dialogues.domain import summaries, summary_waits
from dialogues.domain.receipts import in_swedish
from dialogues.forms.plain import LongText
from dialogues.forms.steps import StepForm, ToldForm, answer_in
from dialogues.models import Channel, Dialogue, DialogueRecord, Meeting, RoundState, SummaryRound
from dialogues.summary.content import as_texts, build_content

CLOSING_WORDS = _(
    "Vi har inte hört något från er om sammanfattningen. Det är helt i sin ordning. Vi låter den stå som "
    "den är. Hör gärna av er om något ska ändras."
)
Meetings = dict[str, Meeting]
Texts = list[tuple[str | Promise, str]]


def can_be_written(dialogue: Dialogue, _meetings: Meetings) -> bool:
    """Holds until the summary is agreed."""
    return not dialogue.summary_rounds.filter(state=RoundState.AGREED).exists()


def can_be_sent(dialogue: Dialogue, meetings: Meetings) -> bool:
    """Holds when there is a text, and it is not agreed."""
    return summaries.draft_of(dialogue) is not None and can_be_written(dialogue, meetings)


def should_be_sent(dialogue: Dialogue, _meetings: Meetings) -> bool:
    """Holds when there is a text, and no version has been sent but one that was returned and is changed."""
    draft, last = summaries.draft_of(dialogue), dialogue.summary_rounds.first()
    if draft is None or last is None:
        return draft is not None
    return last.state == RoundState.RETURNED and draft.saved_at > last.sent_at


def should_be_changed(dialogue: Dialogue, meetings: Meetings) -> bool:
    """Holds when a version was returned, and the text has not been changed since it was sent."""
    is_returned = summary_waits.waits_of(dialogue) == summary_waits.Waits.NEW_VERSION
    return is_returned and not should_be_sent(dialogue, meetings)


def can_be_confirmed(dialogue: Dialogue, _meetings: Meetings) -> bool:
    """Holds when a version waits for an agency."""
    waits = _that_waits(dialogue)
    return waits is not None and bool(summaries.awaited_agencies(waits))


def can_be_answered(dialogue: Dialogue, _meetings: Meetings) -> bool:
    """Holds when a version waits for the huvudman, or can still be returned."""
    return _that_waits(dialogue) is not None


def can_be_closed(dialogue: Dialogue, _meetings: Meetings) -> bool:
    """Holds when the huvudman's time to answer a version has passed without an answer."""
    waits = _that_waits(dialogue)
    return waits is not None and waits.answered_at is None and waits.answer_by < timezone.localdate()


def _that_waits(dialogue: Dialogue) -> SummaryRound | None:
    return dialogue.summary_rounds.filter(state=RoundState.OPEN).first()


class WriteForm(StepForm):
    """The one text that the leaders of both agencies write together."""

    title = _("Skriv sammanfattningen")
    button = _("Spara texten")
    done = _("Texten är sparad. Huvudmannen ser den när den skickas.")
    permission = "dialogues.write_summary"
    intro = _(
        "Skolverket och SPSM skriver en gemensam text. Skriv så att den går att förstå för den som inte var "
        "med. Vilka skolformer som togs upp hämtas från dokumentationen."
    )

    talked_about = LongText(label=_("Det här talade vi om"), rows=8)
    agreements = LongText(label=_("Det här kom vi överens om"), rows=5, required=False)
    support = LongText(
        label=_("Stöd som erbjöds"),
        rows=4,
        required=False,
        help_text=_("Till exempel material, kurser eller rådgivning från Skolverket eller SPSM."),
    )

    def prepare(self) -> None:
        draft = summaries.draft_of(self.dialogue)
        self.seen = answer_in(self.data) if self.is_bound else (draft.version if draft else 0)
        if draft:
            self.initial.update({name: getattr(draft, name) for name in self.fields})
            self.intro = format_lazy(
                _("Version {number} av utkastet, sparad av {who} {when}."),
                number=draft.version,
                who=draft.written_by,
                when=moment(draft.saved_at),
            )
        else:
            record = DialogueRecord.objects.filter(dialogue=self.dialogue).first()
            self.initial["talked_about"] = record.summary if record else ""
        self.recalled = _what_the_huvudman_wants(self.dialogue)

    def perform(self, actor: Actor) -> None:
        words = summaries.Words(**{name: self.cleaned_data[name] for name in self.fields})
        summaries.write_summary(dialogue=self.dialogue, words=words, seen=answer_in(self.data), actor=actor)

    def instead(self) -> StepForm:
        draft = summaries.draft_of(self.dialogue)
        if draft:
            self.seen = draft.version
            self.stands = [(field.label, getattr(draft, name)) for name, field in self.fields.items()]  # type: ignore[misc]
        return self


class SendForm(StepForm):
    """Send the text to the huvudman as a version to agree to."""

    title = _("Skicka sammanfattningen till huvudmannen")
    button = _("Godkänn för din myndighet och skicka")
    done = _("Sammanfattningen är skickad. Huvudmannen får den med e-post och i portalen.")
    is_written = True
    permission = "dialogues.write_summary"

    answer_by = forms.DateField(
        label=_("Svar senast"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Minst en vecka bort. Det är frivilligt att svara."),
    )
    note = LongText(label=_("Några ord till huvudmannen"), rows=3, required=False)

    def prepare(self) -> None:
        self.initial["answer_by"] = timezone.localdate() + datetime.timedelta(days=summaries.DAYS_TO_ANSWER)
        self._show_what_stands()
        if self.is_bound:
            self.seen, self.seen_round = answer_in(self.data), _round_in(self.data)

    def _show_what_stands(self) -> None:
        """Show the text and what the huvudman wants changed in it, and be about them."""
        draft, last = summaries.draft_of(self.dialogue), self.dialogue.summary_rounds.first()
        self.seen, self.seen_round = draft.version if draft else 0, last.number if last else 0
        text = as_texts(build_content(draft)) if draft else []
        self.recalled = [*_what_the_huvudman_wants(self.dialogue), *text]
        waits = _that_waits(self.dialogue)
        self.intro = _("Läs texten en sista gång. Den som skickar godkänner den för sin myndighet.")
        if waits:
            self.intro = format_lazy(
                _(
                    "Version {number} väntar på svar. Skickar du en ny version gäller inte längre den förra, "
                    "och inte heller de godkännanden som har lämnats."
                ),
                number=waits.number,
            )

    def perform(self, actor: Actor) -> None:
        summaries.send_summary(
            dialogue=self.dialogue,
            seen=answer_in(self.data),
            seen_round=_round_in(self.data),
            answer_by=self.cleaned_data["answer_by"],
            note=self.cleaned_data["note"],
            actor=actor,
        )

    def instead(self) -> StepForm:
        self._show_what_stands()
        return self


class RoundForm(StepForm):
    """A step about the version that the page shows, whatever has been sent since."""

    def prepare(self) -> None:
        last = self.dialogue.summary_rounds.first()
        self.seen = answer_in(self.data) if self.is_bound else (last.number if last else 0)
        sent = self.dialogue.summary_rounds.filter(number=self.seen).first()
        self.recalled = as_texts(sent.content) if sent else []

    def sent(self) -> SummaryRound:
        """The version on the page."""
        return get_object_or_404(self.dialogue.summary_rounds, number=answer_in(self.data))


class ConfirmForm(RoundForm):
    """The own agency stands behind the version."""

    title = _("Godkänn sammanfattningen")
    button = _("Godkänn för din myndighet")
    done = _("Din myndighet har godkänt sammanfattningen.")
    permission = "dialogues.write_summary"

    def prepare(self) -> None:
        super().prepare()
        waits = _that_waits(self.dialogue)
        awaited = summaries.awaited_agencies(waits) if waits else []
        self.intro = format_lazy(
            _(
                "Den här versionen är skickad till huvudmannen. Den väntar på: {agencies}. Vill du ändra "
                "något skriver du om texten och skickar en ny version."
            ),
            agencies=", ".join(map(str, awaited)) or "–",
        )

    def perform(self, actor: Actor) -> None:
        summaries.confirm_summary(sent=self.sent(), actor=actor)


class AnswerForm(RoundForm, ToldForm):
    """What the huvudman says about the version, told by phone, mail or letter."""

    title = _("Skriv in svar om sammanfattningen")
    button = _("Spara svaret")
    done = _("Svaret är sparat. Huvudmannen får ett kvitto.")
    is_written = True
    permission = "dialogues.answer_summary"

    answer = forms.ChoiceField(
        label=_("Svar"),
        choices=[("agree", _("Godkänner")), ("change", _("Vill ändra något"))],
        widget=forms.RadioSelect,
    )
    comment = LongText(label=_("Vad vill huvudmannen ändra?"), rows=4, required=False)

    field_order = ("answer", "comment", "told_by", "channel")

    def perform(self, actor: Actor) -> None:
        answer_summary(
            self.sent(),
            self.cleaned_data,
            given_by=self.cleaned_data["told_by"],
            channel=Channel(self.cleaned_data["channel"]),
            actor=actor,
        )


class CloseForm(RoundForm):
    """Let the version stand without an answer."""

    title = _("Avsluta sammanfattningen utan svar")
    button = _("Avsluta och skriv till huvudmannen")
    done = _("Sammanfattningen är avslutad. Huvudmannen får brev om det.")
    is_written = True
    permission = "dialogues.write_summary"
    intro = _(
        "Att svara är frivilligt. Texten står kvar som myndigheternas, och det framgår att huvudmannen inte "
        "har svarat. Vill huvudmannen ändra något senare går det att skicka en ny version tills dialogen "
        "avslutas."
    )

    note = LongText(label=_("Några ord till huvudmannen"), rows=4)

    def prepare(self) -> None:
        super().prepare()
        self.initial["note"] = in_swedish(CLOSING_WORDS)

    def perform(self, actor: Actor) -> None:
        summaries.close_unanswered_summary(sent=self.sent(), note=self.cleaned_data["note"], actor=actor)


def answer_summary(
    sent: SummaryRound, said: dict[str, str], *, given_by: str, channel: Channel, actor: Actor
) -> None:
    """Take in what a form says: `answer` is `agree` or `change`, with `comment`. Raises NotPossible."""
    told = {"sent": sent, "given_by": given_by, "channel": channel, "actor": actor}
    if said["answer"] == "change":
        summaries.return_summary(comment=said["comment"], **told)  # type: ignore[arg-type]
    elif said["comment"].strip():
        raise NotPossible(_("Välj ”Vill ändra något” om orden ska komma fram, eller ta bort dem."))
    else:
        summaries.agree_to_summary(**told)  # type: ignore[arg-type]


def _round_in(data: Mapping[str, Any]) -> int:
    """The number of the version that a page knew as sent last, by its hidden field; 0 for none."""
    return answer_in({"seen": data.get("seen_round", "")})


def _what_the_huvudman_wants(dialogue: Dialogue) -> Texts:
    last = dialogue.summary_rounds.first()
    if last is None or last.state != RoundState.RETURNED:
        return []
    label = format_lazy(
        _("Det här vill {who} ändra i version {number} ({day})"),
        who=last.answered_by,
        number=last.number,
        day=day(last.answered_at),
    )
    return [(label, last.comment)]
