"""Ten thousand damaged rows a contract source, made from the vendor's own schema: nothing but rejects comes of it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connectors.errors import SourceError
from connectors.registry import build
from connectors.source import Batch
from tests.connectors.contracts import Checker, fits
from tests.connectors.fake_vendor import HttpRig
from tests.connectors.http_rigs import RIGS
from tests.connectors.rig_client import Change, RigClient
from tests.connectors.schema_rows import JUNK, Maker, damaged
from tests.connectors.vendor_contracts import VENDORS, checker_of

pytestmark = pytest.mark.shared
_CASES = 10_000
_ROWS = 200  # a page
_PAGES = 12  # a fetch, at most


@dataclass
class Damage:
    """Puts damaged rows, made from schema and rig by halves, in the place of a page's own."""

    kind: str
    checker: Checker
    rig: HttpRig
    seed: int
    cases: int = 0
    pages: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        vendor = VENDORS[self.kind]
        schema = self.checker.record_schema(vendor.operation, *vendor.record)
        maker = Maker(self.checker.described, now=self.rig.now, seed=self.seed)
        self.made = [maker.value(schema) for _ in range(20)]
        self.path = vendor.record

    def __call__(self, path: str, body: Any) -> Any:
        if not fits(VENDORS[self.kind].operation.split()[1], path):
            return body
        if not self.path:  # the answer itself is the record
            self.cases += 1
            return damaged(body, self.random)
        key = self.path[0]
        if not isinstance(body, dict) or key not in body:
            return body
        self.pages += 1
        known = body[key] or [{}]
        body[key] = [self._row(known) for _ in range(_ROWS)] if self.pages < _PAGES else []
        self.cases += len(body[key])
        return body

    def _row(self, known: list[Any]) -> Any:
        row = self.random.choice(self.made if self.random.random() < 0.5 else known)
        return damaged(_short(row), self.random)


def _short(row: Any) -> Any:
    """A row whose lists have three items at most: what it costs to damage a hundred alike shows nothing more."""
    if not isinstance(row, dict):
        return row
    return {key: value[:3] if isinstance(value, list) else value for key, value in row.items()}


def fetch_with(kind: str, rig: HttpRig, change: Change, *, watermark: str | None) -> list[Batch]:
    """A fetch whose answers are changed."""
    source: Any = build(rig.config("http://127.0.0.1:1"), caller_hash=lambda text: f"hash:{len(text)}")
    source._client = RigClient(rig, change, max_pages=_PAGES)
    batches: list[Batch] = []
    with suppress(SourceError):  # the one error that a fetch may raise
        batches.extend(source.fetch(watermark, now=rig.now))
    return batches


@pytest.mark.parametrize("kind", sorted(VENDORS))
def test_damaged_rows_are_rejected_and_never_stop_the_rest(kind: str, shared: Path) -> None:
    checker = checker_of(kind, shared)
    cases = taken = refused = seed = 0
    while cases < _CASES:
        rig = RIGS[kind]()
        damage = Damage(kind, checker, rig, seed)
        for batch in fetch_with(kind, rig, damage, watermark=None):
            taken += len(batch.events) + len(batch.volumes) + len(batch.signals)
            refused += len(batch.rejected)
            assert all(record.reason and record.location for record in batch.rejected)
            assert all(event.caller is None or event.caller.startswith("hash:") for event in batch.events)
        cases, seed = cases + damage.cases, seed + 1
        assert damage.cases, "the fetch asked for nothing"
    assert refused > cases / 20
    assert taken > 0


@pytest.mark.parametrize("kind", sorted(VENDORS))
def test_damaged_pages_end_in_a_source_error_or_not_at_all(kind: str) -> None:
    for seed in range(300):
        random, rig = Random(seed), RIGS[kind]()

        def change(path: str, body: Any, random: Random = random) -> Any:
            return random.choice(JUNK) if random.random() < 0.1 else damaged(body, random)

        fetch_with(kind, rig, change, watermark=json.dumps({"since": rig.now.isoformat()}))
