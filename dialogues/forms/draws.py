"""Forms for draws: what to lock or try, the public value, and why something is done."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.templatetags.look import day
from dialogues.days import day_off
from dialogues.domain import draws
from dialogues.domain.engine import WHOLE
from dialogues.domain.plan_approval import approve_plan, close_plan, has_made, is_as_opened, open_plan
from dialogues.domain.swaps import plan_version
from dialogues.forms.plain import LongText, PlainForm
from dialogues.forms.planning import day_field
from dialogues.forms.steps import version_in
from dialogues.models import Cycle, Draw
from dialogues.models import DrawState as S
from dialogues.plan_queries import family_name
from dialogues.planning import FAMILIES

LONGEST_REASON = 1000
YEARS_BETWEEN = 2
"""The least number of years between two dialogues, unless another is chosen."""
TO_THE_VALUE = 7
"""Days from the commitment to the value's day, unless another is chosen."""


def reason_field(label: str | Promise, **kwargs: Any) -> LongText:
    """Why something is done: the public report may show it."""
    return LongText(
        rows=3,
        longest=LONGEST_REASON,
        label=label,
        help_text=_("Står i loggen, och den offentliga rapporten kan visa det. Skriv inga namn på personer."),
        **kwargs,
    )


class NumbersForm(PlainForm):
    """How the cycle is divided, and by what it has to be even."""

    years = forms.IntegerField(label=_("Antal år"), min_value=1, max_value=10)
    batches_per_year = forms.IntegerField(label=_("Omgångar per år"), min_value=1, max_value=52)
    least_years_between = forms.IntegerField(
        label=_("Minst antal år mellan två dialoger"),
        min_value=0,
        max_value=10,
        initial=YEARS_BETWEEN,
        help_text=_(
            "Räknas från året för huvudmannens förra dialog. Den som nyss har haft en får inte de första "
            "åren och har större chans till vart och ett av de senare. 0: ingen sådan regel."
        ),
    )
    together = forms.BooleanField(
        label=_("Bjud in huvudmän i samma koncern tillsammans"),
        required=False,
        help_text=_("När någon lik den kan byta plats med den. Planen blir lika jämn och chanserna lika."),
    )
    families = forms.MultipleChoiceField(
        label=_("Jämnt fördelat efter"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Ju fler, desto svårare att få alla jämna. Omgångarnas storlek är alltid jämn."),
    )
    by_year_only = forms.MultipleChoiceField(
        label=_("Räcker att jämna år för år"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "De andra jämnas i varje omgång. Välj alla fördelningar med län här, så samlas ett läns huvudmän "
            "i färre omgångar under året och resorna blir färre, än mer om också regionalt kontor väljs. "
            "Planens sida visar hur mycket."
        ),
    )

    def __init__(self, *args: Any, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        self.initial.setdefault("years", cycle.years)
        self.initial.setdefault("batches_per_year", cycle.batches_per_year)
        choices = [(family, family_name(family)) for family in FAMILIES if family != WHOLE]
        for name in ("families", "by_year_only"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.initial.setdefault("families", [family for family, _label in choices])

    def asked(self) -> dict[str, Any]:
        """What was asked for, as the verbs take it."""
        data = dict(self.cleaned_data)
        families, by_year = data.pop("families"), data.pop("by_year_only")
        return data | {"even": draws.Even(tuple(families), tuple(by_year))}

    def perform(self, actor: Actor) -> Draw:
        """Do what the form asks for."""
        raise TypeError(f"{type(self).__name__} has no verb")


class TrialForm(NumbersForm):
    """A trial: numbers, and why if one wants to say so."""

    why = reason_field(_("Vad vill du se?"), required=False)

    def perform(self, actor: Actor) -> Draw:
        """Ask for the trial."""
        return draws.try_draw(cycle=self.cycle, actor=actor, **self.asked())


class CommitForm(NumbersForm):
    """A lottery: numbers, where the value will be found, on which day, and why it is made."""

    source = forms.CharField(
        label=_("Källa till värdet"),
        max_length=300,
        help_text=_(
            "Ett värde som ingen här kan påverka och som går att läsa för alla efteråt, till exempel ett "
            "slutvärde för ett börsindex eller en dragning. Skriv exakt vilket, och hur många decimaler."
        ),
        widget=forms.TextInput(attrs={"class": "wide"}),
    )
    value_on = day_field(
        label=_("Värdets dag"), help_text=_("En dag efter i dag, då källan ger ett värde. Välj en vardag.")
    )
    on_day_off = forms.BooleanField(label=_("Ja, källan ger ett värde den dagen"), required=False)
    why = reason_field(_("Varför görs lottningen?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("source", settings.LOTTERY_SOURCE)
        self.initial.setdefault("value_on", next_working_day(TO_THE_VALUE))
        if not self.is_bound or not self._day_off():
            del self.fields["on_day_off"]

    def clean_value_on(self) -> datetime.date:
        chosen: datetime.date = self.cleaned_data["value_on"]
        wrong = draws.wrong_with_value_day(chosen)
        if wrong:
            raise forms.ValidationError(wrong)
        return chosen

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        off = self._day_off()
        if off and not data.pop("on_day_off", False):
            self.add_error("on_day_off", off)
        return data

    def _day_off(self) -> str:
        """Why the source may have no value on the chosen day; nothing on a working day."""
        try:
            chosen = self.fields["value_on"].clean(self.data.get("value_on"))
        except forms.ValidationError:
            return ""
        why = day_off(chosen)
        if not why:
            return ""
        text = _(
            "%(day)s är en ledig dag (%(why)s), då många källor inte ger något värde. Välj en annan dag, "
            "eller kryssa i att källan ger ett."
        )
        return str(text) % {"day": day(chosen), "why": why}

    def perform(self, actor: Actor) -> Draw:
        """Lock the register and the numbers."""
        return draws.commit_lottery(cycle=self.cycle, actor=actor, **self.asked())


def next_working_day(days: int) -> datetime.date:
    """The first working day that is at least `days` away: then most sources have a value."""
    found = timezone.localdate() + datetime.timedelta(days=days)
    while day_off(found):
        found += datetime.timedelta(days=1)
    return found


class DeedForm(PlainForm):
    """Something done with a draw: its words, the states in which it can be, and the permission it takes."""

    title: ClassVar[str | Promise]
    lead: ClassVar[str | Promise] = ""
    button: ClassVar[str | Promise]
    done: ClassVar[str | Promise]
    states: ClassVar[frozenset[str]]
    permission: ClassVar[str] = draws.PLAN
    danger: ClassVar[bool] = False
    forward: ClassVar[bool] = True
    shows_figures: ClassVar[bool] = False
    """Whether one should know the plan's figures to do it."""
    for_replan: ClassVar[Mapping[str, str | Promise]] = {}
    """Its words where a replan has others."""
    seen: int | None = None
    """The version of the plan that the page shows, where one has to have read it."""

    def __init__(self, *args: Any, draw: Draw, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draw = draw

    @classmethod
    def is_for(cls, user_pk: int | None, draw: Draw) -> bool:
        """Tell whether it is for this person to do now. The verb decides; this is for what is offered."""
        return True

    @classmethod
    def words(cls, draw: Draw) -> dict[str, str | Promise]:
        """Its title, lead, button and what is said when it is done."""
        own = {"title": cls.title, "lead": cls.lead, "button": cls.button, "done": cls.done}
        return own | dict(cls.for_replan) if draw.is_replan else own

    def perform(self, actor: Actor) -> Draw:
        """Do it."""
        raise TypeError(f"{type(self).__name__} has no verb")


class ValueField(forms.CharField):
    """The public value, as its source writes it."""

    def __init__(self) -> None:
        super().__init__(label=_("Värde"), max_length=100)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if wrong := draws.wrong_with_value(text):
            raise forms.ValidationError(wrong)
        return text


class ValueForm(DeedForm):
    """The public value, typed in by a first person."""

    title, button = _("Skriv in värdet"), _("Spara värdet")
    lead = _("Läs värdet hos källan och skriv det som det står. Bara siffrorna räknas, i sin ordning.")
    done = _("Värdet är inskrivet. Nu bekräftar en annan planerare det.")
    states = frozenset({S.COMMITTED})

    value = ValueField()
    where = forms.CharField(
        label=_("Var värdet kan läsas"), max_length=300, help_text=_("En webbadress eller en publikation.")
    )

    @classmethod
    def is_for(cls, user_pk: int | None, draw: Draw) -> bool:
        return draw.value_on is not None and draw.value_on <= timezone.localdate()

    def perform(self, actor: Actor) -> Draw:
        return draws.type_value(draw=self.draw, actor=actor, **self.cleaned_data)


class ConfirmForm(DeedForm):
    """The same value, read and typed by a second person; then the draw is made."""

    title, button = _("Bekräfta värdet"), _("Bekräfta och lotta")
    lead = _("Läs själv värdet hos källan och skriv det. Är det samma som det inskrivna lottas planen.")
    done = _("Värdet är bekräftat och planen lottas.")
    states = frozenset({S.TYPED})

    value = ValueField()

    @classmethod
    def is_for(cls, user_pk: int | None, draw: Draw) -> bool:
        return user_pk != draw.typed_by_id

    def perform(self, actor: Actor) -> Draw:
        return draws.confirm_value(draw=self.draw, actor=actor, **self.cleaned_data)


class WhyForm(DeedForm):
    """What is done needs a reason."""

    why = reason_field(_("Varför?"))


class WithdrawForm(WhyForm):
    """Take back a value that was typed wrong."""

    title, button = _("Ta tillbaka värdet"), _("Ta tillbaka värdet")
    lead = _("Det inskrivna värdet står kvar i loggen. Sedan går det att skriva in ett nytt.")
    done = _("Värdet är tillbakataget.")
    states = frozenset({S.TYPED})
    forward = False

    def perform(self, actor: Actor) -> Draw:
        return draws.withdraw_value(draw=self.draw, actor=actor, **self.cleaned_data)


class DiscardForm(WhyForm):
    """Throw the draw away."""

    title, button = _("Kasta lottningen"), _("Kasta lottningen")
    lead = _("Lottningen står kvar i loggen, och den offentliga rapporten räknar den.")
    done = _("Lottningen är kastad.")
    states = frozenset(S) - {S.APPROVED, S.DISCARDED, S.REPLACED}
    for_replan: ClassVar = {
        "title": _("Kasta omplaneringen"),
        "button": _("Kasta omplaneringen"),
        "lead": _(
            "Omplaneringen står kvar i loggen, och den offentliga rapporten räknar den. Planen gäller."
        ),
        "done": _("Omplaneringen är kastad. Planen gäller som förut."),
    }
    danger, forward = True, False

    def perform(self, actor: Actor) -> Draw:
        return draws.discard_draw(draw=self.draw, actor=actor, **self.cleaned_data)


class AgainForm(DeedForm):
    """Make a draw that failed once more."""

    title, button = _("Försök lotta igen"), _("Försök igen")
    lead = _("Samma register och samma frö används, så planen blir den den skulle ha blivit.")
    done = _("Planen lottas.")
    states = frozenset({S.FAILED})
    for_replan: ClassVar = {"title": _("Försök planera om igen"), "done": _("Planen görs om.")}

    def perform(self, actor: Actor) -> Draw:
        return draws.try_again(draw=self.draw, actor=actor)


class ApproveForm(DeedForm):
    """Approve the plan, put it in the batches and freeze it."""

    title, button = _("Godkänn planen"), _("Godkänn och frys planen")
    lead = _(
        "Planen läggs i cykelns omgångar och fryses. Den som har tagit fram den kan inte godkänna den. "
        "Ligger en annan plan i omgångarna ersätts den."
    )
    done = _("Planen är godkänd och ligger i omgångarna.")
    for_replan: ClassVar = {
        "title": _("Godkänn omplaneringen"),
        "lead": _(
            "De som flyttas byter omgång, nya huvudmän läggs till, och dialogen avbokas för dem som har "
            "upphört. De som svarat att de vill delta senare får ett brev om när de bjuds in. Alla andra "
            "ligger kvar. Den som har begärt omplaneringen kan inte godkänna den."
        ),
        "done": _("Omplaneringen är godkänd och ligger i omgångarna."),
    }
    states = frozenset({S.DRAWN})
    permission = draws.APPROVE
    shows_figures = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = version_in(self.data) if self.is_bound else plan_version(self.draw)

    @classmethod
    def is_for(cls, user_pk: int | None, draw: Draw) -> bool:
        return not has_made(user_pk, draw)

    def perform(self, actor: Actor) -> Draw:
        return approve_plan(draw=self.draw, actor=actor, seen=self.seen)


class OpenForm(WhyForm):
    """Open a frozen plan for swaps."""

    title, button = _("Öppna planen för byten"), _("Öppna planen")
    lead = _("Tills planen är godkänd igen går det inte att godkänna någon omgång i cykeln.")
    done = _("Planen är öppen för byten.")
    states = frozenset({S.APPROVED})
    forward = False

    def perform(self, actor: Actor) -> Draw:
        return open_plan(draw=self.draw, actor=actor, **self.cleaned_data)


class CloseForm(DeedForm):
    """Take back that a plan was opened by mistake."""

    title, button = _("Ångra öppningen"), _("Ångra öppningen")
    lead = _(
        "Ingen har bytt plats sedan planen öppnades. Den blir godkänd och fryst igen, precis som den var."
    )
    done = _("Öppningen är ångrad. Planen är godkänd och fryst som förut.")
    states = frozenset({S.DRAWN})
    forward = False

    @classmethod
    def is_for(cls, user_pk: int | None, draw: Draw) -> bool:
        return is_as_opened(draw)

    def perform(self, actor: Actor) -> Draw:
        return close_plan(draw=self.draw, actor=actor)


DEEDS: dict[str, type[DeedForm]] = {
    "varde": ValueForm,
    "bekrafta": ConfirmForm,
    "godkann": ApproveForm,
    "igen": AgainForm,
    "ta-tillbaka": WithdrawForm,
    "oppna": OpenForm,
    "angra": CloseForm,
    "kasta": DiscardForm,
}
"""What can be done with a draw, by the name in its address; the way forward first."""
