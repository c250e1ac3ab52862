"""Spreading the huvudmän evenly over years and batches. Plain Python; see docs/planning.md."""

from dialogues.planning.certificate import METHOD, certify
from dialogues.planning.engine import plan, versions
from dialogues.planning.units import FAMILIES, Block, Plan, Rules, Unit

__all__ = ["FAMILIES", "METHOD", "Block", "Plan", "Rules", "Unit", "certify", "plan", "versions"]
