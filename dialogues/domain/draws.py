"""The way of a draw: asked for or committed, given its seed, drawn, thrown away. See docs/decisions/0029."""

from __future__ import annotations

import datetime
import re
import secrets
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Machine, NotPossible, WrongState
from accounts.templatetags.look import day
from dialogues.domain.cycles import require_unsent
from dialogues.domain.draw_log import log
from dialogues.domain.engine import WHOLE, method_in_use
from dialogues.domain.intervals import hold_back, too_early
from dialogues.domain.plan_writing import locked_cycle
from dialogues.domain.plans import refuse_when_too_few, register_as_it_is, units_to_plan
from dialogues.lottery import LEAST_DIGITS, commitment_of, digits_of, seed_from
from dialogues.models import Cycle, Draw, DrawEvent, DrawKind
from dialogues.models import DrawState as S
from dialogues.models.draw import OPEN_STATES, TRANSITIONS, USABLE
from dialogues.planning import FAMILIES

PLAN, APPROVE = "dialogues.plan_cycle", "dialogues.approve_plan"
DRAWS = Machine(
    model=Draw,
    table=TRANSITIONS,
    permissions=dict.fromkeys(S.values, PLAN) | {S.APPROVED: APPROVE, S.REPLACED: APPROVE},
)
VALUE = re.compile(r"[0-9]+(?:[., \u00a0\u2009\u202f]{1,2}[0-9]+)*")
FURTHEST_VALUE = datetime.timedelta(days=90)
"""How long after the commitment the day of the value can be."""


@dataclass(frozen=True)
class Even:
    """By which families a plan has to be even, and for which of them it is enough over the years."""

    families: tuple[str, ...] = tuple(FAMILIES)
    by_year_only: tuple[str, ...] = ()

    def as_kept(self) -> dict[str, list[str]]:
        """What a draw keeps of it. The sizes of the batches are always even."""
        wanted = {*self.families, WHOLE}
        return {
            "families": [family for family in FAMILIES if family in wanted],
            "by_year_only": [f for f in FAMILIES if f in wanted & set(self.by_year_only) - {WHOLE}],
        }


EVERYTHING = Even()


@dataclass(frozen=True)
class Wanted:
    """What a draw is asked for: its numbers, what has to be even, the least number of years between two
    dialogues (0: none), and whether the huvudmän of a koncern are invited together.
    """

    years: int
    batches_per_year: int
    even: Even
    least_years_between: int
    together: bool


def commit_lottery(
    *,
    cycle: Cycle,
    years: int,
    batches_per_year: int,
    source: str,
    value_on: datetime.date,
    why: str,
    actor: Actor,
    even: Even = EVERYTHING,
    least_years_between: int = 0,
    together: bool = False,
) -> Draw:
    """Fix the register, the numbers, and where and on which later day the seed's value is to be found.

    Raises NotPossible when the day has come already or is far away, when there are fewer huvudmän than
    batches, when the cycle has a lottery or a replan that is neither used nor thrown away, or when it has
    begun, so that its plan could not be used.
    """
    actor.require(PLAN, cycle)
    wrong = wrong_with_value_day(value_on)
    if wrong:
        raise NotPossible(wrong)
    with transaction.atomic():
        locked = locked_cycle(cycle)
        refuse_beside_another(locked)
        require_unsent(locked)
        wanted = Wanted(years, batches_per_year, even, least_years_between, together)
        draw = _asked(locked, DrawKind.LOTTERY, S.COMMITTED, wanted, why, actor)
        draw.source, draw.value_on, draw.committed_on = source, value_on, timezone.localdate()
        draw.commitment, draw.commitment_sha256 = commitment_of(_committed(draw))
        draw.save()
        facts = {"commitment_sha256": draw.commitment_sha256, "value_on": value_on.isoformat()}
        record(actor=actor, verb="draw.committed", subject=draw, why=why, **facts)
        log(draw, DrawEvent.COMMITTED, actor=actor, why=why)
    return draw


