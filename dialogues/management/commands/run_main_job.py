"""Runs the main job unattended, against the running site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dialogues.demo.main_job import MainJob
from dialogues.demo.report import Missing


class Command(BaseCommand):
    help = "Kör huvuduppgiften från registret till återkopplingen och säger vad som hände."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Huvudkörningen görs bara när DEMO=1 är satt.")
        try:
            MainJob(self.stdout.write).run()
        except Missing as missing:
            raise CommandError(f"Något saknas: {missing}") from missing
        self.stdout.write("  Allt som skulle hända har hänt.")
