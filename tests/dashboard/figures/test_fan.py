"""The fan chart, by equality."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.components.words import Words
from dashboard.domain.board import BandPoint, ChannelFan, Point, Range
from dashboard.figures.axes import epoch_ms
from dashboard.figures.fan import fan
from tests.dashboard import board_samples as samples

EN = Words("en", timezone="Europe/Berlin")
T0 = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
STEP = timedelta(minutes=15)
NOW = T0 + timedelta(minutes=20)


@pytest.fixture
def small() -> ChannelFan:
    return ChannelFan(
        channel="call",
        interval_s=900,
        observed=(Point(T0, 100.0),),
        running=Point(T0 + STEP, 40.0),
        normal=(Point(T0, 10.0), Point(T0 + STEP, 11.0), Point(T0 + 2 * STEP, 12.0)),
        ahead=(BandPoint(T0 + STEP, 80.0, 120.0, 180.0), BandPoint(T0 + 2 * STEP, 90.0, 140.0, 200.0)),
        peak_at=T0 + 2 * STEP,
        peak=Range(90.0, 140.0, 200.0),
        normal_again_at=(T0 + timedelta(hours=2), T0 + timedelta(hours=3)),
        model="profile",
        made_at=NOW,
        score=0.1,
    )


def _named(figure: dict[str, Any], name: str) -> dict[str, Any]:
    return next(trace for trace in figure["data"] if trace["name"] == name)


def test_observed_is_solid_normal_thin_and_grey(small: ChannelFan) -> None:
    figure = fan(small, EN, now=NOW)
    assert _named(figure, "observed") == {
        "type": "scatter",
        "mode": "lines",
        "name": "observed",
        "x": [epoch_ms(T0) + 450_000],
        "y": [100.0],
        "customdata": ["11:00–11:15"],
        "line": {"color": "@observed", "width": 2.25},
        "hovertemplate": "%{y}<extra>%{fullData.name}</extra>",
    }
    assert _named(figure, "normal")["line"] == {"color": "@normal", "width": 1}


def test_the_band_fills_from_p10_to_p90(small: ChannelFan) -> None:
    figure = fan(small, EN, now=NOW)
    low, high = figure["data"][:2]
    assert (low["y"], high["y"]) == ([80.0, 90.0], [180.0, 200.0])
    assert (high["fill"], high["fillcolor"]) == ("tonexty", "@band")


def test_the_interval_under_way_is_lighter_and_not_part_of_the_line(small: ChannelFan) -> None:
    running = _named(fan(small, EN, now=NOW), "still running")
    assert (running["type"], running["y"], running["marker"]["color"]) == ("bar", [40.0], "@running")


def test_now_is_a_line_with_its_time(small: ChannelFan) -> None:
    figure = fan(small, EN, now=NOW)
    assert figure["layout"]["shapes"][0]["x0"] == epoch_ms(NOW)
    assert figure["layout"]["annotations"][0]["text"] == "now 11:20"


def test_the_peak_ahead_is_marked_with_its_time_and_a_past_one_is_not(small: ChannelFan) -> None:
    assert _named(fan(small, EN, now=NOW), "peak")["text"] == ["11:30"]
    past = fan(replace(small, peak_at=T0), EN, now=NOW)
    assert [trace["name"] for trace in past["data"]].count("peak") == 0


def test_normal_again_is_a_span_on_the_axis(small: ChannelFan) -> None:
    span = fan(small, EN, now=NOW)["layout"]["shapes"][1]
    assert (span["x0"], span["x1"]) == (epoch_ms(T0 + timedelta(hours=2)), epoch_ms(T0 + timedelta(hours=3)))


def test_a_missing_interval_is_a_hole_not_a_bridge(small: ChannelFan) -> None:
    holed = replace(small, observed=(Point(T0 - 3 * STEP, 7.0), Point(T0, 100.0)))
    assert _named(fan(holed, EN, now=NOW), "observed")["y"] == [7.0, None, 100.0]


def test_names_stand_beside_the_lines_of_one_chart_only(small: ChannelFan) -> None:
    def texts(*, named: bool) -> list[str]:
        return [label["text"] for label in fan(small, EN, now=NOW, named=named)["layout"]["annotations"]]

    assert texts(named=True) == ["now 11:20", "observed", "normal", "P10 to P90"]
    assert texts(named=False) == ["now 11:20"]


def test_on_the_ordinary_day_the_band_is_the_normal() -> None:
    calm = samples.fan("call", 420.0, surge=0.0)
    texts = [label["text"] for label in fan(calm, EN, now=samples.NOW)["layout"]["annotations"]]
    assert texts == ["now 11:20", "observed", "normal, P10 to P90"]


def test_closed_hours_at_both_ends_are_left_away(small: ChannelFan) -> None:
    night = tuple(Point(T0 - timedelta(hours=hours), 0.0) for hours in range(9, 1, -1))
    figure = fan(replace(small, normal=(*night, *small.normal)), EN, now=NOW)
    assert figure["layout"]["xaxis"]["range"][0] == epoch_ms(NOW - 2 * STEP)


def test_a_channel_without_anything_is_an_empty_chart_not_an_error() -> None:
    empty = ChannelFan("chat", 900, (), None, (), (), None, None, None, "", None, None)
    figure = fan(empty, EN, now=NOW)
    assert figure["data"] == []
    assert figure["layout"]["yaxis"]["range"] == [0, 1.22]


def test_colours_are_tokens_only(small: ChannelFan) -> None:
    def colours(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [v for k, v in value.items() if "color" in k and isinstance(v, str)]
            return own + [c for v in value.values() for c in colours(v)]
        return [c for v in value for c in colours(v)] if isinstance(value, list) else []

    found = colours(fan(small, EN, now=NOW))
    assert found
    assert [colour for colour in found if not colour.startswith("@")] == []
