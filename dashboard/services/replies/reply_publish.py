"""Other systems' copies of approved replies: published, changed, taken back; each step is stored at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError, SourceError
from connectors.publish import GoneError, Publisher, build_publisher
from connectors.source import SourceConfig
from connectors.storage.read import get_published, get_setting
from connectors.storage.reply_rows import PublishedRow
from connectors.storage.rows import AuditRow
from connectors.storage.write import add_audit, put_setting, upsert_published
from dashboard.services.replies.reply_outgoing import LeftOut, Outgoing, outgoing
from dashboard.settings import Settings

WORKER: Final = "publisher"
_FIRST_RETRY, _LAST_RETRY = timedelta(minutes=1), timedelta(minutes=30)
RETRACTED: Final = ""  # the digest of what is not shown there
ERROR_MAX: Final = 400


class Act(StrEnum):
    """What is done to one text elsewhere."""

    CREATE = "create"
    UPDATE = "update"
    RETRACT = "retract"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `row` is how it stands there now, `to` how it should."""

    act: Act
    key: str
    language: str
    title: str
    to: Outgoing | None = None
    row: PublishedRow | None = None


@dataclass(frozen=True, slots=True)
class State:
    """How a place fared when it was last looked at; `error` None: it answered."""

    at: datetime
    shown: int = 0
    waiting: int = 0  # steps that failed and are tried again
    left: int = 0  # replies in use that do not go out
    error: str | None = None
    permanent: bool = False


@dataclass(slots=True)
class Report:
    """What a round did."""

    done: list[Step] = field(default_factory=list)
    failed: list[tuple[Step, str]] = field(default_factory=list)
    left: list[LeftOut] = field(default_factory=list)
    error: str | None = None


def places(settings: Settings) -> dict[str, Publisher]:
    """The configured places; raises ConfigError. A drill has none, so that it never reaches real customers."""
    if settings.drill and settings.publish:
        raise ConfigError("this is a drill, and a drill publishes nothing; take [publish.…] out of its config")
    return {
        name: build_publisher(SourceConfig(name, block.kind, block.options, block="publish"))
        for name, block in settings.publish.items()
    }


def plan(
    session: Session, name: str, *, settings: Settings, fills: Mapping[str, str], now: datetime
) -> tuple[list[Step], list[LeftOut]]:
    """What a place lacks, what reads otherwise there, and what must go; takings-back come first."""
    du = settings.replies.address == "du"
    going, left = outgoing(session, settings.publish[name], fills=fills, zone=settings.zone, now=now, du=du)
    rows = {(row.key, row.language): row for row in get_published(session, name)}
    wanted = {(one.key, one.language) for one in going}
    steps = [
        Step(Act.RETRACT, row.key, row.language, f"{row.key}/{row.language}", row=row)
        for place, row in rows.items()
        if place not in wanted and row.remote_id is not None and row.digest != RETRACTED
    ]
    for one in going:
        row = rows.get((one.key, one.language))
        if row is None or row.remote_id is None:
            steps.append(Step(Act.CREATE, one.key, one.language, one.item.title, to=one, row=row))
        elif row.digest != one.digest:
            steps.append(Step(Act.UPDATE, one.key, one.language, one.item.title, to=one, row=row))
    return steps, left


def publish(
    sessions: sessionmaker[Session],
    name: str,
    *,
    publisher: Publisher,
    settings: Settings,
    clock: Callable[[], datetime],
    by: str = WORKER,
    eager: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Bring one place up to date; what fails is noted and tried again later, at once if `eager`."""
    now = clock()
    with sessions.begin() as session:
        steps, left = plan(session, name, settings=settings, fills=publisher.FILLS, now=now)
    report = Report(left=left)
    due = [step for step in steps if eager or _due(step.row, now)]
    try:
        if due:
            publisher.check()
            known = publisher.standing() if any(step.act is Act.CREATE for step in due) else {}
            for step in due:
                if stop():
                    break
                _take(sessions, name, step, publisher=publisher, known=known, report=report, by=by, now=clock())
    except SourceError as error:
        report.error = error.message[:ERROR_MAX]
        _note(sessions, name, error=error, left=len(left), now=clock())
        return report
    _note(sessions, name, error=None, left=len(left), now=clock())
    return report


def states(session: Session, settings: Settings) -> dict[str, State | None]:
    """How each configured place fared; None where it was never looked at."""
    return {name: _state(get_setting(session, _setting(name))) for name in settings.publish}


def failures(session: Session, settings: Settings) -> list[PublishedRow]:
    """The texts that a place did not take, with its words."""
    return [row for row in get_published(session) if row.error and row.destination in settings.publish]


def _take(
    sessions: sessionmaker[Session],
    name: str,
    step: Step,
    *,
    publisher: Publisher,
    known: Mapping[str, str],
    report: Report,
    by: str,
    now: datetime,
) -> None:
    before = step.row or PublishedRow(name, step.key, step.language, 0, None, RETRACTED)
    try:
        after = _done(publisher, step, before, known=known)
    except SourceError as error:
        report.failed.append((step, error.message))
        with sessions.begin() as session:
            upsert_published(session, _failed(before, error, now))
        return
    report.done.append(step)
    with sessions.begin() as session:
        upsert_published(session, replace(after, published_at=now, error=None, failures=0, retry_at=None))
        subject = f"{name}: {step.key}/{step.language}"
        add_audit(session, AuditRow(now, by, f"reply.publish.{step.act.value}", subject, ""))


def _done(publisher: Publisher, step: Step, row: PublishedRow, *, known: Mapping[str, str]) -> PublishedRow:
    if step.to is None:
        publisher.retract(str(row.remote_id))
        return replace(row, digest=RETRACTED)
    item, remote_id = step.to.item, row.remote_id or known.get(step.to.item.marker)
    try:
        if remote_id is None:
            remote_id = publisher.create(item)
        else:
            publisher.update(remote_id, item)
    except GoneError:
        remote_id = publisher.create(item)
    return replace(row, remote_id=remote_id, digest=step.to.digest, version=step.to.version)


def _failed(row: PublishedRow, error: SourceError, now: datetime) -> PublishedRow:
    failures = row.failures + 1
    wait = _LAST_RETRY if error.permanent else min(_LAST_RETRY, _FIRST_RETRY * 2 ** min(failures - 1, 10))
    return replace(row, error=error.message[:ERROR_MAX], failures=failures, retry_at=now + wait)


def _due(row: PublishedRow | None, now: datetime) -> bool:
    return row is None or row.retry_at is None or row.retry_at <= now


def _note(sessions: sessionmaker[Session], name: str, *, error: SourceError | None, left: int, now: datetime) -> None:
    with sessions.begin() as session:
        rows: Sequence[PublishedRow] = get_published(session, name)
        state = State(
            now,
            shown=sum(row.remote_id is not None and row.digest != RETRACTED for row in rows),
            waiting=sum(row.error is not None for row in rows),
            left=left,
            error=error.message[:ERROR_MAX] if error else None,
            permanent=error.permanent if error else False,
        )
        put_setting(session, _setting(name), json.dumps({**asdict(state), "at": now.isoformat()}))


def _state(stored: str | None) -> State | None:
    if not stored:
        return None
    said: dict[str, Any] = json.loads(stored)
    return State(**{**said, "at": datetime.fromisoformat(said["at"])})


def _setting(name: str) -> str:
    return f"publish.{name}"
