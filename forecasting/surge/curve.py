"""The response curve: how contacts spread over time after an onset, by day, at night and behind closed lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_LN2 = float(np.log(2.0))
_MADE_UP_WITHIN_S = 3600.0  # mean time after reopening until a prevented contact is made up


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """A rise to the peak as a power of time, then decay by halves, faster once service is restored.

    All fields broadcast against one another, shape (n_draws, 1) or (): `onset_to_peak_s`, `half_life_s`,
    `recovery_half_life_s` [s], `restored_s` [s] after the onset, infinite where no restoration is in sight, and `rise`,
    the power: 1 is a straight line, more begins slowly.
    """

    onset_to_peak_s: Array
    half_life_s: Array
    recovery_half_life_s: Array
    restored_s: Array
    rise: Array

    @property
    def area_s(self) -> Array:
        """Area under the unrestored curve of peak height 1 [s]."""
        return np.asarray(self.onset_to_peak_s / (self.rise + 1) + self.half_life_s / _LN2)

    def slower(self, factor: float) -> ResponseCurve:
        """The same curve with all but the restoration stretched in time."""
        return ResponseCurve(
            self.onset_to_peak_s * factor,
            self.half_life_s * factor,
            self.recovery_half_life_s * factor,
            self.restored_s,
            self.rise,
        )

    def cumulative(self, since_onset_s: Array) -> Array:
        """Share of the unrestored event's contacts made until a time, [0, 1]; 0 before the onset.

        `since_onset_s` [s] has shape (n_times,); the result broadcasts it against the fields. A restoration lowers the
        whole, so the curve then ends below 1.
        """
        t = np.maximum(since_onset_s, 0.0)
        turn = np.minimum(self.onset_to_peak_s, self.restored_s)
        height = (turn / self.onset_to_peak_s) ** self.rise
        climbed = np.minimum(t, turn)
        area = climbed * (climbed / self.onset_to_peak_s) ** self.rise / (self.rise + 1)
        down_s = np.clip(np.minimum(t, self.restored_s) - turn, 0.0, None)
        area = area + height * _decay_area(down_s, self.half_life_s)
        span = np.where(np.isfinite(self.restored_s), self.restored_s - turn, 0.0)
        at_restoration = height * np.exp2(-span / self.half_life_s)
        after_s = np.clip(t - self.restored_s, 0.0, None)
        area = area + at_restoration * _decay_area(after_s, self.recovery_half_life_s)
        return np.asarray(area / self.area_s)


def _decay_area(elapsed_s: Array, half_life_s: Array) -> Array:
    return np.asarray(half_life_s / _LN2 * -np.expm1(-elapsed_s * _LN2 / half_life_s))


def awake(local_hour: Array) -> Array:
    """How far people are up, [0, 1], by local hour in [0, 24): down to 0 from 23:00 to 05:00, 1 from 08:00 to 21:00."""
    return np.asarray(np.interp(local_hour, [0, 5, 8, 21, 23, 24], [0, 0, 1, 1, 0, 0]))


def defer(wished: Array, access: Array, *, deferred_share: Array, interval_s: float) -> Array:
    """Contacts made, when what night or closed lines prevent is partly made up later.

    Parameters
    ----------
    wished
        Contacts people would make in each interval if they could, shape (n_intervals, ..., n_draws).
    access
        Share of them that is possible, [0, 1], same shape or broadcastable.
    deferred_share
        Share of prevented contacts that is made up, shape (n_draws,).
    interval_s
        Length of an interval [s].

    Returns
    -------
    Array
        Contacts made, shape of `wished`; never more in total than wished.
    """
    made = np.empty(np.broadcast_shapes(wished.shape, access.shape))
    kept = deferred_share * (1.0 - access) * wished
    direct = access * wished
    released_share = access * -np.expm1(-interval_s / _MADE_UP_WITHIN_S)
    pool = np.zeros(made.shape[1:])
    for i in range(len(made)):
        released = pool * released_share[i]
        np.add(direct[i], released, out=made[i])
        pool += kept[i]
        pool -= released
    return made
