"""Goals a centre is staffed for, and how far measures are from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.staffing.inputs import share
from forecasting.staffing.measures import Measures
from forecasting.staffing.quadrature import Floats

TOLERANCE = 1e-12  # a target met but for the last digits is met; else 1e-17 would decide over a person
_LEAST = 1e-300
_HOPELESS = -1000.0
_LEAST_OCCUPANCY = 0.01
_LEAST_PLAIN = 0.001


@dataclass(frozen=True, slots=True)
class Targets:
    """Any of the four limits; None where it does not bind.

    Attributes
    ----------
    service_level
        Least share answered in time, [0, 1]. 1 is taken as 1 − 1e-12.
    max_occupancy
        Greatest occupancy, [0.01, 1].
    max_abandonment
        Greatest share abandoning, [0, 1]. 0 is taken as 1e-12.
    max_asa_s
        Greatest mean wait of the answered [s]. 0 is taken as 1e-12 s.
    """

    service_level: float | None = None
    max_occupancy: float | None = None
    max_abandonment: float | None = None
    max_asa_s: float | None = None

    def __post_init__(self) -> None:
        if (self.service_level, self.max_occupancy, self.max_abandonment, self.max_asa_s) == (None,) * 4:
            raise ValueError(
                "no target given; give at least one of service_level, max_occupancy, max_abandonment, max_asa_s"
            )
        for name in ("service_level", "max_abandonment"):
            if getattr(self, name) is not None:
                share(name, getattr(self, name))
        if self.max_occupancy is not None and not _LEAST_OCCUPANCY <= self.max_occupancy <= 1:
            raise ValueError(f"max_occupancy must be in [{_LEAST_OCCUPANCY}, 1], got {self.max_occupancy!r}")
        if self.max_asa_s is not None and not 0 <= self.max_asa_s < np.inf:
            raise ValueError(f"max_asa_s must be at least 0 and finite, got {self.max_asa_s!r}")

    @property
    def is_plain(self) -> bool:
        """Whether shares are neither so small nor so near 1 that a coarse quadrature could not tell them apart."""
        return all(
            one is None or _LEAST_PLAIN <= one <= 1 - _LEAST_PLAIN for one in (self.service_level, self.max_abandonment)
        )

    def margin(self, measures: Measures) -> Floats:
        """Return the scarcest reserve: at least 0 where all targets are met, and rising with agents.

        A queue that grows without end meets no target.
        """
        reserves = [np.where(np.isfinite(measures.mean_wait_s), np.inf, _HOPELESS)]
        if self.service_level is not None:
            reserves.append(_logit(measures.service_level) - _logit(np.array(self.service_level - TOLERANCE)))
        if self.max_abandonment is not None:
            reserves.append(_logit(np.array(self.max_abandonment + TOLERANCE)) - _logit(measures.abandonment))
        if self.max_asa_s is not None:
            allowed = self.max_asa_s * (1 + TOLERANCE) + TOLERANCE
            reserves.append(_log(np.array(allowed)) - _log(np.minimum(measures.asa_s, 1e300)))
        if self.max_occupancy is not None:
            reserves.append(_log(np.array(self.max_occupancy + TOLERANCE)) - _log(measures.occupancy))
        return np.asarray(np.minimum.reduce(reserves))


def _log(x: Floats) -> Floats:
    return np.log(np.maximum(x, _LEAST))


def _logit(x: Floats) -> Floats:
    return _log(x) - np.log(np.maximum(1 - x, 1e-17))
