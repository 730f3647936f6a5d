"""What a staffing formula answers, under the glossary's names."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from forecasting.staffing.quadrature import Chosen, Floats

Convention = Literal["offered", "excl_short", "incl_abandoned"]
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)
Status = Literal["ok", "overload", "no_agents", "no_contacts"]
STATUS_DTYPE = "<U11"
# Infinite odds are answers here (a share of exactly 0 or 1), not accidents; that no NaN comes out is tested apart.
QUIET = np.errstate(divide="ignore", over="ignore", invalid="ignore")


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures of a stationary centre; every array has the common shape of the inputs.

    Attributes
    ----------
    p_wait
        Probability that a contact finds all agents busy and queues, [0, 1]. 0 in Erlang B, where it is blocked instead.
    p_blocked
        Probability that a contact is refused, [0, 1]. 0 except in Erlang B.
    abandonment
        Share of the offered contacts that give up, [0, 1]. 0 in Erlang B and C.
    asa_s
        Mean wait of answered contacts, those answered at once included [s]. Infinite where none is answered, or where
        the queue of Erlang C grows without end.
    mean_wait_s
        Mean wait of all offered contacts, until answer or abandonment [s].
    service_level
        Share answered within the threshold, [0, 1]; which contacts count is the caller's `Convention`.
    occupancy
        Carried load / agents, [0, 1]. 1 where there is work and nobody to do it.
    status
        `ok`; `overload` (Erlang C with at least as much load as agents); `no_agents` (contacts, but nobody to answer);
        `no_contacts` (nothing offered: waits 0, service level 1).
    """

    p_wait: Floats
    p_blocked: Floats
    abandonment: Floats
    asa_s: Floats
    mean_wait_s: Floats
    service_level: Floats
    occupancy: Floats
    status: NDArray[np.str_]

    @classmethod
    def of_size(cls, cells: int) -> Self:
        """Make the measures of cells to which nothing is offered."""
        zeros = {field.name: np.zeros(cells) for field in fields(cls)}
        zeros["service_level"] = np.ones(cells)
        return cls(**{**zeros, "status": np.full(cells, "no_contacts", dtype=STATUS_DTYPE)})

    def put(self, chosen: NDArray[np.bool_], status: Status, **values: Floats | float) -> None:
        """Fill the chosen cells of freshly made measures; what is not named stays 0."""
        self.status[chosen] = status
        for name, value in values.items():
            getattr(self, name)[chosen] = value

    def fill(self, chosen: Chosen, part: Measures) -> None:
        """Put the measures of the chosen cells, worked out apart, in their places."""
        for field in fields(self):
            getattr(self, field.name)[chosen] = getattr(part, field.name)

    def reshape(self, shape: tuple[int, ...]) -> Self:
        """Return the same measures in the caller's shape."""
        return type(self)(*(getattr(self, field.name).reshape(shape) for field in fields(self)))

    def take(self, chosen: Chosen) -> Self:
        """Return the chosen cells."""
        return type(self)(*(getattr(self, field.name)[chosen] for field in fields(self)))
