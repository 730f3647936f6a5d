"""A client without a network: asks a rig directly, and lets a test change what it says."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from connectors.errors import SourceError
from connectors.http import Answer, Limits
from connectors.registry import build
from connectors.source import Batch, SourceConfig
from tests.connectors.contracts import fits
from tests.connectors.fake_vendor import HttpRig, Request
from tests.connectors.http_rigs import RIGS
from tests.connectors.vendor_contracts import VENDORS

Change = Callable[[str, Any], Any]


@dataclass
class RigClient:
    """Stands in the place of the HTTP client: asks the rig directly, and changes what it says."""

    rig: HttpRig
    change: Change
    name: str = "fuzzed"
    max_pages: int = 1000

    @property
    def limits(self) -> Limits:
        """As the real client's."""
        return Limits(max_pages=self.max_pages)

    def get(self, path: str, *, params: Mapping[str, Any] | None = None, headers: Any = None) -> Answer:
        """Like HttpClient.get."""
        link = httpx.URL("https://vendor.test").join(path)
        query = {key: [str(v) for v in _each(value)] for key, value in (params or {}).items() if value is not None}
        linked = {key: link.params.get_list(key) for key in link.params}
        return self._answer(Request("GET", link.path, {**query, **linked}, self._headers()))

    def post(self, path: str, **said: Any) -> Answer:
        """Like HttpClient.post."""
        return self._answer(Request("POST", path, {}, self._headers(), json.dumps(said["json"]).encode()))

    def _answer(self, request: Request) -> Answer:
        try:
            said = copy.deepcopy(self.rig.answer(request).body)
        except (LookupError, ValueError):  # asked for what a damaged answer named
            raise SourceError(self.name, "knows nothing of this", permanent=True) from None
        body = self.change(request.path, said)
        return Answer(body, httpx.Headers(), f"https://vendor.test{request.path}", None)

    def _headers(self) -> dict[str, str]:
        return {"host": "vendor.test", "authorization": "Bearer t0ken", "x-forwarded-proto": "https"}


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def feed(kind: str, rows: list[Any], *, watermark: str | None = None, now: Any = None, **options: Any) -> list[Batch]:
    """What a source makes of these rows, which are the first page it is given; all other pages are empty."""
    rig, left = RIGS[kind](), [rows]
    vendor = VENDORS[kind]

    def change(path: str, body: Any) -> Any:
        if fits(vendor.operation.split()[1], path):
            body[vendor.record[0]] = left.pop() if left else []
        return body

    known = rig.config("http://127.0.0.1:1")
    block = SourceConfig(known.name, kind, {**known.options, **options}, known.queues)
    source: Any = build(block, caller_hash=lambda text: f"hash:{text[-2:]}")
    source._client = RigClient(rig, change)
    return list(source.fetch(watermark, now=now or rig.now))


def one(batches: list[Batch]) -> Any:
    """The only contact or signal, as it was last reported."""
    found = {record.external_id: record for batch in batches for record in (*batch.events, *batch.signals)}
    assert len(found) == 1, found
    return next(iter(found.values()))


def reasons(batches: list[Batch]) -> list[str]:
    """Why rows were rejected."""
    return [record.reason for batch in batches for record in batch.rejected]
