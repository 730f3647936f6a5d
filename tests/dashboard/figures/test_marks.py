"""Marks of what was done, by equality."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dashboard.components.words import Words
from dashboard.domain.levers import Mark
from dashboard.figures import marks
from dashboard.figures.axes import epoch_ms
from dashboard.figures.fan import fan
from tests.dashboard import board_samples as samples

NOW = samples.NOW
SPAN = (NOW - timedelta(hours=4), NOW + timedelta(hours=6))
SMS, UPDATE = Mark(NOW, "lever", "sms"), Mark(NOW + timedelta(minutes=10), "update", "status_update")
OLD = Mark(SPAN[0] - timedelta(minutes=1), "lever", "message")
EN = Words("en", timezone="Europe/Berlin")


def test_each_mark_is_a_dotted_line_at_its_time() -> None:
    (line,) = marks.lines([OLD, SMS], SPAN, top=100.0)
    assert line == {
        "type": "line",
        "x0": epoch_ms(NOW),
        "x1": epoch_ms(NOW),
        "y0": 0,
        "y1": 91.0,
        "line": {"color": "@accent", "width": 1, "dash": "2px,3px"},
    }


def test_names_of_one_moment_are_said_together_and_apart_otherwise() -> None:
    later = Mark(NOW + timedelta(hours=2), "lever", "message")
    found = marks.names([OLD, SMS, UPDATE, later], SPAN, text=lambda mark: mark.lever)
    assert [(one["text"], one["xanchor"]) for one in found] == [("status_update +1", "right"), ("message", "right")]
    early = Mark(SPAN[0] + timedelta(hours=1), "lever", "sms")
    assert marks.names([early], SPAN, text=lambda mark: "x")[0]["xanchor"] == "left"


def test_hovering_says_what_was_done() -> None:
    (trace,) = marks.points([SMS, UPDATE], SPAN, top=100.0, text=lambda mark: mark.lever, time=EN.time)
    assert (trace["text"], trace["customdata"]) == (["sms", "status_update"], ["11:20", "11:30"])
    assert marks.points([OLD], SPAN, top=100.0, text=str, time=EN.time) == []


def test_every_chart_has_the_marks_and_the_first_their_names() -> None:
    channel = replace(samples.fan("call", 420.0, surge=6300.0), marks=(SMS,))
    for named in (True, False):
        figure = fan(channel, EN, now=NOW, named=named, mark_text=lambda mark: "Text message")
        assert sum(shape.get("line", {}).get("color") == "@accent" for shape in figure["layout"]["shapes"]) == 1
        assert any("Text message" in one["text"] for one in figure["layout"]["annotations"]) is named
        assert figure["data"][-1]["text"] == ["Text message"]
