"""What every step that staff take in a dialogue has in common: a form that calls one verb."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import StaffRole, User
from accounts.names import only_seen_signs
from dialogues.days import unusual
from dialogues.domain.staffing import absent_agency
from dialogues.forms.moments import MomentForm, TickForTime
from dialogues.forms.plain import PlainForm
from dialogues.models import Channel, Dialogue, Meeting, MeetingStaff

TOLD_CHANNELS = [(c.value, c.label) for c in (Channel.PHONE, Channel.MAIL, Channel.LETTER)]


class StepForm(PlainForm):
    """A step in a dialogue: title, button, permission, and the verb behind the button."""

    title: ClassVar[str | Promise]
    button: str | Promise
    done: str | Promise
    permission: ClassVar[str]
    intro: str | Promise = ""
    is_written: bool = False
    """Whether the huvudman gets a letter about it, now or with the underlag; `done` says so then."""
    seen: int | None = None
    """The version of what the page shows, where the step must be about that."""
    seen_round: int | None = None
    """The number of the summary's version that the page knows as sent last, where the step sends one."""
    stands: Sequence[tuple[str | Promise, str]] = ()
    """What somebody else has written meanwhile, to be read beside what was typed here: labels and texts."""
    recalled: Sequence[tuple[str | Promise, str]] = ()
    """What has been said before, to be read first: labels and texts."""
    consequences: Sequence[str] = ()
    """What will happen, told before it is done."""
    posted_to: ClassVar[str] = ""
    """The step that the form takes, where it can be shown instead of another step's."""

    def __init__(self, *args: Any, dialogue: Dialogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialogue = dialogue
        self.prepare()

    def seen_then(self) -> int:
        """The version of the meeting on the page that was answered; -1 when it does not say."""
        return version_in(self.data)

    def prepare(self) -> None:
        """Fit the fields to the dialogue."""

    def open_for(self, user: User) -> None:
        """Fit the form to who opens it."""

    def recalled_together(self) -> list[tuple[str | Promise, list[str]]]:
        """What has been said before, with one heading for texts in a row that have the same."""
        rows = groupby(self.recalled, key=lambda row: row[0])
        return [(label, [text for _label, text in texts]) for label, texts in rows]

    def instead(self) -> StepForm:
        """The form to go on with, and nothing typed lost, when somebody else has said something different."""
        return self

    def perform(self, actor: Actor) -> None:
        """Call the verb with what was typed. Raises NotPossible when it cannot be done."""
        raise TypeError(f"{type(self).__name__} has no verb")


class ToldForm(StepForm):
    """A step that somebody at the huvudman told us: who, and how."""

    told_by = forms.CharField(
        label=_("Vem hos huvudmannen berättade?"),
        max_length=200,
        validators=[only_seen_signs],
        help_text=_("Namn och roll"),
    )
    channel = forms.ChoiceField(label=_("Hur?"), choices=TOLD_CHANNELS, initial=Channel.PHONE)


def version_in(data: Mapping[str, Any]) -> int:
    """A meeting's version as a page's hidden field `seen` has it; -1, which no meeting has, for none."""
    seen = str(data.get("seen", ""))
    return int(seen) if re.fullmatch(r"[0-9]{1,9}", seen) else -1


def answer_in(data: Mapping[str, Any]) -> int:
    """The id of the answer that a page showed, by its hidden field `seen`; 0 when it showed none."""
    return max(version_in(data), 0)


class LeaderField(forms.ModelMultipleChoiceField):
    """Dialogue leaders of both agencies."""

    def __init__(self, **kwargs: Any) -> None:
        leaders = User.objects.filter(is_active=True, staff__roles__contains=[StaffRole.LEADER])
        super().__init__(
            queryset=leaders.select_related("staff__agency").order_by("staff__agency__name", "name"),
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name}, {obj.staff.agency}"


class StaffFields(PlainForm):
    """Who comes from the agencies."""

    staff = LeaderField(label=_("Från myndigheterna"), help_text=_("Minst en person från varje myndighet."))

    def clean_staff(self) -> list[User]:
        chosen = list(self.cleaned_data["staff"])
        absent = absent_agency(chosen)
        if absent:
            raise forms.ValidationError(_("Välj någon från %(agency)s också."), params={"agency": absent})
        return chosen

    def people(self) -> list[User]:
        """Who comes from the agencies."""
        return list(self.cleaned_data["staff"])


class WhenFields(MomentForm, StaffFields):
    """When a meeting is: day, time and length in minutes; and who comes from the agencies.

    Asks once more when the time is one at which hardly anyone works, and again when it is changed to another.
    """

    longest: ClassVar[int] = 480
    usual: ClassVar[int] = 120

    day = forms.DateField(label=_("Dag"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(
        label=_("Klockslag"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(
        label=_("Längd i minuter"),
        min_value=15,
        help_text=_("Längden bestäms för varje möte. 120 minuter är två timmar."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"].initial = self.usual

    def clean_minutes(self) -> int:
        minutes = int(self.cleaned_data["minutes"])
        if minutes > self.longest:
            raise forms.ValidationError(_("Ett möte kan vara högst åtta timmar."))
        return minutes

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("day") or data.get("time") is None:
            return data
        if self.moment() < timezone.now():
            self.add_error("day", _("Välj en tid som inte har passerat."))
        elif data.get("minutes"):
            self._ask_when_unusual()
        return data

    def span(self) -> dict[str, Any]:
        """The meeting's beginning and end, as the verbs want them."""
        return self.span_of(self.cleaned_data["minutes"])

    def _ask_when_unusual(self) -> None:
        """Let an unusual time through only with a tick that this very time is meant."""
        why = unusual(**self.span())
        if not why:
            return
        tick = TickForTime(**self.span())
        self.fields["unusual"] = forms.BooleanField(label=_("Tiden ska ändå vara den här"), widget=tick)
        if not self["unusual"].value():
            question = _(
                "Tiden är ovanlig: %(why)s. Välj en annan, eller kryssa i ”Tiden ska ändå vara den här”."
            )
            self.add_error("unusual", question % {"why": why})

    def fill_in(self, meeting: Meeting, *names: str, with_time: bool) -> None:
        """Let the form open with the meeting's length, people, fields in `names`, and time if wanted."""
        starts_at = timezone.localtime(meeting.starts_at)
        self.initial.update(people_of(meeting), **{name: getattr(meeting, name) for name in names})
        self.initial["minutes"] = (meeting.ends_at - meeting.starts_at) // datetime.timedelta(minutes=1)
        if with_time:
            self.initial.update(day=starts_at.date(), time=starts_at.time())


def people_of(meeting: Meeting) -> dict[str, list[int]]:
    """What the field `staff` opens with: those booked, or who were before another time was wished."""
    people = MeetingStaff.objects.filter(meeting=meeting).order_by("pk")
    return {"staff": list(people.values_list("user_id", flat=True))}


class WhenForm(WhenFields, StepForm):
    """A step that sets a meeting."""
