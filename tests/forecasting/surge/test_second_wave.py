"""Complaints and questions about compensation come days after, in writing mainly, and may be none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.surge import SurgeAssumptions, SurgeForecast
from tests.forecasting.surge.surge_centre import KNOWN, START, at, four_queues, outlook, wave

NONE = SurgeAssumptions().changed("second_wave_share", 0.0, 0.0)
MUCH = SurgeAssumptions().changed("second_wave_share", 0.3, 0.5)
BACK = replace(KNOWN, ended_at=at(12))


def added(n: int, channel: str) -> np.ndarray:
    made, none = (outlook(BACK, four_queues(wave(), n), n, assumptions=one) for one in (MUCH, NONE))
    return np.asarray(made.channels[channel].mean - none.channels[channel].mean)[START + n :]


@pytest.mark.parametrize("n", [0, 12])
def test_mails_and_tickets_have_most_of_it(n: int) -> None:
    of = {channel: float(added(n, channel).sum()) for channel in ("call", "chat", "email", "ticket")}
    assert of["email"] > of["ticket"] > of["chat"]
    assert of["email"] + of["ticket"] > 1.5 * of["call"] > 0


def test_it_comes_after_service_is_back_and_within_three_days() -> None:
    path = added(12, "email")
    middle = float((path * np.arange(len(path))).sum() / path.sum()) / 4
    assert 8 < middle < 48  # hours
    assert path[: 4 * 2].sum() < 0.05 * path.sum()


def test_as_many_as_are_assumed_for_each_contact_of_the_first() -> None:
    """Counted in people: a person who calls twice complains once."""
    n = 12
    first = outlook(BACK, four_queues(wave(), n), n, assumptions=NONE)
    both = outlook(BACK, four_queues(wave(), n), n, assumptions=MUCH)
    ratio = (both.overall.mean.sum() - first.overall.mean.sum()) / (first.people[0.5])
    assert 0.2 < ratio < 0.6


def bits(made: SurgeForecast) -> bytes:
    return made.overall.quantiles.tobytes()


def test_none_means_none() -> None:
    made = outlook(BACK, four_queues(wave(), 12), 12, assumptions=NONE)
    again = NONE.changed("second_wave_after_s", 3600.0, 7200.0)
    assert bits(outlook(BACK, four_queues(wave(), 12), 12, assumptions=again)) == bits(made)
