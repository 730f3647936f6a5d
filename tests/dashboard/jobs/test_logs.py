from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from dashboard.jobs import logs


@pytest.fixture(autouse=True)
def _defaults_afterwards() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_a_line_says_what_happened_and_hides_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    log = logs.configure("worker")
    log.warning("store.unreachable", url="postgresql://andrang:hunter2@db/andrang", password="hunter2", api_key="k")
    line = capsys.readouterr().err
    assert "process=worker" in line
    assert "event=store.unreachable" in line
    assert "postgresql://andrang:***@db/andrang" in line
    assert "hunter2" not in line
    assert "api_key=***" in line


def test_the_traceback_of_a_fault_is_kept_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log = logs.configure("worker")
    try:
        raise RuntimeError("boom")
    except RuntimeError:
        log.exception("step.failed")
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert "RuntimeError: boom" in lines[0]
