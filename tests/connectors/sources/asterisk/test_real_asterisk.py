"""The source against a real Asterisk 22 that takes calls while its log is read."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.records import ContactEvent, Outcome, QueueState
from connectors.registry import build
from tests.connectors.asterisk_server import Asterisk, CannotRunError, running_asterisk
from tests.connectors.source_rigs import config_of

pytestmark = [pytest.mark.live, pytest.mark.shared]
_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def asterisk(shared: Path) -> Iterator[Asterisk]:
    try:
        with running_asterisk(shared / "rigs" / "asterisk") as server:
            yield server
    except CannotRunError as error:
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(f"REQUIRE_SHARED=1, and {error}")
        pytest.skip(str(error))


class Follower:
    """Reads the log again and again from the last watermark, as the worker does."""

    def __init__(self, server: Asterisk) -> None:
        options = {"path": str(server.queue_log), "batch_rows": 2}
        self.source = build(config_of("asterisk_queue_log", options), caller_hash=lambda caller: caller)
        self.server = server
        self.watermark: str | None = None
        self.events: dict[str, ContactEvent] = {}
        self.history: list[ContactEvent] = []
        self.states: list[QueueState] = []
        self.rejected: list[str] = []

    def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _WITHIN_S
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come; there are {self.outcomes}"
            self.server.let_run(0.1)
            for batch in self.source.fetch(self.watermark, now=datetime.now(UTC)):
                self.watermark = batch.watermark
                self.events |= {event.external_id: event for event in batch.events}
                self.history += batch.events
                self.states += batch.states
                self.rejected += [record.reason for record in batch.rejected]

    @property
    def outcomes(self) -> Counter[tuple[str, Outcome]]:
        return Counter((event.queue, event.outcome) for event in self.events.values())

    def ended(self, count: int) -> Callable[[], bool]:
        return lambda: sum(event.ended_at is not None for event in self.events.values()) >= count


def test_calls_are_followed_live_through_a_rotation(asterisk: Asterisk) -> None:
    follower = Follower(asterisk)
    for number in range(8):
        asterisk.call("600", f"+4930000{number}")  # the one agent needs sixteen seconds for them
    for number in range(2):
        asterisk.call("600", f"+4930001{number}", script="abandon")  # one second later
        asterisk.call("601", f"+4930002{number}")  # nobody serves billing: out after three seconds
    follower.until(follower.ended(6), "the first calls' ends")
    # As logrotate does: rename first, then tell Asterisk, which writes to the old file until then.
    asterisk.queue_log.rename(asterisk.queue_log.with_name("queue_log.1"))
    asterisk.call("600", "+49300030")
    follower.until(lambda: any(e.caller == "+49300030" for e in follower.events.values()), "the call after renaming")
    assert "Success" in asterisk.action("Command", Command="logger reload")
    asterisk.call("600", "+49300040")
    follower.until(follower.ended(14), "the last calls' ends")

    assert follower.outcomes == {
        ("support", Outcome.ANSWERED): 10,
        ("support", Outcome.ABANDONED): 2,
        ("billing", Outcome.ABANDONED): 2,
    }
    assert follower.rejected == []
    assert asterisk.queue_log.exists()
    _assert_times(follower)


def _assert_times(follower: Follower) -> None:
    callers = Counter(event.caller for event in follower.events.values())
    assert len(callers) == 14
    assert set(callers.values()) == {1}
    served = [e for e in follower.events.values() if e.answered_at and e.ended_at]
    assert all(1 <= (e.ended_at - e.answered_at).total_seconds() <= 4 for e in served), (
        "the agent talks for two seconds"
    )
    out = [e for e in follower.events.values() if e.queue == "billing" and e.ended_at]
    assert all(2 <= (e.ended_at - e.arrived_at).total_seconds() <= 5 for e in out), "billing gives up after three"
    assert {event.outcome for event in follower.history} == set(Outcome), "each step was seen as it happened"
    assert max(state.waiting for state in follower.states if state.queue == "support") >= 2
    last = {state.queue: state for state in follower.states}
    assert (last["support"].waiting, last["support"].in_service, last["billing"].waiting) == (0, 0, 0)
