"""Editions of the quality system, and observed values."""

from quality_system.models.edition import (
    Area,
    Edition,
    Indicator,
    Level,
    Objective,
    SubGoal,
    SuccessFactor,
)
from quality_system.models.observation import ObservedValue, Sex

__all__ = [
    "Area",
    "Edition",
    "Indicator",
    "Level",
    "Objective",
    "ObservedValue",
    "Sex",
    "SubGoal",
    "SuccessFactor",
]
