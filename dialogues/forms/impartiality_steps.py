"""The step in which somebody says whether they have a conflict of interest."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from dialogues.domain.impartiality import declare_conflict
from dialogues.forms.plain import LongText
from dialogues.forms.steps import StepForm


class DeclareForm(StepForm):
    """Whether one has a conflict of interest in the dialogue."""

    title = _("Säg om du är jävig")
    button = _("Spara")
    done = _("Tack. Nu vet den som bemannar dialogen.")
    permission = "dialogues.declare_conflict"
    intro = _(
        "Du är jävig om något kan rubba förtroendet för att du är opartisk, till exempel om du eller någon "
        "som står dig nära arbetar hos huvudmannen, har gjort det nyligen, eller har något att vinna eller "
        "förlora. Är du osäker? Prata med din chef. Blir något annorlunda senare ändrar du här."
    )

    answer = forms.ChoiceField(
        label=_("Är du jävig i den här dialogen?"),
        choices=[("no", _("Nej, jag är inte jävig")), ("yes", _("Ja, eller det kan se ut så"))],
        widget=forms.RadioSelect,
    )
    reason = LongText(
        label=_("Kort om varför"),
        required=False,
        longest=500,
        rows=2,
        help_text=_("Läses bara på din myndighet, och rensas när dialogen är över."),
    )

    def open_for(self, user: User) -> None:
        for said in self.dialogue.conflict_declarations.all():
            if said.user_id == user.pk:
                self.initial.update(answer="yes" if said.has_conflict else "no", reason=said.reason)

    def perform(self, actor: Actor) -> None:
        declare_conflict(
            dialogue=self.dialogue,
            has_conflict=self.cleaned_data["answer"] == "yes",
            reason=self.cleaned_data["reason"],
            actor=actor,
        )
