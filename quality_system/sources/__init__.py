"""Readers of statistical sources: each yields observations and what it could not read, and no more."""

from __future__ import annotations

from quality_system.sources import kolada, planned_educations, pxweb, skolenkaten, skolverket_csv
from quality_system.sources.base import (
    Item,
    Observation,
    Reader,
    Rejected,
    SourceFault,
    UnitFact,
)

READERS: dict[str, Reader] = {
    planned_educations.SOURCE: planned_educations.read,
    skolverket_csv.SOURCE: skolverket_csv.read,
    pxweb.SOURCE: pxweb.read,
    skolenkaten.SOURCE: skolenkaten.read,
    kolada.SOURCE: kolada.read,
}

__all__ = ["READERS", "Item", "Observation", "Reader", "Rejected", "SourceFault", "UnitFact"]
