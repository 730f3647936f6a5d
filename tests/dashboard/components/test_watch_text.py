"""The watch in one line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboard.components.watch_text import line
from dashboard.components.words import Words
from dashboard.domain.board import RaisedWatch, WatchView

NOW = datetime(2026, 11, 24, 11, 5, tzinfo=UTC)
SEEN = RaisedWatch("login", "Login", datetime(2026, 11, 24, 10, 45, tzinfo=UTC), 3.06)


QUIET = "Watch on contacts: quiet (queues watched: 6) · set to one false alarm in 10 weeks"
RAISED = "Kontaktwache: Login seit 10:45, beim Erkennen 3,1 × normal · eingestellt auf einen Fehlalarm in 2,0 Wochen"
NOTHING = "Watch on contacts: no queue has a forecast for today to compare with"


@pytest.mark.parametrize(
    ("language", "view", "said"),
    [
        ("en", WatchView((), 6, 0.1), QUIET),
        ("de", WatchView((SEEN,), 6, 0.5), RAISED),
        ("en", WatchView((), 0, 0.1), NOTHING),
    ],
)
def test_it_says_what_it_sees_and_how_often_it_may_err(language: str, view: WatchView, said: str) -> None:
    assert line(view, Words(language, timezone="UTC"), now=NOW).replace("\u202f", " ").replace("\xa0", " ") == said
