"""A centre's own past incidents: they join the library, and replace what is assumed of customers who get in touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecasting.surge.assumptions import Z90, Assumed, SurgeAssumptions
from forecasting.surge.library.activity import library_hour
from forecasting.surge.library.alignment import Aligned
from forecasting.surge.library.ensemble import EnsembleModel
from forecasting.surge.library.features import level_of
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.library.rows import AGES
from forecasting.surge.library.surges import TOTAL_AHEAD, Surge

OWN_KEY = "own-"  # how the keys of own surges begin
_MOST_COPIES = 4
_BETWEEN_SHARE = 0.5  # of the assumed variance of the share: from incident to incident; the rest: from centre to centre
_PRIOR_INCIDENTS = 4.0  # incidents that the assumed variance between incidents weighs as much as
_LEAST_SIGMA = 0.1


@dataclass(frozen=True, slots=True)
class OwnIncident:
    """A closed incident of the centre.

    Attributes
    ----------
    surge
        Its contacts above normal around the onset, on the centre's local clock.
    busiest
        Hour of that clock about which the normal day is busiest, None: no daily profile.
    contacts
        Contacts above normal from onset to end, each caller's repeats left out.
    highest
        The greatest quarter-hour.
    affected_low, affected_high
        Customers affected as last stated, None: never known.
    """

    surge: Surge
    busiest: float | None
    contacts: float
    highest: float
    affected_low: float | None = None
    affected_high: float | None = None


def with_own(shipped: Sequence[Surge], own: Sequence[OwnIncident]) -> Nowcaster:
    """The library of shipped and own surges, fitted. Own ones count up to four times, the more of them there are."""
    known = [one for one in own if one.surge.n_after > TOTAL_AHEAD]
    highest = max(_level(surge) for surge in shipped)
    busiest = Aligned.of(shipped).busiest_hour
    scaled = [_scaled(_on_library_clock(one, busiest), highest) for one in known]
    surges = [*shipped, *scaled * copies(len(scaled))]
    return Nowcaster(surges, EnsembleModel().fit(surges), shown=[one.surge for one in known])


def copies(n_own: int) -> int:
    """How often each own surge enters the library: once at first, four times from six on."""
    return min(1 + n_own // 2, _MOST_COPIES)


def _on_library_clock(one: OwnIncident, library_busiest: float) -> Surge:
    hour = library_hour(one.surge.onset_hour, busiest=one.busiest, library_busiest=library_busiest)
    return replace(one.surge, onset_hour=hour)


def _level(surge: Surge) -> float:
    return max(level_of(surge.seen(age).since) for age in AGES if age <= surge.n_after)


def _scaled(surge: Surge, highest: float) -> Surge:
    """Brought into the range of the shipped surges, as a running one is when it is forecast."""
    factor = float(np.expm1(_level(surge)) / np.expm1(highest))
    return surge if factor <= 1 else replace(surge, counts=surge.counts / factor)


def learned(assumptions: SurgeAssumptions, own: Sequence[OwnIncident]) -> SurgeAssumptions:
    """The assumptions with share and peak of the affected tightened by own incidents; a person's own stay.

    Notes
    -----
    On the log scale an incident's share is normal about the centre's own mean, which is normal about the assumed one:
    half of the assumed variance lies between centres, half between incidents. The latter is pooled with the spread of
    the own ones, the former shrinks with their number. The number affected is itself a range, and widens each share.
    """
    known = [one for one in own if one.affected_low and one.affected_high and one.contacts > 0]
    if not known:
        return assumptions
    affected = np.array([np.sqrt(float(o.affected_low or 1) * float(o.affected_high or 1)) for o in known])
    vague = np.array([np.log(float(o.affected_high or 1) / float(o.affected_low or 1)) / (2 * Z90) for o in known])
    shares = {
        "contact_share": np.log(np.array([o.contacts for o in known]) / affected),
        "peak_share": np.log(np.maximum([o.highest for o in known], 1.0) / affected),
    }
    for name, logs in shares.items():
        prior: Assumed = getattr(assumptions, name)
        if not prior.changed:
            tightened: dict[str, Any] = {name: _tightened(prior, logs, vague**2)}
            assumptions = replace(assumptions, **tightened)
    return assumptions


def _tightened(prior: Assumed, logs: np.ndarray, vague: np.ndarray) -> Assumed:
    centre, within = (1 - _BETWEEN_SHARE) * prior.sigma**2, _BETWEEN_SHARE * prior.sigma**2
    n = len(logs)
    if n > 1:
        within = (_PRIOR_INCIDENTS * within + (n - 1) * float(logs.var(ddof=1))) / (_PRIOR_INCIDENTS + n - 1)
    precision = 1.0 / (within + vague)
    total = precision.sum() + 1.0 / centre
    mean = (float(precision @ logs) + np.log(prior.middle) / centre) / total
    sigma = max(float(np.sqrt(1.0 / total + within)), _LEAST_SIGMA)
    low, high = (float(np.exp(mean + side * Z90 * sigma)) for side in (-1, 1))
    return Assumed(min(low, 0.999), min(high, 1.0), "own_incidents")
