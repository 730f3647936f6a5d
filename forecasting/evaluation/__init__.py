"""How good a forecast was: scores and rolling-origin backtests."""

from __future__ import annotations
