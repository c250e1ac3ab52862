"""Forms for what is done with a draw: the public value, and why something is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dialogues.domain import draws
from dialogues.domain.plan_approval import approve_plan, close_plan, has_made, is_as_opened, open_plan
from dialogues.domain.swaps import plan_version
from dialogues.forms.draws import reason_field
from dialogues.forms.plan_seen import PlanSeenForm
from dialogues.forms.steps import version_in
from dialogues.models import Draw
from dialogues.models import DrawState as S


class DeedForm(PlanSeenForm):
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
