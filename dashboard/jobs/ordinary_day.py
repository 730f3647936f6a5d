"""`python -m dashboard.jobs.ordinary_day STEP…`: forecasts and backtests in a process of their own, at low priority."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.errors import ConnectorError
from connectors.storage.write import thin_forecasts
from dashboard.domain.clock import Clock, shifted_clock
from dashboard.jobs import logs
from dashboard.services.ordinary import accuracy, model_choice, ordinary_day
from dashboard.services.replies import reply_use
from dashboard.services.store import open_store
from dashboard.services.surge import surge_library
from dashboard.settings import Settings, SettingsError, load_settings

NICE = 10
KEPT_WHOLE = timedelta(days=2)


Step = Callable[..., int]


def choose(sessions: sessionmaker[Session], *, settings: Settings, clock: Clock) -> int:
    """Choose each queue's model; says for how many."""
    return len(model_choice.choose_models(sessions, settings=settings, clock=clock))


def refresh(sessions: sessionmaker[Session], *, settings: Settings, clock: Clock) -> int:
    """Forecast what changed; says how many queues."""
    return len(ordinary_day.refresh(sessions, settings=settings, clock=clock))


def judge(sessions: sessionmaker[Session], *, settings: Settings, clock: Clock) -> int:
    """Score what was forecast; says for how many queues."""
    with sessions.begin() as session:
        return len(accuracy.judge(session, settings=settings, clock=clock).queues)


def thin(sessions: sessionmaker[Session], *, settings: Settings, clock: Clock) -> int:
    """Let go of what was forecast again within the hour, and of old copies of replies; says how many forecasts went."""
    with sessions.begin() as session:
        reply_use.forget_old(session, now=clock())
        return thin_forecasts(session, before=clock() - KEPT_WHOLE)


def learn(sessions: sessionmaker[Session], *, settings: Settings, clock: Clock) -> int:
    """Take closed incidents into the library of surges; says how many are known."""
    with sessions.begin() as session:
        return surge_library.learn(session, settings=settings, clock=clock)


STEPS: dict[str, Step] = {"choose": choose, "refresh": refresh, "judge": judge, "thin": thin, "learn": learn}


def run(
    steps: Sequence[str], sessions: sessionmaker[Session], *, settings: Settings, clock: Clock, log: BoundLogger
) -> None:
    """Do the steps in turn."""
    for step in steps:
        log.info(f"ordinary_day.{step}", count=STEPS[step](sessions, settings=settings, clock=clock))


def main(argv: Sequence[str] | None = None) -> int:
    """Do the steps for the installation of ANDRANG_CONFIG."""
    parser = argparse.ArgumentParser(prog="dashboard.jobs.ordinary_day")
    parser.add_argument("steps", nargs="+", choices=list(STEPS))
    chosen = parser.parse_args(argv)
    os.nice(NICE)
    log = logs.configure("ordinary_day")
    try:
        settings = load_settings()
        clock = shifted_clock(settings.clock_offset_s)
        run(chosen.steps, open_store(settings), settings=settings, clock=clock, log=log)
    except (ConnectorError, SettingsError, SQLAlchemyError) as error:
        log.error("ordinary_day.failed", error=str(error).splitlines()[0])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
