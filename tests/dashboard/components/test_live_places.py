"""Places and the snapshot that fills them."""

from __future__ import annotations

from datetime import UTC, datetime

from dashboard.components import live, tiles
from dashboard.components.live import Snapshot
from dashboard.components.words import Words
from dashboard.domain.board import Figure

NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)
EN = Words("en")


def test_a_place_waits_with_a_dash() -> None:
    assert live.text("a.b").to_plotly_json()["props"]["children"] == "–"


def test_a_chart_has_a_sentence_for_those_who_do_not_see_it() -> None:
    plot, caption = live.chart("fan.0.figure").children
    assert plot.to_plotly_json()["props"]["aria-hidden"] == "true"
    assert caption.to_plotly_json()["props"]["data-live-text"] == "fan.0.figure.summary"


def test_a_clock_without_a_moment_is_unknown() -> None:
    made = Snapshot(NOW)
    made.clock("eta", None, "countdown")
    assert made.to_dict()["clocks"] == {"eta": {"epoch": None, "mode": "countdown"}}


def test_a_tile_holds_value_target_age_and_state() -> None:
    made = Snapshot(NOW)
    tiles.put(made, "level", Figure(0.06, NOW, state="act", target=0.8), shown=EN.percent, target="Target 80 %")
    assert made.texts == {"level.value": "6\u202f%", "level.target": "Target 80 %"}
    assert made.states == {"level": "act"}
    assert made.clocks["level.age"] == {"epoch": NOW.timestamp(), "mode": "age"}


def test_an_old_figure_is_grey_whatever_it_says() -> None:
    assert tiles.state_of(Figure(900.0, NOW, stale=True, state="act")) == "stale"


def test_an_unknown_figure_is_not_fine() -> None:
    assert tiles.state_of(Figure(None, None)) == "unknown"


def test_a_live_table_names_its_columns_and_can_be_reached_by_keyboard() -> None:
    room = live.rows("queues", [{"key": "label", "label": "Queue"}], caption="All queues", sortable=True)
    props = room.to_plotly_json()["props"]
    assert (props["tabIndex"], props["role"], props["aria-label"]) == ("0", "region", "All queues")
    body = room.children.children[2].to_plotly_json()["props"]
    assert body["data-columns"] == "label:text"
