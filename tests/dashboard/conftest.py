"""Fixtures of the board: its folder on the path gives `board_fakes` and `board_samples` to every test below it."""

from __future__ import annotations

import pytest

from tests.dashboard.board_fakes import FakeServices


@pytest.fixture
def services() -> FakeServices:
    """Use cases that answer what a test tells them to."""
    return FakeServices()
