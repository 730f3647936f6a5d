"""The live loop: whenever a source brought something, outlooks and pages are made anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.publish import Publisher
from connectors.source import Source
from dashboard.domain.clock import Clock
from dashboard.jobs.alerts import Alerts
from dashboard.jobs.background import Background
from dashboard.jobs.dispatcher import Dispatcher
from dashboard.jobs.first_pass import FirstPass
from dashboard.jobs.prober import Prober
from dashboard.jobs.publisher import ReplyPublisher
from dashboard.jobs.puller import Puller
from dashboard.jobs.schedule import Backoff, Every, Nightly
from dashboard.jobs.snapshots import Snapshots
from dashboard.jobs.today import TodayWatch
from dashboard.services.board import live_snapshot, queue_now
from dashboard.services.ordinary import model_choice, ordinary_day
from dashboard.services.readings import backlog, source_pace
from dashboard.services.replies import reply_watch
from dashboard.services.surge import surge_outlook
from dashboard.settings import Settings

# The first page waits this long for every source to have had its turn.
FIRST_PULL_WITHIN_S = 10.0
ROUNDS_APART_S = 0.5
NIGHTLY_AT = time(3, 0)
REFRESH_EVERY, JUDGE_EVERY = timedelta(minutes=10), timedelta(hours=1)
# The running day is looked at so often; an interval that is over waits no longer for its answer.
TODAY_EVERY = timedelta(seconds=10)
# The first backtest leaves the machine to the first visitors.
FIRST_CHOICE_AFTER = timedelta(minutes=2)
# Where several workers share the pulling: makes the dispatcher, given what to call on news and what says stop.
Sharing = Callable[[Callable[[], None], threading.Event], Dispatcher]


@dataclass
class Plans:
    """When what is due."""

    choose: Nightly
    refresh: Every = field(default_factory=lambda: Every(REFRESH_EVERY))
    judge: Every = field(default_factory=lambda: Every(JUDGE_EVERY))
    sample: Every = field(default_factory=lambda: Every(backlog.EVERY))
    today: Every = field(default_factory=lambda: Every(TODAY_EVERY))
    first_choice: datetime | None = None
    importing: bool = False  # the first forecast was made while a first import went on
    retry: Backoff = field(default_factory=lambda: Backoff(first_s=1.0, max_s=30.0))


class Worker:
    """One installation's worker; `stop` ends it from outside."""

    def __init__(
        self,
        settings: Settings,
        sessions: sessionmaker[Session],
        *,
        sources: Sequence[Source],
        snapshots: Snapshots,
        background: Background,
        clock: Clock,
        log: BoundLogger,
        shared: Sharing | None = None,
        places: Mapping[str, Publisher] | None = None,
    ) -> None:
        self._settings, self._sessions, self._clock, self._log = settings, sessions, clock, log
        self._snapshots, self._background = snapshots, background
        self._news, self._stop = threading.Event(), threading.Event()
        self._plans = Plans(Nightly(NIGHTLY_AT, settings.zone))
        own = () if shared else sources
        self._today, self._alerts = TodayWatch(), Alerts(settings, sessions, clock=clock, log=log)
        self._first_pass = FirstPass(len(own))
        self._pullers = [self._puller(source, place=place) for place, source in enumerate(own)]
        self._dispatcher = shared(self._news.set, self._stop) if shared else None
        self._prober = Prober(
            settings, sessions, clock=clock, news=self._news.set, passed=self.wake, stop=self._stop, log=log
        )
        self._publisher = ReplyPublisher(settings, sessions, places=places or {}, clock=clock, stop=self._stop, log=log)

    def stop(self) -> None:
        """Ask everything to end; safe inside a signal handler."""
        self._stop.set()
        self._first_pass.release()
        self._news.set()
        for puller in self._pullers:
            puller.wake()

    def wake(self, source: str) -> None:
        """Have a source pulled at once, whatever its pause."""
        for puller in self._pullers:
            if puller.source_name == source:
                puller.wake()
        if self._dispatcher:
            self._dispatcher.wake(source)

    def run(self) -> None:
        """Work until told to stop."""
        threads: list[threading.Thread] = [*self._pullers, self._prober, self._publisher]
        for thread in [*threads, self._dispatcher] if self._dispatcher else threads:
            thread.start()
        self._first_pass.await_all(within_s=FIRST_PULL_WITHIN_S, stop=self._stop)
        self._guarded(self.first_round)
        self._guarded(self.round)
        self._first_pass.release()
        while not self._stop.is_set():
            if self._guarded(self.round):
                self._stop.wait(ROUNDS_APART_S)
            self._news.wait(self._settings.board.poll_s)
            self._news.clear()
        self._background.stop()

    def first_round(self) -> None:
        """The first forecast by the quick model, at once: without it the first page could not say what is normal."""
        made = ordinary_day.refresh(self._sessions, settings=self._settings, clock=self._clock)
        with self._sessions() as session:
            chosen = model_choice.get_choices(session)
        now = self._clock()
        self._plans.refresh.done(now)
        self._plans.importing = not self._caught_up()
        self._plans.judge.done(now - JUDGE_EVERY + FIRST_CHOICE_AFTER)
        self._plans.first_choice = None if chosen else now + FIRST_CHOICE_AFTER
        self._log.info("ordinary_day.first", queues=len(made))

    def round(self) -> None:
        """Outlooks, backlog, pages and heartbeat, each in a transaction of its own."""
        self._plan_background()
        settings, clock = self._settings, self._clock
        with self._sessions.begin() as session:
            surge_outlook.refresh(session, settings=settings, clock=clock)
        if self._plans.today.due(clock()):
            with self._sessions.begin() as session:
                self._today.look(session, settings=settings, clock=clock)
            self._plans.today.done(clock())
        self._alerts.look()
        self._snapshots.draw(self._sessions)
        with self._sessions.begin() as session:
            if self._plans.sample.due(clock()):
                queue_now.sample(session, settings=settings, clock=clock)
                reply_watch.warn_of_ends(session, now=clock())
                self._plans.sample.done(clock())
            live_snapshot.beat(session, clock())

    def _plan_background(self) -> None:
        if self._background.finished():
            self._log.info("background.done")
        now, plans = self._clock(), self._plans
        if plans.importing and self._caught_up():
            plans.importing, plans.refresh.last = False, None
        if plans.choose.due(now) or (plans.first_choice and now >= plans.first_choice):
            if self._background.start("choose", "refresh", "judge", "learn"):
                plans.first_choice = None
                for plan in (plans.choose, plans.refresh, plans.judge):
                    plan.done(now)
        elif plans.judge.due(now):
            if self._background.start("refresh", "judge", "thin"):
                plans.refresh.done(now)
                plans.judge.done(now)
        elif plans.refresh.due(now) and self._background.start("refresh"):
            plans.refresh.done(now)

    def _guarded(self, step: Callable[[], None]) -> bool:
        """Do a step; a store that is locked or gone is waited for, a fault is logged, and neither ends the worker."""
        try:
            step()
        except SQLAlchemyError as error:
            wait_s = self._plans.retry.failed()
            self._log.warning("store.unreachable", error=str(error).splitlines()[0], retry_s=wait_s)
        except Exception:  # noqa: BLE001 - the board's live figures must outlive any single fault
            wait_s = self._plans.retry.failed()
            self._log.exception("worker.fault", retry_s=wait_s)
        else:
            if self._plans.retry.failures:
                self._log.info("worker.recovered")
            self._plans.retry.succeeded()
            return True
        self._stop.wait(wait_s)
        return False

    def _caught_up(self) -> bool:
        if self._dispatcher:
            return self._dispatcher.caught_up
        return all(puller.pulls for puller in self._pullers)

    def _puller(self, source: Source, *, place: int) -> Puller:
        return Puller(
            source,
            self._sessions,
            clock=self._clock,
            poll_s=source_pace.poll_s(self._settings, source.config.name),
            place=place,
            first_pass=self._first_pass,
            news=self._news.set,
            stop=self._stop,
            log=self._log,
        )
