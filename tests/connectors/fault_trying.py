"""How a fault is tried on a source, and what the verdict is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from connectors.errors import SourceError
from tests.connectors.fake_vendor import Answer, Asked, Raw, Request
from tests.connectors.fault_bench import Bench


class Verdict(StrEnum):
    """What became of a fault; in each case everything was in the store afterwards, once."""

    HEALS = "heals"  # the same pull got over it
    WAITS = "waits"  # the pull stopped with a message, a later one completed it by itself
    ASKS = "asks"  # the pull stopped and says that a person has to act
    REJECTS = "rejects"  # the damaged records were refused with their reason, all others stored
    NONE = "–"  # this vendor's interface leaves no room for it


@dataclass
class Hits:
    """A fault that stands in front of the vendor from one request on, for a number of requests."""

    make: Callable[[Request, Asked], Answer | Raw]
    begin: int
    times: int = 10_000
    asked: int = 0
    hits: int = 0
    log: list[Request] = field(default_factory=list)

    def __call__(self, request: Request, ask: Asked) -> Answer | Raw:
        self.asked += 1
        if self.asked <= self.begin or self.hits >= self.times:
            return ask(request)
        self.hits += 1
        self.log.append(request)
        return self.make(request, ask)


def judged(error: SourceError | None) -> Verdict:
    """The verdict on how a pull ended."""
    if error is None:
        return Verdict.HEALS
    return Verdict.ASKS if error.permanent else Verdict.WAITS


def through(
    make: Callable[[Request, Asked], Answer | Raw], *, times: int = 10_000, begin: int | None = None
) -> Callable[[Bench], Verdict]:
    """Pull while the vendor misbehaves from its second answer on, then again when it is well."""

    def run(bench: Bench) -> Verdict:
        fault = Hits(make, bench.study.first_hit if begin is None else begin, times)
        error = bench.during(fault)
        assert fault.hits, "the fault was never met"
        plain(error)
        assert error or not bench.missing(), "the pull passed for complete and was not"
        bench.recover()
        assert not bench.missing()
        return judged(error)

    return run


def plain(error: SourceError | None) -> None:
    """A message a person can read."""
    if error is None:
        return
    for word in ("Traceback", "Error(", "object at 0x", "httpcore", "httpx", "orjson", "geheim", "\n"):
        assert word not in error.message, error.message
    assert 10 < len(error.message) < 400, error.message
