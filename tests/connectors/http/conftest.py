"""A vendor that says what it was asked, and clients for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.http import HttpClient
from connectors.options import Secret
from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, FakeVendor, FreeClock, Request, without_waiting

ClientOf = Callable[..., HttpClient]


@dataclass
class EchoRig:
    """Answers every question with its path."""

    KIND: str = "echo"
    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def config(self, url: str) -> SourceConfig:
        return SourceConfig("echo", self.KIND, {"url": url})

    def answer(self, request: Request) -> Answer:
        return Answer(body={"path": request.path, "query": request.query})

    def expected(self) -> set[str]:
        return set()


@pytest.fixture
def clock() -> Iterator[FreeClock]:
    with without_waiting() as free:
        yield free


@pytest.fixture
def vendor(clock: FreeClock) -> Iterator[FakeVendor]:
    with FakeVendor(EchoRig()) as running:
        yield running


@pytest.fixture
def client_of(vendor: FakeVendor) -> ClientOf:
    def make(url: str | None = None, **how: Any) -> HttpClient:
        return HttpClient("desk", url or vendor.url, **{"allow_private_network": True, **how})

    return make


@pytest.fixture
def secret() -> Secret:
    return Secret("desk", "token", env=SECRET_ENV)
