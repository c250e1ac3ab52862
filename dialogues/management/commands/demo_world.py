"""Makes the demo's world and tells whom one can sign in as."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dialogues.demo.people import PASSWORD, TOTP_SECRET
from dialogues.demo.world import AnotherRegister, make_world


class Command(BaseCommand):
    help = "Gör demons värld: register, medarbetare, kvalitetssystem, värden och en cykel på väg."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--register", type=Path, help="en riktig registerfil i stället för exemplen")
        parser.add_argument("--bare", action="store_true", help="utan cykel")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demons värld görs bara när DEMO=1 är satt.")
        try:
            users = make_world(register=options["register"], bare=options["bare"], write=self.stdout.write)
        except (AnotherRegister, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n  Logga in som:")
        for user in users:
            self.stdout.write(f"  {user.who:<40} {user.email:<36} {user.how}")
        self.stdout.write(f"\n  Lösenord: {PASSWORD} · nyckel till engångskoder (TOTP): {TOTP_SECRET}")
        self.stdout.write("  ./bin/manage totp visar engångskoden just nu.\n")
