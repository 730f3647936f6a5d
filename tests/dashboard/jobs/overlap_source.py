"""A source whose vendor notices when two pull it at once, and the worker process that knows the kind."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from connectors.records import Channel, ContactEvent, Outcome
from connectors.registry import KINDS
from connectors.source import Batch, CallerHash, Evidence, SourceConfig

CONTACTS = 60
FIRST = datetime(2026, 3, 2, 8, tzinfo=UTC)
ANSWER_S = 0.04  # the vendor's own time for a page


class OverlapSource:
    """One contact a page; `folder/NAME.trace` tells who was given which page, and of every overlap."""

    KIND: ClassVar[str] = "overlap"
    EVIDENCE: ClassVar[Evidence] = Evidence.STUB

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self.config = config
        self._trace = Path(config.options["folder"]) / f"{config.name}.trace"

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The pages that are left; the vendor's lock dies with the process that holds it."""
        with self._trace.with_suffix(".lock").open("w") as door:
            try:
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._note(f"{os.getpid()} overlap")
                return
            for number in range(int(watermark or 0), CONTACTS):
                time.sleep(ANSWER_S)
                self._note(f"{os.getpid()} {number}")
                yield Batch(str(number + 1), [_contact(number)], done=number + 1, total=CONTACTS)

    def _note(self, line: str) -> None:
        with self._trace.open("a") as file:
            file.write(f"{line}\n")


def _contact(number: int) -> ContactEvent:
    arrived = FIRST + timedelta(seconds=20 * number)
    return ContactEvent(
        external_id=f"c{number}",
        queue="login",
        channel=Channel.CALL,
        arrived_at=arrived,
        outcome=Outcome.ANSWERED,
        answered_at=arrived + timedelta(seconds=10),
        ended_at=arrived + timedelta(seconds=70),
    )


if __name__ == "__main__":  # in a process of its own, so that no other test finds a kind more
    from dashboard.jobs.celery_worker import main

    KINDS[OverlapSource.KIND] = OverlapSource
    sys.exit(main())
