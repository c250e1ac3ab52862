"""Steps about content: the answer, what the dialogue and the feedback came to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from accounts.templatetags.look import moment
from dialogues.domain import records
from dialogues.domain.carrying import (
    batches_to_move_to,
    carry_to_later_batch,
    may_answer_until,
    still_may_change,
    wished_later,
)
from dialogues.domain.invitations import answer_invitation
from dialogues.domain.own_questions import open_questions
from dialogues.domain.replacing import batch_in_plan
from dialogues.forms.answering import WishFields
from dialogues.forms.held import HeldFields, HeldForm
from dialogues.forms.plain import LongText
from dialogues.forms.steps import StepForm, ToldForm, answer_in
from dialogues.goal_words import shared_as_texts
from dialogues.half_years import half_year_name
from dialogues.models import (
    Answer,
    Channel,
    DeclineReason,
    Dialogue,
    DialogueRecord,
    DialogueState,
    InvitationBatch,
    MeetingKind,
)
from dialogues.queries import current_invitation, current_meeting, latest_answer
from dialogues.summary.content import as_texts
from huvudman.models import Skolform
from huvudman.queries import skolformer_of

WHAT_CAME_OF_IT = _("Vad kom ni fram till om det fortsatta arbetet?")


class AnswerForm(WishFields, ToldForm):
    """An answer to the invitation, told by phone, mail or letter."""

    title = _("Skriv in svar på inbjudan")
    button = _("Spara svaret")
    done = _("Svaret är sparat. Huvudmannen får ett kvitto.")
    is_written = True
    permission = "dialogues.answer_invitation"

    answer = forms.ChoiceField(label=_("Svar"), choices=Answer.choices, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Skäl till ett nej"),
        choices=DeclineReason.choices,
        required=False,
    )
    comment = LongText(label=_("Kommentar"), required=False, rows=3)

    field_order = (
        "answer",
        "wants_digital",
        "wished_half_year",
        "reason",
        "comment",
        "told_by",
        "channel",
    )

    def prepare(self) -> None:
        self.fields["wants_digital"].label = _("Vill helst ha dialogen digitalt")
        self.fields["wants_digital"].help_text = _("Om svaret är ja.")
        self.fields["wished_half_year"].label = _("Vill delta senare: när passar det bäst?")
        latest = latest_answer(self.dialogue)
        self.seen = latest.pk if latest else 0
        if latest:
            self.intro = format_lazy(
                _("Svaret nu är ”{answer}”. {who} lämnade det {when}."),
                answer=latest.get_answer_display(),
                who=latest.given_by,
                when=moment(latest.given_at),
            )

    def perform(self, actor: Actor) -> None:
        invitation = current_invitation(self.dialogue)
        if invitation is None:
            raise NotPossible(_("Huvudmannen är inte inbjuden än."))
        data = self.cleaned_data
        answer_invitation(
            invitation=invitation,
            answer=Answer(data["answer"]),
            reason=data["reason"],
            comment=data["comment"],
            **self.wishes(),
            given_by=data["told_by"],
            channel=Channel(data["channel"]),
            actor=actor,
            seen=answer_in(self.data),
        )

    def instead(self) -> StepForm:
        self.prepare()
        return self


class BatchField(forms.ModelChoiceField):
    """Batches, shown with the half-year in which each goes out."""

    def label_from_instance(self, obj: InvitationBatch) -> str:
        return f"{obj}, {half_year_name(obj.half_year)}"


class LaterBatchForm(StepForm):
    """Choose the later batch for a huvudman that wants to take part later."""

    title = _("Välj en senare omgång")
    button = _("Flytta till omgången")
    done = _("Huvudmannen bjuds in i den valda omgången och får ett brev om det.")
    permission = "dialogues.plan_cycle"

    is_written = True

    batch = BatchField(label=_("Omgång"), queryset=InvitationBatch.objects.none(), empty_label=None)

    intro: str | Promise = _(
        "Huvudmannen får ett brev om när det blir. Inbjudan kommer när omgången skickas."
    )

    def prepare(self) -> None:
        batches = batches_to_move_to(self.dialogue).select_related("cycle")
        self.fields["batch"].queryset = batches  # type: ignore[attr-defined]
        self._open_with_wish(batches)
        last = may_answer_until(self.dialogue)
        if last:
            self.intro = still_may_change(last)

    def _open_with_wish(self, batches: Iterable[InvitationBatch]) -> None:
        """Choose the first batch in the half-year that the huvudman wished, or later, and tell of it; without
        a wish its place in the plan, which it has from the one that was invited instead.
        """
        answer = wished_later(self.dialogue)
        if answer is None or not answer.wished_half_year:
            self.initial["batch"] = batch_in_plan(self.dialogue)
            return
        self.recalled = [(_("Huvudmannens önskemål"), capfirst(answer.wished_time))]
        fits = [batch.pk for batch in batches if batch.half_year >= answer.wished_half_year]
        self.initial["batch"] = next(iter(fits), None)

    def perform(self, actor: Actor) -> None:
        carry_to_later_batch(dialogue=self.dialogue, batch=self.cleaned_data["batch"], actor=actor)


class OtherBatchForm(LaterBatchForm):
    """Move a huvudman from the later batch it was given to another, while neither has been sent."""

    title = _("Byt omgång")

    def prepare(self) -> None:
        super().prepare()
        text = _(
            "Huvudmannen svarade att den vill delta senare och har nu sin plats i %(batch)s. Den flyttas "
            "därifrån till omgången du väljer, och får ett brev om det. Inbjudan kommer när omgången skickas."
        )
        self.intro = text % {"batch": str(self.dialogue.batch).lower()}


class RecordFields(StepForm):
    """What the dialogue came to."""

    summary = LongText(label=_("Sammanfattning"), rows=8)
    skolformer = forms.MultipleChoiceField(
        label=_("Vilka skolformer togs upp?"), choices=Skolform.choices, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        super().prepare()
        offered = self.offered()
        if offered:
            choices = [(code, label) for code, label in Skolform.choices if code in offered]
            self.fields["skolformer"].choices = choices  # type: ignore[attr-defined]

    def offered(self) -> set[str]:
        """The skolformer to choose among: what the huvudman runs. All, when that is not known."""
        return set(skolformer_of(self.dialogue.huvudman))

    def what_was_said(self) -> dict[str, Any]:
        """The summary and the skolformer, as the verbs want them."""
        skolformer = [Skolform(code) for code in self.cleaned_data["skolformer"]]
        return {"summary": self.cleaned_data["summary"], "discussed_skolformer": skolformer}

    def instead(self) -> StepForm:
        return changed_instead(self)


class RecordForm(HeldFields, RecordFields):
    """Change what was written about the dialogue, and about the feedback when that is held.

    Shown instead of a step that says a meeting was held, it keeps what was said about when.
    """

    title = _("Ändra dokumentationen")
    button = _("Spara")
    done = _("Dokumentationen är ändrad. Det som stod tidigare sparas i loggen.")
    permission = "dialogues.hold_dialogue"
    posted_to = "dokumentation"
    if_wrong = _("Är den fel går den att ändra på dialogens sida.")

    feedback = LongText(label=WHAT_CAME_OF_IT, rows=6, required=False)

    def prepare(self) -> None:
        super().prepare()
        is_fed_back = self.dialogue.state == DialogueState.FEEDBACK_HELD
        if not is_fed_back:
            del self.fields["feedback"]
        kind = MeetingKind.FEEDBACK if is_fed_back else MeetingKind.DIALOGUE
        self.keep_when(current_meeting(self.dialogue, kind))
        self.seen = answer_in(self.data) if self.is_bound else records.record_version(self.dialogue)
        self.initial.update(in_fields(self.dialogue))

    def offered(self) -> set[str]:
        runs = super().offered()
        return runs and runs | set(in_fields(self.dialogue).get("skolformer", []))

    def show_what_stands(self) -> None:
        """Let what stands be read beside what was typed."""
        stands = in_fields(self.dialogue)
        skolformer = ", ".join(str(Skolform(code).label) for code in stands["skolformer"])
        self.stands = [
            (_("Skolformer som togs upp"), skolformer),
            (_("Sammanfattning"), stands["summary"]),
            *([(_("Återkoppling"), stands["feedback"])] if stands["feedback"] else []),
        ]

    def perform(self, actor: Actor) -> None:
        records.change_record(
            dialogue=self.dialogue,
            **self.what_was_said(),
            feedback=self.cleaned_data.get("feedback", ""),
            seen=answer_in(self.data),
            actor=actor,
        )


def in_fields(dialogue: Dialogue) -> dict[str, Any]:
    """The dialogue's record by the names of the fields; empty until the dialogue is held."""
    row = DialogueRecord.objects.filter(dialogue=dialogue).first()
    if row is None:
        return {}
    return {"summary": row.summary, "skolformer": row.discussed_skolformer, "feedback": row.feedback}


