"""What a planner says when a plan is made again: why, what batches can take, and who must wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dialogues.domain.plan_writing import block_from
from dialogues.domain.replans import ask_replan
from dialogues.domain.since_planned import SincePlanned
from dialogues.draw_queries import found_in
from dialogues.forms.draws import reason_field
from dialogues.forms.plain import PlainForm
from dialogues.models import Draw
from dialogues.replan_queries import names_of, unsent_blocks
from huvudman.models import Lan

MORE = "fler"
"""The button that gives more rows, without asking for anything."""
EMPTY_ROWS, MOST_ROWS = 1, 100


class ReplanForm(PlainForm):
    """Why the plan is made again."""

    why = reason_field(_("Varför görs planen om?"))


class CapacityForm(PlainForm):
    """The most that a batch can take from a län."""

    use_required_attribute = False

    region = forms.ChoiceField(label=_("Län"))
    block = forms.ChoiceField(label=_("Omgång"))
    most = forms.IntegerField(label=_("Högst så många huvudmän"), min_value=0, max_value=9_999)

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty = [("", _("Välj"))]
        self.fields["region"].choices = empty + asked.regions  # type: ignore[attr-defined]
        self.fields["block"].choices = empty + asked.blocks  # type: ignore[attr-defined]
        self.names = dict(asked.regions) | dict(asked.blocks)

    def about(self) -> tuple[str, ...]:
        """Which län and batch the limit is for; nothing until both are known."""
        data = self.cleaned_data
        return (data["region"], data["block"]) if data.get("region") and data.get("block") else ()

    def refuse_again(self) -> None:
        """Say that a row above has a limit for the same."""
        region, block = (self.names[value] for value in self.about())
        text = _("%(lan)s har redan en gräns i omgång %(block)s. Ta bort en av dem.")
        self.add_error("block", text % {"lan": region, "block": block})


class WaitForm(PlainForm):
    """A huvudman that must not come before a year."""

    use_required_attribute = False

    huvudman = forms.CharField(
        label=_("Huvudman"), max_length=100, help_text=_("Namn, organisationsnummer eller beteckning.")
    )
    year = forms.ChoiceField(label=_("Tidigast"))

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.fields["year"].choices = [("", _("Välj")), *asked.years]  # type: ignore[attr-defined]

    def about(self) -> tuple[str, ...]:
        """Who waits; nothing until it is known."""
        found = self.cleaned_data.get("huvudman")
        return (found,) if found else ()

    def refuse_again(self) -> None:
        """Say that a row above is about the same huvudman."""
        self.add_error("huvudman", _("Huvudmannen står redan i en annan rad. Ta bort en av dem."))

    def clean_huvudman(self) -> str:
        """The id of the one huvudman that is meant."""
        q = self.cleaned_data["huvudman"].strip()
        found = found_in(self.asked.draw, self.asked.places, q)
        exact = [row for row in found if row.name.casefold() == q.casefold()]
        if len(exact or found) == 1:
            return str((exact or found)[0].public_id)
        if not found:
            raise forms.ValidationError(_("Ingen huvudman i planen passar. Kontrollera namnet."))
        names = ", ".join(row.name for row in found)
        raise forms.ValidationError(
            _("Flera passar: %(names)s. Skriv hela namnet, eller beteckningen.") % {"names": names}
        )


class _Rows(forms.BaseFormSet):
    """Rows of which those that are left empty do not count."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "empty_permitted": True}

    def clean(self) -> None:
        """Refuse a row about the same as one above it: only one of the two could count."""
        found: set[tuple[str, ...]] = set()
        for form in self.forms:
            about = form.about()
            if about in found:
                form.refuse_again()
            elif about:
                found.add(about)


def _rows(kind: type[forms.Form], extra: int) -> type[forms.BaseFormSet]:
    return forms.formset_factory(kind, formset=_Rows, extra=extra, max_num=MOST_ROWS)


@dataclass
class Asked:
    """All that is asked on the page: the reason and the two tables of rows."""

    draw: Draw
    since: SincePlanned
    data: QueryDict | None = None

    def __post_init__(self) -> None:
        self.blocks = unsent_blocks(self.draw, self.since.sent)
        codes = {unit.region for unit in self.since.units} - {""}
        self.regions = list(Lan.objects.filter(code__in=codes).order_by("name").values_list("code", "name"))
        first = self.draw.cycle.first_year
        years = sorted({block_from(block).year for block, _name in self.blocks})
        self.years = [(str(year), str(first + year - 1)) for year in years]
        self.places = {unit.id: "" for unit in self.since.units}
        wants_more = self.data is not None and MORE in self.data
        data = None if wants_more else self.data
        typed = self.data if wants_more else None
        why = {"why": typed.get("why", "")} if typed else None
        self.form = ReplanForm(data, initial=why)
        self.capacity = self._formset(CapacityForm, data, typed, "granser", self._limits())
        self.waits = self._formset(WaitForm, data, typed, "vanta", self._waits())

    @property
    def is_valid(self) -> bool:
        """Tell whether all that was sent can be used."""
        wrong = [part for part in (self.form, self.capacity, self.waits) if not part.is_valid()]
        return not wrong

    @property
    def all_forms(self) -> list[forms.BaseForm]:
        """All forms, for the page's summary of what is wrong."""
        return [self.form, *self.capacity.forms, *self.waits.forms]

    def perform(self, actor: Actor) -> Draw:
        """Ask for the replan."""
        capacity = {
            (row["region"], *block_from(row["block"])): row["most"] for row in _filled(self.capacity.forms)
        }
        return ask_replan(
            draw=self.draw,
            why=self.form.cleaned_data["why"],
            capacity=[(*key, most) for key, most in sorted(capacity.items())],
            waits={row["huvudman"]: int(row["year"]) for row in _filled(self.waits.forms)},
            actor=actor,
        )

    def _formset(
        self,
        kind: type[forms.Form],
        data: QueryDict | None,
        typed: QueryDict | None,
        prefix: str,
        initial: list[dict[str, Any]],
    ) -> forms.BaseFormSet:
        extra = EMPTY_ROWS
        if typed is not None:
            initial, extra = _typed_rows(kind, typed, prefix), EMPTY_ROWS + 2
        rows = _rows(kind, extra)
        return rows(data, prefix=prefix, initial=None if data else initial, form_kwargs={"asked": self})

    def _limits(self) -> list[dict[str, Any]]:
        """What the plan before was limited by, where that can still count."""
        open_blocks = dict(self.blocks)
        return [
            {"region": region, "block": f"{year}:{batch}", "most": most}
            for region, year, batch, most in self.draw.capacity
            if f"{year}:{batch}" in open_blocks
        ]

    def _waits(self) -> list[dict[str, Any]]:
        kept = {unit: year for unit, year in self.draw.waits.items() if unit in self.places}
        names = names_of(list(kept)) if kept else {}
        return [{"huvudman": names.get(unit, unit), "year": str(year)} for unit, year in kept.items()]


def _typed_rows(kind: type[forms.Form], typed: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """What was typed in the rows, when more are asked for: none of it is lost."""
    found = []
    for number in range(MOST_ROWS):
        row = {name: typed.get(f"{prefix}-{number}-{name}", "") for name in kind.base_fields}
        if any(row.values()):
            found.append(row)
    return found


def _filled(rows: Iterable[forms.Form]) -> list[dict[str, Any]]:
    return [row.cleaned_data for row in rows if row.has_changed() and row.cleaned_data]
