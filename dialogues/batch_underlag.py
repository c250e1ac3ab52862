"""The underlag of a batch, read together: where each stands, what looks odd, whom it waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Agency
from dialogues.models import Dialogue, DialogueState, InvitationBatch, Underlag
from dialogues.models import UnderlagState as S
from dialogues.underlag.oddities import latest_periods, oddities

READ = frozenset({S.RENDERED, S.CONFIRMED, S.ISSUED})
"""States in which there is a content to read."""
ORDER = (S.FAILED, S.RENDERED, S.CONFIRMED, None, S.ORDERED, S.ISSUED)
"""The order of the list; None is of those that nobody has ordered."""


@dataclass(frozen=True)
class Row:
    """A huvudman of the list. `awaited` are the agencies that have not confirmed, `is_of_old` tells that it
    rests on other figures than the batch's now.
    """

    dialogue: Dialogue
    underlag: Underlag | None
    oddities: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    is_of_old: bool = False

    @property
    def state(self) -> str | None:
        """The underlag's state; None where none is ordered."""
        return self.underlag.state if self.underlag else None

    @property
    def is_to_read(self) -> bool:
        """Whether somebody should look at it: it is odd, failed, or of old figures, and has not gone out."""
        return self.state != S.ISSUED and bool(self.oddities or self.is_of_old or self.state == S.FAILED)

    @property
    def place(self) -> tuple[bool, int]:
        """Those to look at first, then by how far they have come; the database has put them by name."""
        return not self.is_to_read, ORDER.index(self.state)


def underlag_rows(batch: InvitationBatch) -> list[Row]:
    """Those of the batch that have an underlag or may have one now, first those to look at. Four queries."""
    dialogues = batch.dialogues.select_related("huvudman").order_by("huvudman__name", "pk")
    latest = _latest(batch)
    agencies = list(Agency.objects.order_by("name"))
    made = [row.content for row in latest.values() if row.state in READ]
    periods = latest_periods(made)
    rows = [
        _row(dialogue, latest.get(dialogue.pk), batch, agencies, periods)
        for dialogue in dialogues
        if dialogue.pk in latest or dialogue.state == DialogueState.INTRODUCED
    ]
    return sorted(rows, key=lambda row: row.place)


def states_in(batch: InvitationBatch) -> Counter[str]:
    """How many underlag of the batch are in each state. One query, and no content is read."""
    return Counter(Underlag.objects.filter(dialogue__batch=batch).values_list("state", flat=True))


def counts(rows: Iterable[Row]) -> list[tuple[str, int]]:
    """How many have come how far, in the order of the work; steps that nobody is at are left out."""
    found = Counter(row.state for row in rows)
    steps = (None, S.ORDERED, S.FAILED, S.RENDERED, S.CONFIRMED, S.ISSUED)
    labels = {state: _("inte beställt") if state is None else str(state.label) for state in steps}
    return [(labels[state], found[state]) for state in steps if found[state]]


def _latest(batch: InvitationBatch) -> dict[int, Underlag]:
    """The latest underlag of each dialogue, with its confirmations."""
    rows = Underlag.objects.filter(dialogue__batch=batch).order_by("dialogue", "version")
    return {row.dialogue_id: row for row in rows.prefetch_related("confirmations")}


def _row(
    dialogue: Dialogue,
    underlag: Underlag | None,
    batch: InvitationBatch,
    agencies: list[Agency],
    periods: dict[str, str],
) -> Row:
    if underlag is None or underlag.state not in READ:
        return Row(dialogue, underlag)
    odd = () if underlag.state == S.ISSUED else oddities(underlag.content, periods)
    given = {confirmation.agency_id for confirmation in underlag.confirmations.all()}
    return Row(
        dialogue,
        underlag,
        oddities=tuple(odd),
        awaited=tuple(str(agency) for agency in agencies if agency.pk not in given),
        is_of_old=underlag.figures_as_of != batch.figures_as_of,
    )
