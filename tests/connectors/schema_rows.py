"""Rows made from a vendor's schema, and rows damaged in every way: what a parser must survive."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.connectors.contracts import resolved

_DEEPEST = 6
JUNK: tuple[Any, ...] = (
    *(None, "", " ", "x", "0", "-1", "NaN", "2026-13-45T99:00:00Z", "2026-11-23", "1e9", "\x00", "9" * 400, "ß" * 50),
    *(0, -1, 1, 7, 1.5, -0.0, 1e308, 10**30, -(10**30), True, False),
    *([], [None], [[]], ["x"], [{}], {}, {"id": None}, {"key": []}, {"created_at": {}}, {"a": {"b": {"c": []}}}),
)


class Maker:
    """Values that fit a schema, around one moment."""

    def __init__(self, described: dict[str, Any], *, now: datetime, seed: int) -> None:
        self._described, self._now, self.random = described, now, Random(seed)

    def value(self, schema: dict[str, Any], depth: int = 0) -> Any:
        """One value; what is not required is left out by times."""
        schema = resolved(self._described, schema)
        for several in ("oneOf", "anyOf"):
            if schema.get(several):
                return self.value(self.random.choice(schema[several]), depth)
        if schema.get("allOf"):
            parts = [self.value(part, depth) for part in schema["allOf"]]
            return {key: value for part in parts if isinstance(part, dict) for key, value in part.items()}
        if schema.get("nullable") and self.random.random() < 0.1:
            return None
        if schema.get("enum"):
            return self.random.choice(schema["enum"])
        kind = schema.get("type") or ("object" if "properties" in schema else "string")
        make: Callable[[dict[str, Any], int], Any] = getattr(self, f"_{kind}", self._string)
        return make(schema, depth)

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        if depth > _DEEPEST:
            return {}
        needed = schema.get("required", ())
        said = {
            name: self.value(part, depth + 1)
            for name, part in schema.get("properties", {}).items()
            if name in needed or self.random.random() < 0.9
        }
        free = schema.get("additionalProperties")
        if isinstance(free, dict):
            said |= {self.random.choice("abc"): self.value(free, depth + 1) for _ in range(2)}
        return said

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        return [self.value(schema.get("items", {}), depth + 1) for _ in range(self.random.randrange(3))]

    def _boolean(self, schema: dict[str, Any], depth: int) -> bool:
        return self.random.random() < 0.5

    def _integer(self, schema: dict[str, Any], depth: int) -> int:
        return int(self._moment().timestamp()) if self.random.random() < 0.5 else self.random.randrange(1000)

    def _number(self, schema: dict[str, Any], depth: int) -> float:
        return self._moment().timestamp() if self.random.random() < 0.5 else self.random.random() * 1000

    def _string(self, schema: dict[str, Any], depth: int) -> str:
        form = schema.get("format", "")
        if form == "date-time-rfc-2822":
            return self._moment().strftime("%a, %d %b %Y %H:%M:%S +0000")
        if form == "date-time" or self.random.random() < 0.3:
            return self._moment().strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"w{self.random.randrange(50)}"

    def _moment(self) -> datetime:
        return self._now - timedelta(seconds=self.random.randrange(86_400))


def damaged(row: Any, random: Random) -> Any:
    """A copy of a row with one to three of its places overwritten with junk or taken away."""
    row = copy.deepcopy(row)
    for _ in range(random.randrange(1, 4)):
        holder, key = _place(row, random)
        if holder is None:
            return random.choice(JUNK)
        if isinstance(holder, dict) and random.random() < 0.25:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(random.choice(JUNK))
    return row


def _place(value: Any, random: Random) -> tuple[Any, Any]:
    """Some place in a row: what holds it, and under which key."""
    holder, key = None, None
    while isinstance(value, dict | list) and value and (holder is None or random.random() < 0.6):
        holder, key = value, random.choice(list(value)) if isinstance(value, dict) else random.randrange(len(value))
        value = holder[key]
    return holder, key
