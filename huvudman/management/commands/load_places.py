"""Loads län and kommuner."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from huvudman.domain.places import load_places


class Command(BaseCommand):
    help = "Make sure that all län and kommuner are in the database. Can be run any number of times."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("%(number)d kommuner finns i registret.") % {"number": load_places()})
