"""`andrang backtest …`: one file a subcommand, imported when called."""

from __future__ import annotations

import click

from dashboard.cli.backtest_intraday import intraday
from dashboard.cli.backtest_onset import onset
from dashboard.cli.backtest_surge import surge
from dashboard.cli.backtest_volume import volume


@click.group()
def backtest() -> None:
    """Judge forecasters on the past of a file: every forecast uses only what precedes its origin."""


backtest.add_command(intraday)
backtest.add_command(onset)
backtest.add_command(surge)
backtest.add_command(volume)
