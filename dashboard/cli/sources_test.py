"""`andrang sources test`: one cheap call, and what it saw."""

from __future__ import annotations

from pathlib import Path

import click

from connectors.registry import build
from connectors.source import Source
from dashboard.domain.clock import shifted_clock
from dashboard.services.sources.source_probe import ProbeReport, probe
from dashboard.services.sources.source_setup import source_configs
from dashboard.settings import load_settings


@click.command("test")
@click.argument("name")
@click.option("--config", type=click.Path(path_type=Path), help="The TOML file; default: andrang.toml.")
def test_source(name: str, config: Path | None) -> int:
    """Ask a source once, storing nothing: what it saw, which queues, its clock, which rights are missing."""
    settings = load_settings(config)
    found = next((one for one in source_configs(settings) if one.name == name), None)
    if found is None:
        raise click.UsageError(f"no source is called {name}; there are {', '.join(settings.sources) or 'none'}")
    source = build(found, caller_hash=lambda caller: "")
    report = probe(source, settings=settings, now=shifted_clock(settings.clock_offset_s)())
    say_report(source, report)
    return 0 if report.ok else 1


def say_report(source: Source, report: ProbeReport) -> None:
    """What a test saw, line by line; what is wrong goes to stderr."""
    name = source.config.name
    if report.error is not None:
        retry = "a person must mend this" if report.permanent else "trying again may help"
        click.echo(f"{name}: failed: {report.error} ({retry})", err=True)
        return
    click.echo(f"{name}: {report.saw}")
    if report.queues:
        click.echo(f"  queues: {', '.join(report.queues)}")
    if report.unknown:
        click.echo(
            f"  without a block [queues.KEY]: {', '.join(report.unknown)}; taken with default targets. To give one a "
            f'name of ours: [sources.{name}] queues = {{ "{report.unknown[0]}" = "KEY" }}'
        )
    if report.skew_s is not None:
        ahead = "ahead of" if report.skew_s > 0 else "behind"
        note = f"{abs(report.skew_s):.0f} s {ahead} ours; please set it" if report.clock_is_off else "agrees with ours"
        click.echo(f"  its clock: {note}")
    for missing in report.missing:
        click.echo(f"  missing: {missing}", err=True)
