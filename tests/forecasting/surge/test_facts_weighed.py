"""How facts and counts are weighed: by what the counts can tell, not by how many channels they come through."""

from __future__ import annotations

from forecasting.surge import forecast_surge
from tests.forecasting.surge.surge_centre import INDEX, KNOWN, at, four_queues, one_queue, wave


def test_more_channels_do_not_make_a_first_quarter_hour_more_telling() -> None:
    """The same contacts on one telephone queue or on four channels leave nearly the same share to the facts."""
    above = wave()
    one, four = (
        forecast_surge(KNOWN, centre, index=INDEX, now=at(1), timezone="Europe/Berlin").share_prior
        for centre in ([one_queue(above, 1)], four_queues(above, 1))
    )
    assert 0.6 * one < four < one


def test_further_quarter_hours_leave_less_to_the_facts() -> None:
    shares = [
        forecast_surge(KNOWN, four_queues(wave(), n), index=INDEX, now=at(n), timezone="Europe/Berlin").share_prior
        for n in (1, 2, 4, 8)
    ]
    assert shares == sorted(shares, reverse=True)
