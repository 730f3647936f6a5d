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
TOGETHER = RaisedWatch("all*", "Login, Card, Chat + 3", datetime(2026, 11, 24, 10, 30, tzinfo=UTC), 1.6, 6)
MANY = (SEEN, *(RaisedWatch(name, name, SEEN.since, 2.0) for name in ("Card", "Chat", "Mail")))
POOL = (
    "Kontaktwache: 6 Warteschlangen zusammen (Login, Card, Chat + 3) seit 10:30, beim Erkennen 1,6 × normal · "
    "eingestellt auf einen Fehlalarm in 10 Wochen"
)
SHORT = (
    "Watch on contacts: Login since 10:45, 3.1 × normal when it was seen; Card since 10:45, 2.0 × normal when it was "
    "seen; 2 more · set to one false alarm in 10 weeks"
)
NOTHING = "Watch on contacts: no queue has a forecast for today to compare with"


@pytest.mark.parametrize(
    ("language", "view", "said"),
    [
        ("en", WatchView((), 6, 0.1), QUIET),
        ("de", WatchView((SEEN,), 6, 0.5), RAISED),
        ("de", WatchView((TOGETHER,), 6, 0.1), POOL),
        ("en", WatchView(MANY, 6, 0.1), SHORT),
        ("en", WatchView((), 0, 0.1), NOTHING),
    ],
)
def test_it_says_what_it_sees_and_how_often_it_may_err(language: str, view: WatchView, said: str) -> None:
    assert line(view, Words(language, timezone="UTC"), now=NOW).replace("\u202f", " ").replace("\xa0", " ") == said
