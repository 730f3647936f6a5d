"""The facts of an incident from a TOML file, as `forecast surge` reads them."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from dashboard.domain.incidents import IncidentError, IncidentFacts
from forecasting.outages import Outage, Relapse

_NUMBERS = ("affected_low", "affected_high")
_SHARES = ("contact_share_low", "contact_share_high")
_TIMES = ("started_at", "eta", "ended_at")
_KNOWN = (*_TIMES, *_NUMBERS, *_SHARES, "title", "queues")


def read_facts(path: Path, *, timezone: str) -> tuple[IncidentFacts, Outage]:
    """Facts of the file, and as the maths sees them.

    ClickException (exit 1) where they cannot be read or contradict each other.

    Only `started_at` is required. Affected customers left out are unknown. Other keys of an incident may stand there
    and are not used.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror or error}; name a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path} is not TOML: {error}; write lines such as affected_low = 1000") from error
    if "started_at" not in content:
        raise click.ClickException(f"{path} lacks started_at; write started_at = 2026-03-01T10:15:00+01:00")
    try:
        facts = IncidentFacts(**_values(content, timezone))
        return facts, _outage(facts, _relapses(content.get("relapses", []), timezone))
    except IncidentError as error:
        raise click.ClickException(f"{path}: {error}") from error
    except (TypeError, ValueError) as error:
        raise click.ClickException(f"{path}: {error}; correct the value") from error


def _values(content: dict[str, Any], timezone: str) -> dict[str, Any]:
    found = {name: content[name] for name in _KNOWN if name in content}
    for name in (*_NUMBERS, *_SHARES):
        if name in found:
            found[name] = _number(found[name], name)
    for name in _NUMBERS:
        found[name] = int(found.get(name, found.get("affected_high", 0)))
    for name in _TIMES:
        if name in found:
            found[name] = _time(found[name], name, timezone)
    queues = found.get("queues", [])
    if not isinstance(queues, list) or any(not isinstance(one, str) for one in queues):
        raise ValueError(f'queues must be a list of texts, got {queues!r}; write queues = ["orders"]')
    return {**found, "title": str(found.get("title", "")) or "incident", "queues": tuple(queues)}


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"{name} must be a number of at least 0, got {value!r}")
    return float(value)


def _time(value: Any, name: str, timezone: str) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        got = "a day without a time" if isinstance(value, date) else repr(value)
        raise ValueError(f"{name} must be a time such as 2026-03-01T10:15:00+01:00, got {got}")
    return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(timezone))


def _relapses(given: Any, timezone: str) -> tuple[Relapse, ...]:
    if not isinstance(given, list) or any(not isinstance(one, dict) or "at" not in one for one in given):
        raise ValueError(f"relapses must be tables with a time, got {given!r}; write [[relapses]] and at = … below it")
    known = ("at", "restored_at")
    return tuple(Relapse(**{name: _time(one[name], name, timezone) for name in known if name in one}) for one in given)


def _outage(facts: IncidentFacts, relapses: tuple[Relapse, ...]) -> Outage:
    """The facts as the maths sees them; nobody stated to be affected means that the number is unknown."""
    unknown = facts.affected_high == 0
    return Outage(
        onset=facts.started_at,
        affected_low=None if unknown else float(facts.affected_low),
        affected_high=None if unknown else float(facts.affected_high),
        contact_share_low=facts.contact_share_low,
        contact_share_high=facts.contact_share_high,
        eta=facts.eta,
        ended_at=facts.ended_at,
        relapses=relapses,
    )
