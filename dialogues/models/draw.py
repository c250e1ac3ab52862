"""Draws of a cycle: what was committed, which value gave the seed, and what came of it."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import in_readers_words


class DrawKind(models.TextChoices):
    """Where the seed comes from, and hence what the draw can be used for."""

    LOTTERY = "lottery", _("lottning")
    TRIAL = "trial", _("provlottning")
    DIRECT = "direct", _("lottning med eget frö")
    REPLAN = "replan", _("omplanering")


USABLE = frozenset({DrawKind.LOTTERY, DrawKind.REPLAN})
"""Kinds whose plan a second planner can approve: of a public seed, or following from one that is."""


class DrawState(models.TextChoices):
    """How far a draw has come."""

    COMMITTED = "committed", _("registret är låst, väntar på värdet")
    TYPED = "typed", _("värdet väntar på bekräftelse")
    QUEUED = "queued", _("lottas")
    DRAWN = "drawn", _("lottad, inte godkänd")
    APPROVED = "approved", _("godkänd")
    FAILED = "failed", _("gick inte att lotta")
    DISCARDED = "discarded", _("kastad")
    REPLACED = "replaced", _("ersatt av en omplanering")


REPLAN_STATES = {
    DrawState.QUEUED: _("planeras om"),
    DrawState.DRAWN: _("omplanerad, väntar på godkännande"),
    DrawState.FAILED: _("gick inte att planera om"),
}
"""What states of a replan are called where a lottery's words would be wrong."""

TRANSITIONS: dict[str, frozenset[str]] = {
    DrawState.COMMITTED: frozenset({DrawState.TYPED, DrawState.DISCARDED}),
    DrawState.TYPED: frozenset({DrawState.COMMITTED, DrawState.QUEUED, DrawState.DISCARDED}),
    DrawState.QUEUED: frozenset({DrawState.DRAWN, DrawState.FAILED, DrawState.DISCARDED}),
    DrawState.FAILED: frozenset({DrawState.QUEUED, DrawState.DISCARDED}),
    DrawState.DRAWN: frozenset({DrawState.APPROVED, DrawState.DISCARDED}),
    DrawState.APPROVED: frozenset({DrawState.DRAWN, DrawState.DISCARDED, DrawState.REPLACED}),
    DrawState.DISCARDED: frozenset(),
    DrawState.REPLACED: frozenset(),
}
OPEN_STATES = frozenset(
    {DrawState.COMMITTED, DrawState.TYPED, DrawState.QUEUED, DrawState.FAILED, DrawState.DRAWN}
)
"""States of a draw that is neither used nor thrown away. Of such that can be used a cycle has at most one."""
LAID_ASIDE = frozenset({DrawState.DISCARDED, DrawState.REPLACED})
"""States of a draw whose plan does not lie in the batches, or no longer does."""

ONCE_SET = ("seed", "assignment", "certificate")
FIXED_FROM_THE_START = [
    "kind",
    "years",
    "batches_per_year",
    "families",
    "by_year_only",
    "least_years_between",
    "why",
    "units",
    "input_sha256",
    "commitment",
    "commitment_sha256",
    "source",
    "value_on",
    "committed_on",
    "created_at",
    "created_by",
    "parent",
    "sent",
    "previous",
    "capacity",
    "waits",
]
SEED_OF_PARENT = """
    IF NOT EXISTS (
        SELECT FROM dialogues_draw AS parent
        WHERE parent.id = NEW.parent_id AND parent.cycle_id = NEW.cycle_id AND parent.seed = NEW.seed
    ) THEN
        RAISE EXCEPTION 'a replan has the seed and the cycle of its parent';
    END IF;
    RETURN NEW;
"""
"""Nobody chooses the seed of a replan: see docs/decisions/0030."""


