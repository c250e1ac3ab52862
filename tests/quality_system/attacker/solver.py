"""What can be worked out: whole numbers that nobody shows, between the least and the most they can be."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import highspy
import numpy as np

EDGE = 1e-6
"""What the solver may be off by."""


class Contradiction(Exception):
    """What was shown cannot all be true."""


class Knowledge:
    """Linear facts about hidden numbers, collected one by one, and what follows from all of them together."""

    def __init__(self, *, whole: bool = True) -> None:
        self.columns: dict[Hashable, int] = {}
        self._highs = highspy._Highs()  # type: ignore[attr-defined]  # its subclass greets on the output
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        self._whole = whole

    def add(self, name: Hashable, least: float, most: float) -> None:
        """A hidden number and what everybody knows of it."""
        column = self.columns[name] = len(self.columns)
        self._highs.addVar(float(least), float(most))
        if self._whole:
            self._highs.changeColIntegrality(column, highspy.HighsVarType.kInteger)

    def add_choice(self, name: Hashable) -> None:
        """Something that is so (1) or not (0)."""
        self.add(name, 0, 1)
        self._highs.changeColIntegrality(self.columns[name], highspy.HighsVarType.kInteger)

    def know(self, weights: Mapping[Hashable, float], least: float, most: float) -> None:
        """That the weighted sum of hidden numbers lies between two numbers."""
        columns = np.array([self.columns[name] for name in weights], dtype=np.int32)
        values = np.array(list(weights.values()), dtype=np.float64)
        self._highs.addRow(float(least), float(most), len(columns), columns, values)

    def range_of(self, weights: Mapping[Hashable, float]) -> tuple[float, float]:
        """The smallest and the largest that the weighted sum can be. Raises Contradiction if none."""
        for column in range(len(self.columns)):
            self._highs.changeColCost(column, 0.0)
        for name, weight in weights.items():
            self._highs.changeColCost(self.columns[name], float(weight))
        return self._best(highspy.ObjSense.kMinimize), self._best(highspy.ObjSense.kMaximize)

    def whole_range(self, weights: Mapping[Hashable, float]) -> tuple[int, int]:
        """The same, when the sum itself is a whole number."""
        low, high = self.range_of(weights)
        return math.ceil(low - EDGE), math.floor(high + EDGE)

    def least(self, weights: Mapping[Hashable, float]) -> dict[Hashable, float]:
        """The numbers that make the weighted sum smallest."""
        self.range_of(weights)
        self._best(highspy.ObjSense.kMinimize)
        return dict(zip(self.columns, self._highs.getSolution().col_value, strict=True))

    def _best(self, sense: highspy.ObjSense) -> float:
        self._highs.changeObjectiveSense(sense)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Contradiction(str(self._highs.getModelStatus()))
        return self._highs.getInfo().objective_function_value
