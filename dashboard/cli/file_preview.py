"""`andrang sources preview FILE`: how a file would be read, and a block for the config."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from connectors.records import ContactEvent, IntervalVolume
from connectors.sources.table import Preview, TableError, UnmappedError, preview_file
from dashboard.domain.clock import system_clock

_SHOWN_PROBLEMS = 10
_QUEUE_LOG_FIELDS = 5


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--timezone", default="UTC", show_default=True, help="Zone of times that carry none.")
@click.option("--queue", help="The queue of all rows, where no column tells.")
@click.option("--channel", default="call", show_default=True)
@click.option("--interval", help='Length of the intervals, such as "15min"; default: by sight.')
@click.option("--time-format", help='strptime format, such as "%m/%d/%Y %H:%M".')
@click.option("--date-format", help="strptime format of a separate date column.")
@click.option("--delimiter", help="The sign between fields; default: by sight.")
@click.option("--encoding", help="utf-8, cp1252 or utf-16; default: by sight.")
@click.option("--sheet", help="The sheet of a workbook; default: the first.")
@click.option("--decimal", help="The decimal sign; default: by sight.")
@click.option("--rows", type=click.IntRange(1, 100), default=5, show_default=True, help="Records to show.")
def preview(file: Path, timezone: str, rows: int, **given: str | None) -> int:
    """Show how FILE would be read: columns, first records, problems, and a block to paste into the config."""
    now = system_clock()
    options = {key: value for key, value in given.items() if value is not None}
    try:
        if _is_queue_log(file):
            _print_queue_log(file)
            return 0
        found = preview_file(file.absolute(), now=now, timezone=timezone, options=options, rows=rows)
    except UnmappedError as error:
        _print_unmapped(file, error)
        return 1
    except TableError as error:
        raise click.ClickException(f"{file}: {error}") from error
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror or error}") from error
    _print(found)
    return 0 if found.taken else 1


def _is_queue_log(file: Path) -> bool:
    with file.open("rb") as opened:
        first = opened.readline(4096).decode("utf-8", "replace").split("|")
    return len(first) > _QUEUE_LOG_FIELDS - 1 and first[0].isdigit() and first[4].strip().isupper()


def _print_queue_log(file: Path) -> None:
    click.echo(f"{file} is a queue_log of Asterisk.\n\nTo paste into the config:\n")
    click.echo(f'[sources.asterisk]\nkind = "asterisk_queue_log"\npath = {json.dumps(str(file.absolute()))}')


def _print_unmapped(file: Path, error: UnmappedError) -> None:
    click.echo(f"Error: {file}: {error}", err=True)
    click.echo("Columns and what they begin with:")
    for name, values in error.examples.items():
        click.echo(f"  {name:15} : {values}")
    click.echo("\nName the columns in the config, for single contacts or for counts:\n")
    click.echo('columns = { arrived_at = "…", answered_at = "…", ended_at = "…", outcome = "…", external_id = "…" }')
    click.echo('columns = { interval_start = "…", offered = "…" }\ninterval = "15min"')


def _print(found: Preview) -> None:
    what = "counts per interval" if found.counts else "single contacts"
    click.echo(f"{found.path}: {what}; {_written(found)}")
    click.echo("\nColumns:")
    for field, column in found.mapping.items():
        click.echo(f"  {field:15} = {column}")
    unused = [name for name in found.header if name not in " + ".join(found.mapping.values()).split(" + ")]
    if unused:
        click.echo(f"  not used        : {', '.join(unused)}")
    click.echo(f"\nFirst records of {found.taken} (times in UTC):")
    for record in found.records:
        click.echo(f"  {_record(record)}")
    _print_problems(found.problems)
    click.echo(f"\nTo paste into the config:\n\n{found.block}")


def _written(found: Preview) -> str:
    if found.encoding == "parquet":
        return "Parquet"
    if found.encoding == "xlsx":
        return f"Excel workbook, decimal {found.decimal!r} in texts"
    return f"{found.encoding}, fields parted by {found.delimiter!r}, decimal {found.decimal!r}"


def _print_problems(problems: tuple[str, ...]) -> None:
    if not problems:
        return
    click.echo("\nProblems:")
    for problem in problems[:_SHOWN_PROBLEMS]:
        click.echo(f"  {problem}")
    if len(problems) > _SHOWN_PROBLEMS:
        click.echo(f"  … and {len(problems) - _SHOWN_PROBLEMS} more")


def _record(record: ContactEvent | IntervalVolume) -> str:
    said = {key: value for key, value in asdict(record).items() if value is not None}
    return ", ".join(f"{key}={_plain(value)}" for key, value in said.items())


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)
