"""Effects of levers as people have set them, low, expected and high, kept as one setting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import sqrt

from sqlalchemy.orm import Session

from connectors.storage.read import get_setting
from connectors.storage.write import put_setting

SETTING = "lever.effects"
Spread3 = tuple[float, float, float]


def kept(session: Session) -> dict[str, Spread3]:
    """Low, expected and high by the lever's key; only those that a person has set."""
    stored = json.loads(get_setting(session, SETTING) or "{}")
    return {str(key): _three(ends) for key, ends in stored.items()}


def keep(session: Session, effects: Mapping[str, Spread3]) -> None:
    """Replace them all."""
    put_setting(session, SETTING, json.dumps({key: list(ends) for key, ends in effects.items()}))


def between(low: float, high: float) -> Spread3:
    """A range of which only the ends were said: expected is its geometric middle, as with other assumptions."""
    return low, sqrt(low * high), high


def around(expected: float, effect: Spread3) -> Spread3:
    """A range whose middle was said: its ends stay where they can."""
    return min(effect[0], expected), expected, max(effect[2], expected)


def _three(ends: list[float]) -> Spread3:
    if len(ends) == 2:
        return between(float(ends[0]), float(ends[1]))
    low, expected, high = (float(one) for one in ends)
    return low, expected, high
