"""What `forecast volume` and `backtest volume` share: their options and how a file becomes histories."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import click
import pandas as pd

from dashboard.services.ordinary.volume_files import VolumeFileError, read_volumes
from forecasting.intervals import OpeningHours, floor_interval, require_interval
from forecasting.volume import FORECASTERS, OpenCalendar, complete, infer_opening

Command = TypeVar("Command", bound=Callable[..., object])
_UNITS = {"s": 1, "min": 60, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"^(\d+)\s*(s|min|m|h|d|w)$")


class Duration(click.ParamType[timedelta]):
    """A length such as 30min, 1h, 14d."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read the text; wrong use where it is no length above 0."""
        if isinstance(value, timedelta):
            return value
        match = _DURATION.match(str(value).strip().lower())
        if match is None or int(match[1]) == 0:
            self.fail(f"{value!r} is not a length; write 30min, 1h or 14d", param, ctx)
        return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


class Interval(Duration):
    """A length that divides a day, in seconds."""

    name = "interval"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:  # type: ignore[override]
        """Read the text; wrong use where it does not divide a day."""
        if isinstance(value, int):
            return value
        seconds = int(super().convert(value, param, ctx).total_seconds())
        try:
            require_interval(seconds)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return seconds


class Opening(click.ParamType[OpeningHours]):
    """Weekly opening hours."""

    name = "hours"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> OpeningHours:
        """Read the text; wrong use where it cannot be read."""
        if isinstance(value, OpeningHours):
            return value
        try:
            return OpeningHours.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


_SHARED = (
    click.option("--input", "path", type=click.Path(path_type=Path), required=True, help="CSV, plain or gzipped."),
    click.option("--queue-column", default="queue", show_default=True, help="Column that names the queue."),
    click.option("--interval", "interval_s", type=Interval(), default="30min", show_default=True),
    click.option("--timezone", default="UTC", show_default=True, help="Zone of naive times, hours and output."),
    click.option("--opening", type=Opening(), help='"Mon-Fri 07:00-21:00"; default: read off the counts.'),
    click.option("--holidays", default="", help="ISO 3166 country or subdivision whose holidays close: DE, DE-NW."),
    click.option(
        "--duplicates", type=click.Choice(["error", "sum"]), default="error", show_default=True, help="Repeated rows."
    ),
)


def volume_options(command: Command) -> Command:
    """Add the shared options to a command."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


def model_option(value: str) -> str:
    """The name of a forecaster, or auto; wrong use for another."""
    if value != "auto" and value not in FORECASTERS:
        raise click.BadParameter(f"unknown model {value!r}; use auto, {', '.join(FORECASTERS)}", param_hint="--model")
    return value


def parse_time(text: str, timezone: str, *, hint: str) -> pd.Timestamp:
    """A time in UTC; a naive one is read in `timezone`, the first of two where the clock repeats an hour."""
    try:
        stamp = pd.Timestamp(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a time; write 2003-08-01T00:00", param_hint=hint) from error
    if pd.isna(stamp):
        raise click.BadParameter(f"{text!r} is not a time; write 2003-08-01T00:00", param_hint=hint)
    if stamp.tz is None:
        stamp = stamp.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward")
    return stamp.tz_convert("UTC")


@dataclass(frozen=True)
class Histories:
    """The queues of a file, and how to get the calendar and the past of one at an origin."""

    queues: dict[str, pd.Series]
    interval_s: int
    calendar: OpenCalendar
    opening_known: bool
    notes: tuple[str, ...]

    def at(self, queue: str, origin: pd.Timestamp) -> tuple[pd.Series, OpenCalendar]:
        """Counts of all intervals over by `origin` and the calendar; hours are read off those counts if not given."""
        counts = self.queues[queue]
        past = counts[counts.index < floor_interval(origin, self.interval_s, timezone=self.calendar.timezone)]
        calendar = self.calendar if self.opening_known else self._inferred(past)
        return complete(past, calendar, interval_s=self.interval_s, end=origin), calendar

    def _inferred(self, past: pd.Series) -> OpenCalendar:
        opening = infer_opening(past, self.calendar, interval_s=self.interval_s)
        return OpenCalendar(opening, self.calendar.timezone, self.calendar.holidays)


def load(
    path: Path,
    *,
    queue_column: str,
    interval_s: int,
    timezone: str,
    opening: OpeningHours | None,
    holidays: str,
    duplicates: str,
) -> Histories:
    """Read the file; ClickException (exit 1) where it cannot be used, wrong use (2) for a bad zone or region."""
    try:
        calendar = OpenCalendar(opening or OpeningHours.parse("always"), timezone, holidays)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    try:
        file = read_volumes(
            path, interval_s=interval_s, timezone=timezone, queue_column=queue_column, duplicates=duplicates
        )
    except VolumeFileError as error:
        raise click.ClickException(str(error)) from error
    return Histories(file.queues, interval_s, calendar, opening is not None, file.notes)


def say(queue: str, note: str) -> None:
    """One note on stderr."""
    click.echo(f"Note{f' on {queue}' if queue else ''}: {note}", err=True)
