"""Attributes that Python cannot spell as keywords: `data-…` and `aria-…`."""

from __future__ import annotations

from typing import Any


def data(**values: str) -> dict[str, Any]:
    """`data(live_text="x")` is `data-live-text="x"`."""
    return _named("data", values)


def aria(**values: str) -> dict[str, Any]:
    """`aria(label="x")` is `aria-label="x"`."""
    return _named("aria", values)


def _named(prefix: str, values: dict[str, str]) -> dict[str, Any]:
    return {f"{prefix}-{name.rstrip('_').replace('_', '-')}": value for name, value in values.items()}