def _person() -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class Draw(models.Model):
    """One draw of a cycle. What it builds on is fixed when it is made, and the database keeps it so.

    `units` is the register as it was then: the engine's units as JSON, sorted by id. `commitment` is the text
    whose hash is `commitment_sha256`. `assignment` ({id: "1:2"}) and `certificate` are as drawn; `counted` is
    the certificate with the swaps that were made after.

    A replan has a parent, the plan that it changes: `sent` are its blocks that had left draft, `previous` the
    places as they were ({id: "1:2"}), `capacity` what a region can take ([region, year, batch, most]) and
    `waits` who must not come before a year of the cycle ({id: 2}).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cycle = models.ForeignKey("dialogues.Cycle", on_delete=models.PROTECT, related_name="draws")
    kind = models.CharField(_("slag"), max_length=10, choices=DrawKind.choices)
    state = models.CharField(_("läge"), max_length=10, choices=DrawState.choices, db_index=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("planen som görs om"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replans",
    )
    years = models.PositiveSmallIntegerField(_("antal år"))
    batches_per_year = models.PositiveSmallIntegerField(_("omgångar per år"))
    families = ArrayField(models.CharField(max_length=20), verbose_name=_("jämnt fördelat efter"))
    by_year_only = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, verbose_name=_("bara år för år")
    )
    least_years_between = models.PositiveSmallIntegerField(_("minst antal år mellan två dialoger"), default=0)
    why = models.TextField(_("varför"), blank=True)
    created_at = models.DateTimeField(_("begärd"), default=timezone.now)
    created_by = _person()
    units = models.JSONField(_("registret som det var"))
    sent = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, verbose_name=_("omgångar som ligger fast")
    )
    previous = models.JSONField(_("platserna före"), default=dict, blank=True)
    capacity = models.JSONField(_("vad omgångar tar emot"), default=list, blank=True)
    waits = models.JSONField(_("vilka som väntar"), default=dict, blank=True)
    input_sha256 = models.CharField(_("registrets kontrollsumma"), max_length=64)
    commitment = models.TextField(_("det som låstes"), blank=True)
    commitment_sha256 = models.CharField(_("låsningens kontrollsumma"), max_length=64, blank=True)
    committed_on = models.DateField(_("låst"), null=True, blank=True)
    source = models.CharField(_("källa till värdet"), max_length=300, blank=True)
    value_on = models.DateField(_("värdets dag"), null=True, blank=True)
    value = models.CharField(_("värde"), max_length=100, blank=True)
    value_where = models.CharField(_("var värdet kan läsas"), max_length=300, blank=True)
    typed_by = _person()
    confirmed_by = _person()
    seed = models.CharField(_("frö"), max_length=100, blank=True)
    assignment = models.JSONField(_("plan"), default=dict, blank=True)
    certificate = models.JSONField(_("intyg"), default=dict, blank=True)
    counted = models.JSONField(_("intyg med byten"), default=dict, blank=True)
    problem = models.TextField(_("varför det inte gick"), blank=True)
    tries = models.PositiveSmallIntegerField(_("försök"), default=0)
    drawn_at = models.DateTimeField(_("lottad"), null=True, blank=True)
    approved_at = models.DateTimeField(_("godkänd"), null=True, blank=True)
    approved_by = _person()
    written_at = models.DateTimeField(_("inlagd i omgångarna"), null=True, blank=True)

    class Meta:
        verbose_name = _("lottning")
        verbose_name_plural = _("lottningar")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(years__gte=1, batches_per_year__gte=1), name="draw_has_batches"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="lottery")
                | models.Q(value_on__gt=models.F("committed_on")) & ~models.Q(commitment_sha256=""),
                name="lottery_value_comes_after_commitment",
            ),
            models.CheckConstraint(
                condition=models.Q(typed_by__isnull=True)
                | models.Q(confirmed_by__isnull=True)
                | ~models.Q(typed_by=models.F("confirmed_by")),
                name="value_is_confirmed_by_another",
            ),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=models.Q(kind__in=sorted(USABLE), state__in=sorted(OPEN_STATES)),
                name="one_open_draw_per_cycle",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="replan", parent__isnull=False)
                | ~models.Q(kind="replan")
                & models.Q(parent__isnull=True, sent=[], previous={}, capacity=[], waits={}),
                name="only_a_replan_has_a_parent",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="replan")
                | ~models.Q(seed="")
                & ~models.Q(commitment_sha256="")
                & ~models.Q(state__in=["committed", "typed"]),
                name="replan_is_asked_for_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="replaced") | models.Q(written_at__isnull=False),
                name="only_a_plan_in_use_is_replaced",
            ),
            models.UniqueConstraint(
                fields=["cycle"], condition=models.Q(state="approved"), name="one_approved_draw_per_cycle"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="draw_is_fixed", fields=FIXED_FROM_THE_START),
            *(
                pgtrigger.Protect(
                    name=f"draw_{name}_once",
                    operation=pgtrigger.Update,
                    condition=pgtrigger.Condition(
                        f"OLD.{name}::text NOT IN ('', '{{}}') AND OLD.{name} IS DISTINCT FROM NEW.{name}"
                    ),
                )
                for name in ONCE_SET
            ),
            pgtrigger.Protect(
                name="lottery_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.kind IN ('lottery', 'replan')"),
            ),
            pgtrigger.Trigger(
                name="replan_has_its_parents_seed",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.kind = 'replan'"),
                func=SEED_OF_PARENT,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display().capitalize()} {timezone.localtime(self.created_at):%Y-%m-%d %H.%M}"

    @property
    def is_lottery(self) -> bool:
        """Tell whether its seed comes from a public value, so that it can be used."""
        return self.kind == DrawKind.LOTTERY

    @property
    def is_under_way(self) -> bool:
        """Tell whether it is a lottery that is neither used nor thrown away."""
        return self.is_lottery and self.state in OPEN_STATES

    @property
    def is_replan(self) -> bool:
        """Tell whether it changes an earlier plan."""
        return self.kind == DrawKind.REPLAN

    @property
    def is_usable(self) -> bool:
        """Tell whether its plan can be approved."""
        return self.kind in USABLE

    @property
    def line(self) -> list[int]:
        """The keys of the draw, of the plan that it changes, and so on back to the first."""
        keys = [self.pk]
        parent = self.parent_id
        while parent:
            keys.append(parent)
            parent = Draw.objects.values_list("parent", flat=True).get(pk=parent)
        return keys

    @property
    def is_open_again(self) -> bool:
        """Tell whether its batches are written and yet it is not approved: it was opened for swaps."""
        return self.written_at is not None and self.state == DrawState.DRAWN

    @property
    def state_told(self) -> str:
        """Its state in words, as it is for this kind of draw. A trial waits for nobody's approval."""
        state = DrawState(self.state)
        if self.is_open_again:
            return str(_("öppen för byten"))
        if self.kind == DrawKind.TRIAL and state == DrawState.DRAWN:
            return str(_("lottad"))
        return str(REPLAN_STATES.get(state, state.label) if self.is_replan else state.label)


