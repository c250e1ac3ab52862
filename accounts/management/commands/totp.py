"""Shows the demo's time-based code as it is now, for whoever has no app at hand."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PERIOD = 30


class Command(BaseCommand):
    help = "Visar engångskoden för demons medarbetare."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("secret", nargs="?", default="JBSWY3DPEHPK3PXP")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Engångskoden visas bara i demon.")
        now = int(time.time())
        code = format_hotp_value(hotp_value(options["secret"], now // PERIOD))
        self.stdout.write(f"{code} (gäller {PERIOD - now % PERIOD} sekunder till)")
