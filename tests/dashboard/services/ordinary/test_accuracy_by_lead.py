"""What was really shown, judged by how long before it was said; and the same for a monitoring system."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.storage.rows import ForecastPoint, ForecastRow
from connectors.storage.write import add_forecasts
from dashboard.components.accuracy_table import accuracy_table
from dashboard.components.words import Words
from dashboard.services import metrics
from dashboard.services.board import queue_day
from dashboard.services.ordinary import accuracy
from dashboard.services.ordinary.accuracy import Accuracy, LeadScore
from tests.dashboard.seeded_centre import BERLIN, Centre, counts, make_centre, quarters

TODAY = datetime(2026, 3, 3, tzinfo=BERLIN)


def said(centre: Centre, kind: str, made_at: datetime, level: float, *, half: float = 5.0) -> None:
    """A forecast of every interval of today; the band is `half` to each side."""
    times = quarters(TODAY, TODAY + timedelta(days=1))
    points = tuple(ForecastPoint(at, level - half, level, level + half, level) for at in times)
    row = ForecastRow("billing", kind, made_at, "two_way", 900, points)
    with centre.sessions.begin() as session:
        add_forecasts(session, [row])


@pytest.fixture
def judged(tmp_path: Path) -> tuple[Centre, Accuracy]:
    """Forty contacts an interval from 8:00 to 12:00; forecast a week before, at midnight and at 9:30."""
    centre = make_centre(tmp_path)
    centre.now = TODAY.replace(hour=12)
    centre.store("pbx", volumes=counts("billing", quarters(TODAY.replace(hour=8), centre.now)))
    said(centre, "baseline", TODAY - timedelta(days=8), 60.0)
    said(centre, "baseline", TODAY, 50.0, half=12.0)
    said(centre, "intraday", TODAY.replace(hour=9, minute=30), 42.0)
    said(centre, "intraday", TODAY.replace(hour=11, minute=10), 40.0)
    with centre.sessions.begin() as session:
        return centre, accuracy.judge(session, settings=centre.settings, clock=centre.clock)


def test_each_lead_is_judged_by_the_last_forecast_made_so_long_before(judged: tuple[Centre, Accuracy]) -> None:
    leads = judged[1].leads["billing"]
    assert leads["week"] == LeadScore(0.5, 0.5, 0.0, leads["week"].pinball, 16)
    assert leads["day"].wape == pytest.approx(0.25)
    assert leads["day"].coverage_80 == 1.0
    # From 9:30 on; of the ten intervals the three after 11:10 were forecast once more.
    assert leads["update"].n_intervals == 10
    assert leads["update"].wape == pytest.approx(7 * 2 / 400)
    assert judged[1].queues["billing"] == pytest.approx(0.25)


def test_what_is_kept_is_read_again(judged: tuple[Centre, Accuracy]) -> None:
    with judged[0].session() as session:
        assert accuracy.get_accuracy(session) == judged[1]


def test_scores_kept_by_an_earlier_version_are_read(tmp_path: Path) -> None:
    from connectors.storage.write import put_setting

    centre = make_centre(tmp_path)
    with centre.sessions.begin() as session:
        put_setting(session, accuracy.SETTING, '{"judged_at": null, "queues": {"a": 0.1}, "channels": {}}')
    with centre.session() as session:
        assert accuracy.get_accuracy(session) == Accuracy(None, {"a": 0.1})


def test_the_queue_page_shows_them(judged: tuple[Centre, Accuracy]) -> None:
    centre = judged[0]
    with centre.session() as session:
        day = queue_day.view(session, "billing", settings=centre.settings, clock=centre.clock)
    assert day is not None
    _, table, _ = accuracy_table(day.accuracy, Words("en", timezone="UTC"))
    text = str(table)
    assert "within the day" in text
    assert "25.0" in text
    assert accuracy_table({}, Words("en", timezone="UTC")) == []


def test_metrics_are_in_the_text_format(judged: tuple[Centre, Accuracy]) -> None:
    centre = judged[0]
    with centre.session() as session:
        lines = metrics.text(session, clock=centre.clock).splitlines()
    assert "# TYPE andrang_forecast_wape gauge" in lines
    assert 'andrang_forecast_wape{queue="billing",lead="week"} 0.5' in lines
    assert 'andrang_forecast_intervals{queue="billing",lead="update"} 10.0' in lines


def test_names_are_escaped_in_labels() -> None:
    assert metrics._labels({"queue": 'a"b\\c\nd'}) == '{queue="a\\"b\\\\c\\nd"}'
