"""A linear programme, put together block by block."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from forecasting.staffing.quadrature import Floats

Index = NDArray[np.intp]


@dataclass(slots=True)
class Programme:
    """Variables with bounds and cost, and rows with limits; each row has a label for the report."""

    cost: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    whole: list[NDArray[np.bool_]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    highest: list[float] = field(default_factory=list)
    _size: int = 0
    _rows: list[Index] = field(default_factory=list)
    _columns: list[Index] = field(default_factory=list)
    _values: list[Floats] = field(default_factory=list)

    def variables(self, shape: tuple[int, ...], *, cost: ArrayLike, upper: ArrayLike, whole: bool = False) -> Index:
        """Add variables from 0 to `upper` and return their indices in the shape."""
        count = int(np.prod(shape))
        index = np.arange(self._size, self._size + count, dtype=np.intp).reshape(shape)
        self._size += count
        self.cost.append(np.broadcast_to(np.asarray(cost, dtype=float), shape).ravel())
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), shape).ravel())
        self.whole.append(np.full(count, whole))
        return index

    def at_most(self, columns: ArrayLike, values: ArrayLike, limit: float, *, label: str = "") -> int:
        """Add the row Σ values × variables ≤ limit and return its number."""
        index = np.ravel(np.asarray(columns, dtype=np.intp))
        row = len(self.labels)
        self._rows.append(np.full(len(index), row, dtype=np.intp))
        self._columns.append(index)
        self._values.append(np.broadcast_to(np.asarray(values, dtype=float), index.shape))
        self.labels.append(label)
        self.highest.append(limit)
        return row

    def matrix(self) -> csr_array:
        """Return all rows."""
        if not self._rows:
            return csr_array((0, self._size))
        at = (np.concatenate(self._rows), np.concatenate(self._columns))
        return csr_array((np.concatenate(self._values), at), shape=(len(self.labels), self._size))

    def costs(self) -> Floats:
        """Return the cost of all variables."""
        return np.concatenate(self.cost)

    def limits(self) -> Floats:
        """Return the upper bounds of all variables."""
        return np.concatenate(self.upper)

    def integral(self) -> NDArray[np.bool_]:
        """Return which variables must be whole numbers."""
        return np.concatenate(self.whole)
