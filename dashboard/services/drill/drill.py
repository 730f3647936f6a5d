"""Preparing a drill: a data folder of its own with history, growing source files, an open incident and demo users."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from connectors.storage.rows import UserRow
from connectors.storage.write import add_incident, revise_incident, upsert_user
from dashboard.domain.clock import Clock, system_clock
from dashboard.domain.incidents import IncidentFacts, Phase, Severity
from dashboard.domain.people import Role
from dashboard.services.drill.drill_config import CONFIG_FILE, HISTORY, write_config
from dashboard.services.drill.drill_feed import LIVE, Feed
from dashboard.services.drill.drill_history import write_history
from dashboard.services.drill.drill_plan import MINUTE, PLAN_FILE, SEED, DrillError, DrillPlan, next_plan
from dashboard.services.replies.reply_desk import load_starter
from dashboard.services.store import mark_drill, open_store
from dashboard.settings import Settings, WebSettings, load_settings

DEMO_PASSWORD: Final = "andrang-uebung"
_OPENED, _KNOWN = timedelta(minutes=9), timedelta(minutes=31)
_OWN = (HISTORY, LIVE, CONFIG_FILE, "andrang.db", "andrang.db-wal", "andrang.db-shm")


@dataclass(frozen=True, slots=True)
class Drill:
    """A prepared drill: processes that read `config` play it."""

    config: Path
    settings: Settings
    plan: DrillPlan


def prepare(
    folder: Path,
    *,
    clock: Clock = system_clock,
    web: WebSettings | None = None,
    seed: int = SEED,
    minute: int = MINUTE,
) -> Drill:
    """Make `folder` a drill that starts now, in the outage's minute `minute`.

    The folder must be empty, missing, or hold an earlier drill, which is replaced. Raises DrillError otherwise.
    """
    drill = set_up(folder, clock=clock, web=web, seed=seed, minute=minute)
    fill(drill)
    return drill


def set_up(
    folder: Path,
    *,
    clock: Clock = system_clock,
    web: WebSettings | None = None,
    seed: int = SEED,
    minute: int = MINUTE,
) -> Drill:
    """The quick half of `prepare`: config, store, incident and users, all that a web server needs to start."""
    plan = next_plan(clock, seed=seed, minute=minute)
    _clear(folder)
    plan.write(folder)
    offset_s = (plan.starts_at - clock()).total_seconds()
    path = write_config(folder, web=web or WebSettings(secure_cookies=False), clock_offset_s=offset_s)
    settings = load_settings(path)
    _require_own_store(settings, folder)
    sessions = open_store(settings, migrate=True)
    with sessions.begin() as session:
        mark_drill(session)
        _add_users(session, settings)
        load_starter(session, plan.onset)
        _add_incident(session, plan)
    sessions.kw["bind"].dispose()
    return Drill(path, settings, plan)


def fill(drill: Drill) -> None:
    """The slow half: 26 weeks of history, and today's contacts so far. The worker needs them, the web does not."""
    folder = drill.config.parent
    write_history(folder / HISTORY, day=drill.plan.day, seed=drill.plan.seed)
    Feed(folder, drill.plan).write_until(drill.plan.starts_at)


def _clear(folder: Path) -> None:
    """Empty an earlier drill's folder; anything else that holds files is left alone."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / PLAN_FILE).is_file())):
        raise DrillError(f"{folder} holds something that is no drill; give the drill an empty folder with --data-dir")
    folder.mkdir(parents=True, exist_ok=True)
    for name in _OWN:
        own = folder / name
        if own.is_dir() and not own.is_symlink():
            shutil.rmtree(own)
        else:
            own.unlink(missing_ok=True)


def _require_own_store(settings: Settings, folder: Path) -> None:
    """Refuse where the environment points the store elsewhere: a drill writes to its own folder only."""
    if settings.store.url is not None or settings.store.data_dir.resolve() != folder.resolve():
        raise DrillError(
            "ANDRANG_DATABASE_URL or ANDRANG_DATA_DIR points to another store, and a drill keeps to its own; "
            "unset them and start again"
        )


def _add_users(session: Session, settings: Settings) -> None:
    """One account a role, named after it; the login page of a drill offers them with a click."""
    from argon2 import PasswordHasher

    # The password is printed in the manual, so a costlier hash would protect nothing and delay the start.
    hasher = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    for role in Role:
        row = UserRow(role.value, role.value, hasher.hash(DEMO_PASSWORD), settings.web.language, "auto", active=True)
        upsert_user(session, row)


def _add_incident(session: Session, plan: DrillPlan) -> None:
    """The incident as the manager would have kept it: opened after 9 minutes, its cause known after 31.

    A drill that starts earlier has it opened at its start, and leaves the cause to whoever runs it.
    """
    first = IncidentFacts(
        title="Login-Ausfall Online-Banking & App",
        started_at=plan.onset,
        affected_low=500_000,
        affected_high=plan.affected,
        severity=Severity.CRITICAL,
        services=("Online-Banking", "App"),
        next_update_at=plan.onset + timedelta(minutes=30),
    )
    manager = Role.MANAGER.value
    number = add_incident(session, first.to_json(), by=manager, now=min(plan.onset + _OPENED, plan.starts_at))
    if plan.starts_at < plan.onset + _KNOWN:
        return
    known = first.changed(
        phase=Phase.IDENTIFIED,
        affected_low=round(0.9 * plan.affected),
        services=("Online-Banking", "App", "Online-Aufträge"),
        cause=(
            "Ein ungetestetes Update hat die Datenbank der Kundenkonten zerstört. / "
            "An untested update destroyed the customer-account database."
        ),
        region="DE",
        eta=plan.onset + timedelta(hours=9),
        next_update_at=plan.onset + timedelta(minutes=50),
    )
    revise_incident(session, number, known.to_json(), by=manager, now=plan.onset + _KNOWN, expected_revision=1)
