"""Part all huvudmän in comparison groups anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count
from django.utils import translation

from accounts.actors import SYSTEM
from quality_system.domain.groups import make_comparison_groups
from quality_system.models import ComparisonGroup
from quality_system.wording import rule_words


class Command(BaseCommand):
    """`make_comparison_groups`: makes the groups and tells what the members of each have in common."""

    help = (
        "Gör jämförelsegrupperna på nytt efter registret som det är. Kör en gång om året, före nya underlag."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        made = make_comparison_groups(actor=SYSTEM)
        groups = ComparisonGroup.objects.filter(pk__in=[group.pk for group in made]).annotate(
            n=Count("members")
        )
        with translation.override("sv"):
            for group in groups.order_by("pk"):
                self.stdout.write(f"{group.n:5} {rule_words(group.rule)}")
        self.stdout.write(f"{len(made)} grupper.")
