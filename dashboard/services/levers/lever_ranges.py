"""Ranges of levers' effects as people have set them, kept as one setting."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy.orm import Session

from connectors.storage.read import get_setting
from connectors.storage.write import put_setting

SETTING = "lever.effects"


def kept(session: Session) -> dict[str, tuple[float, float]]:
    """Low and high by the lever's key; only those that a person has set."""
    stored = json.loads(get_setting(session, SETTING) or "{}")
    return {str(key): (float(low), float(high)) for key, (low, high) in stored.items()}


def keep(session: Session, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Replace them all."""
    put_setting(session, SETTING, json.dumps({key: list(ends) for key, ends in ranges.items()}))
