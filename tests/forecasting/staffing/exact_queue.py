"""The same queues worked out another way and with many digits: incomplete gamma functions and sums over states."""

from __future__ import annotations

from mpmath import exp, gammainc, inf, mp, mpf


def blocking(agents: int, offered_load: float) -> mpf:
    """B(n, a) by its recursion."""
    with mp.workdps(60):
        inverse = mpf(1)
        for k in range(1, agents + 1):
            inverse = 1 + inverse * k / mpf(offered_load)
        return 1 / inverse


def queue_with_patience(
    agents: int,
    offered: float,
    *,
    interval_s: float,
    aht_s: float,
    patience_s: float,
    answer_within_s: float,
    short_abandon_s: float,
) -> dict[str, mpf]:
    """All measures of M/M/n+M. The integrals of e^g are incomplete gamma functions, which cancel: hence the digits."""
    scale = mpf(offered) / mpf(interval_s) * mpf(patience_s)
    with mp.workdps(120 + int(scale + agents * patience_s / aht_s)):
        load = mpf(offered) * mpf(aht_s) / mpf(interval_s)
        rise = load * mpf(patience_s) / mpf(aht_s)
        fall = agents * mpf(patience_s) / mpf(aht_s)

        def integral(power: mpf, low: mpf, high: mpf) -> mpf:
            return exp(rise) * rise**-power * gammainc(power, rise * exp(-high), rise * exp(-low))

        def abandoned(until: mpf) -> mpf:
            inside = integral(fall, mpf(0), until) - integral(fall + 1, mpf(0), until)
            return weight * (inside + (1 - exp(-until)) * integral(fall, until, inf))

        whole, served = integral(fall, mpf(0), inf), integral(fall + 1, mpf(0), inf)
        before = 1 / blocking(agents - 1, load)
        waits = rise * whole / (before + rise * whole)
        weight = waits / whole
        within, short = mpf(answer_within_s) / mpf(patience_s), mpf(short_abandon_s) / mpf(patience_s)
        in_time = (1 - waits) + weight * integral(fall + 1, mpf(0), within)
        lost = weight * (whole - served)
        return {
            "p_wait": waits,
            "abandonment": lost,
            "mean_wait_s": lost * mpf(patience_s),
            "occupancy": load * (1 - lost) / agents,
            "offered": in_time,
            "excl_short": in_time / (1 - abandoned(short)),
            "incl_abandoned": in_time + abandoned(within),
        }


def mean_queue(agents: int, offered_load: float, *, patience_in_aht: float, states: int = 4000) -> float:
    """Mean number waiting in M/M/n+M, from the probabilities of its states."""
    with mp.workdps(40):
        weight, total, waiting = mpf(1), mpf(1), mpf(0)
        for state in range(1, states):
            queue = max(state - agents, 0)
            weight *= mpf(offered_load) / (min(state, agents) + queue / mpf(patience_in_aht))
            total += weight
            waiting += weight * queue
        assert weight / total < mpf(10) ** -25, "more states needed"
        return float(waiting / total)
