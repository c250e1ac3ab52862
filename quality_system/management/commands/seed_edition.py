"""Make the first edition of the quality system, once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.actors import SYSTEM
from quality_system.domain.editions import put_edition_in_force, seed_edition
from quality_system.models import Edition


class Command(BaseCommand):
    """`seed_edition`: makes the edition as a draft; in a demo it is put in force too."""

    help = "Skapar den första utgåvan av kvalitetssystemet. Kan köras flera gånger."

    def handle(self, *args: Any, **options: Any) -> None:
        edition, made = seed_edition(actor=SYSTEM)
        if settings.DEMO and edition.state == Edition.State.DRAFT:
            edition = put_edition_in_force(edition=edition, actor=SYSTEM)
        done = "skapad" if made else "fanns redan"
        self.stdout.write(f"{edition.name}: {done}, {edition.get_state_display()}.")