class Swap(models.Model):
    """Two huvudmän that have changed places in a draw: a deviation from it, with its reason. Only added.

    `first_block` and `second_block` are where they were before. `cost` is [{family, before, after}, …].
    """

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="swaps")
    first = models.UUIDField(_("en huvudman"))
    second = models.UUIDField(_("en annan"))
    first_block = models.CharField(max_length=10)
    second_block = models.CharField(max_length=10)
    reason = models.TextField(_("skäl"))
    cost = models.JSONField(_("vad det kostade"))
    at = models.DateTimeField(_("när"), default=timezone.now)
    by = _person()
    by_label = models.CharField(_("vem"), max_length=200)

    class Meta:
        verbose_name = _("byte")
        verbose_name_plural = _("byten")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="swap_has_its_reason"),
        ]
        triggers = [
            pgtrigger.Protect(name="swaps_are_only_added", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.first_block} ↔ {self.second_block}"


class DrawEvent(models.TextChoices):
    """What can happen to a draw."""

    ASKED = "asked", _("begärd")
    COMMITTED = "committed", _("registret låstes")
    TYPED = "typed", _("värdet skrevs in")
    WITHDRAWN = "withdrawn", _("värdet togs tillbaka")
    CONFIRMED = "confirmed", _("värdet bekräftades")
    DRAWN = "drawn", _("lottades")
    FAILED = "failed", _("gick inte att lotta")
    AGAIN = "again", _("försökte igen")
    SWAPPED = "swapped", _("två bytte plats")
    APPROVED = "approved", _("godkändes")
    OPENED = "opened", _("öppnades för byten")
    CLOSED = "closed", _("öppningen ångrades")
    DISCARDED = "discarded", _("kastades")
    REPLACED = "replaced", _("ersattes av en omplanering")


class DrawEntry(models.Model):
    """The log of draws: every draw ever made, also those thrown away. Rows are only added: see its trigger.

    It says all by itself and points at no cycle, so that nothing in it goes away with one.
    """

    at = models.DateTimeField(_("när"), default=timezone.now)
    event = models.CharField(_("vad"), max_length=10, choices=DrawEvent.choices)
    draw = models.UUIDField(_("lottning"), db_index=True)
    kind = models.CharField(_("slag"), max_length=10, choices=DrawKind.choices)
    cycle = models.CharField(_("cykel"), max_length=100)
    first_year = models.PositiveSmallIntegerField(_("första år"))
    years = models.PositiveSmallIntegerField(_("antal år"))
    batches_per_year = models.PositiveSmallIntegerField(_("omgångar per år"))
    actor = _person()
    actor_label = models.CharField(_("vem"), max_length=200)
    why = models.TextField(_("varför"), blank=True)
    input_sha256 = models.CharField(_("registrets kontrollsumma"), max_length=64)
    commitment_sha256 = models.CharField(_("låsningens kontrollsumma"), max_length=64, blank=True)
    value = models.CharField(_("värde"), max_length=100, blank=True)
    seed = models.CharField(_("frö"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("rad i lottningarnas logg")
        verbose_name_plural = _("lottningarnas logg")
        ordering = ("-at", "-pk")
        triggers = [
            pgtrigger.Protect(name="log_is_only_added_to", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.actor_label}: {self.event}"

    @property
    def who(self) -> str:
        """Who did it, in the reader's language."""
        return in_readers_words(self.actor_label)