def changed_instead(form: StepForm) -> RecordForm:
    """The form that changes the record, where somebody else has written it meanwhile: with what was typed in
    `form`, what stands in the other fields, and what stands to be read beside.
    """
    dialogue = Dialogue.objects.select_related("huvudman").get(pk=form.dialogue.pk)
    typed = {name: form[name].value() for name in form.fields if name in form.data}
    version = records.record_version(dialogue)
    anew = RecordForm({**in_fields(dialogue), **typed}, dialogue=dialogue)
    anew.is_valid()
    anew.seen = version
    anew.show_what_stands()
    return anew


class HoldDialogueForm(HeldForm, RecordFields):
    """The dialogue was held."""

    title = _("Dialogen är hållen")
    button = _("Spara")
    done = _("Dialogen är hållen. Nästa steg är återkopplingen.")
    permission = "dialogues.hold_dialogue"
    kind = MeetingKind.DIALOGUE

    def perform(self, actor: Actor) -> None:
        records.hold_dialogue(dialogue=self.dialogue, **self.what_was_said(), **self.how_held(), actor=actor)


class HoldFeedbackForm(HeldForm):
    """The feedback meeting was held."""

    title = _("Återkopplingen är hållen")
    button = _("Spara")
    done = _("Återkopplingen är hållen.")
    permission = "dialogues.hold_feedback"
    kind = MeetingKind.FEEDBACK

    feedback = LongText(label=WHAT_CAME_OF_IT, rows=6, required=False)

    def prepare(self) -> None:
        super().prepare()
        self.recalled = [
            *recalled_summary(self.dialogue),
            *(
                (_("Det har hänt sedan dess, det som huvudmannen delar"), text)
                for text in shared_as_texts(self.dialogue)
            ),
            *((_("Väntar på vårt svar"), question.text) for question in open_questions(self.dialogue)),
        ]

    def instead(self) -> StepForm:
        return changed_instead(self)

    def perform(self, actor: Actor) -> None:
        feedback = self.cleaned_data["feedback"]
        records.hold_feedback(dialogue=self.dialogue, feedback=feedback, **self.how_held(), actor=actor)


