"""Spreading the huvudmän evenly over years and batches. Plain Python; see docs/planning.md."""

from dialogues.planning.certificate import FAMILIES, certify
from dialogues.planning.draw import plan
from dialogues.planning.units import Block, Plan, Unit

__all__ = ["FAMILIES", "Block", "Plan", "Unit", "certify", "plan"]
