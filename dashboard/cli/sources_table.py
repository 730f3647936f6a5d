"""`andrang sources`: how the sources fare, what was refused, and how a file would be read."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.read import get_rejected, get_sources
from connectors.storage.rows import RejectedRow, SourceRow
from dashboard.cli.file_preview import preview
from dashboard.domain.clock import shifted_clock
from dashboard.services.store import open_store
from dashboard.settings import Settings, load_settings

_CONFIG = click.option("--config", type=click.Path(path_type=Path), help="The TOML file; default: andrang.toml.")
_REJECTED = ("source", "seen_at", "location", "reason", "raw")


@click.group()
def sources() -> None:
    """List sources, what they refused, or preview how a file would be read."""


sources.add_command(preview)


@sources.command("list")
@_CONFIG
def list_sources(config: Path | None) -> None:
    """Every source: how far it is proven, when it last succeeded, its lag and its rejected records."""
    settings, sessions = _open(config)
    now = shifted_clock(settings.clock_offset_s)()
    with sessions() as session:
        rows = get_sources(session)
    if not rows:
        click.echo("No source has been pulled yet; `andrang sync` does it.")
        return
    head = ("source", "kind", "evidence", "last success", "lag", "rejected", "error")
    _print_table([head, *(_source_cells(row, now) for row in rows)])


@sources.command()
@_CONFIG
@click.option("--source", help="Only what this source refused.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="The latest so many.")
def rejected(config: Path | None, source: str | None, form: str, limit: int) -> None:
    """Records that were not taken: where they stood and why."""
    _, sessions = _open(config)
    with sessions() as session:
        rows = get_rejected(session, source=source, limit=limit)
    if form == "json":
        click.echo(json.dumps([_rejected_dict(row) for row in rows], ensure_ascii=False, indent=1))
        return
    writer = csv.DictWriter(sys.stdout, _REJECTED, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rejected_dict(row) for row in rows)


def _open(config: Path | None) -> tuple[Settings, sessionmaker[Session]]:
    settings = load_settings(config)
    return settings, open_store(settings, migrate=True)


def _source_cells(row: SourceRow, now: datetime) -> tuple[str, ...]:
    lag = "never" if row.last_record_at is None else _duration((now - row.last_record_at).total_seconds())
    success = "never" if row.last_success_at is None else f"{row.last_success_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return (row.name, row.kind, row.evidence, success, lag, str(row.rejected), row.last_error or "")


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if whole >= 2 * size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def _rejected_dict(row: RejectedRow) -> dict[str, str]:
    return asdict(row) | {"seen_at": row.seen_at.astimezone(UTC).isoformat(timespec="seconds")}


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