def recalled_summary(dialogue: Dialogue) -> list[tuple[str | Promise, str]]:
    """The summary that was sent last, else what was noted when the dialogue was held."""
    sent = dialogue.summary_rounds.first()
    if sent:
        return list(as_texts(sent.content))
    record = DialogueRecord.objects.filter(dialogue=dialogue).first()
    return [(_("Sammanfattning av dialogen"), record.summary)] if record else []


class HeldTimeForm(HeldFields, StepForm):
    """Correct when the dialogue was held."""

    title = _("Ändra när dialogen hölls")
    button = _("Spara")
    done = _("Tiden är ändrad. Den som stod tidigare sparas i loggen.")
    permission = "dialogues.hold_dialogue"
    intro = _("Inget brev skickas.")
    kind: ClassVar[MeetingKind] = MeetingKind.DIALOGUE

    def prepare(self) -> None:
        version = records.held_time_version(self.dialogue, self.kind)
        self.seen = answer_in(self.data) if self.is_bound else version
        self.ask_instead(current_meeting(self.dialogue, self.kind))

    def perform(self, actor: Actor) -> None:
        records.change_held_time(
            dialogue=self.dialogue,
            kind=self.kind,
            held_at=self.moment(),
            seen=answer_in(self.data),
            actor=actor,
        )

    def instead(self) -> StepForm:
        self.seen = records.held_time_version(self.dialogue, self.kind)
        meeting = current_meeting(self.dialogue, self.kind)
        if meeting:
            self.stands = [(_("När mötet hölls"), moment(meeting.starts_at))]
        return self


class FeedbackHeldTimeForm(HeldTimeForm):
    """Correct when the feedback meeting was held."""

    title = _("Ändra när återkopplingen hölls")
    kind = MeetingKind.FEEDBACK


class CloseForm(StepForm):
    """Close the dialogue."""

    title = _("Avsluta dialogen")
    button = _("Avsluta dialogen")
    done = _("Dialogen är avslutad. Huvudmannen får ett tack.")
    is_written = True
    permission = "dialogues.close_dialogue"
    intro = _(
        "Allt som är skickat och mottaget sparas. Arbetsanteckningarna rensas, och en sammanfattning som "
        "aldrig har skickats. Huvudmannen får ett brev med tack."
    )

    unanswered = LongText(
        label=_("Varför får huvudmannens frågor inte svar?"),
        rows=4,
        help_text=_("Huvudmannen får skälet i brevet och läser det i portalen."),
        error_messages={
            "required": _("Svara på frågorna på dialogens sida, eller skriv varför de inte får svar.")
        },
    )

    def prepare(self) -> None:
        waiting = [question.text for question in open_questions(self.dialogue)]
        self.recalled = [(_("Frågor från huvudmannen som väntar på svar"), text) for text in waiting]
        if not waiting:
            del self.fields["unanswered"]

    def perform(self, actor: Actor) -> None:
        reason = self.cleaned_data.get("unanswered", "")
        records.close_dialogue(dialogue=self.dialogue, unanswered=reason, actor=actor)
