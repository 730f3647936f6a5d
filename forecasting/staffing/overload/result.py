"""What the day model answers."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.staffing.quadrature import Floats


@dataclass(frozen=True, slots=True)
class DayResult:
    """Arrays of the caller's shape, (n_intervals,) or (n_queues, n_intervals), unless noted.

    Attributes
    ----------
    queue_mean, queue_end
        Expected number waiting, on the interval's average and at its end.
    mean_wait_s
        Expected wait of the interval's attempts that stay on the line, neither blocked nor called back, until answer or
        abandonment [s]. 0 where nobody comes; infinite where nobody works and nobody gives up.
    abandonment
        Share of the same attempts that will abandon, [0, 1].
    service_level
        Share of the interval's attempts answered within the threshold, [0, 1]; 1 where nobody comes.
    attempts
        First attempts and redials that are let in.
    answered
        Contacts finished in the interval.
    unserved
        Unique customers who give up for good in the interval, or find the lines closed.
    blocked
        Attempts of the interval that found all lines taken; they are part of `attempts`.
    callbacks
        Attempts of the interval that chose to be called back.
    callbacks_open
        Expected number waiting for their call-back at the interval's end.
    clear_s
        When the backlog is gone for good, in seconds since the day's beginning: shape (n_queues,) or (). NaN: there
        was no backlog; infinite: it remains at the end.
    waiting_at_end, redialling_at_end
        Customers still in the centre, or about to call again, at the end of the day: shape (n_queues,) or ().
    """

    queue_mean: Floats
    queue_end: Floats
    mean_wait_s: Floats
    abandonment: Floats
    service_level: Floats
    attempts: Floats
    answered: Floats
    unserved: Floats
    blocked: Floats
    callbacks: Floats
    callbacks_open: Floats
    clear_s: Floats
    waiting_at_end: Floats
    redialling_at_end: Floats
