"""Editions of the quality system, and observed values."""

from quality_system.models.edition import (
    Area,
    Edition,
    Indicator,
    Objective,
    SubGoal,
    SuccessFactor,
)
from quality_system.models.observation import ObservedValue

__all__ = ["Area", "Edition", "Indicator", "Objective", "ObservedValue", "SubGoal", "SuccessFactor"]
