"""The rules a draft is read by: the house's own words and hosts, else those the product comes with."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from dashboard.domain.reply_lint import Finding, Rules, lint
from dashboard.settings import Settings

_FILE: Final = Path(__file__).with_name("reply_rules.toml")


def reply_rules(settings: Settings) -> Rules:
    """The rules of an installation."""
    own, promises = settings.replies, dict(common_rules().promises)
    for language, words in (("de", own.forbidden_de), ("en", own.forbidden_en)):
        if words is not None:
            promises[language] = words
    return Rules(promises, own.allowed_links)


@cache
def common_rules() -> Rules:
    """The rules the product comes with; no host is allowed or refused."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Rules({language: tuple(words) for language, words in tables.items()})


def read_over(
    body: str, *, channel: str, language: str, phases: Sequence[str], settings: Settings
) -> tuple[Finding, ...]:
    """What a second reader would say of a text."""
    return lint(body, channel=channel, language=language, phases=phases, rules=reply_rules(settings))
