"""Every request that a contract source sends, and every answer its rig gives, against the vendor's own description."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.registry import build
from connectors.source import Evidence
from tests.connectors.contracts import Said
from tests.connectors.fake_vendor import Answer, FakeVendor, Request, without_waiting
from tests.connectors.http_rigs import RIGS
from tests.connectors.vendor_contracts import VENDORS, checker_of

pytestmark = pytest.mark.shared


class Overheard(FakeVendor):
    """A fake vendor that keeps what was said."""

    def __init__(self, rig: Any) -> None:
        super().__init__(rig)
        self.said: list[Said] = []

    def reply(self, request: Request) -> Answer:
        answer = self.rig.answer(request)
        query = urlencode([(key, value) for key, values in request.query.items() for value in values])
        target = f"{request.path}?{query}" if query else request.path
        self.said.append(Said(request.method, target, request.headers, request.body, answer.status, answer.body))
        return answer


def overhear(kind: str) -> list[Said]:
    """What a whole first fetch, the next one and a probe say."""
    with Overheard(RIGS[kind]()) as vendor, without_waiting():
        source: Any = build(vendor.config(), caller_hash=lambda text: f"hash:{len(text)}")
        batches = list(source.fetch(None, now=vendor.rig.now))
        assert batches
        list(source.fetch(batches[-1].watermark, now=vendor.rig.now))
        source.probe(now=vendor.rig.now)
        return vendor.said


@pytest.mark.parametrize("kind", sorted(VENDORS))
def test_what_is_asked_and_answered_is_as_the_vendor_describes(kind: str, shared: Path) -> None:
    checker = checker_of(kind, shared)
    said = overhear(kind)
    covered = [one for one in said if checker.covers(one)]
    for one in covered:
        checker.check(one)
    # Each operation that is claimed was really used, and little else.
    assert {checker.operation(one) for one in covered} == set(VENDORS[kind].contract.operations)
    assert len({one.target.partition("?")[0] for one in said if not checker.covers(one)}) <= len(
        VENDORS[kind].contract.beside
    )


@pytest.mark.parametrize("kind", sorted(VENDORS))
def test_the_evidence_claimed_is_the_contract(kind: str) -> None:
    with FakeVendor(RIGS[kind]()) as vendor:
        assert build(vendor.config(), caller_hash=str).EVIDENCE is Evidence.CONTRACT


@pytest.mark.parametrize("kind", sorted(VENDORS))
def test_the_description_refuses_what_it_does_not_know(kind: str, shared: Path) -> None:
    checker = checker_of(kind, shared)
    one = next(one for one in overhear(kind) if checker.covers(one))
    with pytest.raises(AssertionError, match=r"no operation|knows no parameter"):
        checker.check(
            Said(one.method, f"{one.target.partition('?')[0]}/else/where/no/one/is", one.headers, b"", 200, {})
        )
    with pytest.raises(AssertionError, match="knows no parameter"):
        checker.check(Said(one.method, f"{one.target.partition('?')[0]}?nonsense=1", one.headers, one.body, 200, {}))
