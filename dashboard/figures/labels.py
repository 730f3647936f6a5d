"""What a figure needs of the words: this much of `Words`, so that figures depend on no component."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Labels(Protocol):
    """Messages, times and ranges as text."""

    def __call__(self, key: str, /, **values: object) -> str:
        """A message with its values."""

    def time(self, moment: datetime | None) -> str:
        """Hours and minutes on the centre's clock."""

    def local(self, moment: datetime) -> datetime:
        """A moment on the centre's clock."""

    def compact(self, value: float | None) -> str:
        """A count to three figures."""

    def span(self, low: float | None, high: float | None) -> str:
        """A range of counts."""
