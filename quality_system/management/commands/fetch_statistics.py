"""Fetch statistics from the sources' own interfaces into files that import_statistics reads."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError

from quality_system.sources.door import Door, FetchFault
from quality_system.sources.fetch import (
    KOLADA,
    PLANNED_EDUCATIONS,
    PXWEB,
    fetch_kolada,
    fetch_planned_educations,
    fetch_pxweb,
)
from quality_system.sources.planned_educations import SKOLFORMER

ADDRESSES = {"kolada": KOLADA, "planned-educations": PLANNED_EDUCATIONS, "pxweb": PXWEB}


class Command(BaseCommand):
    """`fetch_statistics SOURCE FOLDER [--skolform …] [--kpi …] [--year …] [--address …]`."""

    help = "Hämtar statistik till filer i en mapp. Ingenting läses in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=sorted(ADDRESSES))
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--skolform", default="", help="gr, fsk, gran eller gyan; för pxweb tabellen: Grundskola"
        )
        parser.add_argument("--kpi", nargs="+", default=[], help="nyckeltal i Kolada: N15428")
        parser.add_argument("--year", nargs="+", type=int, default=[], help="år i Kolada")
        parser.add_argument("--address", default="", help="annan adress än källans egen")

    def handle(self, *args: Any, **options: Any) -> None:
        with httpx.Client(follow_redirects=True) as client:
            door = Door(client, kept=options["folder"] / "kept")
            try:
                files = _fetch(door, options)
            except FetchFault as fault:
                raise CommandError(f"Hämtningen avbröts. {fault}") from fault
        names = [str(path) for path in files]
        self.stdout.write(
            json.dumps({"source": options["source"], "files": names, "calls": door.count}, ensure_ascii=False)
        )


def _fetch(door: Door, options: dict[str, Any]) -> list[Path]:
    source, folder, skolform = options["source"], options["folder"], options["skolform"]
    root = (options["address"] or ADDRESSES[source]).rstrip("/")
    if source == "kolada":
        if not options["kpi"] or not options["year"]:
            raise CommandError("Ange vilka nyckeltal och år som ska hämtas: --kpi N15428 --year 2024")
        return [fetch_kolada(door, folder, options["kpi"], options["year"], root)]
    if not skolform:
        raise CommandError("Ange vilken skolform som ska hämtas med --skolform")
    if source == "pxweb":
        return fetch_pxweb(door, folder, f"{root}/{skolform}/{skolform}.px")
    if skolform not in SKOLFORMER:
        raise CommandError(f"Skolformen kan inte hämtas. Välj bland {', '.join(sorted(SKOLFORMER))}.")
    return [fetch_planned_educations(door, folder, skolform, root)]
