"""Sets every huvudman's size class anew."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from huvudman.domain.sizes import refresh_size_classes


class Command(BaseCommand):
    help = "Set every huvudman's size class by the limits as set now. Can be run any number of times."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = refresh_size_classes()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        words = ngettext(
            "%(number)d huvudman har fått en annan storleksklass.",
            "%(number)d huvudmän har fått en annan storleksklass.",
            changed,
        )
        self.stdout.write(words % {"number": changed})