def try_draw(
    *,
    cycle: Cycle,
    years: int,
    batches_per_year: int,
    why: str,
    actor: Actor,
    even: Even = EVERYTHING,
    least_years_between: int = 0,
    together: bool = False,
) -> Draw:
    """Ask for a trial: a plan by a seed of the day, to see how even it gets. It can never be used."""
    from dialogues.domain.draw_work import start

    actor.require(PLAN, cycle)
    with transaction.atomic():
        wanted = Wanted(years, batches_per_year, even, least_years_between, together)
        draw = _asked(locked_cycle(cycle), DrawKind.TRIAL, S.QUEUED, wanted, why, actor)
        draw.seed = f"prov-{secrets.token_hex(8)}"
        draw.save()
        record(actor=actor, verb="draw.queued", subject=draw, why=why)
        log(draw, DrawEvent.ASKED, actor=actor, why=why)
        start(draw)
    return draw


def type_value(*, draw: Draw, value: str, where: str, actor: Actor) -> Draw:
    """Type in the public value and where it can be read. It counts when another planner has confirmed it.

    Raises NotPossible before the value's day, and for a value with too few digits or with other signs.
    """

    def check(row: Draw) -> None:
        if row.value_on is None or timezone.localdate() < row.value_on:
            raise NotPossible(_("Värdet finns först %(day)s.") % {"day": day(row.value_on)})
        if wrong := wrong_with_value(value):
            raise NotPossible(wrong)

    def change(row: Draw) -> None:
        row.value, row.value_where, row.typed_by = value.strip(), where.strip(), actor.user

    def again(row: Draw) -> None:
        if digits_of(row.value) != digits_of(value):
            raise NotPossible(_("Ett annat värde är redan inskrivet. Bekräfta det eller ta tillbaka det."))

    return DRAWS.walk(
        draw,
        to=S.TYPED,
        actor=actor,
        check=check,
        change=change,
        again=again,
        after=lambda row: _log(row, DrawEvent.TYPED, actor),
        value=value,
    )


def withdraw_value(*, draw: Draw, why: str, actor: Actor) -> Draw:
    """Take back a value that was typed wrong, before it is confirmed. The log keeps it."""

    def check(row: Draw) -> None:
        _log(row, DrawEvent.WITHDRAWN, actor, why)

    def change(row: Draw) -> None:
        row.value, row.value_where, row.typed_by = "", "", None

    return DRAWS.walk(draw, to=S.COMMITTED, actor=actor, check=check, change=change, why=why)


def confirm_value(*, draw: Draw, value: str, actor: Actor) -> Draw:
    """Confirm the value by reading it at its source and typing it once more; then the draw is made.

    Raises NotPossible when it is another, and for the one who typed it in.
    """
    from dialogues.domain.draw_work import start

    def check(row: Draw) -> None:
        if row.state != S.TYPED:
            raise WrongState(_("Det finns inget värde att bekräfta."))
        if actor.user is not None and actor.user.pk == row.typed_by_id:
            raise NotPossible(_("Du har skrivit in värdet. En annan planerare behöver bekräfta det."))
        if digits_of(row.value) != digits_of(value):
            raise NotPossible(_("Det är inte samma värde som det inskrivna. Läs det igen hos källan."))

    def change(row: Draw) -> None:
        row.confirmed_by, row.seed, row.tries = actor.user, seed_from(row.commitment_sha256, row.value), 0

    def after(row: Draw) -> None:
        _log(row, DrawEvent.CONFIRMED, actor)
        start(row)

    return DRAWS.walk(draw, to=S.QUEUED, actor=actor, check=check, change=change, after=after)


def try_again(*, draw: Draw, actor: Actor) -> Draw:
    """Make a draw that failed once more, from the same register and the same seed."""
    from dialogues.domain.draw_work import start

    def check(row: Draw) -> None:
        if row.state != S.FAILED:
            raise WrongState(_("Bara en lottning som inte gick kan göras igen."))

    def change(row: Draw) -> None:
        row.problem, row.tries = "", 0

    def after(row: Draw) -> None:
        _log(row, DrawEvent.AGAIN, actor)
        start(row)

    return DRAWS.walk(draw, to=S.QUEUED, actor=actor, check=check, change=change, after=after)


