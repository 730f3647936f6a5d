"""One door to the three formulas, for tables whose rows differ in their model."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.cells import Cells
from forecasting.staffing.erlang_a import SHORT_ABANDON_S, abandoning
from forecasting.staffing.erlang_b import loss
from forecasting.staffing.erlang_c import delay
from forecasting.staffing.inputs import at_once, whole
from forecasting.staffing.measures import Convention, Measures
from forecasting.staffing.quadrature import EXACT, Rule

Model = Literal["erlang_b", "erlang_c", "erlang_a"]
MODELS: tuple[Model, ...] = get_args(Model)


def evaluate(
    model: Model | NDArray[np.str_],
    agents: ArrayLike,
    *,
    offered: ArrayLike,
    interval_s: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike = np.inf,
    answer_within_s: ArrayLike = 20.0,
    convention: Convention = "offered",
    short_abandon_s: ArrayLike = SHORT_ABANDON_S,
    concurrency: ArrayLike = 1,
) -> Measures:
    """Measures by the model named for each cell.

    Parameters
    ----------
    model
        `erlang_b`, `erlang_c` or `erlang_a`: one name, or an array of the cells' shape.
    agents, offered, interval_s, aht_s, patience_s, answer_within_s, convention, short_abandon_s
        As in `erlang_a`; Erlang B and C leave aside what they do not know.
    concurrency
        Contacts one agent works on at once (chats), whole numbers from 1, see `required_agents`.

    Raises
    ------
    ValueError
        If a model is unknown, or an input is out of range.

    Examples
    --------
    >>> mixed = evaluate(np.array(["erlang_b", "erlang_c"]), 10, offered=5, interval_s=60, aht_s=60)
    >>> mixed.p_blocked.round(6).tolist(), mixed.p_wait.round(6).tolist()
    ([0.018385, 0.0], [0.0, 0.036105])
    """
    names, people = np.broadcast_arrays(np.asarray(model), whole("agents", agents) * at_once(concurrency))
    cells = Cells.of(
        people,
        offered,
        interval_s=interval_s,
        aht_s=aht_s,
        patience_s=patience_s,
        answer_within_s=answer_within_s,
        short_abandon_s=short_abandon_s,
    )
    names = np.broadcast_to(names, cells.shape).ravel()
    result = Measures.of_size(len(names))
    for name in np.unique(names):
        chosen = names == name
        result.fill(chosen, evaluate_cells(cells.take(chosen), name, convention=convention))
    return result.reshape(cells.shape)


def evaluate_cells(cells: Cells, model: str, *, convention: Convention, rule: Rule = EXACT) -> Measures:
    """Return the measures of flat cells by one model, or raise ValueError."""
    if model == "erlang_a":
        return abandoning(cells, convention=convention, rule=rule)
    if model == "erlang_c":
        return delay(cells, rule=rule)
    if model == "erlang_b":
        return loss(cells.load, some=cells.offered > 0, rule=rule)
    raise ValueError(f"model must be one of {', '.join(MODELS)}, got {str(model)!r}")
