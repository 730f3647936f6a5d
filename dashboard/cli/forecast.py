"""`andrang forecast …`: one file a subcommand, imported when called."""

from __future__ import annotations

import click

from dashboard.cli.forecast_surge import surge
from dashboard.cli.forecast_volume import volume


@click.group()
def forecast() -> None:
    """Forecast from a file, without a store."""


forecast.add_command(surge)
forecast.add_command(volume)