def discard_draw(*, draw: Draw, why: str, actor: Actor) -> Draw:
    """Throw a draw away, also while it is being made. The log keeps it, and the public report counts it.

    Raises NotPossible when its plan is in the batches.
    """

    def check(row: Draw) -> None:
        if row.written_at:
            raise NotPossible(_("Planen ligger i cykelns omgångar. Den ersätts när en annan godkänns."))
        if not why.strip():
            raise NotPossible(_("Skriv varför lottningen kastas."))

    return DRAWS.walk(
        draw,
        to=S.DISCARDED,
        actor=actor,
        check=check,
        after=lambda row: _log(row, DrawEvent.DISCARDED, actor, why),
        why=why,
    )


def refuse_beside_another(cycle: Cycle) -> None:
    """Raise NotPossible when the cycle has a lottery or a replan that is neither used nor thrown away."""
    if cycle.draws.filter(kind__in=USABLE, state__in=OPEN_STATES).exists():
        raise NotPossible(
            _("Cykeln har redan en lottning eller omplanering på gång. Godkänn eller kasta den först.")
        )


def wrong_with_value(value: str) -> str:
    """What is wrong with a public value, in words: it is a number, or several, as Swedes or English write it.

    Only its digits count, so that a letter in it would be a slip that nobody sees.
    """
    if not VALUE.fullmatch(value.strip()):
        return _(
            "Skriv värdet med siffror, som 2 501,35 eller 2501.35. Mellan siffror får det bara stå "
            "mellanslag, punkt eller komma."
        )
    if len(digits_of(value)) < LEAST_DIGITS:
        return _("Värdet behöver minst %(n)s siffror.") % {"n": LEAST_DIGITS}
    return ""


def wrong_with_value_day(value_on: datetime.date) -> str:
    """What is wrong with the day of the value, in words: it must come after today, and not be far away."""
    today = timezone.localdate()
    if value_on <= today:
        return _("Välj en dag efter i dag, så att ingen kan veta värdet när registret låses.")
    if value_on > today + FURTHEST_VALUE:
        return _("Välj en dag inom %(days)s dagar.") % {"days": FURTHEST_VALUE.days}
    return ""


def _asked(cycle: Cycle, kind: DrawKind, state: S, wanted: Wanted, why: str, actor: Actor) -> Draw:
    """A draw of the register as it is now, not saved."""
    units = units_to_plan(together=wanted.together)
    units = hold_back(units, cycle, years=wanted.years, least=wanted.least_years_between)
    refuse_when_too_few(len(units), wanted.years * wanted.batches_per_year)
    return Draw(
        cycle=cycle,
        kind=kind,
        state=state,
        years=wanted.years,
        batches_per_year=wanted.batches_per_year,
        least_years_between=wanted.least_years_between,
        why=why,
        created_by=actor.user,
        **register_as_it_is(units) | wanted.even.as_kept(),
    )


def _committed(draw: Draw) -> dict[str, Any]:
    """What is committed, as JSON: all that the plan depends on but the value."""
    return {
        "lottery": str(draw.public_id),
        "cycle": draw.cycle.name,
        "first_year": draw.cycle.first_year,
        "years": draw.years,
        "batches": draw.batches_per_year,
        "families": draw.families,
        "by_year_only": draw.by_year_only,
        "least_years_between": draw.least_years_between,
        "too_early": len(_too_early(draw)),
        "koncerner_together": len({row["koncern"] for row in draw.units if "koncern" in row}),
        "input_sha256": draw.input_sha256,
        "units": len(draw.units),
        "method": method_in_use(),
        "source": draw.source,
        "value_on": str(draw.value_on),
        "committed_at": draw.created_at.isoformat(),
    }


def _too_early(draw: Draw) -> set[str]:
    """Those of the register for whom no year is late enough: they have the last one."""
    found = too_early(draw.cycle, years=draw.years, least=draw.least_years_between)
    return found.keys() & {row["id"] for row in draw.units}


def _log(row: Draw, event: DrawEvent, actor: Actor, why: str = "") -> None:
    log(row, event, actor=actor, why=why)
