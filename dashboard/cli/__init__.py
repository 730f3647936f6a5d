"""The command `andrang`: one file a command group, imported only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

# name → (module, attribute, help line); a new command is one line here and one file beside this one.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "up": ("dashboard.cli.up", "up", "Start web and worker for your own sources."),
    "drill": ("dashboard.cli.up", "drill", "Start the board with a simulated outage in its 40th minute."),
    "init": ("dashboard.cli.init", "init", "Write a commented config and create the first administrator."),
    "db": ("dashboard.cli.db", "db", "Create or upgrade the database."),
    "user": ("dashboard.cli.user", "user", "Add and change the people who may log in."),
    "sync": ("dashboard.cli.sync", "sync", "Pull the configured sources, once or following."),
    "sources": ("dashboard.cli.sync", "sources", "List sources, or preview how a file would be read."),
    "forecast": ("dashboard.cli.forecast", "forecast", "Forecast volumes from a file."),
    "backtest": ("dashboard.cli.backtest", "backtest", "Judge forecasters on the past of a file."),
    "token": ("dashboard.cli.token", "token", "Tokens by which other systems read the approved replies."),
    "replies": ("dashboard.cli.replies", "replies", "Bring replies in, list them, read them over, publish them."),
    "staff": ("dashboard.cli.staff", "staff", "Evaluate and size staffing from a file."),
    "plan": ("dashboard.cli.plan", "plan", "Plan a surge: whom to call in, which levers to pull."),
    "wall": ("dashboard.cli.wall", "wall", "Make links for screens on the wall, list and revoke them."),
    "roster": ("dashboard.cli.roster", "roster", "Read who is scheduled when, and check it."),
    "whatif": ("dashboard.cli.whatif", "whatif", "A day with some input different, beside the day as it is."),
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when called: `andrang --help` needs no scikit-learn."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="andrang", prog_name="andrang")
def cli() -> None:
    """Andrang, the support-centre surge board."""


def main(argv: list[str] | None = None) -> None:
    """Run the command; exit 0 done, 1 failed, 2 wrong use, errors as one paragraph on stderr."""
    sys.exit(run(argv))


def run(argv: list[str] | None = None, **extra: Any) -> int:
    """As `main`, but hand the exit code back."""
    from connectors.errors import ConnectorError
    from dashboard.settings import SettingsError

    try:
        result = cli.main(args=argv, prog_name="andrang", standalone_mode=False, **extra)
        return result if isinstance(result, int) else 0
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return 1
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 1
    except (ConnectorError, SettingsError) as error:
        click.echo(f"Error: {error}", err=True)
        return 1
    except BrokenPipeError:
        return 0
