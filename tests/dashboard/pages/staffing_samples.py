"""A day of staffing for two queues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dashboard.domain.board import QueueStaffing, StaffingCell, StaffingView

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Berlin


def view() -> StaffingView:
    """Two hours of calls and tickets."""
    calls = QueueStaffing(
        "service", "Service; Karten", "call", "erlang_a", 0.8, 20, 342.5, "measured", 180.0, 0.3, 0.9, _cells(10)
    )
    mail = QueueStaffing(
        "mail", "=Postfach", "ticket", "workload", 0.8, 20, 600.0, "setting", 180.0, 0.3, 0.9, _cells(2)
    )
    return StaffingView(NOW, False, "Europe/Berlin", 900, NOW - timedelta(minutes=3), (calls, mail))


def _cells(size: int) -> tuple[StaffingCell, ...]:
    return tuple(
        StaffingCell(
            START + i * timedelta(minutes=15), 20.5 * size, 30.0 * size, size, size + 3, size + 4, size + 9, 0.81, 0.8
        )
        for i in range(8)
    )
