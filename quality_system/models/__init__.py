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
from quality_system.models.grouping import ComparisonGroup, GroupMember
from quality_system.models.observation import ObservedValue, Organizers, Sex
from quality_system.models.statistics_import import StatisticsFile, StatisticsImport

__all__ = [
    "Area",
    "ComparisonGroup",
    "Edition",
    "GroupMember",
    "Indicator",
    "Level",
    "Objective",
    "ObservedValue",
    "Organizers",
    "Sex",
    "StatisticsFile",
    "StatisticsImport",
    "SubGoal",
    "SuccessFactor",
]
