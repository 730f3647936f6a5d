"""What every HTML page shares: words, theme, navigation, drill mark. Given to all templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from flask_login import current_user

from dashboard.components.current import current_account, current_language, current_theme, current_words
from dashboard.components.visit import ServicesLike
from dashboard.domain.people import Right

ASSETS = Path(__file__).parents[1] / "assets"
PAST = ("situation", "queues")  # the pages one can look back at

# Messages that the browser needs itself: what ticks, and what it says when nobody answers.
BROWSER_WORDS = (
    "age_s", "age_min", "age_h", "age_d", "in_future", "overdue", "connecting", "lost", "lost_advice",
    "trouble", "worker_silent", "worker_silent_advice", "session_ended", "log_in", "not_allowed", "failed",
    "data_age", "no_figures", "empty_rows", "past_at", "past_none", "past_loading", "past_short", "past_course",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A page in the navigation; `key` is its letter after g."""

    path: str
    title: str
    key: str
    right: Right


def install(server: Flask, services: ServicesLike, nav: Sequence[NavEntry], *, live: Mapping[str, str]) -> None:
    """Put the frame into every template; `live` gives the name of each live page by its address."""
    live_names = orjson.dumps(dict(live)).decode()
    past_names = orjson.dumps({path: name for path, name in live.items() if name in PAST}).decode()

    def frame() -> dict[str, Any]:
        words = current_words(services)
        now = services.clock()
        account = current_account() if current_user.is_authenticated else None
        return {
            "words": words,
            "language": current_language(services),
            "theme": current_theme(),
            "board_title": services.settings.board.title,
            "drill": services.settings.drill,
            "zone": words.zone(now),
            "clock_epoch": now.timestamp(),
            "clock_text": words.time(now),
            "live_names": live_names,
            "past_names": past_names,
            "poll_s": services.settings.board.poll_s,
            "account": account,
            "nav": [entry for entry in nav if account and account.may(entry.right)],
            "browser_words": orjson.dumps({key: words(f"browser.{key}") for key in BROWSER_WORDS}).decode(),
            "asset": asset_address,
        }

    server.context_processor(frame)


def asset_address(path: str) -> str:
    """An asset's address with the time of its last change, so that it may be kept for a year."""
    return f"/assets/{path}?m={(ASSETS / path).stat().st_mtime}"
