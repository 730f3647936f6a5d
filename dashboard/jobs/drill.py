"""The feeder of a drill: `python -m dashboard.jobs.drill` writes its source files as the shifted clock passes."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable

from dashboard.domain.clock import Clock, shifted_clock
from dashboard.jobs import logs
from dashboard.services.drill.drill_feed import Feed
from dashboard.services.drill.drill_plan import DrillError, DrillPlan
from dashboard.settings import Settings, SettingsError, load_settings

STEP_S = 1.0


def run(settings: Settings, *, clock: Clock, wait: Callable[[float], bool], say: Callable[[str], None]) -> None:
    """Write what is due, again and again, until the drill has been played or `wait` (seconds) says to stop.

    Raises DrillError where there is no drill to feed.
    """
    if not settings.drill:
        raise DrillError("these settings are no drill's, and only a drill is fed; start one with `andrang drill`")
    feed = Feed(settings.store.data_dir, DrillPlan.read(settings.store.data_dir))
    say(f"{feed.write_until(clock())} lines written to catch up")
    while not feed.done and not wait(STEP_S):
        feed.write_until(clock())
    say("the drill has been played to its end" if feed.done else "stopped")


def main() -> int:
    """Feed the drill of ANDRANG_CONFIG until SIGTERM, SIGINT or its end."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log = logs.configure("feeder")
    try:
        settings = load_settings()
        run(settings, clock=shifted_clock(settings.clock_offset_s), wait=stop.wait, say=log.info)
        stop.wait()  # a feeder that ends would be started again; played out, it only waits for the end
    except (SettingsError, OSError) as error:
        log.error(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
