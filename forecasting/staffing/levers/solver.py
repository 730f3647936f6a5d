"""Relax and fix: the linear programme first, then whole numbers next to its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from forecasting.staffing.quadrature import Floats

GAP = 0.002
TIME_LIMIT_S = 20.0
_WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Answer of the linear programme: values, cost (a bound for any plan), and what one more of each row saves."""

    values: Floats
    cost: float
    prices: Floats


def relax(cost: Floats, rows: csr_array, *, highest: Floats, upper: Floats) -> Relaxed | None:
    """Return the optimum without whole numbers, or None where nothing meets all rows."""
    found: Any = linprog(  # type: ignore[call-overload]  # its stubs know no sparse rows
        cost, A_ub=rows, b_ub=highest, bounds=np.stack([np.zeros_like(upper), upper], axis=1)
    )
    if found.status == 2:
        return None
    if not found.success:
        raise RuntimeError(f"the linear programme was not solved: {found.message}")
    return Relaxed(np.asarray(found.x), float(found.fun), -np.asarray(found.ineqlin.marginals))


def fix(
    cost: Floats, rows: csr_array, *, highest: Floats, upper: Floats, whole: NDArray[np.bool_], near: Floats
) -> Floats | None:
    """Return the best plan whose whole numbers are the relaxed ones rounded down or up, or None.

    Where rounding leaves nothing that meets all rows, the numbers are set free again.
    """
    limit = LinearConstraint(rows, -np.inf, highest)
    low = np.where(whole, np.floor(near + _WHOLE), 0.0)
    high = np.where(whole, np.minimum(np.ceil(near - _WHOLE), upper), upper)
    for bounds in (Bounds(low, np.maximum(high, low)), Bounds(np.zeros_like(upper), upper)):
        found = milp(
            cost,
            integrality=whole.astype(int),
            bounds=bounds,
            constraints=limit,
            options={"mip_rel_gap": GAP, "time_limit": TIME_LIMIT_S},
        )
        if found.x is not None:
            return np.asarray(found.x)
    return None
