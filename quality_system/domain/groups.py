"""Comparison groups: made for all at once, so that nobody is in two."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from accounts.actors import Actor
from accounts.domain.audit import record
from quality_system.grouping import Profile, Rule, make_groups
from quality_system.models import ComparisonGroup, GroupMember
from quality_system.profiles import read_profiles

PERMISSION = "quality_system.make_comparison_groups"
ONE_AT_A_TIME = 7_263_003
"""The advisory lock that lets one at a time change the groups."""


@transaction.atomic
def make_comparison_groups(*, actor: Actor) -> list[ComparisonGroup]:
    """Part all active huvudmän in groups anew by the register as it is; the groups before are gone.

    What is frozen in an underlag keeps the group it was compared with.
    """
    actor.require(PERMISSION)
    _wait_for_others()
    profiles = read_profiles()
    GroupMember.objects.all().delete()
    ComparisonGroup.objects.all().delete()
    rules = make_groups(profiles)
    groups = ComparisonGroup.objects.bulk_create(ComparisonGroup(rule=rule.as_json()) for rule in rules)
    members = _place(profiles, groups)
    if groups:
        record(
            actor=actor, verb="comparison_groups.made", subject=groups[0], groups=len(groups), members=members
        )
    return groups


@transaction.atomic
def place_newcomers(*, actor: Actor) -> int:
    """Put huvudmän without a group in the one whose conditions they meet; answer how many were placed.

    Nobody is moved. Where no groups have been made, nobody gets one.
    """
    actor.require(PERMISSION)
    _wait_for_others()
    groups = list(ComparisonGroup.objects.all())
    if not groups:
        return 0
    there = set(GroupMember.objects.values_list("huvudman_id", flat=True))
    placed = _place([profile for profile in read_profiles() if profile.id not in there], groups)
    if placed:
        record(actor=actor, verb="comparison_groups.joined", subject=groups[0], members=placed)
    return placed


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _place(profiles: Iterable[Profile], groups: Iterable[ComparisonGroup]) -> int:
    """Put each in the group whose rule it meets; answer how many met one."""
    rules = [(group, Rule.from_json(group.rule)) for group in groups]
    rows = [
        GroupMember(huvudman_id=profile.id, group=group)
        for profile in profiles
        for group, rule in rules
        if rule.holds(profile)
    ]
    return len(GroupMember.objects.bulk_create(rows, batch_size=1000))
